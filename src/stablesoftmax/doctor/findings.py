"""What the doctor says: a finding with its evidence and its remedy, and the order in which findings are told."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["LEVELS", "Finding", "count", "plain", "ranked", "short"]

# error: results are wrong or training is lost; warning: they will be, unless something is done; note: good to know.
LEVELS = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    Attributes
    ----------
    cause : str
        Its name, the same in every version: "naive-softmax-overflow", "log-of-zero", ...
    level : str
        "error", "warning" or "note".
    title : str
        One line.
    evidence : str
        The numbers that show it.
    remedy : str
        Python code, ready to be pasted.
    chain : tuple of str
        What led there, first things first.
    step : int or None
        When, in a training.
    where : str or None
        The tensor or the first element concerned.
    weight : float
        Among findings of one level the heavier one is told first.
    """

    cause: str
    level: str
    title: str
    evidence: str
    remedy: str
    chain: tuple[str, ...] = ()
    step: int | None = None
    where: str | None = None
    weight: float = field(default=0.0, compare=False)

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"Finding: level={self.level!r}; use {', '.join(LEVELS)}")

    def to_dict(self) -> dict[str, Any]:
        """The finding as what JSON can hold."""
        return {key: plain(value) for key, value in asdict(self).items() if key != "weight"}


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then warnings, then notes; the heavier first."""
    return tuple(sorted(findings, key=lambda finding: (LEVELS.index(finding.level), -finding.weight)))


def plain(value: Any) -> Any:
    """The value as what JSON can hold: infinities and NaN are text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def short(value: float | None) -> str:
    """A number as one reads it: four digits."""
    if value is None:
        return "unknown"
    if isinstance(value, int) or (math.isfinite(value) and value == int(value) and abs(value) < 1e6):
        return f"{int(value):,}"
    return f"{value:.4g}"


def count(n: int, noun: str, plural: str | None = None) -> str:
    """ "1 row", "12 rows"."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"
