"""From what was counted to what is said: each rule makes one finding, with its evidence and its remedy."""

from __future__ import annotations

import math
from collections.abc import Iterator

from stablesoftmax.doctor.findings import Finding, count, short
from stablesoftmax.doctor.logit_statistics import Count, LogitStatistics

__all__ = ["findings_of"]

# e^x is about to overflow: that share of the limit (13 of 88.7 in float32) is what a few hundred steps of a training may add.
NEAR = 0.15
# Below this share of log n the rows hardly differ from uniform ones.
LOOKS_UNIFORM = 0.999


def element(at: tuple[int, ...] | None) -> str:
    """The expression of an element: x[3, 17]."""
    return "x" if not at else f"x[{', '.join(map(str, at))}]"


def _rows(found: LogitStatistics, counted: Count) -> str:
    return f"{counted.rows:,} of {count(found.rows, 'row')}"


def _axis(found: LogitStatistics) -> str:
    """The argument that repeats the axis, where it is not the default."""
    if found.axes == (len(found.shape) - 1,) or not found.shape:
        return ""
    return f", axis={found.axes[0] if len(found.axes) == 1 else found.axes}"


def findings_of(found: LogitStatistics) -> Iterator[Finding]:
    """Every finding; the order is the business of `ranked`."""
    yield from _input(found)
    if not found.well:
        return
    yield from _formulas(found)
    yield from _losses(found)
    yield from _remarks(found)


def _input(found: LogitStatistics) -> Iterator[Finding]:
    axis = _axis(found)
    if found.nan.elements:
        yield Finding(
            "bad-input", "error", "NaN is in the logits already: no softmax made it, and none can mend it.",
            f"{count(found.nan.elements, 'element')} in {_rows(found, found.nan)}; the first is {element(found.nan.first)}.",
            "np.argwhere(np.isnan(x))  # then look at what computed these: the layer before, the data, the gradient step\n"
            f"ssm.softmax(x{axis}, where=~np.isnan(x))  # only if NaN means 'missing' in your data",
            where=element(found.nan.first), weight=100,
        )  # fmt: skip
    if found.posinf.elements:
        yield Finding(
            "inf-in-input", "error", "+inf is in the logits: inf - inf has no value, so the row becomes NaN in every library.",
            f"{count(found.posinf.elements, 'element')} in {_rows(found, found.posinf)}; the first is "
            f"{element(found.posinf.first)}.",
            f"ssm.softmax(x{axis}, posinf=\"limit\")  # if +inf means 'certain'; otherwise mend what overflowed before",
            where=element(found.posinf.first), weight=90,
        )  # fmt: skip
    if found.neginf_rows.rows:
        yield Finding(
            "fully-masked-rows", "error", "Rows of nothing but -inf: 0/0 in every formula.",
            f"{_rows(found, found.neginf_rows)}; the first begins at {element(found.neginf_rows.first)}.",
            f"ssm.softmax(x{axis}, where=mask)  # a row that is masked altogether becomes zeros\n"
            f'ssm.softmax(x{axis}, all_neginf="zero")  # or "uniform"',
            where=element(found.neginf_rows.first), weight=80,
        )  # fmt: skip


def _formulas(found: LogitStatistics) -> Iterator[Finding]:
    own, axis = found.format, _axis(found)
    if found.naive_overflow.rows:
        first = found.naive_overflow
        yield Finding(
            "naive-softmax-overflow", "error", "np.exp(x) / np.sum(np.exp(x)) overflows on these logits and gives NaN or zeros.",
            f"{_rows(found, first)}; the first has {element(first.first)} = {short(first.value)}, and {own.name} holds e^x up to "
            f"x = {own.exp_limit:.4g} (a sum of many terms ends a little before).",
            f"ssm.softmax(x{axis})  # for a loss: ssm.cross_entropy(x, targets{axis})",
            where=element(first.first), weight=70,
        )  # fmt: skip
    if found.naive_underflow.rows:
        first = found.naive_underflow
        yield Finding(
            "naive-softmax-underflow", "error", "np.exp(x) / np.sum(np.exp(x)) underflows on these logits: 0/0 is NaN.",
            f"{_rows(found, first)}; the first has its largest logit at {element(first.first)} = {short(first.value)}, and every "
            f"e^x below x = {own.exp_floor:.4g} is 0 in {own.name}.",
            f"ssm.softmax(x{axis})",
            where=element(first.first), weight=69,
        )  # fmt: skip
    if found.textbook_overflow.rows:
        first = found.textbook_overflow
        yield Finding(
            "half-precision-overflow", "error", f"The sum of the row is beyond {own.name}, also after subtracting the maximum.",
            f"{_rows(found, first)}, {found.length:,} elements each; a sum of terms up to 1 must stay below {short(own.largest)}.",
            f"ssm.softmax(x{axis})  # sums wide inside and rounds once",
            where=element(first.first), weight=68,
        )  # fmt: skip
    elif 0 <= found.headroom < NEAR * own.exp_limit and not found.naive_overflow.rows:
        yield Finding(
            "latent-overflow", "warning", "The largest logit is close to where e^x overflows.",
            f"{short(found.largest)} of {own.exp_limit:.4g}, which {own.name} allows: {short(found.headroom)} are left.",
            f"ssm.softmax(x{axis})  # has no such limit",
            weight=40,
        )  # fmt: skip
    if found.length > 1 and found.probabilities == found.well and found.widest > 0:
        yield Finding(
            "softmax-twice", "warning", "These are probabilities, not logits: softmax of them is nearly uniform.",
            f"Every row lies in [0, 1] and sums to 1. A second softmax leaves at most {_twice(found.length):.3g} for the best of "
            f"{found.length:,} classes.",
            "np.log(x)  # or better: take the logits before the first softmax, and leave that one out",
            weight=50,
        )  # fmt: skip


