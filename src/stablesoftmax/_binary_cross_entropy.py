"""Cross entropy of two classes whose logits are x and 0, element by element, and its gradient."""

from typing import Any

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._arguments import as_logits, as_mask, cast, floating, reduced_dtype, result_dtype
from stablesoftmax._elsewhere import of_any_kind
from stablesoftmax._environment import neutral
from stablesoftmax._layout import Array
from stablesoftmax._pointwise import sigmoid, softplus
from stablesoftmax._sums import sum_of
from stablesoftmax._targets import as_normalizer
from stablesoftmax._threads import get_num_threads

_FLOAT64 = np.dtype(np.float64)


def _targets(name: str, targets: Any, shape: tuple[int, ...], mask: Array | None) -> Array:
    """Probabilities broadcast to the shape of the logits; bool and the integers 0 and 1 are probabilities too."""
    given = as_logits(name, targets, "targets")
    try:
        t = np.broadcast_to(given, shape)
    except ValueError:
        raise ValueError(f"{name}: targets of shape {given.shape} do not broadcast to the shape {shape} of the logits") from None
    bad = ~((t >= 0) & (t <= 1))
    if mask is not None:
        bad &= mask
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(f"{name}: target {t[place]} at {place} is no probability; use 0 to 1")
    return t


@neutral
def _losses(
    name: str, x: Any, targets: Any, where: Any, reduction: str, normalizer: Any, dtype: Any, with_gradient: bool
) -> tuple[Any, Any]:
    logits = as_logits(name, x)
    own = floating(logits.dtype)
    result = result_dtype(name, logits, dtype, reduced_dtype(own))
    mask = as_mask(name, where, logits.shape)
    t = _targets(name, targets, logits.shape, mask)
    divisor = as_normalizer(name, reduction, normalizer)
    if divisor is None:
        divisor = 1.0 if reduction != "mean" else float(logits.size if mask is None else np.count_nonzero(mask))
    losses = np.empty(logits.shape, _FLOAT64)
    gradient = np.empty(logits.shape, own if dtype is None else result) if with_gradient else None

    def by_block(index: Any) -> None:
        z, p = cast(logits[index], _FLOAT64), cast(t[index], _FLOAT64)
        if mask is not None:
            z, p = np.where(mask[index], z, -np.inf), np.where(mask[index], p, 0.0)
        # a target of 0 or 1 leaves one term alone, wherever the other one is
        for_one, for_zero = np.where(p > 0, softplus(-z), 0.0), np.where(p < 1, softplus(z), 0.0)
        losses[index] = p * for_one + (1 - p) * for_zero
        if gradient is not None:
            gradient[index] = cast(((1 - p) * sigmoid(z) - p * sigmoid(-z)) / (divisor or 1.0), gradient.dtype)

    blocks = _blocks.cut(logits.shape, _blocks.ELEMENTS)
    _blocks.run(name, blocks, by_block, get_num_threads() if logits.size > _blocks.ELEMENTS else 1)
    if reduction == "none":
        values = cast(losses, result)
        return (values if values.ndim else values[()]), gradient
    if divisor == 0:
        _native.raise_invalid(name)
        return result.type(np.nan), gradient
    return result.type(sum_of(losses) / divisor), gradient


@of_any_kind()
def binary_cross_entropy(
    logits: Any, targets: Any, *, where: Any = True, reduction: str = "mean", normalizer: float | None = None, dtype: Any = None
) -> Any:
    r"""Cross entropy of yes-or-no targets: :math:`t \log(1 + e^{-x}) + (1 - t) \log(1 + e^x)` for each element.

    Parameters
    ----------
    logits : array_like
        x, the log-odds: float16, bfloat16, float32 or float64; integers and bool are converted to float64 first.
    targets : array_like
        Probabilities of yes, 0 to 1, of any accepted dtype (bool and integers too); broadcast to the shape of the logits.
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of the logits; the others count for nothing, whatever they hold.
    reduction : {"mean", "sum", "none"}, default "mean"
        The mean divides by the number of elements that take part.
    normalizer : float, optional
        What the mean divides by instead.
    dtype : dtype, optional
        Of the loss; default: that of the logits, but float32 for float16 and bfloat16.

    Returns
    -------
    scalar or ndarray
        The reduced loss, or for "none" one loss an element.

    Raises
    ------
    TypeError
        For logits or targets of a dtype that is not accepted.
    ValueError
        For a target outside 0 to 1 (its place and value are named), shapes that do not fit, an unknown reduction.

    Notes
    -----
    *Accuracy*: computed in float64, two terms of one sign: error < 1 ulp (float64: < 3 ulp, and < 1 ulp where the target is 0 or
    1), confident elements included. The sum of a batch is one of integers, rounded once: error of a sum or mean < 1 ulp (float64:
    < 4). *Bits* do not depend on the order of the elements, layout, threads or SIMD level. *Special values*: nan makes nan; a
    logit of +inf with the target 1, and one of -inf with the target 0, cost nothing. A mean over nothing is nan ("invalid value").

    References
    ----------
    As :func:`cross_entropy`.

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> ssm.binary_cross_entropy(np.array([40, -40], np.float32), [1, 0])
    np.float32(4.248354e-18)
    """
    return _losses("binary_cross_entropy", logits, targets, where, reduction, normalizer, dtype, False)[0]


@of_any_kind()
def binary_cross_entropy_and_grad(
    logits: Any, targets: Any, *, where: Any = True, reduction: str = "mean", normalizer: float | None = None, dtype: Any = None
) -> tuple[Any, Any]:
    r"""Binary cross entropy, and the gradient of the reduced loss with respect to the logits.

    Parameters
    ----------
    logits : array_like
        x, the log-odds, as for :func:`binary_cross_entropy`.
    targets : array_like
        Probabilities of yes, 0 to 1, broadcast to the shape of the logits.
    where : array_like of bool, default True
        Elements that take part; the gradient of the others is 0.
    reduction : {"mean", "sum", "none"}, default "mean"
        The mean divides by the number of elements that take part.
    normalizer : float, optional
        What the mean divides by instead.
    dtype : dtype, optional
        Of the loss and of the gradient; default as for :func:`binary_cross_entropy`, while the gradient keeps the dtype of the
        logits.

    Returns
    -------
    loss : scalar or ndarray
        What :func:`binary_cross_entropy` returns, with its bits.
    grad : ndarray
        The gradient of the reduced loss, of the shape of the logits; for "none" that of the sum of the losses.

    Raises
    ------
    TypeError, ValueError
        As :func:`binary_cross_entropy`.

    Notes
    -----
    *Accuracy*: (1 - t) sigmoid(x) - t sigmoid(-x) in float64: where the target is 0 or 1 error < 1 ulp (float64: < 2 ulp with the
    division of a mean), else < 1 ulp + 2**-50 of the two terms. *Bits*: as :func:`binary_cross_entropy`.

    References
    ----------
    As :func:`cross_entropy`.

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> ssm.binary_cross_entropy_and_grad(np.array([40, 0], np.float32), [1, 0], reduction="sum")
    (np.float32(0.6931472), array([-4.248354e-18,  5.000000e-01], dtype=float32))
    """
    return _losses("binary_cross_entropy_and_grad", logits, targets, where, reduction, normalizer, dtype, True)
