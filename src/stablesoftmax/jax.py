"""softmax, log_softmax, logsumexp and cross_entropy inside JAX programs: under jit, grad and vmap, with the bits of this package.

The kernels run on the CPU through `jax.pure_callback`, whatever device the program runs on. Gradients are those of
:func:`stablesoftmax.softmax_vjp` and its kin; gradients of gradients use the arithmetic of JAX. Reverse mode is what
`jax.custom_vjp` has: `jax.jvp`, `jax.jacfwd` and `jax.hessian` are a TypeError of JAX, `jax.jacrev(jax.jacrev(f))` is a
Hessian. JAX arrays outside of a program may as well be given to the functions of :mod:`stablesoftmax`, without a callback.
float64 needs ``jax.config.update("jax_enable_x64", True)``: the context manager holds for one thread, and callbacks run in others.
Needs ``pip install 'stablesoftmax[jax]'``.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import stablesoftmax
from stablesoftmax._arguments import ACCEPTED, Axis, as_one_axis, is_floating, normalise_axis, reduced_shape

try:
    import jax
    import jax.numpy as jnp
except ImportError:
    raise ImportError("stablesoftmax.jax needs jax, which is not installed; pip install 'stablesoftmax[jax]'") from None

__all__ = ["cross_entropy", "log_softmax", "logsumexp", "softmax"]

Axes = tuple[int, ...]  # negative, so that vmap may put axes in front
Function = Callable[..., Any]


@functools.cache  # JAX compiles a callback again unless it is the same object
def _on_host(name: str, axes: Axes, masked: bool, options: tuple[tuple[str, Any], ...]) -> Function:
    def call(*operands: Any) -> Any:
        arrays = [np.asarray(operand) for operand in operands]
        where = {"where": arrays.pop()} if masked else {}
        with np.errstate(all="ignore"):  # as JAX: a nan says enough
            return getattr(stablesoftmax, name)(*arrays, axes, **where, **dict(options))

    return call


def _call(name: str, axes: Axes, operands: tuple[Any, ...], mask: Any, results: Any, **options: Any) -> Any:
    """A function of this package, called by the compiled program; vmap adds the same leading axes to all operands."""
    on_host = _on_host(name, axes, mask is not None, tuple(options.items()))
    given = operands if mask is None else (*operands, mask)
    return jax.pure_callback(on_host, results, *given, vmap_method="broadcast_all")


def _shaped(x: Any, shape: tuple[int, ...] | None = None) -> Any:
    return jax.ShapeDtypeStruct(x.shape if shape is None else shape, x.dtype)


def _kept(x: Any, axes: Axes) -> tuple[int, ...]:
    """The shape of a reduction whose axes stay."""
    return reduced_shape(x.shape, tuple(a + x.ndim for a in axes), keepdims=True)


def _differentiable(primal: Function, keeps: Function, kernel: Function, formula: Function) -> Function:
    """f(axes, x, mask) with a gradient by `kernel`, whose own gradient is that of `formula`.

    Both are functions of (axes, kept, mask, g), `kept` being what `keeps` makes of x and f(x).
    """
    gradient = jax.custom_vjp(kernel, nondiff_argnums=(0,))

    def of_gradient(axes: Axes, given: Any, c: Any) -> Any:
        kept, mask, g = given
        of_kept, of_g = jax.vjp(lambda kept, g: formula(axes, kept, mask, g), kept, g)[1](c)
        return of_kept, None, of_g

    gradient.defvjp(lambda axes, *given: (gradient(axes, *given), given), of_gradient)
    function = jax.custom_vjp(primal, nondiff_argnums=(0,))

    def forward(axes: Axes, x: Any, mask: Any) -> Any:
        y = function(axes, x, mask)
        return y, (keeps(x, y), mask)

    function.defvjp(forward, lambda axes, given, g: (gradient(axes, *given, g), None))
    return function  # type: ignore[no-any-return]


def _without_masked(mask: Any, g: Any) -> Any:
    return g if mask is None else jnp.where(mask, g, jnp.zeros_like(g))


_softmax = _differentiable(
    primal=lambda axes, x, mask: _call("softmax", axes, (x,), mask, _shaped(x)),
    keeps=lambda x, y: y,
    kernel=lambda axes, y, mask, g: _call("softmax_vjp", axes, (y, g), None, _shaped(y)),
    formula=lambda axes, y, mask, g: y * (g - jnp.sum(y * g, axes, keepdims=True)),
)
_log_softmax = _differentiable(
    primal=lambda axes, x, mask: _call("log_softmax", axes, (x,), mask, _shaped(x)),
    keeps=lambda x, y: y,
    kernel=lambda axes, y, mask, g: _call("log_softmax_vjp", axes, (y, _without_masked(mask, g)), None, _shaped(y)),
    formula=lambda axes, y, mask, g: _without_masked(mask, g) - jnp.exp(y) * jnp.sum(_without_masked(mask, g), axes, keepdims=True),
)
_logsumexp = _differentiable(
    primal=lambda axes, x, mask: _call(
        "logsumexp", axes, (x,), mask, _shaped(x, _kept(x, axes)), keepdims=True, dtype=np.dtype(x.dtype)
    ),
    keeps=lambda x, y: x,
    kernel=lambda axes, x, mask, g: _call("logsumexp_vjp", axes, (x, g), mask, _shaped(x)),
    formula=lambda axes, x, mask, g: _softmax(axes, x, mask) * g,
)


def _as_logits(name: str, x: Any, axis: Axis, where: Any) -> tuple[Any, Axes, Any]:
    """The logits as JAX has them (integers and bool as its default float), negative axes, and the mask of their shape."""
    x = jnp.asarray(x)
    if x.dtype.kind in "iub":
        x = x.astype(jnp.result_type(float))
    if not is_floating(np.dtype(x.dtype)):
        raise TypeError(f"{name}: x has dtype {x.dtype}; accepted are {ACCEPTED}")
    axes = tuple(a - x.ndim for a in normalise_axis(name, axis, x.shape))
    if where is None:
        return x, axes, None
    mask = jnp.asarray(where)
    if mask.dtype != np.bool_:
        raise TypeError(f"{name}: where has dtype {mask.dtype}, it must be boolean; use where=(mask != 0)")
    return x, axes, jnp.broadcast_to(mask, x.shape)


def softmax(x: Any, axis: Axis = -1, where: Any = None) -> Any:
    r"""Probabilities of logits in a JAX program, with the signature of ``jax.nn.softmax``.

    Parameters
    ----------
    x : array_like
        float16, bfloat16, float32 or, in x64 mode, float64; integers and bool become the default float of JAX.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    where : array_like of bool, optional
        Elements that take part, broadcast to the shape of x. The result and the gradient of the others are 0.

    Returns
    -------
    jax.Array
        Of the shape and dtype of x.

    Raises
    ------
    TypeError, numpy.exceptions.AxisError
        As :func:`stablesoftmax.softmax`, while the program is traced.

    Notes
    -----
    *Accuracy*, *bits* and *special values* are those of :func:`stablesoftmax.softmax`, of the gradient those of
    :func:`stablesoftmax.softmax_vjp`. No floating-point event is raised.

    Examples
    --------
    >>> import jax
    >>> from stablesoftmax.jax import softmax
    >>> jax.jit(softmax)([0.0, 0.0])
    Array([0.5, 0.5], dtype=float32)
    >>> jax.grad(lambda x: softmax(x)[0])(jax.numpy.zeros(2))
    Array([ 0.25, -0.25], dtype=float32)
    """
    x, axes, mask = _as_logits("softmax", x, axis, where)
    return _softmax(axes, x, mask)


def log_softmax(x: Any, axis: Axis = -1, where: Any = None) -> Any:
    r"""Log-probabilities of logits in a JAX program, with the signature of ``jax.nn.log_softmax``.

    Parameters
    ----------
    x, axis
        As for :func:`softmax`.
    where : array_like of bool, optional
        Elements that take part, broadcast to the shape of x. The result of the others is -inf, their gradient 0.

    Returns
    -------
    jax.Array
        Of the shape and dtype of x.

    Raises
    ------
    TypeError, numpy.exceptions.AxisError
        As :func:`softmax`.

    Notes
    -----
    *Accuracy*, *bits* and *special values* are those of :func:`stablesoftmax.log_softmax`, of the gradient those of
    :func:`stablesoftmax.log_softmax_vjp`. No floating-point event is raised.

    Examples
    --------
    >>> import jax
    >>> from stablesoftmax.jax import log_softmax
    >>> jax.jit(log_softmax)([0.0, -20.0])
    Array([-2.0611537e-09, -2.0000000e+01], dtype=float32)
    """
    x, axes, mask = _as_logits("log_softmax", x, axis, where)
    return _log_softmax(axes, x, mask)


def logsumexp(
    a: Any, axis: Axis = None, b: Any = None, keepdims: bool = False, return_sign: bool = False, where: Any = None
) -> Any:  # fmt: skip
    r"""Logarithm of the sum of exponentials in a JAX program, with the signature of ``jax.nn.logsumexp``.

    Parameters
    ----------
    a : array_like
        As x of :func:`softmax`.
    axis : int, tuple of ints or None, default None
        The axis or axes that make up a row; None for all.
    b : None
        Weights are not taken.
    keepdims : bool, default False
        Keep the axes of the row with length 1.
    return_sign : bool, default False
        True is not taken, since without weights there is no other sign than 1.
    where : array_like of bool, optional
        Elements that take part, broadcast to the shape of a.

    Returns
    -------
    jax.Array
        Of the dtype of a, as JAX has it, half precision too: a sum beyond 65,504 is inf in float16.

    Raises
    ------
    TypeError, numpy.exceptions.AxisError
        As :func:`softmax`; a TypeError for `b` and for `return_sign`.

    Notes
    -----
    *Accuracy*, *bits* and *special values* are those of :func:`stablesoftmax.logsumexp`, of the gradient those of
    :func:`stablesoftmax.logsumexp_vjp`: 0, never nan, for a row of nothing but -inf. No floating-point event is raised.

    Examples
    --------
    >>> import jax
    >>> from stablesoftmax.jax import logsumexp
    >>> jax.jit(logsumexp)([1000.0, 1000.0])
    Array(1000.6932, dtype=float32)
    """
    for called, value, way_out in (("b", b, "jax.nn.logsumexp(a, b=b)"), ("return_sign", return_sign or None, "sign 1")):
        if value is not None:
            raise TypeError(f"logsumexp: {called} is not taken in a JAX program; use {way_out}")
    x, axes, mask = _as_logits("logsumexp", a, axis, where)
    y = _logsumexp(axes, x, mask)
    return y if keepdims else jnp.squeeze(y, axes)


def _loss(axis: int, x: Any, labels: Any, mask: Any) -> Any:
    loss = _shaped(x, labels.shape)
    return _call("cross_entropy", (axis,), (x, labels), mask, loss, reduction="none", dtype=np.dtype(x.dtype))


def _loss_and_gradient(axis: int, x: Any, labels: Any, mask: Any) -> Any:
    results = (_shaped(x, labels.shape), _shaped(x))
    return _call("cross_entropy_and_grad", (axis,), (x, labels), mask, results, reduction="none", dtype=np.dtype(x.dtype))


def _both_forward(axis: int, *given: Any) -> Any:
    loss, gradient = _both(axis, *given)
    return (loss, gradient), (gradient, *given)


def _both_backward(axis: int, given: Any, cotangents: Any) -> Any:
    gradient, x, labels, mask = given
    of_loss, of_gradient = cotangents
    target = jax.nn.one_hot(labels, x.shape[axis], axis=axis, dtype=x.dtype)
    of_x = jax.vjp(lambda x: _softmax((axis,), x, mask) - target, x)[1](of_gradient)[0]
    return gradient * jnp.expand_dims(of_loss, axis) + of_x, None, None


def _backward(axis: int, gradient: Any, g: Any) -> Any:
    return gradient * jnp.expand_dims(g, axis), None, None


_both = jax.custom_vjp(_loss_and_gradient, nondiff_argnums=(0,))
_both.defvjp(_both_forward, _both_backward)
_cross_entropy = jax.custom_vjp(_loss, nondiff_argnums=(0,))
_cross_entropy.defvjp(_both, _backward)  # loss and what is kept for the way back, in one pass


def cross_entropy(logits: Any, labels: Any, axis: int = -1, where: Any = None) -> Any:
    r"""Cross entropy of labels in a JAX program, one loss a row: :math:`-\log p_{label}`.

    Parameters
    ----------
    logits : array_like
        As x of :func:`softmax`.
    labels : array_like of int
        The index of the class of each row, of the shape of the logits without `axis`.
    axis : int, default -1
        The axis of the classes.
    where : array_like of bool, optional
        Classes that take part, broadcast to the shape of the logits; the others have probability 0.

    Returns
    -------
    jax.Array
        One loss a row, of the dtype of the logits.

    Raises
    ------
    TypeError, numpy.exceptions.AxisError
        As :func:`softmax`; a TypeError for labels that are no integers.
    ValueError
        For labels of another shape. For a label out of range the error of :func:`stablesoftmax.cross_entropy` comes out of the
        running program as one of JAX.

    Notes
    -----
    *Accuracy*, *bits* and *special values* are those of :func:`stablesoftmax.cross_entropy`; the gradient is that of
    :func:`stablesoftmax.cross_entropy_and_grad`, made in the same pass, times the gradient of what follows: a confident row goes
    on learning. XLA may flush a product that is subnormal to 0.

    Examples
    --------
    >>> import jax
    >>> from stablesoftmax.jax import cross_entropy
    >>> jax.grad(cross_entropy)(jax.numpy.array([0.0, -40.0]), 0)
    Array([-4.248354e-18,  4.248354e-18], dtype=float32)
    """
    x, _, mask = _as_logits("cross_entropy", logits, axis, where)
    along = as_one_axis("cross_entropy", axis, x.shape)
    labels = jnp.asarray(labels)
    outer = reduced_shape(x.shape, (along,))
    if labels.dtype.kind not in "iu":
        raise TypeError(f"cross_entropy: labels have dtype {labels.dtype}; give the integer index of the class of each row")
    if labels.shape != outer:
        raise ValueError(f"cross_entropy: labels have shape {labels.shape}; with logits of shape {x.shape} they must have {outer}")
    return _cross_entropy(along - x.ndim, x, labels, mask)
