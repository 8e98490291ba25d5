"""After the first nan or inf: which link of the step broke first, and why.

A step is a chain: inputs, targets, activations, logits, probabilities, loss, gradients, weights. The rules look for the first link
that is not finite; what is finite before it, and what earlier steps looked like, is the evidence. Each rule is a function of
its own; the first that answers decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from stablesoftmax.doctor.explosion import explosion
from stablesoftmax.doctor.findings import Finding, count, short
from stablesoftmax.doctor.formats import FORMATS, Format
from stablesoftmax.doctor.records import Record
from stablesoftmax.doctor.remedies import CAUSES, remedy
from stablesoftmax.doctor.statistics import Measured

__all__ = ["bad_targets", "diagnose", "library_of_records"]

HUGE = 1e15  # activations or weights beyond this have exploded, whatever became nan first
OUTLIER = 1e4  # times the largest input of all steps before: a corrupt number
IGNORED = -100  # torch's ignore_index
ROOTS = {"Sqrt", "Norm", "LinalgVectorNorm", "Rsqrt", "CdistForward", "EuclideanDist"}  # operations of torch


@dataclass(frozen=True)
class _Answer:
    """A cause with what showed it."""

    cause: str
    evidence: str
    where: str


def library_of_records(records: Sequence[Record]) -> str:
    """The library that the training is written in."""
    return next((one.library for record in records for one in record.tensors.values()), "numpy")


def format_of_tensor(one: Measured | None) -> Format:
    """The format of a tensor; float64 for integers."""
    return FORMATS.get(one.dtype if one is not None else "float32", FORMATS["float64"])


def broken(one: Measured) -> str:
    """What is not finite in it."""
    parts = ([f"{one.nan:,} NaN"] if one.nan else []) + ([f"{one.inf:,} inf"] if one.inf else [])
    return f"{' and '.join(parts)} of {count(one.size, 'element')}"


def diagnose(record: Record, before: Sequence[Record]) -> Finding:
    """The cause of the first trouble.

    Parameters
    ----------
    record : Record
        The first step in which something was not finite.
    before : sequence of Record
        The steps that are known before it.
    """
    library = library_of_records([record, *before])
    rules = (_data, _update, _forward, _loss, _backward, _last_resort)
    answer = next((found for rule in rules if (found := rule(record, before))), None)
    if answer is None:
        answer = _Answer(
            "unknown", f"First seen in {_first_broken(record)}; give more of the step to Watch.", _first_broken(record)
        )
    return Finding(
        answer.cause, "error", CAUSES[answer.cause][0], answer.evidence, remedy(answer.cause, library),
        tuple(_chain(record, before)), record.step, answer.where, weight=100,
    )  # fmt: skip


# the data --------------------------------------------------------------------------------------------------------------


def bad_targets(record: Record) -> tuple[str, str] | None:
    """(path, evidence) of class indices outside the logits' classes."""
    logits = record.role("logits").get("logits")
    for path, one in record.role("targets").items():
        if logits is None or "int" not in one.dtype or one.shape == logits.shape:
            continue
        classes = logits.shape[-1] if logits.shape else 1
        if classes > 1 and (one.high >= classes or (one.low < 0 and one.low != IGNORED)):
            return path, f"Labels go from {short(one.low)} to {short(one.high)}, and the logits have {classes} classes."
    return None


def _data(record: Record, before: Sequence[Record]) -> _Answer | None:
    for role in ("inputs", "targets"):
        for path, one in record.role(role).items():
            if not one.finite:
                return _Answer("bad-input", f"{path} holds {broken(one)}; it came in with the batch of step {record.step:,}.", path)
            usual = max((other.tensors[path].largest for other in before if path in other.tensors), default=math.inf)
            if one.largest > OUTLIER * usual > 0:
                evidence = f"{path} reaches {short(one.largest)} in step {record.step:,}, and never passed {short(usual)} before."
                return _Answer("bad-input", evidence, path)
    targets = bad_targets(record)
    return _Answer("labels-out-of-range", targets[1], targets[0]) if targets else None


