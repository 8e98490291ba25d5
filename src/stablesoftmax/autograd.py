"""softmax, log_softmax, logsumexp and cross_entropy for HIPS autograd: the functions of this package with their gradients.

Reverse and forward mode. Gradients are those of :func:`stablesoftmax.softmax_vjp` and its kin; gradients of gradients use the
arithmetic of `autograd.numpy`. Needs ``pip install 'stablesoftmax[autograd]'``.
"""

from typing import Any

import numpy as np

import stablesoftmax
from stablesoftmax._arguments import Axis, normalise_axis, reduced_shape

try:
    import autograd.numpy as anp
    from autograd.extend import defjvp, defvjp, primitive
except ImportError:
    raise ImportError(
        "stablesoftmax.autograd needs autograd, which is not installed; pip install 'stablesoftmax[autograd]'"
    ) from None

__all__ = ["cross_entropy", "log_softmax", "logsumexp", "softmax"]

# The gradients are functions of autograd as well, of arrays alone, so that they have gradients. A softmax that is 0 where an
# element is masked has no gradient there by itself; a log_softmax needs to be told.
_softmax_vjp = primitive(stablesoftmax.softmax_vjp)
_log_softmax_vjp = primitive(stablesoftmax.log_softmax_vjp)
_logsumexp_vjp = primitive(lambda x, g, axis, where: stablesoftmax.logsumexp_vjp(x, g, axis, where=where))
_softmax = primitive(lambda x, axis, where: stablesoftmax.softmax(x, axis, where=where))
_log_softmax = primitive(lambda x, axis, where: stablesoftmax.log_softmax(x, axis, where=where))
_logsumexp = primitive(lambda x, axis, where: stablesoftmax.logsumexp(x, axis, where=where, keepdims=True))


def _sum(x: Any, axis: Axis) -> Any:
    return anp.sum(x, axis, keepdims=True)


def _unmasked(x: Any, where: Any) -> Any:
    return x if where is True else anp.where(where, x, 0.0)


def _mass(targets: Any, axis: int, where: Any) -> Any:
    """What the targets of a row add up to."""
    given = np.asarray(targets)
    return 1.0 if given.dtype.kind in "iu" else np.sum(given, axis, keepdims=True, where=where)


defvjp(_softmax, lambda y, x, axis, where: lambda g: _softmax_vjp(y, g, axis), argnums=(0,))
defjvp(_softmax, lambda v, y, x, axis, where: stablesoftmax.softmax_jvp(y, v, axis), argnums=(0,))
defvjp(
    _softmax_vjp,
    lambda _, y, g, axis: lambda c: c * (g - _sum(y * g, axis)) - g * _sum(y * c, axis),
    lambda _, y, g, axis: lambda c: _softmax_vjp(y, c, axis),
    argnums=(0, 1),
)
defvjp(
    _log_softmax, lambda y, x, axis, where: lambda g: _log_softmax_vjp(y, _unmasked(g, where), axis), argnums=(0,)
)  # fmt: skip
defjvp(
    _log_softmax,
    lambda v, y, x, axis, where: _unmasked(stablesoftmax.log_softmax_jvp(y, v, axis), where),
    argnums=(0,),
)
defvjp(
    _log_softmax_vjp,
    lambda _, y, g, axis: lambda c: -anp.exp(y) * c * _sum(g, axis),
    lambda _, y, g, axis: lambda c: c - _sum(anp.exp(y) * c, axis),
    argnums=(0, 1),
)
defvjp(_logsumexp, lambda y, x, axis, where: lambda g: _logsumexp_vjp(x, g, axis, where), argnums=(0,))
defjvp(
    _logsumexp,
    lambda v, y, x, axis, where: np.reshape(stablesoftmax.logsumexp_jvp(x, v, axis, where=where), np.shape(y)),
    argnums=(0,),
)
defvjp(
    _logsumexp_vjp,
    lambda _, x, g, axis, where: lambda c: g * _softmax_vjp(_softmax(x, axis, where), c, axis),
    lambda _, x, g, axis, where: lambda c: _sum(_softmax(x, axis, where) * c, axis),
    argnums=(0, 1),
)

_cross_entropy = primitive(lambda x, targets, axis, where: stablesoftmax.cross_entropy(x, targets, axis, where=where))
_cross_entropy_grad = primitive(
    lambda x, targets, axis, where: stablesoftmax.cross_entropy_and_grad(x, targets, axis, where=where)[1]
)
defvjp(
    _cross_entropy, lambda y, x, targets, axis, where: lambda g: g * _cross_entropy_grad(x, targets, axis, where), argnums=(0,)
)  # fmt: skip
defvjp(
    _cross_entropy_grad,
    lambda _, x, targets, axis, where: (
        lambda c: _softmax_vjp(_softmax(x, axis, where), c, axis) * _mass(targets, axis, where) * (anp.shape(x)[axis] / anp.size(x))
    ),
    argnums=(0,),
)
defjvp(
    _cross_entropy,
    lambda v, y, x, targets, axis, where: np.sum(stablesoftmax.cross_entropy_and_grad(x, targets, axis, where=where)[1] * v),
    argnums=(0,),
)


