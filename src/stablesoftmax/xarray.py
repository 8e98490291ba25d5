"""softmax, log_softmax and logsumexp of labelled arrays: dimensions by name, coordinates and attributes kept, over Dask lazily.

Needs ``pip install 'stablesoftmax[dask]'``.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import Any

import numpy as np

from stablesoftmax._logsumexp import logsumexp as logsumexp_of_array
from stablesoftmax._softmax import log_softmax as log_softmax_of_array
from stablesoftmax._softmax import softmax as softmax_of_array

try:
    import xarray as xr
except ImportError:
    raise ImportError("stablesoftmax.xarray needs xarray, which is not installed; pip install 'stablesoftmax[dask]'") from None

__all__ = ["log_softmax", "logsumexp", "softmax"]

Dims = Hashable | Iterable[Hashable] | None


def _dims(name: str, x: Any, dim: Dims) -> tuple[Hashable, ...]:
    """The dimensions of a row; all of them for None."""
    if not isinstance(x, xr.DataArray):
        raise TypeError(f"{name}: x is a {type(x).__name__}, not an xarray.DataArray; use stablesoftmax.{name} for plain arrays")
    if dim is None:
        return tuple(x.dims)
    named = (dim,) if isinstance(dim, str) or not isinstance(dim, Iterable) else tuple(dim)
    for d in named:
        if d not in x.dims:
            raise ValueError(f"{name}: x has no dimension {d!r}; it has {', '.join(map(repr, x.dims))}")
    return named


def _like(name: str, called: str, value: Any, x: Any, without: tuple[Hashable, ...]) -> Any:
    """A parameter as an array that broadcasts with x: one that is labelled by its labels, length 1 along `without`."""
    if not isinstance(value, xr.DataArray):
        return value
    wrong = [d for d in value.dims if d not in x.dims or d in without]
    if wrong:
        raise ValueError(f"{name}: {called} has the dimension {wrong[0]!r}; it may have those of x that are not part of a row")
    form = x.isel({d: slice(0, 1) for d in without})
    value, form = xr.align(value, form, join="exact", exclude=without)
    return (
        value.broadcast_like(form, exclude=without).expand_dims([d for d in without if d not in value.dims]).transpose(*x.dims).data
    )


def _elementwise(
    name: str, function: Callable[..., Any], x: Any, dim: Dims, temperature: Any, where: Any, sink: Any, options: dict[str, Any]
) -> Any:  # fmt: skip
    dims = _dims(name, x, dim)
    options |= {called: _like(name, called, value, x, dims) for called, value in (("temperature", temperature), ("sink", sink))}
    return x.copy(data=function(x.data, x.get_axis_num(dims), where=_like(name, "where", where, x, ()), **options))


def softmax(
    x: Any, dim: Dims, *, temperature: Any = 1.0, where: Any = True, sink: Any = None, all_neginf: str = "nan", posinf: str = "nan",
    dtype: Any = None,
) -> Any:  # fmt: skip
    """Probabilities of labelled logits: :func:`stablesoftmax.softmax` along named dimensions.

    Parameters
    ----------
    x : xarray.DataArray
        Logits, in memory or in chunks.
    dim : hashable, iterable of hashable or None
        The dimension or dimensions that make up a row; None for all.
    temperature, sink : number, array_like or DataArray, optional
        As for :func:`stablesoftmax.softmax`. A DataArray has dimensions of x that are not part of a row, with the same coordinates.
    where : array_like of bool or DataArray, optional
        Elements that take part.
    all_neginf, posinf : str, optional
        As for :func:`stablesoftmax.softmax`.
    dtype : dtype, optional
        Of the result (default: that of x).

    Returns
    -------
    xarray.DataArray
        With the dimensions, coordinates, name and attributes of x; over Dask with its chunks, and lazily.

    Raises
    ------
    TypeError
        If x is no DataArray, and as :func:`stablesoftmax.softmax`.
    ValueError
        For a dimension that x does not have, coordinates that do not fit, and as :func:`stablesoftmax.softmax`.

    Notes
    -----
    *Accuracy*, *bits*, *special values*: of :func:`stablesoftmax.softmax`.

    Examples
    --------
    >>> import xarray as xr
    >>> import stablesoftmax.xarray
    >>> x = xr.DataArray([[0.0, 0.0], [0.0, 5.0]], {"row": [1, 2]}, ("row", "class"))
    >>> stablesoftmax.xarray.softmax(x, dim="class").sel(row=1).values
    array([0.5, 0.5])
    """
    options = {"all_neginf": all_neginf, "posinf": posinf, "dtype": dtype}
    return _elementwise("softmax", softmax_of_array, x, dim, temperature, where, sink, options)


def log_softmax(
    x: Any, dim: Dims, *, temperature: Any = 1.0, where: Any = True, sink: Any = None, all_neginf: str = "nan", posinf: str = "nan",
    dtype: Any = None,
) -> Any:  # fmt: skip
    """Log-probabilities of labelled logits: :func:`stablesoftmax.log_softmax` along named dimensions.

    Parameters
    ----------
    x : xarray.DataArray
        Logits, in memory or in chunks.
    dim : hashable, iterable of hashable or None
        The dimension or dimensions that make up a row; None for all.
    temperature, where, sink, all_neginf, posinf, dtype
        As for :func:`softmax`.

    Returns
    -------
    xarray.DataArray
        As :func:`softmax`.

    Raises
    ------
    TypeError, ValueError
        As :func:`softmax`.

    Notes
    -----
    *Accuracy*, *bits*, *special values*: of :func:`stablesoftmax.log_softmax`.

    Examples
    --------
    >>> import xarray as xr
    >>> import stablesoftmax.xarray
    >>> stablesoftmax.xarray.log_softmax(xr.DataArray([0.0, 0.0], dims="class"), dim="class").values
    array([-0.69314718, -0.69314718])
    """
    options = {"all_neginf": all_neginf, "posinf": posinf, "dtype": dtype}
    return _elementwise("log_softmax", log_softmax_of_array, x, dim, temperature, where, sink, options)


def logsumexp(x: Any, dim: Dims = None, *, where: Any = True, dtype: Any = None) -> Any:
    """Logarithm of the sum of exponentials of labelled logits: :func:`stablesoftmax.logsumexp` along named dimensions.

    Parameters
    ----------
    x : xarray.DataArray
        Logits, in memory or in chunks.
    dim : hashable, iterable of hashable or None, default None
        The dimension or dimensions that make up a row; None for all.
    where : array_like of bool or DataArray, default True
        Elements that take part.
    dtype : dtype, optional
        Of the result; default: that of x, but float32 for float16 and bfloat16.

    Returns
    -------
    xarray.DataArray
        With the other dimensions, their coordinates, and the name and attributes of x; over Dask lazily.

    Raises
    ------
    TypeError, ValueError
        As :func:`softmax`.

    Notes
    -----
    *Accuracy*, *bits*, *special values*: of :func:`stablesoftmax.logsumexp`.

    Examples
    --------
    >>> import xarray as xr
    >>> import stablesoftmax.xarray
    >>> stablesoftmax.xarray.logsumexp(xr.DataArray([[1000.0, 1000.0]], dims=("row", "class")), dim="class").values
    array([1000.69314718])
    """
    dims = _dims("logsumexp", x, dim)
    mask = _like("logsumexp", "where", where, x, ())
    mask = mask if mask is True else np.moveaxis(np.broadcast_to(mask, x.shape), x.get_axis_num(dims), range(-len(dims), 0))
    axes = tuple(range(-len(dims), 0))
    return xr.apply_ufunc(
        lambda a: logsumexp_of_array(a, axes, where=mask, dtype=dtype), x, input_core_dims=[dims], dask="allowed", keep_attrs=True
    )  # fmt: skip
