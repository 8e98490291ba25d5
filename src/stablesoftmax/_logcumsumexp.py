"""logcumsumexp."""

from typing import Any

import numpy as np

from stablesoftmax import _native
from stablesoftmax._arguments import as_logits, as_mask, cast, check_out, floating, is_bfloat16, result_dtype
from stablesoftmax._elsewhere import of_any_kind
from stablesoftmax._layout import Layout, apart, assign, patterns
from stablesoftmax._log_space import FLOAT64, Array, each_block, one_axis

_OTHERS = _native.logcumsumexp, _native.logcumsumexp_where
_BFLOAT16 = _native.logcumsumexp_bfloat16, _native.logcumsumexp_bfloat16_where


def _write(name: str, x: Array, axes: tuple[int, ...], mask: Array | None, computing: np.dtype[Any], y: Array) -> None:
    layout = Layout(x, axes)
    rows, masks, targets = layout.rows_last(x), None if mask is None else layout.rows_last(mask), layout.rows_last(y)
    plain, masked = _BFLOAT16 if is_bfloat16(computing) else _OTHERS

    def block(array: Array, index: Any) -> Array:
        view = array[*index, ...]
        return view if view.ndim else view[np.newaxis]  # a scalar is a row

    def by_block(index: Any) -> None:
        of, target = patterns(cast(block(rows, index), computing)), block(targets, index)
        out = (patterns(target),) if target.dtype == computing else None
        results = plain(of, out=out) if masks is None else masked(of, block(masks, index), out=out)
        if out is None:
            assign(target, results, computing)

    each_block(name, layout.outer_shape, layout.length, by_block)


@of_any_kind()
def logcumsumexp(x: Any, axis: int = -1, *, where: Any = True, out: Any = None, dtype: Any = None) -> Any:
    r"""Logarithm of the cumulative sum of exponentials: :math:`y_i = \log \sum_{j \le i} e^{x_j}` along an axis.

    Parameters
    ----------
    x : array_like
        float16, bfloat16, float32 or float64; integers and bool are converted to float64 first. Any strides, alignment, byte
        order; nested lists and scalars too.
    axis : int, default -1
        The axis to sum along; one, since its order matters.
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of x; at the others the sum stays what it was, whatever they hold.
    out : ndarray, optional
        Where the result goes; of its shape and dtype. It may overlap x in any way, or be x.
    dtype : dtype, optional
        Of the result (default: that of x; the sum of 10**9 float16 zeros is 20.7). Computed in float64, rounded once.

    Returns
    -------
    ndarray or scalar
        Of the shape of x; a scalar for a scalar.

    Raises
    ------
    TypeError
        For an axis that is no int, an input or mask of another dtype, masked arrays.
    ValueError
        For an `out` of another shape or dtype, a mask that does not broadcast.
    numpy.exceptions.AxisError
        For an axis out of range.

    Notes
    -----
    *Accuracy*: that of :func:`logsumexp` of each prefix: error < 1 ulp + 2**-100 (for rows of up to 2**22 elements; the second
    part matters only where a prefix is nearly a normalised distribution and the result close to 0); see :func:`bounds`. The
    last element and logsumexp of the row are two such numbers, the same bits as a rule but not by promise. *Bits*: a
    result depends on the multiset of the elements of its prefix and on nothing else: not on their order, the axis, strides,
    batch, number of threads or SIMD level. *Special values*: -inf until something larger came; inf from the first +inf on;
    nan from the first nan on.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, *Accurately computing the log-sum-exp and softmax functions*, IMA J. Numer.
    Anal. 41 (2021).

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> ssm.logcumsumexp([0.0, 0.0, 0.0])
    array([0.        , 0.69314718, 1.09861229])
    >>> ssm.logcumsumexp(np.array([-np.inf, 0, -40, np.inf]))
    array([          -inf, 0.00000000e+00, 4.24835426e-18,            inf])
    """
    name = "logcumsumexp"
    logits = as_logits(name, x)
    axes = one_axis(name, axis, logits.shape)
    result = result_dtype(name, logits, dtype, floating(logits.dtype))
    mask = as_mask(name, where, logits.shape)
    if out is not None:
        check_out(name, out, logits.shape, result)
    y = np.empty_like(logits, dtype=result, subok=False) if out is None else out
    own = floating(logits.dtype)
    _write(name, apart(logits, y), axes, None if mask is None else apart(mask, y), own if own == result else FLOAT64, y)
    return y if out is not None or y.ndim else y[()]
