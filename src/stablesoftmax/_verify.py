"""verify: the promises of this package, sampled on this machine."""

import operator
import platform
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from stablesoftmax._build import build_info

PROMISES = ("accuracy", "order", "layout", "threads", "special rows", "golden bits")


class Verification:
    """What :func:`verify` returns: a row a promise, and what they were sampled with.

    Parameters
    ----------
    rows : list of dict
        As :func:`verify` describes them.
    facts : dict
        Version, bits_version, SIMD level, NumPy, Python, platform, dtypes, seed, seconds.
    """

    def __init__(self, rows: list[dict[str, Any]], facts: dict[str, Any]) -> None:
        self.rows, self.facts = rows, facts

    @property
    def passed(self) -> bool:
        """Whether every row holds."""
        return all(row["passed"] for row in self.rows)

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The rows that do not hold."""
        return [row for row in self.rows if not row["passed"]]

    def to_dict(self) -> dict[str, Any]:
        """All of it as numbers, strings, lists and dicts that JSON can hold; an infinite error is None."""
        rows = [
            {key: None if isinstance(value, float) and value in (np.inf, -np.inf) else value for key, value in row.items()}
            for row in self.rows
        ]
        return {"passed": self.passed, **self.facts, "rows": rows}

    def table(self) -> list[tuple[str, ...]]:
        """Headings, then a line a function: its largest error as a part of the bound, and whether each promise holds throughout."""
        lines: list[tuple[str, ...]] = [("function", "error", *(promise.split()[0] for promise in PROMISES))]
        for name in dict.fromkeys(row["function"] for row in self.rows):
            of_function = [row for row in self.rows if row["function"] == name]
            errors = [row["part_of_bound"] for row in of_function if row["part_of_bound"] is not None]
            lines.append((name, f"{max(errors):.2f}" if errors else "", *(_state(of_function, promise) for promise in PROMISES)))
        return lines

    def heading(self) -> str:
        """One line: what was verified, and with what outcome."""
        count, facts = len(self.rows), self.facts
        result = "every promise holds" if self.passed else f"{len(self.failed)} of {count} promises FAIL"
        return (
            f"{result} ({count} rows, {sum(row['samples'] for row in self.rows):,} samples, {facts['seconds']:.1f} s): "
            f"stablesoftmax {facts['version']}, level {facts['level']}, bits_version {facts['bits_version']}, "
            f"NumPy {facts['numpy']}, Python {facts['python']}"
        )

    def complaints(self) -> list[str]:
        """A line for each row that does not hold, and one for bfloat16 where it cannot be had."""
        absent = [] if "bfloat16" in self.facts["dtypes"] else ["bfloat16 was not verified: ml_dtypes is not installed"]
        return absent + [
            f"{row['function']}{f' ({variant})' if (variant := row['variant']) else ''}, {row['dtype']}, {row['promise']}: "
            f"{row['failures']} of {row['samples']} fail ({row['bound']}), worst {row['worst']}"
            for row in self.failed
        ]

    def __repr__(self) -> str:
        lines = self.table()
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
        return "\n".join([*text, *self.complaints(), self.heading()])


def _state(rows: list[dict[str, Any]], promise: str) -> str:
    """Promises that only one function makes stand beside accuracy."""
    extra = [row for row in rows if row["promise"] not in PROMISES] if promise == "accuracy" else []
    of_promise = [row for row in rows if row["promise"] == promise] + extra
    return "-" if not of_promise else "holds" if all(row["passed"] for row in of_promise) else "FAILS"


def run(functions: Any, seed: Any, report: Callable[[str], object]) -> Verification:
    """verify, with a progress report: `report` is told the name of each function before its turn."""
    from stablesoftmax._promises import sampling  # only now: decimals and tables that nothing else needs
    from stablesoftmax._promises.samples import formats

    names = sampling.FUNCTIONS if functions is None else [functions] if isinstance(functions, str) else functions
    if not isinstance(names, Iterable):
        raise TypeError(f"verify: functions is {functions!r}; use names, or None for all")
    names = list(dict.fromkeys(names))
    for name in names:
        if name not in sampling.FUNCTIONS:
            raise ValueError(f"verify: {name!r} is no function with promises; use some of {', '.join(sampling.FUNCTIONS)}")
    try:
        seed = operator.index(seed)
    except TypeError:
        raise TypeError(f"verify: seed must be an int, not {seed!r}") from None
    if seed < 0:
        raise ValueError(f"verify: seed is {seed}; it must be 0 or more")
    begun = time.perf_counter()
    rows = sampling.rows(names, seed, report)
    info = build_info()
    facts = {key: info[key] for key in ("version", "bits_version", "level", "levels_supported", "compiler")} | {
        "numpy": np.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "dtypes": sorted(formats()),
        "seed": seed,
        "seconds": round(time.perf_counter() - begun, 3),
    }
    return Verification(rows, facts)


def verify(functions: Any = None, *, seed: int = 0) -> Verification:
    """Sample every promise of every public function on this machine, against exact arithmetic.

    Parameters
    ----------
    functions : iterable of str, or str, optional
        Names of the functions to verify; None for all, which takes less than a minute.
    seed : int, default 0
        Of the samples: the same seed means the same numbers on every machine.

    Returns
    -------
    Verification
        ``passed``; ``rows``, a dict for each function, way of calling (``variant``), dtype and promise; ``failed``, the rows that
        do not hold; ``to_dict()``, all of it and the facts (version, bits_version, SIMD level, NumPy, Python, platform) for
        JSON. Its repr is a table, a line a function, its largest error as a part of the bound.

    Raises
    ------
    TypeError
        For functions that are no names, a seed that is no int.
    ValueError
        For a name that is no function with promises, a negative seed.

    Notes
    -----
    *Promises*: "accuracy" (errors against `decimal` and `fractions` of the standard library, in ulp; the bound is that of
    :func:`bounds`, or of the docstring where that table has no row, which ``bound_source`` tells; where it has a second part
    ``error_ulp`` is what goes beyond that, and ``part_of_bound`` the error over all that is allowed), "order" (permuted rows),
    "layout" (strides, axes, alignment, byte order, each row alone), "threads" (one and three), "special rows" (infinities, nan,
    the largest numbers, nothing, "invalid value" where a nan is made out of none, and only there), "golden bits" (the SHA-256 of
    results on fixed inputs is the one of this version on every machine and SIMD level), for :func:`sample` also "distribution"
    (chi-square; a right sampler fails for one seed in 10**9) and "stream" (each draw recomputed in integers).

    A row has ``samples``, ``failures``, ``worst`` (the input or change for which it came off worst) and ``passed``. Samples are
    no proof: how the bounds are known is said by :func:`bounds`. bfloat16 is verified where ml_dtypes is installed.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.verify("top_k").passed
    True
    """
    return run(functions, seed, lambda name: None)
