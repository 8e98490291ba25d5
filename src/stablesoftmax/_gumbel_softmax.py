"""gumbel_softmax."""

import math
from typing import Any

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._arguments import (
    NO_SINK,
    Axis,
    as_logits,
    as_mask,
    as_temperature,
    cast,
    check_out,
    floating,
    normalise_axis,
    result_dtype,
)
from stablesoftmax._elsewhere import of_any_kind
from stablesoftmax._environment import neutral
from stablesoftmax._generator import as_generator, uniform
from stablesoftmax._rows import elementwise

Array = np.ndarray[Any, Any]

_FLOAT64 = np.dtype(np.float64)
_NAN = np.array(0, np.uint8)  # what a row without a distribution becomes


def _perturbed(name: str, x: Array, generator: "np.random.Generator") -> Array:
    """x plus noise, in float64."""
    u = uniform(generator, x.shape)
    z = u.view(_FLOAT64)  # where the integers were

    def perturb(at: _blocks.Index) -> None:
        z[at] = _native.add_gumbel(cast(x[at], _FLOAT64), u[at])

    _blocks.over_rows(name, x.shape, 1, perturb)
    return z


@neutral  # a caller's environment might take subnormals for 0
def _first_of_largest(rows: Array) -> Array:
    return np.asarray(rows.argmax(axis=-1, keepdims=True))


def _one_hot(name: str, z: Array, axes: tuple[int, ...], mask: Array | None) -> Array:
    """1 at the first maximum of each row of z, 0 elsewhere; rows without one as softmax has them."""
    inner = tuple(range(z.ndim - len(axes), z.ndim))
    if mask is not None:
        np.copyto(z, -np.inf, where=~mask)
    rows = np.moveaxis(z, axes, inner)
    flat = rows.reshape(*rows.shape[: z.ndim - len(axes)], math.prod(rows.shape[z.ndim - len(axes) :]))
    hot = np.zeros(flat.shape)
    if flat.size:
        first = _first_of_largest(flat)
        np.put_along_axis(hot, first, 1.0, -1)
        largest = np.take_along_axis(flat, first, -1)[..., 0]
        empty = np.zeros(largest.shape, bool) if mask is None else ~mask.any(axis=axes)
        undefined = ~np.isfinite(largest) & ~empty
        hot[undefined] = np.nan
        hot[empty] = 0.0
        if (undefined & ~np.isnan(largest)).any():
            _native.raise_invalid(name)
    return np.moveaxis(hot.reshape(rows.shape), inner, axes)


@of_any_kind()
def gumbel_softmax(
    logits: Any,
    axis: Axis = -1,
    *,
    temperature: Any = 1.0,
    hard: bool = False,
    where: Any = True,
    rng: Any = None,
    out: Any = None,
    dtype: Any = None,
) -> Any:
    r"""A differentiable sample from logits: :math:`\mathrm{softmax}((x + G)/T)`, G Gumbel noise, over each row.

    Parameters
    ----------
    logits : array_like
        x: float16, bfloat16, float32 or float64; integers and bool are converted to float64 first. Any strides, alignment, byte
        order; nested lists and scalars too.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row; None for all.
    temperature : float or array_like, default 1.0
        T > 0; an array gives each row its own and broadcasts like a result with keepdims. The smaller, the nearer to one-hot.
    hard : bool, default False
        The limit of small temperatures: 1 at the largest element of the same x + G, 0 elsewhere.
    where : array_like of bool, default True
        Elements that take part. The result of a masked one is 0, also in `out`.
    rng : None, int, SeedSequence, BitGenerator or Generator, optional
        Where randomness comes from (SPEC 7): a Generator is used as it is, anything else goes through
        ``numpy.random.default_rng``; None is a new one each time.
    out : ndarray, optional
        Where the result goes; of its shape and dtype. It may overlap logits in any way, or be logits.
    dtype : dtype, optional
        Of the result (default: that of logits).

    Returns
    -------
    ndarray or scalar
        Of the shape of logits; a scalar for a scalar.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax`; TypeError for a RandomState. No number is taken from `rng` then.

    See Also
    --------
    sample : indices drawn exactly, which is faster where no derivative is wanted.

    Notes
    -----
    *Noise*: G = -log(-log u) for u = (k + 1/2)/2**64, k a uniform 64-bit integer, so that no logarithm of 0 or 1 exists: G lies
    between -3.81 and 45.06 and is never nan or infinite. Its error is below 2**-50 * (1 + abs(G)). x + G is rounded to float64
    whatever the dtype of x; its softmax, error < 1 ulp of float64 (see :func:`bounds`), is rounded once more for a narrower result.

    *Stream and bits*: each element takes one 64-bit integer from `rng`, masked ones too, in C order of logits; the same `rng` gives
    the same bits on every level, layout and number of threads. The index of the largest element, the lowest among equal ones, is
    a sample from softmax(x) (Gumbel-max).

    *Special values* as :func:`softmax`, with `hard` too: a nan, a +inf or nothing above -inf makes a row nan, the last two with
    "invalid value", as ``np.errstate`` says; a row masked altogether is zeros; -inf gives 0.

    References
    ----------
    E. Jang, S. Gu, B. Poole, *Categorical reparameterization with Gumbel-softmax*, ICLR 2017. C. J. Maddison, A. Mnih, Y. W. Teh,
    *The concrete distribution*, ICLR 2017.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.gumbel_softmax([0.0, 1.0, 2.0], hard=True, rng=1)
    array([0., 1., 0.])
    >>> float(ssm.gumbel_softmax([[0.0, 1.0]] * 10_000, hard=True, rng=1)[:, 1].mean())  # e/(1 + e) = 0.7311
    0.732
    """
    name = "gumbel_softmax"
    x = as_logits(name, logits)
    axes = normalise_axis(name, axis, x.shape)
    result = result_dtype(name, x, dtype, floating(x.dtype))
    mask = as_mask(name, where, x.shape)
    t = as_temperature(name, temperature, x.shape, axes)
    if out is not None:
        check_out(name, out, x.shape, result)
    z = _perturbed(name, x, as_generator(name, rng))
    y = out if out is not None else z if result == _FLOAT64 else np.empty(x.shape, result)
    if mask is not None and out is not None and np.may_share_memory(mask, out):
        mask = mask.copy()
    if hard:
        y[...] = cast(_one_hot(name, z, axes, mask), result)
    else:
        elementwise("softmax", z, axes, mask, t, NO_SINK, _NAN, _FLOAT64, y)
    return y if out is not None or y.ndim else y[()]
