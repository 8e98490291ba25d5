"""What the demo found, as one picture."""

from __future__ import annotations

from typing import IO, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stablesoftmax.demo.compare import Measured
from stablesoftmax.demo.experiment import Outcome
from stablesoftmax.demo.formulas import NAIVE, OURS, TEXTBOOK

__all__ = ["draw"]

# Colours that remain different to the colour-blind (Okabe and Ito).
COLOURS = {NAIVE.name: "#d55e00", TEXTBOOK.name: "#0072b2", OURS.name: "#009e73"}
INK, FAINT = "#222222", "#dddddd"
SMOOTHED_STEPS = 25
LOWEST_ERROR, HIGHEST_ERROR = 0.01, 1000
# e^-104 is below the smallest subnormal float32: every formula is right about a 0 further away.
FURTHEST = 106


def draw(outcome: Outcome, stream: IO[bytes], format: str) -> None:
    """Draw the two trainings and the errors of the formulas.

    Parameters
    ----------
    outcome : Outcome
        What `experiment.run` returned.
    stream : binary file
        Where the picture goes.
    format : str
        "png", "svg" or "pdf".
    """
    # A figure of its own, without pyplot: no window system is asked for, and no settings of the caller are changed.
    figure = Figure(figsize=(12, 5), dpi=150, layout="constrained", facecolor="white")
    losses, errors = figure.subplots(1, 2, width_ratios=(1, 1.1))
    _draw_losses(losses, outcome)
    _draw_errors(errors, outcome)
    for axes in (losses, errors):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(True, which="major", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(colors=INK)
    figure.savefig(stream, format=format)


def _draw_losses(axes: Axes, outcome: Outcome) -> None:
    for training in (outcome.ours, outcome.naive):
        losses = _smoothed(training.losses)
        axes.plot(
            np.arange(len(losses)) + 1, losses, color=COLOURS[training.formula.name], linewidth=1.8,
            label=f"{training.formula.text}: {training.accuracy:.1%} of held-out digits right",
        )  # fmt: skip
    naive = outcome.naive
    if naive.nan_step is not None:
        colour = COLOURS[NAIVE.name]
        finite = losses[np.isfinite(losses)]  # the naive losses, drawn last
        axes.axvline(naive.nan_step, color=colour, linewidth=1, linestyle=":")
        axes.plot(naive.nan_step, finite[-1], marker="X", markersize=11, color=colour, markeredgecolor="white", zorder=5)
        axes.annotate(
            f"step {naive.nan_step}: a logit of {naive.nan_logit:.1f},\nexp overflows, every weight is NaN",
            (naive.nan_step, 0.82), xycoords=("data", "axes fraction"), xytext=(6, 0), textcoords="offset points",
            color=colour, va="center",
        )  # fmt: skip
    axes.set_yscale("log")
    axes.set_xlim(0, len(outcome.ours.losses))
    axes.set_xlabel("training step")
    axes.set_ylabel(f"loss (mean of {SMOOTHED_STEPS} steps)")
    axes.set_title("The same network, trained twice", loc="left", fontweight="bold")
    axes.legend(loc="upper right", frameon=False, fontsize=9)


def _draw_errors(axes: Axes, outcome: Outcome) -> None:
    distances = outcome.logits.max(axis=-1, keepdims=True) - outcome.logits
    for measured in outcome.measured:
        is_drawn = np.isfinite(measured.softmax_errors).all(axis=-1)
        axes.scatter(
            distances[is_drawn], measured.softmax_errors[is_drawn], s=7, alpha=0.55, linewidths=0,
            color=COLOURS[measured.formula.name], label=_described(measured), rasterized=True,
        )  # fmt: skip
    axes.axhline(1, color=INK, linewidth=1)
    axes.annotate("1 ulp", (1, 1), xycoords=("axes fraction", "data"), xytext=(-4, 3), textcoords="offset points", ha="right")
    axes.set_yscale("log")
    axes.set_ylim(LOWEST_ERROR, HIGHEST_ERROR)
    axes.set_xlim(0, FURTHEST)
    axes.set_xlabel("distance of the logit from the largest of its row")
    axes.set_ylabel("error of softmax, ulp")
    axes.set_title("Error on the trained network's logits", loc="left", fontweight="bold")
    legend = axes.legend(loc="upper left", frameon=False, fontsize=9, markerscale=3)
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set_alpha(1)


def _described(measured: Measured) -> str:
    lost = f", {measured.softmax_lost_rows} rows lost to NaN" if measured.softmax_lost_rows else ""
    return f"{measured.formula.name}: at most {measured.softmax_ulp:.2f} ulp{lost}"


def _smoothed(losses: list[float]) -> NDArray[Any]:
    """Return the mean of the last steps at each step; NaN from the first NaN on."""
    return np.array([np.mean(losses[max(0, i - SMOOTHED_STEPS + 1) : i + 1]) for i in range(len(losses))])
