"""softmax, log_softmax, logsumexp and cross_entropy of Dask arrays, with the bits that they have in memory.

The functions of the same names in :mod:`stablesoftmax` come here by themselves when they are given a `dask.array.Array`.
Everything is lazy. Rows may lie in any number of chunks along any axes; the chunks of a result are those of the input. Needs
``pip install 'stablesoftmax[dask]'``.
"""

from typing import Any

import numpy as np

try:
    import dask.array  # noqa: F401
except ImportError:
    raise ImportError("stablesoftmax.dask needs dask, which is not installed; pip install 'stablesoftmax[dask]'") from None

from stablesoftmax import _dask_cross_entropy, _parts
from stablesoftmax._arguments import (
    Axis,
    as_sink,
    computing_dtype,
    floating,
    normalise_axis,
    reduced_dtype,
    reduction_computing_dtype,
    result_dtype,
)
from stablesoftmax._dask_arguments import Lazy, as_lazy, as_lazy_mask, as_lazy_temperature, one_a_row, whole_axes
from stablesoftmax._dask_passes import Passes, Rows, blocks, records_of_words, summary_of_records, words
from stablesoftmax._layout import Array
from stablesoftmax._logsumexp import logsumexp as logsumexp_in_memory
from stablesoftmax._softmax import as_policy
from stablesoftmax._softmax import log_softmax as log_softmax_in_memory
from stablesoftmax._softmax import softmax as softmax_in_memory

__all__ = ["cross_entropy", "log_softmax", "logsumexp", "softmax"]

_IN_MEMORY = {"softmax": softmax_in_memory, "log_softmax": log_softmax_in_memory}


def _whole(
    x: Array, temperature: Array, sink: Array, mask: Array | None, *, called: str, axes: tuple[int, ...], options: Any
) -> Array:
    where, sinks = True if mask is None else mask, None if np.all(sink == -np.inf) else sink
    return np.asarray(_IN_MEMORY[called](x, axes, temperature=temperature, where=where, sink=sinks, **options))


def _own_sink(sink: Any, rows: Rows) -> Array:
    """The sinks of rows as parts of one element, in the precision of the computation."""
    dtype = np.float64 if rows.computing == np.float64 else np.float32
    return np.asarray(sink, dtype)[..., None]


def _summary_with_sink(records: Array, sink: Any, *, rows: Rows, refused: str | None) -> Array:
    """The summary once the sinks have joined the rows; `refused` is the function that refuses rows of nothing but -inf."""
    joined, found = records.copy(), _parts.summary_of(_own_sink(sink, rows), None)
    found = found._replace(above=found.above.copy(), present=np.zeros_like(found.present))
    for name, values in summary_of_records(records).join(found)._asdict().items():
        joined[name] = values
    if refused and bool(((joined["max"] == -np.inf) & (joined["present"] > 0) & ~joined["nan"]).any()):
        raise ValueError(
            f"{refused}: every element of a row is -inf, which has no softmax; mask such rows with where=, or use "
            'all_neginf="zero" or "uniform"'
        )
    return joined


def _totals_with_sink(totals: Array, records: Array, sink: Any, temperature: Any, *, rows: Rows, of_rest: bool) -> Array:
    joined = totals.copy()
    total = _parts.total_of(_own_sink(sink, rows), None, temperature, of_rest, summary_of_records(records))
    both = _parts.add(words(totals["total"]), np.where(np.greater(sink, -np.inf)[..., None], total, np.uint64(0)))
    joined["total"] = records_of_words(both)
    return joined


def _elementwise(
    name: str,
    x: Any,
    axis: Axis,
    temperature: Any,
    where: Any,
    sink: Any,
    all_neginf: str,
    posinf: str,
    dtype: Any,
    read_again: bool,
) -> Lazy:
    lazy = as_lazy(name, x)
    axes = normalise_axis(name, axis, lazy.shape)
    own = floating(lazy.dtype)
    result = result_dtype(name, lazy, dtype, own)
    policy, mask = as_policy(name, all_neginf, posinf), as_lazy_mask(name, where, lazy)
    t = as_lazy_temperature(name, temperature, lazy, axes)
    if not hasattr(sink, "dask"):
        as_sink(name, sink, lazy.shape, axes)  # refuses what is wrong
    sinks = one_a_row(name, "sink", -np.inf if sink is None else sink, lazy, axes)
    if whole_axes(lazy, axes):
        options = {"all_neginf": all_neginf, "posinf": posinf, "dtype": result}
        return blocks(_whole, lazy, t, sinks, mask, dtype=result, like=lazy, called=name, axes=axes, options=options)
    rows, of_rest = Rows(axes, computing_dtype(own, result)), name == "log_softmax"
    passes = Passes(lazy, mask, t, rows, read_again)
    records = passes.summaries()
    refused = name if all_neginf == "raise" else None
    if sink is not None or refused:
        records = blocks(_summary_with_sink, records, sinks, dtype=records.dtype, like=records, rows=rows, refused=refused)
    totals = passes.totals(records, of_rest)
    if sink is not None:
        totals = blocks(
            _totals_with_sink, totals, records, sinks, t, dtype=totals.dtype, like=totals, rows=rows, of_rest=of_rest
        )  # fmt: skip
    return passes.results(name, records, totals, policy, result)