def softmax(x: Any, axis: Axis = -1, *, where: Any = True) -> Any:
    r"""Probabilities of logits: :func:`stablesoftmax.softmax`, with a gradient for autograd.

    Parameters
    ----------
    x : array_like
        The logits, as for :func:`stablesoftmax.softmax`.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of x. The result and the gradient of the others are 0.

    Returns
    -------
    ndarray or scalar
        What :func:`stablesoftmax.softmax` returns.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`stablesoftmax.softmax`.

    Notes
    -----
    *Accuracy*, *bits* and *special values* are those of :func:`stablesoftmax.softmax`, of the gradient those of
    :func:`stablesoftmax.softmax_vjp` and :func:`stablesoftmax.softmax_jvp`.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> from stablesoftmax.autograd import softmax
    >>> grad(lambda x: softmax(x)[0])(np.zeros(2))
    array([ 0.25, -0.25])
    """
    return _softmax(x, axis, where)


def log_softmax(x: Any, axis: Axis = -1, *, where: Any = True) -> Any:
    r"""Log-probabilities of logits: :func:`stablesoftmax.log_softmax`, with a gradient for autograd.

    Parameters
    ----------
    x, axis
        As for :func:`softmax`.
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of x. The result of the others is -inf, their gradient 0.

    Returns
    -------
    ndarray or scalar
        What :func:`stablesoftmax.log_softmax` returns.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`stablesoftmax.log_softmax`.

    Notes
    -----
    *Accuracy*, *bits* and *special values* are those of :func:`stablesoftmax.log_softmax`, of the gradient those of
    :func:`stablesoftmax.log_softmax_vjp` and :func:`stablesoftmax.log_softmax_jvp`.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> from stablesoftmax.autograd import log_softmax
    >>> grad(lambda x: log_softmax(x)[0])(np.zeros(2))
    array([ 0.5, -0.5])
    """
    return _log_softmax(x, axis, where)


def logsumexp(x: Any, axis: Axis = None, *, where: Any = True, keepdims: bool = False) -> Any:
    r"""Logarithm of the sum of exponentials: :func:`stablesoftmax.logsumexp`, with a gradient for autograd.

    Parameters
    ----------
    x : array_like
        The logits, as for :func:`stablesoftmax.logsumexp`.
    axis : int, tuple of ints or None, default None
        The axis or axes that make up a row; None for all.
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of x; the gradient of the others is 0.
    keepdims : bool, default False
        Keep the axes of the row with length 1.

    Returns
    -------
    ndarray or scalar
        What :func:`stablesoftmax.logsumexp` returns.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`stablesoftmax.logsumexp`.

    Notes
    -----
    *Accuracy*, *bits* and *special values* are those of :func:`stablesoftmax.logsumexp`, of the gradient those of
    :func:`stablesoftmax.logsumexp_vjp` and :func:`stablesoftmax.logsumexp_jvp`: 0, never nan, for a row of nothing but -inf.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> from stablesoftmax.autograd import logsumexp
    >>> grad(logsumexp)(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    y = _logsumexp(x, axis, where)
    if keepdims:
        return y
    return anp.reshape(y, reduced_shape(anp.shape(x), normalise_axis("logsumexp", axis, anp.shape(x))))


def cross_entropy(logits: Any, targets: Any, axis: int = -1, *, where: Any = True) -> Any:
    r"""Mean cross entropy of targets: :func:`stablesoftmax.cross_entropy`, with a gradient for autograd.

    Parameters
    ----------
    logits : array_like
        As for :func:`stablesoftmax.cross_entropy`.
    targets : array_like
        The index of the class of each row, or the probability of each class, as for :func:`stablesoftmax.cross_entropy`.
    axis : int, default -1
        The axis of the classes.
    where : array_like of bool, default True
        Classes that take part, broadcast to the shape of the logits; the others have probability 0.

    Returns
    -------
    scalar
        The mean over the rows.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`stablesoftmax.cross_entropy`.

    Notes
    -----
    *Accuracy*, *bits* and *special values* are those of :func:`stablesoftmax.cross_entropy`, of the gradient those of
    :func:`stablesoftmax.cross_entropy_and_grad`: a confident row goes on learning down to the smallest subnormal.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import grad
    >>> from stablesoftmax.autograd import cross_entropy
    >>> grad(cross_entropy)(np.array([0.0, -400.0]), 0)
    array([-1.9151696e-174,  1.9151696e-174])
    """
    return _cross_entropy(logits, targets, axis, where)
