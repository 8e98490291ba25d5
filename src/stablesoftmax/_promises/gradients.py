"""The table, second part: losses, gradients, sparsemax and entmax."""

from __future__ import annotations

from typing import Any

import numpy as np

import stablesoftmax
from stablesoftmax._promises import exact_gradients, exact_sparse
from stablesoftmax._promises.exact_gradients import GAIN
from stablesoftmax._promises.samples import Array, Source
from stablesoftmax._promises.subject import Draw, Subject, logits_only

__all__ = ["GRADIENTS"]

TWO_IN_DOUBLE = {"float64": 2.0, "": 1.0}

# operands --------------------------------------------------------------------------------------------------------------


def _with_gradient(function: str, **arguments: Any) -> Draw:
    """What a function of this package makes of logits, and a gradient beside it."""

    def draw(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
        y = getattr(stablesoftmax, function)(source.logits(dtype, shape), **arguments)
        return y, (source.normal(*shape) * 3.0).astype(dtype)

    return draw


def _with_direction(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
    return source.logits(dtype, shape), source.normal(*shape).astype(dtype)


def _with_label(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
    """The label of each row as a mark, which moves with its class; that of every other row is where the logit is largest."""
    x = source.logits(dtype, shape)
    anywhere = (source.integers(shape[0]) % np.uint64(shape[1])).astype(np.int64)
    label = np.where(np.arange(shape[0]) % 2, anywhere, x.astype(np.float64).argmax(-1))
    return x, np.arange(shape[1]) == label[:, np.newaxis]


def _with_targets(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
    return source.logits(dtype, shape), stablesoftmax.softmax(source.normal(*shape), -1)


def _certain(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
    return source.logits(dtype, shape), (source.integers(*shape) & np.uint64(1)).astype(np.int64)


def _uncertain(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
    return source.logits(dtype, shape), source.uniform(*shape)


# calls -----------------------------------------------------------------------------------------------------------------


def _loss(f: Any, axis: int, x: Array, mark: Array) -> Any:
    return f(x, mark.argmax(axis), axis, reduction="none")


def _mean_loss(f: Any, axis: int, x: Array, mark: Array) -> Any:
    return f(x, mark.argmax(axis), axis)


def _loss_gradient(f: Any, axis: int, x: Array, mark: Array) -> Any:
    return f(x, mark.argmax(axis), axis, reduction="sum")[1]


def _gain(f: Any, axis: int, x: Array) -> Any:
    return f(x, GAIN, axis)


# the table -------------------------------------------------------------------------------------------------------------


def _entmax(alpha: float, scale: float, exponent: Any, of_gradient: Any) -> tuple[Subject, ...]:
    """entmax and its gradients for one alpha. bounds() is about alpha up to 2."""
    variant = f"alpha={alpha:g}"
    others = "" if alpha <= 2 else f"({variant})"
    operands = _with_gradient("entmax", alpha=alpha)
    return (
        Subject(
            "entmax", lambda f, a, x: f(x, alpha, a), exact_sparse.entmax(alpha, scale), logits_only, variant,
            bounds_of=f"entmax{others}", exponent=exponent, widths=(7, 16),
        ),
        Subject(
            "entmax_vjp", lambda f, a, y, g: f(y, g, alpha, a), exact_sparse.entmax_vjp(alpha), operands, variant,
            bounds_of=f"entmax_vjp{others}", exponent=of_gradient,
        ),
        Subject(
            "entmax_alpha_vjp", lambda f, a, y, g: f(y, g, alpha, a), exact_sparse.entmax_alpha_vjp(alpha), operands, variant,
            form="rows",
        ),
    )  # fmt: skip


GRADIENTS = (
    Subject("softmax_vjp", lambda f, a, y, g: f(y, g, a), exact_gradients.softmax_vjp, _with_gradient("softmax")),
    Subject("softmax_jvp", lambda f, a, y, g: f(y, g, a), exact_gradients.softmax_vjp, _with_gradient("softmax")),
    Subject(
        "log_softmax_vjp", lambda f, a, y, g: f(y, g, a), exact_gradients.log_softmax_vjp, _with_gradient("log_softmax"),
    ),
    Subject(
        "log_softmax_jvp", lambda f, a, y, g: f(y, g, a), exact_gradients.log_softmax_jvp, _with_gradient("log_softmax"),
    ),
    Subject("logsumexp_vjp", _gain, exact_gradients.logsumexp_vjp, logits_only),
    Subject(
        "logsumexp_jvp", lambda f, a, x, v: f(x, v, a), exact_gradients.logsumexp_jvp, _with_direction, form="rows"
    ),
    # losses
    Subject("cross_entropy", _loss, exact_gradients.cross_entropy, _with_label, form="rows"),
    Subject(
        "cross_entropy", _mean_loss, exact_gradients.mean_cross_entropy, _with_label, "mean", form="whole",
        bounds_of="cross_entropy(mean)", ulp=TWO_IN_DOUBLE,
    ),
    Subject(
        "cross_entropy", lambda f, a, x, t: f(x, t, a, reduction="none"), exact_gradients.soft_cross_entropy, _with_targets,
        "probabilities", form="rows", bounds_of="cross_entropy(probabilities)",
    ),
    Subject("cross_entropy_and_grad", _loss_gradient, exact_gradients.cross_entropy_gradient, _with_label),
    Subject(
        "cross_entropy_and_grad", lambda f, a, x, m: _mean_loss(f, a, x, m)[0], exact_gradients.mean_cross_entropy, _with_label,
        "mean loss", form="whole", bounds_of="cross_entropy(mean)", ulp=TWO_IN_DOUBLE,
    ),
    Subject(
        "cross_entropy_and_grad", lambda f, a, x, t: f(x, t, a, reduction="sum")[1], exact_gradients.soft_cross_entropy_gradient,
        _with_targets, "probabilities", bounds_of="cross_entropy_and_grad(probabilities)",
    ),
    Subject(
        "binary_cross_entropy", lambda f, a, x, t: f(x, t, reduction="none"), exact_gradients.binary_cross_entropy, _certain,
    ),
    Subject(
        "binary_cross_entropy", lambda f, a, x, t: f(x, t, reduction="none"), exact_gradients.binary_cross_entropy, _uncertain,
        "probabilities", bounds_of="binary_cross_entropy(probabilities)",
    ),
    Subject(
        "binary_cross_entropy", lambda f, a, x, t: f(x, t), exact_gradients.mean_binary_cross_entropy, _uncertain, "mean",
        form="whole", bounds_of="binary_cross_entropy(mean)", ulp={"float64": 4.0, "": 1.0},
    ),
    Subject(
        "binary_cross_entropy_and_grad", lambda f, a, x, t: f(x, t, reduction="sum")[1],
        exact_gradients.binary_cross_entropy_gradient, _certain,
    ),
    Subject(
        "binary_cross_entropy_and_grad", lambda f, a, x, t: f(x, t, reduction="sum")[1],
        exact_gradients.binary_cross_entropy_gradient, _uncertain, "probabilities",
        bounds_of="binary_cross_entropy_and_grad(probabilities)",
    ),
    # sparse
    Subject("sparsemax", lambda f, a, x: f(x, a), exact_sparse.sparsemax, logits_only),
    Subject("entmax15", lambda f, a, x: f(x, a), exact_sparse.entmax(1.5), logits_only, widths=(7, 16)),
    *_entmax(1.25, 1 / (1.25 - 1), 0.0, 0.0),
    *_entmax(3.0, 1.0, -90 / (3 - 1), -90.0),  # beyond 2 the second part is 2^(-90/(alpha - 1))
    Subject(
        "sparsemax_vjp", lambda f, a, y, g: f(y, g, a), exact_sparse.entmax_vjp(2.0), _with_gradient("sparsemax")
    ),
    Subject(
        "entmax15_vjp", lambda f, a, y, g: f(y, g, a), exact_sparse.entmax_vjp(1.5), _with_gradient("entmax15")
    ),
)  # fmt: skip
