"""Whether a training exploded, and which of the two it was: the first weights, or the learning rate."""

from __future__ import annotations

import math
from collections.abc import Sequence

from stablesoftmax.doctor.findings import short
from stablesoftmax.doctor.records import Record
from stablesoftmax.doctor.statistics import Measured

__all__ = ["explosion", "first_gain", "loss_at_first", "update_ratio"]

GROWN = 100.0  # gradients or weights that have grown this much
LARGE_GAIN = 4.0  # rms * sqrt(inputs) of first weights: 1.41 for He, 1 for Glorot of a square layer
LARGE_LOSS = 5.0  # times log(classes), which is the loss of a network that knows nothing
LARGE_UPDATE = 0.1  # of the weights in one step


def first_gain(record: Record) -> tuple[float, str]:
    """The largest factor by which first weights make a signal grow, rms * sqrt(inputs), and whose it is."""
    found = (0.0, "")
    for path, one in record.role("weights").items():
        if len(one.shape) >= 2 and one.finite and min(one.shape) > 1:
            found = max(found, (one.rms * math.sqrt(_inputs(one)), path))
    return found


def _inputs(one: Measured) -> int:
    """Inputs of a unit: weights are (inputs, outputs), and (outputs, inputs, *window) in torch."""
    return math.prod(one.shape[1:] if one.library == "torch" else one.shape[:-1])


def _outputs(record: Record) -> int:
    """Outputs of all layers; of weights without a matrix, those of a linear model with one output."""
    layers = [one for one in record.role("weights").values() if len(one.shape) >= 2]
    return sum(one.size // max(1, _inputs(one)) for one in layers) or 1


def loss_at_first(record: Record) -> float | None:
    """The first loss in units of log(classes)."""
    if record.loss is None or record.rows is None:
        return None
    return record.loss / math.log(record.rows.classes)


def update_ratio(record: Record) -> float | None:
    """The step that the weights take, relative to their size: by the learning rate and the gradient.

    Weights that begin at 0, as those of a linear model may, are measured by the size that they will have to get: that of a layer
    which keeps signals as they are, whose squares sum to its outputs.
    Momentum is not known and makes it larger; an optimizer that normalises its steps moves each weight by the learning rate.
    """
    if record.learning_rate is None:
        return None
    weights, grads = record.norm("weights"), record.norm("grads")
    if weights is None or grads is None or not math.isfinite(weights):
        return None
    weights = max(weights, math.sqrt(_outputs(record)))
    grads /= record.loss_scale or 1.0
    if record.adaptive:
        return record.learning_rate * math.sqrt(record.size("weights")) / weights
    return record.learning_rate * grads / weights


def explosion(record: Record, before: Sequence[Record]) -> tuple[str, str] | None:
    """(cause, evidence) if gradients, weights or logits have grown out of all proportion; None if they have not."""
    first = before[0] if before else record
    grown = []
    for role, what in (("grads", "gradient norm"), ("weights", "weight norm")):
        start = first.norm(role)
        end = record.norm(role)
        if end is None or not math.isfinite(end):
            end = next((n for one in reversed(before) if (n := one.norm(role)) is not None and math.isfinite(n)), None)
        if start and end and end > GROWN * start:
            grown.append(f"the {what} went from {short(start)} at step {first.step:,} to {short(end)}")
    loss = loss_at_first(first)
    gain, whose = first_gain(first)
    too_large = gain > LARGE_GAIN and (loss is None or loss > LARGE_LOSS or not math.isfinite(loss))
    if first is record and not too_large:
        too_large = gain > LARGE_GAIN
    if too_large:
        return (
            "initialisation-too-large",
            f"At step {first.step:,} {whose} made signals {short(gain)} times larger (rms times root of inputs; 1 to 1.4 is right)"
            + (f", and the loss began at {short(first.loss)}." if first.loss is not None else "."),
        )
    ratios = [(ratio, one.step) for one in [*before, record] if (ratio := update_ratio(one)) is not None and math.isfinite(ratio)]
    worst = max(ratios, default=(0.0, 0))
    huge = [
        f"{path} has reached {short(one.largest)}"
        for path, one in record.tensors.items()
        if one.largest > 1e12 and not path.startswith(("inputs", "targets"))
    ]
    if worst[0] > LARGE_UPDATE and (grown or huge or worst[0] > 1):
        evidence = f"Step {worst[1]:,} moved the weights by {short(worst[0])} of their size (0.001 is usual)"
        return "learning-rate-too-high", "; ".join([evidence, *grown, *huge[:1]]) + "."
    if grown or huge:
        evidence = "; ".join([*grown, *huge[:1]]) + "."
        return "learning-rate-too-high" if record.learning_rate is not None else "exploding-gradient", evidence[
            0
        ].upper() + evidence[1:]
    return None