def softmax(
    x: Any, axis: Axis = -1, *, temperature: Any = 1.0, where: Any = True, sink: Any = None, all_neginf: str = "nan",
    posinf: str = "nan", dtype: Any = None, read_again: bool = True,
) -> Lazy:  # fmt: skip
    """Probabilities of logits that lie in chunks: :func:`stablesoftmax.softmax`, lazily, with its bits.

    Parameters
    ----------
    x : dask.array.Array
        Logits, of known shape, in any chunks.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row.
    temperature, where, sink : number or array_like, optional
        As for :func:`stablesoftmax.softmax`; NumPy or Dask arrays.
    all_neginf, posinf : str, optional
        As there. "raise" raises when the result is computed.
    dtype : dtype, optional
        Of the result (default: that of x).
    read_again : bool, default True
        Rows in several chunks are read three times: for the maximum, for the sum, for the result. By default x is computed anew
        each time, so that no worker holds more than a few chunks; the chunks must come out the same. False keeps them until the
        last pass. It is faster where x is dear to compute and fits the memory of all workers; so is ``x.persist()`` before.

    Returns
    -------
    dask.array.Array
        Of the shape and chunks of x.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`stablesoftmax.softmax`, before anything is computed; ValueError also for chunks of unknown size.

    Notes
    -----
    *Accuracy*, *bits*, *special values*: of :func:`stablesoftmax.softmax`, for any chunking, scheduler and number of workers.
    *Tasks*: one a chunk where chunks hold whole rows. Else three a chunk and two trees that join eight parts at a node, of some 60
    bytes a row each.

    References
    ----------
    J. Demmel, P. Ahrens, H. D. Nguyen, *Efficient reproducible floating point summation and BLAS*, UCB/EECS-2016-121.

    Examples
    --------
    >>> import dask.array as da
    >>> import stablesoftmax.dask
    >>> x = da.arange(6, chunks=2).astype("float32")
    >>> stablesoftmax.dask.softmax(x).compute()
    array([0.00426978, 0.01160646, 0.03154963, 0.08576079, 0.233122  ,
           0.6336913 ], dtype=float32)
    """
    return _elementwise("softmax", x, axis, temperature, where, sink, all_neginf, posinf, dtype, read_again)


def log_softmax(
    x: Any, axis: Axis = -1, *, temperature: Any = 1.0, where: Any = True, sink: Any = None, all_neginf: str = "nan",
    posinf: str = "nan", dtype: Any = None, read_again: bool = True,
) -> Lazy:  # fmt: skip
    """Log-probabilities of logits that lie in chunks: :func:`stablesoftmax.log_softmax`, lazily, with its bits.

    Parameters
    ----------
    x : dask.array.Array
        Logits, of known shape, in any chunks.
    axis : int, tuple of ints or None, default -1
        The axis or axes that make up a row.
    temperature, where, sink : number or array_like, optional
        As for :func:`stablesoftmax.log_softmax`; NumPy or Dask arrays.
    all_neginf, posinf : str, optional
        As there. "raise" raises when the result is computed.
    dtype : dtype, optional
        Of the result (default: that of x).
    read_again : bool, default True
        As for :func:`softmax`.

    Returns
    -------
    dask.array.Array
        Of the shape and chunks of x.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`softmax`.

    Notes
    -----
    As :func:`softmax`.

    Examples
    --------
    >>> import dask.array as da
    >>> import stablesoftmax.dask
    >>> stablesoftmax.dask.log_softmax(da.zeros(4, chunks=2, dtype="float32")).compute()
    array([-1.3862944, -1.3862944, -1.3862944, -1.3862944], dtype=float32)
    """
    return _elementwise("log_softmax", x, axis, temperature, where, sink, all_neginf, posinf, dtype, read_again)


