"""The operators of torch behind stablesoftmax.torch.cross_entropy: the loss and its two derivatives.

No matrix of log-probabilities is kept: the backward reads the logits again, and the gradient from above is part of what it rounds.
`kept` dimensions in front, those of vmap, have losses of their own.
"""

import math
from typing import Any

import numpy as np
import torch

from stablesoftmax import _native
from stablesoftmax._arguments import cast, reduced_shape
from stablesoftmax._cross_entropy import fill_rows, hard_labels, is_ordinary, ordinary_loss
from stablesoftmax._environment import neutral
from stablesoftmax._layout import Array, row_last
from stablesoftmax._log_space import FLOAT64, each_block
from stablesoftmax._log_weights import probabilities
from stablesoftmax._sums import row_sum
from stablesoftmax._targets import Call, class_weights, read_call, row_weights
from stablesoftmax._torch_ops import (
    Operator,
    as_array,
    from_maximum,
    log_softmax_op,
    quiet,
    reduced_dtype,
    refuse_third_order,
    save_nothing,
    softmax_op,
)

_ARGUMENTS = "Tensor input, Tensor target, Tensor? weight, int kept, int ignore_index, str reduction, float label_smoothing"


def class_dim(input: Any, kept: int = 0) -> int:
    """The dimension of the classes: the second of a batch, the only one of a single row."""
    return kept + (1 if input.ndim > kept + 1 else 0)


def _read(
    input: Any, target: Any, weight: Any, kept: int, ignore_index: int, reduction: str, label_smoothing: float
) -> tuple[Call, Array | None, Array]:
    """The call, the weights of its rows where those are hard labels, and what the sum of each loss is divided by."""
    ignored = None if target.is_floating_point() else ignore_index
    weights = None if weight is None else as_array(weight)
    call = read_call(
        "cross_entropy", as_array(input), as_array(target), class_dim(input, kept), weights, label_smoothing, ignored, True,
        reduction, None, None,
    )  # fmt: skip
    of_rows, outer = row_weights(call), call.outer
    if reduction != "mean":
        divisor = np.array(1.0)
    elif of_rows is None:
        divisor = np.array(float(math.prod(outer[kept:])))
    else:
        divisor = row_sum(of_rows.reshape(*outer[:kept], -1))
    return call, None if hard_labels(call) is None else of_rows, divisor


def _ordinary(
    input: Any, target: Any, weight: Any, kept: int, ignore_index: int, reduction: str, label_smoothing: float
) -> tuple[Array, Array] | None:
    """Logits and labels of the commonest call, which has a short way: a mean over rows that all count, nothing but defaults."""
    if weight is not None or kept or ignore_index >= 0 or reduction != "mean" or label_smoothing or input.ndim != 2:
        return None
    logits, labels = as_array(input), as_array(target)
    return (logits, labels) if is_ordinary(logits, labels, -1) else None


def _gains(call: Call, kept: int, grad: Array, of_rows: Array | None, divisor: Array) -> Array:
    """What the gradient of each row is multiplied by."""
    outer, g = call.outer, cast(grad, FLOAT64)
    one_a_loss = outer[:kept] + (1,) * (len(outer) - kept)
    if call.reduction != "none":
        g = g.reshape(one_a_loss)
    if divisor.ndim:
        divisor = divisor.reshape(one_a_loss)
    return np.broadcast_to((g if of_rows is None else of_rows * g) / divisor, outer)


def _empty(input: Any, target: Any, weight: Any, kept: int, ignore_index: int, reduction: str, label_smoothing: float) -> Any:
    dim = class_dim(input, kept)
    shape = reduced_shape(input.shape, (dim,)) if reduction == "none" else input.shape[:kept]
    return input.new_empty(shape, dtype=reduced_dtype(input.dtype))


@neutral
def _cross_entropy(input: Any, *arguments: Any) -> Any:
    result, kept, ordinary = _empty(input, *arguments), arguments[2], _ordinary(input, *arguments)
    with quiet():
        if ordinary is not None:
            as_array(result)[...] = ordinary_loss(*ordinary)
            return result
        call, of_rows, divisor = _read(input, *arguments)
        losses = np.empty(call.outer)
        fill_rows(call, losses, None, losses)
        if of_rows is not None:  # a row that counts for nothing may have an infinite loss
            losses = np.where(of_rows == 0, 0.0, losses if call.reduction != "none" else losses * of_rows)
        if call.reduction != "none":
            rows = (*losses.shape[:kept], -1)
            sums = row_sum(losses.reshape(rows)) if of_rows is None else _native.dot(losses.reshape(rows), of_rows.reshape(rows))
            losses = np.asarray(sums / divisor)
        as_array(result)[...] = cast(losses, as_array(result).dtype)
    return result


def _empty_backward(grad: Any, input: Any, *arguments: Any) -> Any:
    return torch.empty_like(input)


@neutral
def _backward(grad: Any, input: Any, *arguments: Any) -> Any:
    result, ordinary = torch.empty_like(input), _ordinary(input, *arguments)
    with quiet():
        if ordinary is not None:
            logits, labels = ordinary
            _native.cross_entropy_and_grad(logits, labels, grad.item() / labels.size, out=(None, as_array(result)))
            return result
        call, of_rows, divisor = _read(input, *arguments)
        gains = _gains(call, arguments[2], as_array(grad), of_rows, divisor)
        fill_rows(call, np.empty(gains.shape), as_array(result), gains)
    return result


