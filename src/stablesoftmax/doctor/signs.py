"""Signs in steps that are finite: trouble that is coming, and trouble that never becomes NaN. Each rule is a function."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import median

from stablesoftmax.doctor.diagnosis import bad_targets, library_of_records
from stablesoftmax.doctor.explosion import GROWN, LARGE_GAIN, LARGE_LOSS, first_gain, loss_at_first, update_ratio
from stablesoftmax.doctor.findings import Finding, count, short
from stablesoftmax.doctor.formats import FORMATS
from stablesoftmax.doctor.records import Record
from stablesoftmax.doctor.remedies import CAUSES, remedy

__all__ = ["signs"]

ENOUGH = 4  # steps that must show a thing before it is called a habit
LEARNT = 0.8  # a loss below this share of the first one has learnt something
VANISHED = 1e-4  # the first layer's gradient relative to the last one's, by root mean square
DEAD = 0.75  # share of units that are 0 for a whole batch
SWOLLEN = 10.0  # times the size that the weights had at first
LONG_STEP = 0.3  # of the size of the weights, step after step
FROZEN = 1e-3  # a layer that moves by no more than this share of its size in a whole training learns nothing
LATENT = 0.75  # share of the logit at which e^x overflows


def signs(records: Sequence[Record], trouble: Record | None) -> Iterator[Finding]:
    """Findings in finite steps, in order of time; `trouble` is the first step that is not, if there is one."""
    if not records:
        return
    library = library_of_records(records)

    def finding(cause: str, level: str, evidence: str, record: Record, where: str | None = None, weight: float = 0.0) -> Finding:
        return Finding(cause, level, CAUSES[cause][0], evidence, remedy(cause, library), (), record.step, where, weight)

    for rule in (
        _targets,
        _twice,
        _collapsed,
        _loss_scale,
        _initialisation,
        _diverged,
        _dead,
        _vanishing,
        _growing,
        _saturated,
        _latent,
        _skipped,
    ):
        for cause, level, evidence, record, where, weight in rule(records, trouble):
            yield finding(cause, level, evidence, record, where, weight)


_Sign = tuple[str, str, str, Record, str | None, float]


def _losses(records: Sequence[Record]) -> list[tuple[int, float]]:
    return [(one.step, one.loss) for one in records if one.loss is not None and math.isfinite(one.loss)]


def _has_learnt(records: Sequence[Record]) -> bool | None:
    """Whether the loss went down; None where that cannot be told."""
    losses = [loss for _, loss in _losses(records)]
    if len(losses) < ENOUGH:
        return None
    end, rows = median(losses[-3:]), records[-1].rows
    if rows is not None and abs(end - math.log(rows.classes)) < 0.03 * math.log(rows.classes):
        return False  # what one pays who knows nothing, wherever the loss began
    return end < LEARNT * losses[0]


def _targets(records: Sequence[Record], trouble: Record | None) -> Iterator[_Sign]:
    for record in records:
        found = bad_targets(record)
        if found:
            yield (
                "labels-out-of-range",
                "error",
                found[1] + " Nothing was NaN: an index may have wrapped around.",
                record,
                found[0],
                90,
            )
            return


def _twice(records: Sequence[Record], trouble: Record | None) -> Iterator[_Sign]:
    """Logits that are probabilities, of which the loss takes the softmax once more."""
    with_rows = [one for one in records if one.rows is not None]
    if len(with_rows) < ENOUGH or not all(one.rows is not None and one.rows.normalised for one in with_rows):
        return
    last = with_rows[-1]
    assert last.rows is not None
    evidence = "Every row of the logits lies in [0, 1] and sums to 1"
    names = {name.partition("(")[0] for one in records for name in one.loss_path}
    if names:
        if "LogSoftmax" in names or "Softmax" in names:
            yield "softmax-twice", "error", f"{evidence}, and the loss begins with another softmax.", last, "logits", 80
        return
    as_logits = as_probabilities = 0.0
    known = 0
    for one in with_rows:
        if (
            one.rows is not None
            and one.rows.loss is not None
            and one.loss is not None
            and one.rows.loss_of_probabilities is not None
        ):
            known += 1
            as_logits += abs(one.loss - one.rows.loss)
            as_probabilities += abs(one.loss - one.rows.loss_of_probabilities)
    classes = last.rows.classes
    floor = math.log(1 + (classes - 1) / math.e)
    if known >= ENOUGH:
        if as_logits < as_probabilities or as_probabilities / known > 0.3:
            evidence += f", and the loss is that of their softmax (it cannot fall below {floor:.3g})."
            yield "softmax-twice", "error", evidence, last, "logits", 80
        return
    losses = [loss for _, loss in _losses(records)]
    if losses and min(losses) > 0.95 * floor and max(losses) < math.log(math.e + classes - 1) + 0.1:
        evidence += f", and the loss never fell below {floor:.3g}, which a second softmax allows."
        yield "softmax-twice", "warning", evidence, last, "logits", 50


def _collapsed(records: Sequence[Record], trouble: Record | None) -> Iterator[_Sign]:
    """A loss of exactly 0, or gradients of exactly 0 while rows are certain."""
    zero = [one for one in records if one.loss == 0.0]
    rows = next((one.rows for one in zero if one.rows is not None and one.rows.collapsed > 0), None)
    if len(zero) >= 2 and rows is not None:  # otherwise it may be a hinge, whose loss is 0 when it has done its work
        share = f"{100 * rows.collapsed:.3g} % of the rows have a loss below half an ulp of 1."
        yield "collapsed-cross-entropy", "error", f"The loss is exactly 0 since step {zero[0].step:,}. {share}", zero[0], "loss", 70


def _loss_scale(records: Sequence[Record], trouble: Record | None) -> Iterator[_Sign]:
    """float16 gradients of which most are 0 while the activations are not."""
    seen = []
    for record in records:
        half = [one for one in record.role("grads").values() if one.dtype == "float16"]
        size = sum(one.size for one in half)
        if half and (record.loss is None or record.loss > 1e-3):
            zeros = sum(one.zeros * one.size for one in half) / size
            largest = max(one.largest for one in half)
            if zeros > 0.5 and largest < 2.0**-12:
                seen.append((record, zeros, largest))
    if len(seen) >= ENOUGH:
        record, zeros, largest = seen[-1]
        scale = "no loss scale is used" if record.loss_scale in (None, 1.0) else f"the loss scale is {short(record.loss_scale)}"
        yield (
            "loss-scale", "error",
            f"{100 * zeros:.3g} % of the float16 gradients are exactly 0, the largest is {short(largest)}, and {scale}: "
            "float16 ends at 6e-8.",
            record, "grads", 65,
        )  # fmt: skip


def _initialisation(records: Sequence[Record], trouble: Record | None) -> Iterator[_Sign]:
    first = records[0]
    loss, (gain, whose) = loss_at_first(first), first_gain(first)
    if first.step == 1 and loss is not None and loss > LARGE_LOSS and gain > LARGE_GAIN:
        assert first.loss is not None
        level = "warning" if _has_learnt(records) and trouble is None else "error"
        yield (
            "initialisation-too-large", level,
            f"The first loss is {short(first.loss)}, {short(loss)} times that of knowing nothing, and {whose} makes signals "
            f"{short(gain)} times larger (1 to 1.4 is right).",
            first, whose, 60,
        )  # fmt: skip


def _diverged(records: Sequence[Record], trouble: Record | None) -> Iterator[_Sign]:
    """The loss rose far above where it began, or steps are as large as the weights, and nothing is learnt."""
    losses = _losses(records)
    if len(losses) < ENOUGH:
        return
    first, worst = losses[0][1], max(losses, key=lambda pair: pair[1])
    ratios = [(ratio, one) for one in records if (ratio := update_ratio(one)) is not None]
    ratio, record = max(ratios, key=lambda pair: pair[0], default=(0.0, records[-1]))
    rose = worst[1] > 10 * max(first, 0.1) and worst[0] > losses[0][0]
    end = median([loss for _, loss in losses[-3:]])
    lost = end > 0.9 * first or (worst[1] > 30 * max(first, 0.1) and end > 0.5 * first)
    sizes = [norm for one in (records[0], records[-1]) if (norm := one.norm("weights"))]
    grew = len(sizes) == 2 and sizes[1] > SWOLLEN * sizes[0]
    if lost and (rose or ratio > 0.5 or grew):
        at = next((one for one in records if one.step == worst[0]), record)
        evidence = f"The loss went from {short(first)} to {short(worst[1])} at step {worst[0]:,} and ended at {short(end)}"
        moved = f"; step {record.step:,} moved the weights by {short(ratio)} of their size (0.001 is usual)" if ratio > 0.05 else ""
        moved += f"; the weights became {short(sizes[1] / sizes[0])} times as large" if grew else ""
        gain, _ = first_gain(records[0])
        begin = loss_at_first(records[0])
        if gain > LARGE_GAIN and begin is not None and begin > LARGE_LOSS:
            return  # the first weights are to blame
        yield "learning-rate-too-high", "error", f"{evidence}{moved}.", at, "grads", 62
    elif rose and worst[1] > 30 * max(first, 0.1):
        yield (
            "learning-rate-too-high", "warning",
            f"The loss rose from {short(first)} to {short(worst[1])} at step {worst[0]:,} before it fell again.",
            next((one for one in records if one.step == worst[0]), record), "grads", 30,
        )  # fmt: skip


def _dead(records: Sequence[Record], trouble: Record | None) -> Iterator[_Sign]:
    """A layer most of whose units are 0 for whole batches."""
    if len(records) < ENOUGH or _has_learnt(records):
        return
    recent = records[-ENOUGH:]
    for path in recent[-1].role("activations"):
        shares = [record.tensors[path].dead for record in recent if path in record.tensors and record.tensors[path].shape[0] >= 8]
        if len(shares) == ENOUGH and min(shares) > DEAD:
            since = next(one for one in records if path in one.tensors and one.tensors[path].dead > DEAD)
            yield (
                "dead-units", "error",
                f"{100 * min(shares):.3g} % of the units of {path} are 0 for every row, since step {since.step:,}.",
                since, path, 58,
            )  # fmt: skip
            return


def _vanishing(records: Sequence[Record], trouble: Record | None) -> Iterator[_Sign]:
    """Gradients of the first layer far below those of the last, and no learning; or none any more, without that layer."""
    learnt = _has_learnt(records)
    if learnt is None or (learnt and not _stands_still(records)):
        return
    ratios = []
    for record in records:
        grads = list(record.role("grads").items())
        matrix = next(((path, one) for path, one in grads if len(one.shape) >= 2), None)
        path, largest = max(grads, key=lambda pair: pair[1].rms, default=("", None))
        if matrix is not None and largest is not None and largest.rms > 0:
            ratios.append((matrix[1].rms / largest.rms, record, matrix[0], path))
    small = [one for one in ratios if one[0] < VANISHED]
    if len(small) >= ENOUGH and len(small) > len(ratios) / 2:
        ratio, record, first, last = small[0]
        evidence = f"The gradient of {first} is {short(ratio)} of that of {last}, and the loss"
        if not learnt:
            yield "vanishing-gradient", "error", f"{evidence} has not gone down.", record, first, 56
        elif (moved := _moved(records, first)) is not None and moved < FROZEN:
            evidence += f" stands still: in the whole training {first} moves by {short(moved)} of the size of its weights."
            yield "vanishing-gradient", "warning", evidence, record, first, 27


def _stands_still(records: Sequence[Record]) -> bool:
    """Whether the last third of the losses is hardly below the third before."""
    losses = [loss for _, loss in _losses(records)]
    third = len(losses) // 3
    return third > 0 and median(losses[-third:]) > 0.9 * median(losses[-2 * third : -third])


def _moved(records: Sequence[Record], gradient: str) -> float | None:
    """By how much of their size the weights of a gradient move at most in all steps; None for optimizers that normalise theirs."""
    weights, found = gradient.replace("grads", "weights", 1), 0.0
    for one in records:
        if one.adaptive or one.learning_rate is None or one.tensors.get(weights) is None or not one.tensors[weights].rms:
            return None
        if gradient in one.tensors:
            found = max(found, one.learning_rate * one.tensors[gradient].rms / one.tensors[weights].rms)
    return found * records[-1].step


def _skipped(records: Sequence[Record], trouble: Record | None) -> Iterator[_Sign]:
    """Gradients that overflowed and went into no weight."""
    skipped = [one for one in records if one.skipped]
    if skipped:
        last = f" and the last {skipped[-1].step:,}" if len(skipped) > 1 else ""
        evidence = f"{count(len(skipped), 'step')} of those looked at; the first is {skipped[0].step:,}{last}."
        yield "skipped-steps", "note", evidence, skipped[0], "grads", 8


def _growing(records: Sequence[Record], trouble: Record | None) -> Iterator[_Sign]:
    """Gradients far above what they used to be, or steps that are a good part of the weights."""
    if trouble is not None:
        return
    norms = [(norm, one) for one in records if (norm := one.norm("grads")) is not None and math.isfinite(norm)]
    if len(norms) > ENOUGH:
        usual = median([norm for norm, _ in norms[:-1]])
        if norms[-1][0] > GROWN * usual > 0:
            evidence = f"The gradient norm is {short(norms[-1][0])}, and was {short(usual)} in most steps before."
            yield "exploding-gradient", "warning", evidence, norms[-1][1], "grads", 28
    ratios = [(ratio, one) for one in records if one.step > 16 and (ratio := update_ratio(one)) is not None and ratio > LONG_STEP]
    if len(ratios) >= ENOUGH:
        ratio, record = max(ratios, key=lambda pair: pair[0])
        evidence = f"{len(ratios)} of the steps looked at moved the weights by up to {short(ratio)} of their size (0.001 is usual)."
        yield "learning-rate-too-high", "warning", evidence, record, "grads", 26


def _saturated(records: Sequence[Record], trouble: Record | None) -> Iterator[_Sign]:
    """Certain and wrong: nearly one-hot rows with a loss above that of knowing nothing."""
    seen = [
        one
        for one in records[1:]
        if one.rows is not None and one.rows.saturated > 0.9 and one.loss is not None and one.loss > math.log(one.rows.classes)
    ]
    if len(seen) >= ENOUGH and len(seen) > len(records) / 2:
        rows = seen[-1].rows
        assert rows is not None
        yield (
            "saturated-softmax", "warning",
            f"{100 * rows.saturated:.3g} % of the rows are certain to within 1e-6, and the loss is {short(seen[-1].loss)}.",
            seen[0], "logits", 20,
        )  # fmt: skip


def _latent(records: Sequence[Record], trouble: Record | None) -> Iterator[_Sign]:
    """Logits on their way to the overflow of exp; once they have passed it and nothing happened, the softmax is a safe one."""
    if any("LogSoftmax" in one.loss_path for one in records):
        return
    known = [(one.tensors["logits"].high, one) for one in records if "logits" in one.tensors]
    if len(known) < 2 or trouble is not None:
        return
    form = FORMATS.get(known[-1][1].tensors["logits"].dtype, FORMATS["float64"])
    limit = form.exp_limit
    if form.name == "float16":
        return  # every trained network passes 11; its softmax is computed in float32 or is nan by now
    highest, record = max(known, key=lambda pair: pair[0])
    recent = max(high for high, _ in known[-(len(known) // 3 or 1) :])
    earlier = max(high for high, _ in known[: -(len(known) // 3 or 1)])
    if LATENT * limit < highest <= limit and recent + (recent - earlier) > limit:
        evidence = f"The largest logit grew from {short(known[0][0])} to {short(highest)}; e^x overflows at {limit:.4g}."
        yield "latent-overflow", "warning", evidence, record, "logits", 10
    elif highest > limit:
        evidence = f"The largest logit was {short(highest)}, beyond {limit:.4g}, where a naive softmax becomes NaN."
        yield "safe-softmax", "note", evidence, record, "logits", 10