def _whole_logsumexp(x: Array, mask: Array | None, *, axes: tuple[int, ...], result: Any) -> Array:
    where = True if mask is None else mask
    return np.asarray(logsumexp_in_memory(x, axes, where=where, keepdims=True, dtype=result))


def _without(values: Array, *, axes: tuple[int, ...]) -> Array:
    return values.squeeze(axes)


def logsumexp(
    x: Any, axis: Axis = None, *, where: Any = True, keepdims: bool = False, dtype: Any = None, read_again: bool = True
) -> Lazy:
    r"""Logarithm of the sum of exponentials of logits that lie in chunks: :func:`stablesoftmax.logsumexp`, lazily, with its bits.

    Parameters
    ----------
    x : dask.array.Array
        Logits, of known shape, in any chunks.
    axis : int, tuple of ints or None, default None
        The axis or axes that make up a row; None for all.
    where : bool or array_like of bool, default True
        Elements that take part.
    keepdims : bool, default False
        Keep the reduced axes with length 1.
    dtype : dtype, optional
        Of the result; default: that of x, but float32 for float16 and bfloat16.
    read_again : bool, default True
        As for :func:`softmax`; the passes are two.

    Returns
    -------
    dask.array.Array
        One value a row.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`stablesoftmax.logsumexp`, before anything is computed; ValueError also for chunks of unknown size.

    Notes
    -----
    As :func:`softmax`. Near zero too the bits are those in memory: rows whose logsumexp may cancel are summed in fixed point as
    well, in the second pass (100 ns an element).

    Examples
    --------
    >>> import dask.array as da
    >>> import stablesoftmax.dask
    >>> stablesoftmax.dask.logsumexp(da.zeros((2, 70_000), chunks=(2, 10_000), dtype="float16"), axis=1).compute()
    array([11.156251, 11.156251], dtype=float32)
    """
    name = "logsumexp"
    lazy = as_lazy(name, x)
    axes = normalise_axis(name, axis, lazy.shape)
    own = floating(lazy.dtype)
    result = result_dtype(name, lazy, dtype, reduced_dtype(own))
    mask = as_lazy_mask(name, where, lazy)
    if whole_axes(lazy, axes):
        values = blocks(_whole_logsumexp, lazy, mask, dtype=result, like=lazy, kept=axes, axes=axes, result=result)
    else:
        rows = Rows(axes, reduction_computing_dtype(own, result))
        values = Passes(lazy, mask, one_a_row(name, "temperature", 1.0, lazy, axes), rows, read_again).logsumexp(result)
    return values if keepdims or not axes else values.map_blocks(_without, axes=axes, drop_axis=list(axes), dtype=result)


def cross_entropy(
    logits: Any, targets: Any, axis: int = -1, *, weight: Any = None, label_smoothing: float = 0.0, ignore_index: int | None = None,
    where: Any = True, reduction: str = "mean", normalizer: float | None = None, dtype: Any = None, read_again: bool = True,
) -> Lazy:  # fmt: skip
    """Cross entropy of logits that lie in chunks: :func:`stablesoftmax.cross_entropy`, lazily, with its bits.

    Parameters
    ----------
    logits : dask.array.Array
        Of known shape, in any chunks.
    targets : array_like
        Integer labels of the shape of the logits without `axis`, or probabilities of their shape; a NumPy or Dask array.
    axis : int, default -1
        The axis of the classes. With probabilities as targets, or with label_smoothing, it must lie in one chunk.
    weight, label_smoothing, ignore_index, where, reduction, normalizer, dtype
        As for :func:`stablesoftmax.cross_entropy`.
    read_again : bool, default True
        As for :func:`softmax`; the passes over the logits are two, where the classes lie in several chunks.

    Returns
    -------
    dask.array.Array
        The reduced loss, without axes, or for "none" one loss a row.

    Raises
    ------
    TypeError, ValueError, numpy.exceptions.AxisError
        As :func:`stablesoftmax.cross_entropy`; a label out of range is found when the loss is computed.

    Notes
    -----
    *Accuracy*, *bits*, *special values*: of :func:`stablesoftmax.cross_entropy`; losses of rows in different chunks are added as
    integers too.

    Examples
    --------
    >>> import dask.array as da
    >>> import stablesoftmax.dask
    >>> logits = da.from_array([[0.0, -40.0, -50.0]], chunks=(1, 1)).astype("float32")
    >>> stablesoftmax.dask.cross_entropy(logits, [0]).compute()
    array(4.2485473e-18, dtype=float32)
    """
    return _dask_cross_entropy.cross_entropy(
        logits, targets, axis, weight, label_smoothing, ignore_index, where, reduction, normalizer, dtype, read_again
    )
