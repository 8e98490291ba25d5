"""The pictures of `explain`, as charts of the report."""

from __future__ import annotations

from collections.abc import Sequence

from stablesoftmax.doctor.curves import Series, chart
from stablesoftmax.doctor.logit_statistics import LogitStatistics

__all__ = ["histogram", "logit_charts"]

BINS = 40
MOST_POINTS = 1500
LEAST_ERROR = 0.01  # ulp that are drawn


def histogram(values: Sequence[float]) -> tuple[list[float], list[float]]:
    """The middles of equal bins and how many values each holds."""
    low, high = min(values), max(values)
    width = high / BINS - low / BINS or 1.0  # finite, whatever they are
    counts = [0.0] * BINS
    for value in values:
        counts[min(int(value / width - low / width), BINS - 1)] += 1
    return [low + (i + 0.5) * width for i in range(BINS)], counts


def logit_charts(found: LogitStatistics) -> list[str]:
    """Range, error and entropy."""
    sample = found.sample
    if not sample["logits"]:
        return []
    limit = found.format.exp_limit
    near = found.largest > limit / 3
    charts = [
        chart(
            "Logits", f"How often each value occurs{'' if near else '; the limit of e^x is far to the right'}.",
            [Series("logits", *histogram(sample["logits"]), kind="bars")],
            x_label="logit", marks=[(limit, "e^x is inf")] if near else [],
        )
    ]  # fmt: skip
    seen = [(a, b) for a, b in zip(sample["distances"], sample["errors"], strict=True) if b >= LEAST_ERROR]
    seen = seen[:: max(1, len(seen) // MOST_POINTS)]
    charts.append(
        chart(
            "Error of the textbook formula", "exp(x - max) / sum, in units in the last place; ours stays below the line.",
            [Series("elements", [a for a, _ in seen], [b for _, b in seen], kind="points")],
            x_label="distance from the largest logit of the row", log=True, limits=[(1.0, "1 ulp")],
        )
    )  # fmt: skip
    charts.append(
        chart(
            "Entropy of the rows", "In nats; 0 is certainty.",
            [Series("rows", *histogram(sample["entropies"]), kind="bars")], x_label="entropy",
        )
    )  # fmt: skip
    return charts