def _update(record: Record, before: Sequence[Record]) -> _Answer | None:
    """Gradients of the step before were finite, and yet the weights that came of them are NaN: the update divided 0 by 0."""
    last = before[-1] if before else None
    if last is None or last.step != record.step - 1:
        return None
    for path, one in record.role("weights").items():
        gradient = last.tensors.get(path.replace("weights", "grads", 1))
        if one.nan and gradient is not None and gradient.finite and one.nan == round(gradient.zeros * gradient.size):
            evidence = (
                f"{path} holds {broken(one)}: just as many as had a gradient of exactly 0 in step {last.step:,}, which was finite."
            )
            return _Answer("zero-norm-division", f"{evidence} The update divides 0 by 0.", path)
    return None


# the forward pass ------------------------------------------------------------------------------------------------------


def _forward(record: Record, before: Sequence[Record]) -> _Answer | None:
    """The first tensor of the forward pass that is not finite; probabilities are the business of `_loss`."""
    last: tuple[str, Measured] | None = None
    for path, one in record.forward():
        if path.startswith("probabilities"):
            return None
        if one.finite:
            last = path, one
            continue
        exploded = explosion(record, before)
        after = "" if last is None else f" after {last[0]}, which is finite ({short(last[1].low)} to {short(last[1].high)})"
        what = f"{path} holds {broken(one)}{after}."
        if last is not None and last[1].largest < HUGE:
            source = last[1]
            if one.nan and source.zero_rows > 0:
                share = f"{100 * source.zero_rows:.3g} % of the rows of {last[0]} are zero, and 0/0 is NaN."
                return _Answer("zero-norm-division", f"{what} {share}", path)
            if one.nan and one.nan == round(source.dead * source.size) and one.shape == source.shape:
                share = (
                    f"{100 * source.dead:.3g} % of the columns of {last[0]} are zero, as many as are NaN: a division by 0 in each."
                )
                return _Answer("zero-norm-division", f"{what} {share}", path)
            if one.dtype == "float16" and (source.largest > math.sqrt(FORMATS["float16"].largest) or _near_the_end(path, before)):
                return _Answer("half-precision-overflow", f"{what} Products of such numbers pass 65504.", path)
            if one.inf and not one.nan and source.low == 0 and source.high <= 1:
                return _Answer("log-of-zero", f"{what} Some of them are 0, whose logarithm is -inf.", path)
            if source.high > format_of_tensor(source).exp_limit and not exploded and not one.low < 0:  # exp is never negative
                limit = format_of_tensor(source).exp_limit
                return _Answer("naive-softmax-overflow", f"{what} Beyond {limit:.4g}, e^x is inf, and inf/inf is NaN.", path)
        if one.dtype == "float16":
            return _Answer("half-precision-overflow", f"{what} float16 ends at 65504.", path)
        if exploded:
            return _Answer(exploded[0], f"{what} {exploded[1]}", path)
        if (
            one.nan == round(one.nan_columns * one.size) > 0
            and (one.nan < one.size or last is not None)  # where all is nan, what came before must have been seen
            and not one.inf
            and all(w.finite for w in record.role("weights").values())
        ):
            return _Answer("zero-norm-division", f"{what} {_nan_columns(one)}", path)
        if path == "logits" and one.nan and (record.output_of or "").startswith("Div"):
            return _Answer("zero-norm-division", f"{what} The last operation of the model is a division: 0/0.", path)
        return None
    return None


def _nan_columns(one: Measured) -> str:
    """What it says that columns are NaN in every row."""
    if one.nan < one.size:
        return f"{100 * one.nan_columns:.3g} % of its columns are NaN in every row, the others in none: a division by 0 there."
    if one.shape[0] == 1:
        return "The batch is a single row: its deviation over the batch is 0, or 0/0."
    return "All of it is NaN, in every row: a division by 0."


def _near_the_end(path: str, before: Sequence[Record]) -> bool:
    """Whether a float16 tensor was already within a factor of 16 of the largest number."""
    seen = [one.largest for record in before if (one := record.tensors.get(path)) is not None]
    return bool(seen) and seen[-1] > FORMATS["float16"].largest / 16


# softmax and the loss --------------------------------------------------------------------------------------------------


