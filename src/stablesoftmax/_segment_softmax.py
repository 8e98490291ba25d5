"""softmax, log_softmax and logsumexp of segments: rows of varying length, named by an id for each element."""

from typing import Any

import numpy as np

from stablesoftmax._arguments import (
    as_logits,
    as_mask,
    check_out,
    computing_dtype,
    floating,
    positive,
    reduced_dtype,
    reduction_computing_dtype,
    result_dtype,
)
from stablesoftmax._elsewhere import of_any_kind
from stablesoftmax._segment_ids import segment_ids_of
from stablesoftmax._segments import over_segments, refuse_all_neginf
from stablesoftmax._softmax import as_policy

Array = np.ndarray[Any, Any]


def _logits(name: str, x: Any) -> Array:
    logits = as_logits(name, x)
    if logits.ndim == 0:
        raise ValueError(f"{name}: x is a scalar; it needs an axis of elements, one for each of segment_ids")
    return logits


def _elementwise(
    name: str, x: Any, segment_ids: Any, num_segments: Any, temperature: Any, where: Any, all_neginf: str, posinf: str, out: Any,
    dtype: Any,
) -> Array:  # fmt: skip
    logits = _logits(name, x)
    own = floating(logits.dtype)
    result = result_dtype(name, logits, dtype, own)
    mask = as_mask(name, where, logits.shape)
    policy = int(as_policy(name, all_neginf, posinf))
    t = positive(name, temperature)
    if out is not None:
        check_out(name, out, logits.shape, result)
    segments = segment_ids_of(name, segment_ids, logits, num_segments)
    shape = (segments.count, *logits.shape[1:])
    try:
        t = np.broadcast_to(t, shape)
    except ValueError:
        raise ValueError(
            f"{name}: temperature of shape {t.shape} does not broadcast to {shape}, one temperature a segment"
        ) from None
    computing = computing_dtype(own, result)
    if all_neginf == "raise":
        refuse_all_neginf(name, "segment", segments, logits, mask, computing)
    y = np.empty(logits.shape, result) if out is None else out
    over_segments(name, name.removeprefix("segment_"), segments, logits, mask, t, policy, computing, y)
    return y


@of_any_kind()
def segment_softmax(
    x: Any,
    segment_ids: Any,
    num_segments: Any = None,
    *,
    temperature: Any = 1.0,
    where: Any = True,
    all_neginf: str = "nan",
    posinf: str = "nan",
    out: Any = None,
    dtype: Any = None,
) -> Array:
    r"""Probabilities within segments: :math:`e^{x_i/T} / \sum_j e^{x_j/T}` over the elements j with the segment id of i.

    What attention on a graph needs: x holds a logit for each edge, `segment_ids` the node that the edge leads to. Each segment
    gets the bits of ``softmax`` of a row of its elements, in whatever order they come.

    Parameters
    ----------
    x : array_like of shape (N,) or (N, ...)
        Logits, of a dtype that :func:`softmax` takes. Further axes (heads) are columns that have nothing to do with each other.
    segment_ids : array_like of int, of shape (N,)
        The segment of each row of x, from 0 on, in any order. Sorted ids need no copy and are several times as fast.
    num_segments : int, optional
        How many segments there are (default: the largest id, and one). Segments may be empty.
    temperature : float or array_like, default 1.0
        T > 0, in the units of x; an array broadcasts to the shape of :func:`segment_logsumexp`: (num_segments,) for a vector x,
        (num_segments, 1) or (heads,) for x of shape (N, heads). It takes part exactly: x/T is never rounded.
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of x. A masked element counts for nothing, whatever it holds (nan
        included), and its result is 0, also in `out`.
    all_neginf : {"nan", "zero", "uniform", "raise"}, default "nan"
        What a segment of nothing but -inf becomes; one that is masked altogether becomes zeros.
    posinf : {"nan", "limit"}, default "nan"
        What a segment with +inf becomes: nan, or the limit, the mass shared equally among the +inf.
    out : ndarray, optional
        Where the result goes; of its shape and dtype. It may overlap x in any way, or be x.
    dtype : dtype, optional
        Of the result (default: that of x). The computation runs in the wider of the two and is rounded once more.

    Returns
    -------
    ndarray
        Of the shape of x.

    Raises
    ------
    TypeError
        For ids that are not integers, and as :func:`softmax`.
    ValueError
        For an id that is negative or not below `num_segments` (the message names the first), ids of another length than x, and
        as :func:`softmax`. Nothing has been written then.

    Notes
    -----
    *Accuracy*: error < 1 ulp, as :func:`softmax`; see :func:`bounds`. *Bits*: those of ``softmax`` of the elements of the segment
    alone, for every order of x, number of threads and SIMD level. *Special values*: a nan makes its segment (and column) nan,
    -inf gives 0, each segment for itself. "invalid value" is raised (as ``np.errstate`` says) only where a nan is made out of
    none. *Memory* beside the result: up to 25 bytes a segment; for ids that are not sorted a copy of x and of the mask, and 4
    bytes an id; 8 bytes an id more where ids are not int64. *Time* is linear in N and num_segments.

    References
    ----------
    P. Veličković et al., *Graph attention networks*, ICLR 2018, equation 3.

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> ssm.segment_softmax(np.array([1.0, 5.0, 2.0, 3.0]), [0, 1, 0, 0])
    array([0.09003057, 1.        , 0.24472847, 0.66524096])
    """
    return _elementwise("segment_softmax", x, segment_ids, num_segments, temperature, where, all_neginf, posinf, out, dtype)


