"""Division by something that can be 0.

A norm, a standard deviation, a range max - min, a count: 0 for constant or empty data, and the quotient is nan or inf.
In NumPy only data divided by a measure of the same data is reported, and one count divided by another; with automatic
differentiation every such divisor.

Bad:

    z = (x - x.mean(axis=0)) / x.std(axis=0)

Good:

    z = (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-8)

No fix: the epsilon is a decision.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.rules.log_of_zero import WORDS
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, contains, same, strip, walk

CODE = "SSM302"
NAME = "division-by-zero"
OPS = ("div", "reciprocal")


def check(site: Site) -> Iterator[Finding]:
    """A divisor with evidence that it can be 0."""
    divisor = site.args[-1]
    if site.may_be_zero(divisor) and site.value.op == "div" and (site.differentiates or _normalizes(site)):
        inner = strip(divisor)
        if inner.op == "sqrt":
            inner = strip(inner.args[0])
        what = WORDS.get(inner.op, "something that can be 0")
        yield site.report(f"division by {what}: nan or inf where it is 0; add an epsilon or take the maximum with one")


def _normalizes(site: Site) -> bool:
    """Whether the divisor measures the data that is divided: x / norm(x), (x - mean(x)) / std(x), x / (max(x) - min(x))."""
    numerator, divisor = site.args[0], strip(site.args[-1])
    if contains(numerator, "random") or contains(divisor, "random"):
        return False
    if _is_count(numerator) and _is_count(divisor):
        return not (divisor.op == "sum" and same(numerator, divisor.args[0]))
    measured = [part.args[0] for part in walk(divisor, 3) if part.op in _MEASURES and part.args]
    parts = [numerator, *(strip(numerator).args if strip(numerator).op in ("sub", "mul") else ())]
    return any(same(part, data) for part in parts for data in measured)


_MEASURES = frozenset({"norm", "std", "var", "max", "min"})


def _is_count(value: Value) -> bool:
    inner = strip(value)
    return inner.op == "count" or (
        inner.op in ("sum", "count") and bool(inner.args) and strip(inner.args[0]).op in ("compare", "count")
    )