def _loss(record: Record, before: Sequence[Record]) -> _Answer | None:
    """Logits are finite; the loss, the probabilities or the gradient for the logits are not."""
    logits, rows = record.role("logits").get("logits"), record.rows
    probabilities = list(record.role("probabilities").items())
    lost = record.lost
    bad = [path for path, one in probabilities if not one.finite]
    given = [path for path, one in record.role("logit_grads").items() if not one.finite]
    if not (lost or bad or given):
        return None
    where = bad[0] if bad else "loss" if lost else given[0]
    if lost and "Log(0)" in record.loss_path and (logits is None or logits.shape[-1:] < (2,)):  # one output: no softmax, no range
        return _Answer("log-of-zero", "On the way from the model's output to the loss the logarithm of 0 is taken.", where)
    if record.loss_scale and not lost and not bad and record.loss_scale > 1:
        return None
    if logits is not None and logits.finite:
        form = format_of_tensor(logits)
        answer = _softmax(record, logits, form, where, nan=bool(bad) or (record.loss is not None and math.isnan(record.loss)))
        if answer:
            return answer
        if logits.largest >= HUGE and (exploded := explosion(record, before)):
            return _Answer(exploded[0], f"The logits have grown to {short(logits.largest)}. {exploded[1]}", where)
    zeros = [path for path, one in probabilities if one.finite and one.low == 0]
    if lost and zeros:
        return _Answer(
            "log-of-zero", f"{zeros[0]} holds {short(probabilities[0][1].zeros * 100)} % zeros: 0 log 0 and log 0.", where
        )
    if any(name in ("Div(0)", "Sqrt(0)") for name in record.loss_path):
        return _Answer("zero-norm-division", "On the way from the model's output to the loss something is divided by 0.", where)
    for path, one in [*record.role("inputs").items(), *record.role("activations").items(), *record.role("logits").items()]:
        if one.zero_rows > 0 and rows is not None and rows.range < 50:
            share = f"{100 * one.zero_rows:.3g} % of the rows of {path} are zero; a division by their norm is 0/0."
            return _Answer("zero-norm-division", share, where)
    if logits is not None and logits.dtype == "float16":
        return _Answer(
            "half-precision-overflow", "The logits are float16 and finite; what is computed of them passes 65504.", where
        )
    return None


def _softmax(record: Record, logits: Measured, form: Format, where: str, nan: bool) -> _Answer | None:
    """Overflow of exp, or the logarithm of a probability that underflowed; by the graph where there is one, else by the numbers."""
    rows, path = record.rows, record.loss_path
    high, operations = logits.high, {name.partition("(")[0] for name in path}
    over = f"The largest logit is {short(high)}, and {form.name} holds e^x up to {form.exp_limit:.4g}: inf/inf is NaN."
    if logits.low >= 0 and high <= 1 and (logits.low == 0 or high == 1) and not high > form.exp_limit:
        return _Answer(
            "log-of-zero", f"The output is a probability of exactly {'0' if logits.low == 0 else '1'}: a logarithm of 0.", where
        )
    if not logits.shape or logits.shape[-1] < 2:
        return None  # one output: no softmax
    if "Exp" in operations and "Div" in operations and not operations & {"Softmax", "LogSoftmax"}:
        if high > form.exp_limit - math.log(max(2, logits.shape[-1])):
            return _Answer("naive-softmax-overflow", over, where)
        if rows is not None and rows.lowest_top < form.exp_floor + 1:
            return _Answer("naive-softmax-overflow", _under(rows.lowest_top, form), where)
    if "Log(0)" in path or ("Log" in operations and operations & {"Softmax", "Sigmoid"}):
        return _Answer("log-of-zero", _range(rows.range if rows else logits.high - logits.low, form), where)
    if high > form.exp_limit and (nan or rows is None or rows.margin is None or rows.margin < -form.exp_floor):
        return _Answer("naive-softmax-overflow", over, where)
    if rows is not None and rows.lowest_top < form.exp_floor + 1:
        return _Answer("naive-softmax-overflow", _under(rows.lowest_top, form), where)
    if rows is not None and rows.range > -form.exp_floor - 2:
        return _Answer("log-of-zero", _range(rows.range, form), where)
    total = high + math.log(max(1, logits.shape[-1] if logits.shape else 1))
    if total > form.exp_limit:
        return _Answer("naive-softmax-overflow", over, where)
    if rows is None and logits.high - logits.low > -form.exp_floor:
        return _Answer("log-of-zero", _range(logits.high - logits.low, form), where)
    return None