@of_any_kind()
def segment_log_softmax(
    x: Any,
    segment_ids: Any,
    num_segments: Any = None,
    *,
    temperature: Any = 1.0,
    where: Any = True,
    all_neginf: str = "nan",
    posinf: str = "nan",
    out: Any = None,
    dtype: Any = None,
) -> Array:
    r"""Logarithms of probabilities within segments: :math:`x_i/T - \log \sum_j e^{x_j/T}`, j in the segment of i.

    Parameters
    ----------
    x : array_like of shape (N,) or (N, ...)
        Logits, as for :func:`segment_softmax`.
    segment_ids : array_like of int, of shape (N,)
        The segment of each row of x, from 0 on, in any order.
    num_segments : int, optional
        How many segments there are (default: the largest id, and one).
    temperature : float or array_like, default 1.0
        T > 0, one for all or broadcast to the shape of :func:`segment_logsumexp`.
    where : array_like of bool, default True
        Elements that take part; the result of the others is -inf, also in `out`.
    all_neginf : {"nan", "zero", "uniform", "raise"}, default "nan"
        What a segment of nothing but -inf becomes; "zero" means probabilities of zero, -inf. One that is masked altogether
        becomes -inf.
    posinf : {"nan", "limit"}, default "nan"
        What a segment with +inf becomes: nan, or the limit.
    out : ndarray, optional
        Where the result goes; of its shape and dtype. It may overlap x in any way, or be x.
    dtype : dtype, optional
        Of the result (default: that of x).

    Returns
    -------
    ndarray
        Of the shape of x.

    Raises
    ------
    TypeError, ValueError
        As :func:`segment_softmax`.

    Notes
    -----
    *Accuracy*: error < 1 ulp, as :func:`log_softmax`; see :func:`bounds`. *Bits*: those of ``log_softmax`` of the elements of the
    segment alone, for every order of x. *Special values*: a nan makes its segment (and column) nan; -inf gives -inf. The one
    element of a segment of its own has the logarithm 0. *Memory* as :func:`segment_softmax`.

    References
    ----------
    P. Veličković et al., *Graph attention networks*, ICLR 2018, equation 3.

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> ssm.segment_log_softmax(np.array([0, 7, -20], np.float32), [0, 1, 0])
    array([-2.0611537e-09,  0.0000000e+00, -2.0000000e+01], dtype=float32)
    """
    return _elementwise("segment_log_softmax", x, segment_ids, num_segments, temperature, where, all_neginf, posinf, out, dtype)


@of_any_kind(labels=False)
def segment_logsumexp(
    x: Any, segment_ids: Any, num_segments: Any = None, *, where: Any = True, out: Any = None, dtype: Any = None
) -> Array:
    r"""Logarithm of the sum of exponentials of each segment: :math:`\log \sum_j e^{x_j}`, j in segment s.

    Parameters
    ----------
    x : array_like of shape (N,) or (N, ...)
        As for :func:`segment_softmax`.
    segment_ids : array_like of int, of shape (N,)
        The segment of each row of x, from 0 on, in any order.
    num_segments : int, optional
        How many segments there are (default: the largest id, and one).
    where : array_like of bool, default True
        Elements that take part, broadcast to the shape of x; the others count for nothing, whatever they hold.
    out : ndarray, optional
        Where the result goes; of its shape and dtype. It may overlap x in any way.
    dtype : dtype, optional
        Of the result. Default: that of x, but float32 for float16 and bfloat16.

    Returns
    -------
    ndarray of shape (num_segments,) or (num_segments, ...)
        Empty segments have -inf.

    Raises
    ------
    TypeError, ValueError
        As :func:`segment_softmax`.

    Notes
    -----
    *Accuracy*: error < 1 ulp + 2**-100, as :func:`logsumexp`; see :func:`bounds`. *Bits*: those of ``logsumexp`` of the elements
    of the segment alone, for every order of x. *Special values*: an empty, a fully masked and an all -inf segment give -inf, +inf
    gives inf, nan gives nan. *Memory* as :func:`segment_softmax`.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, *Accurately computing the log-sum-exp and softmax functions*, IMA J. Numer.
    Anal. 41 (2021).

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> ssm.segment_logsumexp([1000.0, 3.0, 1000.0], [2, 0, 2])
    array([   3.        ,          -inf, 1000.69314718])
    """
    name = "segment_logsumexp"
    logits = _logits(name, x)
    own = floating(logits.dtype)
    result = result_dtype(name, logits, dtype, reduced_dtype(own))
    mask = as_mask(name, where, logits.shape)
    segments = segment_ids_of(name, segment_ids, logits, num_segments)
    shape = (segments.count, *logits.shape[1:])
    if out is not None:
        check_out(name, out, shape, result)
    # the loops for half precision return float32 as it is
    computing = reduction_computing_dtype(own, result)
    y = np.empty(shape, result) if out is None else out
    over_segments(name, "logsumexp", segments, logits, mask, np.broadcast_to(positive(name, 1.0), shape), 0, computing, y)
    return y
