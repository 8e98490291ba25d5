"""A watched training in one sentence, in numbers, and in curves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from stablesoftmax.doctor.curves import Series, chart
from stablesoftmax.doctor.findings import plain, short
from stablesoftmax.doctor.formats import FORMATS
from stablesoftmax.doctor.records import Record

if TYPE_CHECKING:
    from stablesoftmax.doctor.watch import Watch

__all__ = ["as_dict", "facts", "training_charts", "verdict"]


def verdict(watch: Watch) -> str:
    """One sentence."""
    if not watch.records:
        return "Nothing was watched yet: call watch.step(loss=..., logits=...) in every step."
    diagnosis = watch.diagnosis
    trouble = next((one for one in watch.records if one.trouble), None)
    if diagnosis is None:
        return f"This training is healthy: {watch.steps:,} steps, nothing above a note."
    if trouble is not None:
        return f"The first NaN or inf came at step {trouble.step:,}. {diagnosis.title}"
    if diagnosis.level == "error":
        return f"Nothing became NaN, but this training is ill. {diagnosis.title}"
    return f"Nothing became NaN, but be warned. {diagnosis.title}"


def facts(watch: Watch) -> list[tuple[str, str]]:
    """What the letter tells beside the findings."""
    records = watch.records
    found = [("steps", f"{watch.steps:,}, of which {len(records):,} are kept (every {watch.every:,} and around trouble)")]
    for name, value in (
        ("loss", _loss),
        ("largest logit", _top),
        ("entropy", _entropy),
        ("gradient norm", _grads),
        ("weight norm", _weights),
    ):
        known = [(one.step, v) for one in records if (v := value(one)) is not None and math.isfinite(v)]
        if known:
            most = max(known, key=lambda pair: pair[1])
            found.append(
                (name, f"{short(known[0][1])} at first, {short(known[-1][1])} at last, at most {short(most[1])} (step {most[0]:,})")
            )
    return found


def as_dict(watch: Watch) -> dict[str, Any]:
    """Everything as what JSON can hold."""
    return {
        "verdict": verdict(watch),
        "steps": watch.steps,
        "findings": [finding.to_dict() for finding in watch.findings],
        "records": [plain(asdict(record)) for record in watch.records],
    }


def _loss(record: Record) -> float | None:
    return record.loss


def _top(record: Record) -> float | None:
    logits = record.tensors.get("logits")
    return None if logits is None else logits.high


def _low(record: Record) -> float | None:
    logits = record.tensors.get("logits")
    return None if logits is None else logits.low


def _entropy(record: Record) -> float | None:
    return None if record.rows is None else record.rows.entropy


def _grads(record: Record) -> float | None:
    return record.norm("grads")


def _weights(record: Record) -> float | None:
    return record.norm("weights")


def training_charts(watch: Watch) -> list[str]:
    """Loss, gradient norm, logit range and entropy over the steps, with the moment of onset marked."""
    records = watch.records
    trouble = next((one for one in records if one.trouble), None)
    diagnosis = watch.diagnosis
    onset = (
        trouble.step if trouble is not None else diagnosis.step if diagnosis is not None and diagnosis.level == "error" else None
    )
    marks = [] if onset is None else [(float(onset), f"step {onset:,}")]

    def series(name: str, value: Callable[[Record], float | None]) -> Series:
        return Series(name, [one.step for one in records], [math.nan if (v := value(one)) is None else v for one in records])

    logits = next((one.tensors["logits"] for one in records if "logits" in one.tensors), None)
    limit = FORMATS.get(logits.dtype if logits is not None else "float32", FORMATS["float64"]).exp_limit
    highest = max((v for one in records if (v := _top(one)) is not None and math.isfinite(v)), default=0.0)
    limits = [(limit, f"e^x overflows at {limit:.4g}")] if limit / 3 < highest < 30 * limit else []
    classes = next((one.rows.classes for one in records if one.rows is not None), None)
    uniform = [] if classes is None else [(math.log(classes), f"uniform over {classes:,}")]
    return [
        chart("Loss", "As it was minimised.", [series("loss", _loss)], x_label="step", log=True, marks=marks),
        chart(
            "Gradient norm and weight norm", "Over all parameters.", [series("gradients", _grads), series("weights", _weights)],
            x_label="step", log=True, marks=marks,
        ),
        chart(
            "Range of the logits", "The largest and the smallest of the batch.",
            [series("largest", _top), series("smallest", _low)], x_label="step", marks=marks, limits=limits,
        ),
        chart(
            "Entropy of softmax", "Mean over rows, in nats; 0 is certainty.", [series("entropy", _entropy)], x_label="step",
            marks=marks, limits=uniform,
        ),
    ]  # fmt: skip