def _under(top: float, form: Format) -> str:
    return f"All logits of a row are below {short(top)}, and every e^x under {form.exp_floor:.4g} is 0 in {form.name}: 0/0 is NaN."


def _range(distance: float, form: Format) -> str:
    return (
        f"Logits of a row lie up to {short(distance)} apart: the smallest probability, e^-{short(distance)}, is 0 in {form.name} "
        f"(which ends at e^{form.exp_floor:.4g}), and its logarithm -inf."
    )


# the backward pass -----------------------------------------------------------------------------------------------------


def _backward(record: Record, before: Sequence[Record]) -> _Answer | None:
    """The loss is finite; gradients or weights are not."""
    if not all(one.finite for _, one in record.forward()) or record.lost:
        return None
    grads = [
        (path, one) for role in ("logit_grads", "grads", "weights") for path, one in record.role(role).items() if not one.finite
    ]
    if not grads:
        return None
    path, one = grads[0]
    what = f"The loss is finite, and {path} holds {broken(one)}."
    if record.loss_scale is not None and record.loss_scale > 1:
        return _Answer("loss-scale", f"{what} The loss was multiplied by {short(record.loss_scale)}.", path)
    if one.dtype == "float16":
        return _Answer("half-precision-overflow", what, path)
    exploded = explosion(record, before)
    rows = record.rows
    form = format_of_tensor(record.role("logits").get("logits"))
    if rows is not None and rows.range > -form.exp_floor - 2 and not exploded:
        return _Answer("log-of-zero", f"{what} {_range(rows.range, form)} Its derivative, 0 times inf, is NaN.", path)
    if one.nan and not exploded:
        roots = [name for name in record.loss_path if name.partition("(")[0] in ROOTS]
        if roots:
            return _Answer(
                "zero-norm-division", f"{what} The loss goes through {roots[0]}, whose derivative at 0 is inf or 0/0.", path
            )
        for name, source in [*record.role("inputs").items(), *record.role("activations").items(), *record.role("logits").items()]:
            if source.zero_rows > 0:
                share = f"{100 * source.zero_rows:.3g} % of the rows of {name} are zero, where the derivative of a norm is 0/0."
                return _Answer("zero-norm-division", f"{what} {share}", path)
    if exploded:
        return _Answer(exploded[0], f"{what} {exploded[1]}", path)
    return _Answer("exploding-gradient", what, path) if one.inf else None


def _last_resort(record: Record, before: Sequence[Record]) -> _Answer | None:
    """No link tells by itself; the steps before it may."""
    exploded = explosion(record, before)
    return _Answer(exploded[0], exploded[1], _first_broken(record)) if exploded else None


# the chain -------------------------------------------------------------------------------------------------------------


def _first_broken(record: Record) -> str:
    for path, one in record.tensors.items():
        if not one.finite:
            return path
    return "loss"


def _chain(record: Record, before: Sequence[Record]) -> list[str]:
    """What led there, in words: how the logits and gradients went, then the links that broke, in order."""
    chain = []
    if before:
        first, last = before[0], before[-1]
        for role, what in (("logits", "largest logit"), ("grads", "gradient norm"), ("weights", "weight norm")):
            ends = [_size(one, role) for one in (first, last, record)]
            if ends[0] is not None and ends[1] is not None:
                here = "" if ends[2] is None or not math.isfinite(ends[2]) else f", {short(ends[2])} at step {record.step:,}"
                chain.append(f"{what} {short(ends[0])} at step {first.step:,}, {short(ends[1])} at step {last.step:,}{here}")
    shown = 0
    for path, one in record.tensors.items():
        if not one.finite and shown < 4:
            chain.append(f"step {record.step:,}: {path} holds {broken(one)}")
            shown += 1
        if path == "logits" and record.lost:
            chain.append(f"step {record.step:,}: the loss is {record.loss}")
    return chain


def _size(record: Record, role: str) -> float | None:
    if role == "logits":
        one = record.role("logits").get("logits")
        return one.high if one is not None and one.high == one.high else None
    return record.norm(role)
