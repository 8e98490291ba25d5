"""top_k."""

import operator
from typing import Any, NamedTuple

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._arguments import as_logits, as_one_axis, cast, native
from stablesoftmax._elsewhere import of_any_kind
from stablesoftmax._layout import row_last

Array = np.ndarray[Any, Any]


class TopK(NamedTuple):
    """The largest elements of each row, sorted, and where they were."""

    values: Any
    indices: Any


def _comparable(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """A dtype with a kernel that holds every value of this one."""
    if dtype.kind in "iub":
        return np.dtype(np.uint64 if dtype.kind == "u" else np.int64)
    return np.dtype(np.float32) if dtype.itemsize == 2 else native(dtype)


@of_any_kind(labels=False)
def top_k(x: Any, k: int, axis: int = -1) -> TopK:
    """The k largest elements of each row, in descending order, and their indices.

    Parameters
    ----------
    x : array_like
        float16, bfloat16, float32, float64, integers (compared as integers) or bool. Any strides, alignment, byte order.
    k : int
        How many, from 0 to the length of a row.
    axis : int, default -1
        The axis that makes up a row.

    Returns
    -------
    TopK
        A named tuple ``(values, indices)`` of arrays that are k long along `axis`: elements of x, of its dtype, and int64.

    Raises
    ------
    TypeError
        For x of another dtype, or a k or axis that is no int.
    ValueError
        For a k that is negative or longer than a row.
    numpy.exceptions.AxisError
        For an axis out of range.

    See Also
    --------
    sample : draws from the k most probable elements.

    Notes
    -----
    Exact: elements are compared and moved, never computed with. The order is total, hence the answer is one, whatever the
    layout, level or number of threads: equal elements (0.0 and -0.0 are equal) come in the order of their indices, and a nan
    comes before every number, as in torch and JAX, so that it is seen rather than lost. -inf is a number like others.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.top_k([1.0, 3.0, 2.0, 3.0], 3)
    TopK(values=array([3., 3., 2.]), indices=array([1, 3, 2]))
    """
    name = "top_k"
    array = as_logits(name, x)
    along = as_one_axis(name, axis, array.shape)
    array = np.atleast_1d(array)
    length = array.shape[along]
    try:
        if isinstance(k, (bool, np.bool_)):
            raise TypeError
        count = operator.index(k)
    except TypeError:
        raise TypeError(f"{name}: k must be an int, not {k!r}") from None
    if not 0 <= count <= length:
        raise ValueError(f"{name}: k is {count}, a row of an array of shape {array.shape} along axis {along} has {length} elements")
    indices = np.empty((*array.shape[:along], count, *array.shape[along + 1 :]), np.int64)
    rows, found = row_last(array, along), row_last(indices, along)
    dtype = _comparable(array.dtype)

    def choose(at: _blocks.Index) -> None:
        found[at] = _native.top_k(cast(rows[at], dtype), count)[..., :count]

    _blocks.over_rows(name, rows.shape[:-1], length, choose)
    values = np.take_along_axis(array, indices, along)
    return TopK(values.astype(native(values.dtype), copy=False), indices)
