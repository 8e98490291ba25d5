"""explain: one array of logits, and what formulas make of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from stablesoftmax._arguments import Axis, as_logits, normalise_axis
from stablesoftmax.doctor.findings import Finding, plain, ranked, short
from stablesoftmax.doctor.letter import letter
from stablesoftmax.doctor.logit_findings import element, findings_of
from stablesoftmax.doctor.logit_statistics import Count, LogitStatistics, examine

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Explanation", "explain"]


class Explanation:
    """What :func:`explain` found; its repr is a letter to the reader.

    Attributes
    ----------
    findings : tuple of Finding
        The most important first.
    statistics : LogitStatistics
        What was counted.
    """

    def __init__(self, statistics: LogitStatistics) -> None:
        self.statistics = statistics
        self.findings: tuple[Finding, ...] = ranked(findings_of(statistics))

    @property
    def verdict(self) -> str:
        """One sentence."""
        found = self.statistics
        lost = found.nan.rows or found.posinf.rows or found.neginf_rows.rows
        naive = found.naive_overflow.rows + found.naive_underflow.rows
        if lost:
            return "The trouble is in the logits themselves: look at what made them."
        if naive:
            return "The logits are sound; the usual formula is not. Use a softmax that cannot overflow."
        if any(finding.level == "warning" for finding in self.findings):
            return "Nothing is NaN here, but read the warnings."
        return "These logits are healthy: every formula gives finite results."

    def facts(self) -> list[tuple[str, str]]:
        """What the letter tells beside the findings: (what, how much)."""
        found = self.statistics
        axes = found.axes[0] if len(found.axes) == 1 else found.axes
        rows = f"{found.rows:,} of {found.length:,} along axis {axes}" if found.shape else "1 of 1"
        facts = [("logits", f"{found.dtype} of shape {found.shape}"), ("rows", rows)]
        if not found.well:
            return facts
        least, mean, most = found.entropy
        temperature = math.inf if found.spread == 0 else 1 / found.spread
        facts += [
            ("range", f"{short(found.lowest)} to {short(found.largest)}, at most {short(found.widest)} within a row"),
            ("headroom", f"{short(found.headroom)} until e^x overflows in {found.format.name}"),
            ("entropy", f"{mean:.3g} nats on average, {least:.3g} to {most:.3g}; uniform would be {math.log(found.length):.3g}"),
            ("effective temperature", f"{short(temperature)} (logits of spread 1 at this temperature would look like these)"),
            ("smallest dtype", found.smallest_format or "none"),
            ("textbook error", f"{short(found.textbook_ulp)} ulp at most, at {element(found.worst)}" if found.worst else "0 ulp"),
        ]
        return facts

    def to_dict(self) -> dict[str, Any]:
        """Everything as what JSON can hold; infinities and NaN are text."""
        found = self.statistics
        numbers: dict[str, Any] = {}
        for key, value in vars(found).items():
            if key in ("format", "sample"):
                continue
            if isinstance(value, dict):
                value = {name: vars(item) if isinstance(item, Count) else item for name, item in value.items()}
            numbers[key] = vars(value) if isinstance(value, Count) else value
        numbers |= {"headroom": found.headroom, "smallest_format": found.smallest_format}
        findings = [finding.to_dict() for finding in self.findings]
        return {"verdict": self.verdict, "findings": findings, "statistics": plain(numbers)}

    def __repr__(self) -> str:
        return letter(self.verdict, self.facts(), self.findings)

    def _repr_html_(self) -> str:
        from stablesoftmax.doctor.page import fragment

        return fragment(self.verdict, self.facts(), self.findings)

    def html(self) -> str:
        """One self-contained page: no network, readable on a phone, in the dark and on paper."""
        from stablesoftmax.doctor.logit_curves import logit_charts
        from stablesoftmax.doctor.page import page

        return page("Logits, examined", self.verdict, self.facts(), self.findings, logit_charts(self.statistics))

    def plot(self) -> Figure:
        """Three pictures of the logits: their range, the error of the textbook formula, the entropy of the rows.

        Returns
        -------
        matplotlib.figure.Figure
            A figure of its own, known to no window system: `figure.savefig("logits.png")`.

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed: ``pip install 'stablesoftmax[plot]'``.
        """
        from stablesoftmax.doctor.plot import draw

        return draw(self.statistics)


def explain(x: Any, axis: Axis = -1) -> Explanation:
    """What a naive softmax, the textbook's and ours would do with these logits, and what to do about it.

    Parameters
    ----------
    x : array_like
        Logits: float16, bfloat16, float32, float64, integers or bool; at least one element. A memory map is read in blocks.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.

    Returns
    -------
    Explanation
        Its repr is a letter; `findings` (ranked, each with evidence and a remedy as code), `statistics`, `to_dict()`, `plot()` and
        `html()` are for programs and eyes. Notebooks show it as HTML.

    Raises
    ------
    TypeError
        For logits of another dtype.
    ValueError
        For an array without elements.
    numpy.exceptions.AxisError
        For an axis out of range.

    See Also
    --------
    Watch : The same question asked of a whole training.

    Notes
    -----
    The naive and the textbook formula are run as NumPy runs them, in the dtype of x, and ours beside them. Errors are in units in
    the last place: against our float64 softmax, and at the worst element against decimal arithmetic (rows up to 1000 elements).
    Counts and indices are exact; means are float64 sums by NumPy, whose last digits may differ between machines. nan, +inf and rows
    of -inf are findings, never errors. The effective temperature is 1 over the mean standard deviation within rows.

    References
    ----------
    Goodfellow, I., Bengio, Y. and Courville, A. (2016). *Deep Learning*, 4.1: overflow and underflow.

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> found = ssm.explain(np.array([[1.0, 2.0], [1000.0, 3.0]], np.float32))
    >>> found.findings[0].cause, found.findings[0].where
    ('naive-softmax-overflow', 'x[1, 0]')
    >>> print(found.findings[0].remedy)
    ssm.softmax(x)  # for a loss: ssm.cross_entropy(x, targets)
    """
    logits = as_logits("explain", x)
    axes = normalise_axis("explain", axis, logits.shape)
    if logits.size == 0:
        raise ValueError(f"explain: x of shape {logits.shape} holds no element; give at least one row")
    return Explanation(examine(logits, axes))
