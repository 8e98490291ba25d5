"""Cross entropy of logits, and its gradient."""

from typing import Any

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._arguments import cast, floating
from stablesoftmax._elsewhere import function_for
from stablesoftmax._environment import neutral
from stablesoftmax._layout import Array, Layout
from stablesoftmax._rows import rowwise
from stablesoftmax._softmax import log_softmax, softmax
from stablesoftmax._sums import row_sum, sum_of
from stablesoftmax._targets import Call, class_weights, read_call, row_weights

_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
_NO_SMOOTHING = 0.0  # one object, as the default temperature of softmax


def _divisor(call: Call, of_rows: Array | None, rows: int) -> float:
    if call.reduction != "mean":
        return 1.0
    if call.normalizer is not None:
        return call.normalizer
    return float(rows) if of_rows is None else sum_of(of_rows)


def is_ordinary(x: Any, targets: Any, axis: Any) -> bool:
    """Whether a call with all else at its defaults may take the short way: labels in range, classes last, no more than a block."""
    return (
        type(x) is np.ndarray
        and (x.dtype == _FLOAT32 or x.dtype == _FLOAT64)
        and type(targets) is np.ndarray
        and targets.dtype == np.int64
        and x.ndim > 1
        and 0 < x.size <= _blocks.ELEMENTS
        and type(axis) is int
        and axis == -1
        and targets.shape == x.shape[:-1]
        and bool(targets.view(np.uint64).max() < x.shape[-1])
    )


@neutral
def ordinary_loss(logits: Array, labels: Array) -> Any:
    losses = _native.cross_entropy(logits, labels)
    return logits.dtype.type(sum_of(losses) / losses.size)


@neutral
def _ordinary_loss_and_grad(logits: Array, labels: Array) -> tuple[Any, Any]:
    losses, gradient = _native.cross_entropy_and_grad(logits, labels, 1.0 / labels.size)
    return logits.dtype.type(sum_of(losses) / losses.size), gradient