def _twice(n: int) -> float:
    """What a second softmax leaves to the only probability of 1."""
    return math.e / (math.e + n - 1)


def _losses(found: LogitStatistics) -> Iterator[Finding]:
    own, axis = found.format, _axis(found)
    if found.textbook_flushed.rows:
        first = found.textbook_flushed
        yield Finding(
            "log-of-zero", "warning", "np.log(softmax(x)) is -inf for some classes: a loss of inf, and a gradient of NaN.",
            f"{count(first.elements, 'probability', 'probabilities')} in {_rows(found, first)} are 0 in {own.name}; the first is "
            f"that of {element(first.first)} = {short(first.value)}.",
            f"ssm.log_softmax(x{axis})  # or ssm.cross_entropy(x, targets{axis})",
            where=element(first.first), weight=30,
        )  # fmt: skip
    name = "float16" if own.name in ("float16", "bfloat16") else "float32"
    collapsed = found.collapsed[name]
    if collapsed.rows and own.name != "float64":
        yield Finding(
            "collapsed-cross-entropy", "warning",
            f"Rows so confident that the usual {name} loss is exactly 0: no gradient, no learning.",
            f"{_rows(found, collapsed)}: 1 + loss is 1 there; the first has its largest logit at {element(collapsed.first)}.",
            f"ssm.cross_entropy(x, targets{axis})  # keeps the loss and its gradient down to the smallest subnormal",
            where=element(collapsed.first), weight=20,
        )  # fmt: skip


def _remarks(found: LogitStatistics) -> Iterator[Finding]:
    own, axis = found.format, _axis(found)
    if found.textbook_ulp >= 1:
        how = "against exact arithmetic" if found.exact else "against float64" if own.name != "float64" else "give or take 1"
        yield Finding(
            "textbook-error", "note",
            f"The textbook formula, exp(x - max) / sum, is {short(found.textbook_ulp)} ulp off on this data.",
            f"Measured {how} at {element(found.worst)}; 1 ulp is the distance between neighbouring {own.name} numbers.",
            f"ssm.softmax(x{axis})  # below 1 ulp",
            where=element(found.worst), weight=10 + min(found.textbook_ulp, 1e6) / 1e6,
        )  # fmt: skip
    if found.flushed.elements:
        yield Finding(
            "flushed-to-zero", "note", f"Some probabilities are below the smallest {own.name} number, so 0 is the right result.",
            f"{count(found.flushed.elements, 'element')} in {_rows(found, found.flushed)}; the first is "
            f"{element(found.flushed.first)}.",
            f"ssm.log_softmax(x{axis})  # holds them all",
            where=element(found.flushed.first), weight=6,
        )  # fmt: skip
    if found.smallest_format not in (None, own.name) and found.dtype not in ("float16", "bfloat16"):
        yield Finding(
            "narrower-dtype", "note", f"{found.smallest_format} would carry these logits.",
            f"Every logit is finite in it, and no probability moves by more than 1 % "
            f"({_moves(found)}).",
            f'x.astype("{found.smallest_format}")  # results: dtype=',
            weight=3,
        )  # fmt: skip
    if found.dtype not in ("float16", "bfloat16", "float32", "float64"):
        yield Finding(
            "integer-logits", "note", f"Logits of dtype {found.dtype} are converted to float64 first.",
            "A formula that subtracts the maximum from unsigned integers wraps around.",
            f"ssm.softmax(x{axis}, dtype=np.float32)  # keeps the result small",
            weight=2,
        )  # fmt: skip
    if found.length > 1 and found.log_probabilities == found.well:
        yield Finding(
            "already-normalised", "note", "These are log-probabilities already: log_softmax leaves them as they are.",
            "The exponentials of every row sum to 1.", "np.exp(x)  # are the probabilities", weight=4,
        )  # fmt: skip
    elif found.length > 1 and found.entropy[1] >= LOOKS_UNIFORM * math.log(found.length) and found.probabilities < found.well:
        yield Finding(
            "uniform", "note", "The rows are nearly uniform: the network says almost nothing yet.",
            f"Mean entropy {found.entropy[1]:.4g} nats of at most log {found.length:,} = {math.log(found.length):.4g}.",
            f"ssm.softmax(x{axis}, temperature=0.1)  # sharpens; before training this is what it should be",
            weight=1,
        )  # fmt: skip


def _moves(found: LogitStatistics) -> str:
    return ", ".join(
        f"{name} {'overflows' if math.isinf(error) else f'{100 * math.expm1(min(error, 700)):.2g} %'}"
        for name, error in found.rounding.items()
    )
