"""What a loss is given, checked: logits, labels or probabilities, weights, what counts and how losses are reduced."""

from typing import Any, NamedTuple

import numpy as np

from stablesoftmax._arguments import as_logits, as_mask, floating, normalise_axis, reduced_dtype, reduced_shape, result_dtype
from stablesoftmax._environment import neutral
from stablesoftmax._layout import Array

_REDUCTIONS = ("mean", "sum", "none")


class Call(NamedTuple):
    """A call whose arguments are in order. What holds one value a row has the shape of the logits without the classes."""

    name: str
    logits: Array
    axis: int
    mask: Array | None
    labels: Array | None  # int64, -1 for rows that do not count; None for soft targets
    targets: Array | None  # probabilities, of the shape of the logits
    weight: Array | None  # float64, one a class
    smoothing: float
    reduction: str
    normalizer: float | None
    loss_dtype: np.dtype[Any]
    gradient_dtype: np.dtype[Any]

    @property
    def outer(self) -> tuple[int, ...]:
        """The shape of what holds one value a row."""
        return reduced_shape(self.logits.shape, (self.axis,))


def as_labels(
    name: str, targets: Array, classes: int, shape: tuple[int, ...], logits_shape: tuple[int, ...], ignored: int | None
) -> Array:
    """Labels as int64, -1 for rows that do not count; an error that names the first that is out of range."""
    if targets.shape != shape:
        if targets.shape == logits_shape:
            raise ValueError(
                f"{name}: targets are integers of the shape {logits_shape} of the logits; if they are one-hot, use "
                "targets.argmax(axis) for labels or targets.astype(float) for probabilities"
            )
        raise ValueError(
            f"{name}: labels have shape {targets.shape}; with logits of shape {logits_shape} they must have shape {shape}"
        )
    labels = targets.astype(np.int64) if targets.dtype != np.int64 or not targets.dtype.isnative else targets
    keep = None if ignored is None else labels != ignored
    bad = (labels < 0) | (labels >= classes)
    if keep is not None:
        bad &= keep
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        where = f" at {place}" if place else ""
        if classes == 0:
            raise ValueError(f"{name}: label {targets[place]}{where} names a class, and logits of shape {logits_shape} have none")
        raise ValueError(
            f"{name}: label {targets[place]}{where} is out of range for {classes} classes; use 0 to {classes - 1}"
            + ("" if ignored is not None else ", or ignore_index for rows that do not count")
        )
    return labels if keep is None else np.where(keep, labels, np.int64(-1))


def as_number(name: str, what: str, value: Any, low: float, high: float, rule: str) -> float:
    """A number from low to high; `rule` says so in messages."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: {what} must be a number, not {value!r}") from None
    if not low <= number <= high:
        raise ValueError(f"{name}: {what} is {value}; it must be {rule}")
    return number


def as_normalizer(name: str, reduction: str, normalizer: Any) -> float | None:
    """What a mean is told to divide by; None where it divides by what counts, or there is no mean."""
    if reduction not in _REDUCTIONS:
        raise ValueError(f'{name}: reduction={reduction!r}; use "mean", "sum" or "none"')
    if normalizer is None:
        return None
    if reduction != "mean":
        raise ValueError(f'{name}: normalizer divides the sum of a mean; use it with reduction="mean", not "{reduction}"')
    return as_number(name, "normalizer", normalizer, 5e-324, np.finfo(float).max, "positive and finite")


def class_axis(name: str, axis: Any, shape: tuple[int, ...]) -> int:
    """The one axis of the classes of logits of this shape."""
    axes = normalise_axis(name, axis, shape)
    if len(axes) != 1:
        raise ValueError(f"{name}: axis must name the one axis of the classes, not {axis!r}, for logits of shape {shape}")
    return axes[0]


def misfit(name: str, targets: Any, outer: tuple[int, ...], shape: tuple[int, ...]) -> ValueError:
    """Targets that are neither labels nor probabilities of logits of this shape, whose rows have the shape `outer`."""
    return ValueError(
        f"{name}: targets of dtype {targets.dtype} and shape {targets.shape}; use integer labels of shape {outer} or floating "
        f"probabilities of the shape {shape} of the logits"
    )


def refuse_ignored(name: str, ignore_index: int | None) -> None:
    """Refuse a label that does not count where the targets are probabilities."""
    if ignore_index is not None:
        raise ValueError(f"{name}: ignore_index={ignore_index} is for labels, and the targets are probabilities; use where=")


def as_class_weight(name: str, weight: Any, classes: int) -> Array | None:
    """One float64 number a class, if weights are given."""
    if weight is None:
        return None
    weights = as_logits(name, weight, "weight").astype(np.float64)
    if weights.shape != (classes,):
        raise ValueError(f"{name}: weight has shape {weights.shape}; it holds one number a class, shape {(classes,)}")
    return weights


@neutral
def read_call(
    name: str, x: Any, targets: Any, axis: Any, weight: Any, label_smoothing: Any, ignore_index: Any, where: Any, reduction: str,
    normalizer: Any, dtype: Any,
) -> Call:  # fmt: skip
    logits = as_logits(name, x)
    along = class_axis(name, axis, logits.shape)
    own, classes = floating(logits.dtype), logits.shape[along]
    outer = reduced_shape(logits.shape, (along,))
    loss_dtype = result_dtype(name, logits, dtype, reduced_dtype(own))
    normalizer = as_normalizer(name, reduction, normalizer)
    given = np.asarray(targets)
    if given.dtype.kind in "iu":
        labels, soft = as_labels(name, given, classes, outer, logits.shape, ignore_index), None
    else:
        labels, soft = None, as_logits(name, given, "targets")
        if soft.dtype.kind == "b" or soft.shape != logits.shape:
            raise misfit(name, soft, outer, logits.shape)
        refuse_ignored(name, ignore_index)
    weight = as_class_weight(name, weight, classes)
    return Call(
        name, logits, along, as_mask(name, where, logits.shape), labels, soft, weight,
        as_number(name, "label_smoothing", label_smoothing, 0, 1, "between 0 and 1"), reduction, normalizer,
        loss_dtype, own if dtype is None else loss_dtype,
    )  # fmt: skip


def row_weights(call: Call) -> Array | None:
    """What each row counts for: the weight of its label, 0 where it is ignored; None where every row counts for 1."""
    if call.labels is None:
        return None
    if call.weight is not None:
        return np.where(call.labels < 0, 0.0, call.weight[call.labels])
    return None if call.labels.size == 0 or call.labels.min() >= 0 else (call.labels >= 0).astype(np.float64)


def class_weights(call: Call, index: Any, shape: tuple[int, ...], mask: Array | None, soft: Array | None) -> Array:
    """What each class of each row counts for: its target, smoothed over the classes that take part, times its weight."""
    present = np.ones(shape, bool) if mask is None else mask
    if soft is not None:
        weights = np.where(present, soft.astype(np.float64), 0.0)
        counts = np.ones(shape[:-1], bool)
    else:
        assert call.labels is not None
        labels = call.labels[index]
        counts = labels >= 0
        weights = (np.arange(shape[-1]) == labels[..., None]).astype(np.float64)
    if call.smoothing:
        share = call.smoothing / np.maximum(present.sum(-1, keepdims=True), 1)
        weights = weights * (1 - call.smoothing) + np.where(present & counts[..., None], share, 0.0)
    return weights if call.weight is None else weights * call.weight