def _soft_rows(call: Call, losses: Array, gradient: Array | None, gains: Array) -> None:
    """Losses, and gradients times their gains, where every class of a row may count: in float64, a block of rows at a time."""
    layout = Layout(call.logits, (call.axis,))
    views = [None if a is None else layout.rows_last(a) for a in (call.logits, call.mask, call.targets, gradient)]
    for index in _blocks.cut(layout.outer_shape, max(1, _blocks.ELEMENTS // max(1, layout.length))):
        x, mask, soft, target = (None if v is None else v[index] for v in views)
        assert x is not None
        where = True if mask is None else mask
        weights = class_weights(call, index, x.shape, mask, soft)
        logs = log_softmax(x, where=where, dtype=np.float64)
        counted = weights != 0
        losses[index] = _native.dot(np.where(counted, weights, 0.0), np.where(counted, -logs, 0.0))
        if target is not None:
            total = row_sum(weights)[..., None]
            values = (softmax(x, where=where, dtype=np.float64) * total - weights) * gains[index][..., None]
            target[...] = cast(np.where(counted.any(-1, keepdims=True), values, 0.0), target.dtype)


def hard_labels(call: Call) -> Array | None:
    """The labels where one class a row counts, whose weight takes part when losses are reduced; else weights are part of each."""
    return None if call.smoothing else call.labels


def fill_rows(call: Call, losses: Array, gradient: Array | None, gains: Array) -> None:
    """float64 losses of the rows, without the weights of hard labels, and if there is a place for it the gradient times gains."""
    labels = hard_labels(call)
    if labels is not None:
        name, of_each = ("cross_entropy", (labels,)) if gradient is None else ("cross_entropy_and_grad", (labels, gains))
        rowwise(name, (call.logits,), (call.axis,), call.mask, of_each, floating(call.logits.dtype), gradient, losses)
    else:
        with np.errstate(over="ignore", under="ignore"):
            _soft_rows(call, losses, gradient, gains)


@neutral
def _losses(call: Call, with_gradient: bool) -> tuple[Any, Any]:
    losses = np.empty(call.outer, _FLOAT64)
    gradient = np.empty(call.logits.shape, call.gradient_dtype) if with_gradient else None
    of_rows = row_weights(call)
    divisor = _divisor(call, of_rows, losses.size)
    hard = hard_labels(call) is not None
    gains = np.broadcast_to(np.float64(1), losses.shape) if of_rows is None or not hard else of_rows
    with np.errstate(all="ignore"):
        gains = gains / divisor if divisor != 1 else gains
    fill_rows(call, losses, gradient, gains)
    loss = _reduce(call, losses, of_rows if hard else None, divisor)
    return loss, gradient


def _reduce(call: Call, losses: Array, of_rows: Array | None, divisor: float) -> Any:
    if call.reduction == "none":
        if of_rows is not None:
            with np.errstate(all="ignore"):  # a row that counts for nothing may have an infinite loss
                losses = np.where(of_rows == 0, 0.0, losses * of_rows)
        values = cast(losses, call.loss_dtype)
        return values if values.ndim else values[()]
    if of_rows is not None:
        losses = np.where(of_rows == 0, 0.0, losses)
    total = sum_of(losses, of_rows)
    if call.reduction == "mean":
        if divisor == 0:
            _native.raise_invalid(call.name)
            return call.loss_dtype.type(np.nan)
        total /= divisor
    return call.loss_dtype.type(total)


def cross_entropy(
    logits: Any,
    targets: Any,
    axis: int = -1,
    *,
    weight: Any = None,
    label_smoothing: float = _NO_SMOOTHING,
    ignore_index: int | None = None,
    where: Any = True,
    reduction: str = "mean",
    normalizer: float | None = None,
    dtype: Any = None,
) -> Any:
    r"""Cross entropy of targets under the softmax of logits: :math:`-\sum_k t_k \log p_k` a row.

    Parameters
    ----------
    logits : array_like
        float16, bfloat16, float32 or float64; integers and bool are converted to float64 first.
    targets : array_like
        Integers: the index of the class of each row, of the shape of the logits without `axis`. Floating: the probability of each
        class, of the shape of the logits; they need not sum to 1, and nothing checks it.
    axis : int, default -1
        The axis of the classes.
    weight : array_like, optional
        One number a class, of any sign.
    label_smoothing : float, default 0.0
        Between 0 and 1: this part of each target is spread evenly over the classes that take part.
    ignore_index : int, optional
        Rows with this label do not count: their loss and gradient are 0, and a mean leaves them out.
    where : array_like of bool, default True
        Classes that take part, broadcast to the shape of the logits; the others have probability 0, whatever they hold.
    reduction : {"mean", "sum", "none"}, default "mean"
        The mean divides by the sum of the weights of the labels that count (their number, without weights), with probabilities as
        targets by the number of rows; as torch does. "none" returns one loss a row.
    normalizer : float, optional
        What the mean divides by instead, for instance the number of rows in all batches of a step.
    dtype : dtype, optional
        Of the loss; default: that of the logits, but float32 for float16 and bfloat16 (a float16 sum of losses overflows at
        65,504).

    Returns
    -------
    scalar or ndarray
        The reduced loss, or for "none" one loss a row.

    Raises
    ------
    TypeError
        For logits or targets of a dtype that is not accepted.
    ValueError
        For a label out of range (its place and value are named), integer one-hot targets, shapes that do not fit, an unknown
        reduction.
    numpy.exceptions.AxisError
        For an axis out of range.

    Notes
    -----
    *Accuracy*: a loss is (max - x) + log1p(rest) for labels, and a sum of such terms, of one sign, for probabilities, never a
    difference of nearly equal numbers: error < 1 ulp a row with labels (< 2 ulp with probabilities or smoothing in float64, < 1
    ulp in the others), for a confident row too, down to the smallest subnormal: see :func:`bounds`. Losses of a batch are added
    as integers, in any order the same bits, and rounded once: error of a sum or mean < 1 ulp (float64: < 2 ulp; where weights
    have both signs, of the sum of the magnitudes). *Bits* do not depend on the order of the classes or rows, layout, threads or
    SIMD level. *Special values*: a row with nan or +inf, and one of nothing but -inf, has the loss nan; a label at -inf has the
    loss inf; a class of target 0 adds nothing, wherever its logit is. A mean over nothing is nan ("invalid value").

    References
    ----------
    L. Prieto, M. Barsbey, P. A. M. Mediano, T. Birdal, *Grokking at the edge of numerical stability*, ICLR 2025.

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> ssm.cross_entropy(np.array([[0, -40]], np.float32), [0])
    np.float32(4.248354e-18)
    >>> ssm.cross_entropy([[2.0, 1.0], [0.0, 3.0]], [0, -100], ignore_index=-100)
    np.float64(0.3132616875182228)
    """
    if (
        weight is None
        and label_smoothing is _NO_SMOOTHING
        and ignore_index is None
        and where is True
        and reduction == "mean"
        and normalizer is None
        and dtype is None
        and is_ordinary(logits, targets, axis)
    ):
        return ordinary_loss(logits, targets)
    elsewhere = function_for("cross_entropy", logits)
    if elsewhere is not None:
        return elsewhere(
            logits, targets, axis, weight=weight, label_smoothing=label_smoothing, ignore_index=ignore_index, where=where,
            reduction=reduction, normalizer=normalizer, dtype=dtype,
        )  # fmt: skip
    call = read_call(
        "cross_entropy", logits, targets, axis, weight, label_smoothing, ignore_index, where, reduction, normalizer, dtype
    )  # fmt: skip
    return _losses(call, with_gradient=False)[0]


def cross_entropy_and_grad(
    logits: Any,
    targets: Any,
    axis: int = -1,
    *,
    weight: Any = None,
    label_smoothing: float = _NO_SMOOTHING,
    ignore_index: int | None = None,
    where: Any = True,
    reduction: str = "mean",
    normalizer: float | None = None,
    dtype: Any = None,
) -> tuple[Any, Any]:
    r"""Cross entropy, and the gradient of the reduced loss with respect to the logits, in one pass over memory.

    Parameters
    ----------
    logits : array_like
        float16, bfloat16, float32 or float64; integers and bool are converted to float64 first.
    targets : array_like
        Integers: the index of the class of each row, of the shape of the logits without `axis`. Floating: the probability of each
        class, of the shape of the logits; they need not sum to 1, and nothing checks it.
    axis : int, default -1
        The axis of the classes.
    weight : array_like, optional
        One number a class, of any sign.
    label_smoothing : float, default 0.0
        Between 0 and 1: this part of each target is spread evenly over the classes that take part.
    ignore_index : int, optional
        Rows with this label do not count: their loss and gradient are 0, and a mean leaves them out.
    where : array_like of bool, default True
        Classes that take part, broadcast to the shape of the logits; the others have probability 0, whatever they hold.
    reduction : {"mean", "sum", "none"}, default "mean"
        The mean divides by the sum of the weights of the labels that count (their number, without weights), with probabilities as
        targets by the number of rows; as torch does. "none" returns one loss a row.
    normalizer : float, optional
        What the mean divides by instead, for instance the number of rows in all batches of a step.
    dtype : dtype, optional
        Of the loss and of the gradient; default: that of the logits, but float32 for float16 and bfloat16, while the gradient
        keeps the dtype of the logits.

    Returns
    -------
    loss : scalar or ndarray
        What :func:`cross_entropy` returns, with its bits.
    grad : ndarray
        The gradient of the reduced loss, of the shape of the logits; for "none" that of the sum of the losses.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`cross_entropy`.

    Notes
    -----
    *Accuracy*: with labels and no smoothing each element of the gradient has an error < 1 ulp + abs(scale) * 2**-149 (float64:
    2**-1074), of softmax times the scale of its row (weight over divisor, as float64), the label's own element too: it is -scale
    times the sum of the *other* probabilities, so a confident row goes on learning down to the smallest subnormal. Where
    abs(scale) < 2 the second part is 0. With probabilities or smoothing it is a difference: error < 1 ulp + 2**-51 * scale * (p *
    sum(t) + t), and scale * sum(t) * 2**-1074 more, of subnormal probabilities. *Bits*: as :func:`cross_entropy`.

    References
    ----------
    As :func:`cross_entropy`.

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> ssm.cross_entropy_and_grad(np.array([0, -40], np.float32), 0)
    (np.float32(4.248354e-18), array([-4.248354e-18,  4.248354e-18], dtype=float32))
    """
    if (
        weight is None
        and label_smoothing is _NO_SMOOTHING
        and ignore_index is None
        and where is True
        and reduction == "mean"
        and normalizer is None
        and dtype is None
        and is_ordinary(logits, targets, axis)
    ):
        return _ordinary_loss_and_grad(logits, targets)
    elsewhere = function_for("cross_entropy_and_grad", logits)
    if elsewhere is not None:
        return elsewhere(  # type: ignore[no-any-return]
            logits, targets, axis, weight=weight, label_smoothing=label_smoothing, ignore_index=ignore_index, where=where,
            reduction=reduction, normalizer=normalizer, dtype=dtype,
        )  # fmt: skip
    call = read_call(
        "cross_entropy_and_grad", logits, targets, axis, weight, label_smoothing, ignore_index, where, reduction, normalizer, dtype
    )  # fmt: skip
    return _losses(call, with_gradient=True)
