"""The whole demo, without showing anything: two trainings, then three formulas on the better network's logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stablesoftmax.demo.compare import ConfidentRow, Measured, exactly, measure, most_confident
from stablesoftmax.demo.digits import Digits, load
from stablesoftmax.demo.formulas import FORMULAS, NAIVE, OURS
from stablesoftmax.demo.network import Progress, Training, train
from stablesoftmax.doctor.watch import Watch

__all__ = ["Outcome", "run"]


@dataclass(frozen=True)
class Outcome:
    """Everything that the demo found.

    Attributes
    ----------
    training, held_out : Digits
        The data.
    naive, ours : Training
        The same training with two softmaxes.
    logits : array of shape (rows, classes)
        Those of the network trained with ours, for the held-out digits.
    measured : list of Measured
        The formulas, in the order of `FORMULAS`.
    confident : ConfidentRow
        One row of the logits.
    watch : Watch
        What the doctor saw of the naive training.
    """

    training: Digits
    held_out: Digits
    naive: Training
    ours: Training
    logits: NDArray[Any]
    measured: list[Measured]
    confident: ConfidentRow
    watch: Watch

    def summary(self) -> dict[str, Any]:
        """Return the findings as what JSON can hold; infinities and NaN are text."""
        return {
            "images": {"training": len(self.training.labels), "held_out": len(self.held_out.labels)},
            "training": {training.formula.name: _history(training) for training in (self.naive, self.ours)},
            "diagnosis": None if self.watch.diagnosis is None else self.watch.diagnosis.to_dict(),
            "logits": {"rows": len(self.logits), "largest": float(self.logits.max())},
            "formulas": {
                measured.formula.name: {
                    "softmax_lost_rows": measured.softmax_lost_rows,
                    "softmax_ulp": _number(measured.softmax_ulp),
                    "log_softmax_lost_rows": measured.log_softmax_lost_rows,
                    "log_softmax_ulp": _number(measured.log_softmax_ulp),
                    "rows_changed_by_shuffling": measured.changed_rows,
                }
                for measured in self.measured
            },
            "confident_row": {
                "index": self.confident.index,
                "exact": str(self.confident.exact),
                **{name: _number(value) for name, value in self.confident.values.items()},
            },
        }


def run(progress: Progress | None = None) -> Outcome:
    """Train twice, then measure.

    Every random number is fixed. What differs between machines is the order in which their matrix products add, and with it the
    last bits of the weights and the step of the first NaN.

    Parameters
    ----------
    progress : callable, optional
        Told after each step of training: the formula's name, the step, the number of steps.

    Returns
    -------
    Outcome
        What there is to show.
    """
    training, held_out = load()
    watch = Watch()
    naive = train(NAIVE, training, held_out, progress, watch)
    ours = train(OURS, training, held_out, progress)
    logits = ours.network.logits(ours.network.hidden(held_out.images))
    exact = exactly(logits)
    measured = [measure(formula, logits, exact) for formula in FORMULAS]
    return Outcome(training, held_out, naive, ours, logits, measured, most_confident(FORMULAS, logits, exact), watch)


def _history(training: Training) -> dict[str, Any]:
    return {
        "steps": len(training.losses),
        "first_nan_step": training.nan_step,
        "largest_logit_then": training.nan_logit,
        "overflowed_then": training.overflowed,
        "last_loss": _number(training.losses[-1]),
        "accuracy": training.accuracy,
    }


def _number(value: float) -> float | str:
    return value if np.isfinite(value) else str(value)