def _empty_double(tangent: Any, grad: Any, input: Any, *arguments: Any) -> tuple[Any, Any]:
    return torch.empty_like(grad), torch.empty_like(input)


@neutral
def _double(tangent: Any, grad: Any, input: Any, *arguments: Any) -> tuple[Any, Any]:
    """Of v·(gain*(p*T - W)), W the weights of the classes and T their sum: T*sum p*v - sum W*v, and gain*T*(p*(v - sum p*v))."""
    results, kept = _empty_double(tangent, grad, input), arguments[2]
    by_grad, by_input = map(as_array, results)
    with quiet():
        call, _, divisor = _read(input, *arguments)
        outer = call.outer
        scale, changes = _gains(call, kept, as_array(grad), None, divisor), np.empty(outer)
        x, v, target = (row_last(a, call.axis) for a in (call.logits, as_array(tangent), by_input))
        soft = None if call.targets is None else row_last(call.targets, call.axis)

        def by_block(index: Any) -> None:
            p = probabilities(cast(x[index], FLOAT64), None)
            weights = class_weights(call, index, p.shape, None, None if soft is None else soft[index])
            counts, total = (weights != 0).any(-1), row_sum(weights)
            w = from_maximum(cast(v[index], FLOAT64), p)
            change = np.asarray(_native.dot(p, w))
            changes[index] = np.where(counts, total * change - _native.dot(weights, w), 0.0)
            product = (scale[index] * total)[..., None] * (p * (w - change[..., None]))
            target[index] = cast(np.where(counts[..., None], product, 0.0), target.dtype)

        each_block("cross_entropy", outer, x.shape[-1], by_block)
        if call.reduction != "none":
            changes = row_sum(changes.reshape(*outer[:kept], -1))
        by_grad[...] = cast(np.asarray(changes / divisor), by_grad.dtype)
    return results


def _deeper(weight: Any, kept: int, *options: Any) -> tuple[Any, ...]:
    return weight, kept + 1, *options


cross_entropy_op = Operator("cross_entropy", f"({_ARGUMENTS}) -> Tensor", _cross_entropy, _empty, 2, _deeper)
_backward_op = Operator("cross_entropy_backward", f"(Tensor grad, {_ARGUMENTS}) -> Tensor", _backward, _empty_backward, 3, _deeper)
_double_op = Operator(
    "cross_entropy_double_backward", f"(Tensor tangent, Tensor grad, {_ARGUMENTS}) -> (Tensor, Tensor)", _double, _empty_double,
    4, _deeper,
)  # fmt: skip


# gradients ---------------------------------------------------------------------------------------------------------------


def _save(inputs: tuple[Any, ...], output: Any) -> tuple[Any, ...]:
    return inputs[:-4]


def _gain_of_targets(grad: Any, input: Any, weight: Any, kept: int, _: int, reduction: str, label_smoothing: float) -> Any:
    """What each probability counts for in the loss, times the gradient from above; it broadcasts with the logits."""
    dim = class_dim(input, kept)
    if reduction == "none":
        gain = grad.unsqueeze(dim)
    else:
        rest = reduced_shape(input.shape, (dim,))[kept:]
        gain = grad.reshape(*input.shape[:kept], *[1] * (input.ndim - kept)) / (math.prod(rest) if reduction == "mean" else 1)
    gain = gain * (1 - label_smoothing)
    return gain if weight is None else gain * weight.reshape(-1, *[1] * (input.ndim - dim - 1))


def _gradients(ctx: Any, grad: Any) -> tuple[Any, ...]:
    input, target, weight = ctx.saved_tensors
    by_target = None
    if ctx.needs_input_grad[1]:
        log = log_softmax_op(input, [class_dim(input, ctx.options[0])])
        by_target = (-log * _gain_of_targets(grad, input, weight, *ctx.options)).to(target.dtype)
    return _backward_op(grad, input, target, weight, *ctx.options), by_target, None, None, None, None, None


def _second_gradients(ctx: Any, tangent: Any) -> tuple[Any, ...]:
    grad, input, target, weight = ctx.saved_tensors
    by_target = None
    if ctx.needs_input_grad[2]:
        dim = class_dim(input, ctx.options[0])
        mean = (softmax_op(input, [dim]) * tangent).sum(dim, keepdim=True)
        by_target = ((mean - tangent) * _gain_of_targets(grad, input, weight, *ctx.options)).to(target.dtype)
    by_grad, by_input = _double_op(tangent, grad, input, target, weight, *ctx.options)
    return by_grad, by_input, by_target, None, None, None, None, None


def _change(ctx: Any, tangent: Any, tangent_of_target: Any, *_: None) -> Any:
    """The gradient times the tangent: the derivative of a backward by the gradient from above, in which it is linear."""
    if tangent_of_target is not None:
        raise NotImplementedError("cross_entropy: there is no forward mode with respect to target; use torch.func.jacrev")
    input, target, weight = ctx.saved_tensors
    return _double_op(tangent, _empty(*ctx.saved_tensors, *ctx.options), input, target, weight, *ctx.options)[0]


cross_entropy_op.differentiate(_gradients, _save, _change)
_backward_op.differentiate(_second_gradients, _save)
_double_op.differentiate(refuse_third_order("cross_entropy"), save_nothing)
