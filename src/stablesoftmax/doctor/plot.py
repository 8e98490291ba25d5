"""The pictures of `explain` by matplotlib."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from stablesoftmax.doctor.logit_curves import histogram
from stablesoftmax.doctor.logit_statistics import LogitStatistics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw"]

COLOUR, LIMIT = "#0072b2", "#d55e00"
FARTHEST = 1e300  # matplotlib's own arithmetic overflows near the end of float64


def draw(found: LogitStatistics) -> Figure:
    """Logits with the limit of e^x, the error of the textbook formula by distance from the maximum, the entropy of the rows."""
    if importlib.util.find_spec("matplotlib") is None:
        raise ModuleNotFoundError("explain: matplotlib is not installed; pip install 'stablesoftmax[plot]'")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3.6), dpi=120, layout="constrained")
    logits, errors, entropies = figure.subplots(1, 3)
    sample = {key: [min(max(value, -FARTHEST), FARTHEST) for value in values] for key, values in found.sample.items()}
    for axes, key, label in ((logits, "logits", "logit"), (entropies, "entropies", "entropy of a row, nats")):
        if sample[key]:
            middles, counts = histogram(sample[key])
            axes.bar(middles, counts, width=middles[1] - middles[0], color=COLOUR)
        axes.set_xlabel(label)
    if found.largest > found.format.exp_limit / 3:
        logits.axvline(found.format.exp_limit, color=LIMIT, linestyle=":", label=f"e^x is inf in {found.format.name}")
        logits.legend(frameon=False, fontsize=8)
    errors.scatter(sample["distances"], sample["errors"], s=5, alpha=0.5, linewidths=0, color=COLOUR)
    errors.axhline(1, color="black", linewidth=0.8)
    errors.set_yscale("log")
    errors.set_ylim(1e-2, max(10.0, 2 * found.textbook_ulp))
    errors.set_xlabel("distance from the largest logit of the row")
    errors.set_ylabel("error of the textbook formula, ulp")
    for axes in (logits, errors, entropies):
        axes.spines[["top", "right"]].set_visible(False)
    return figure
