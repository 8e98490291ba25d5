"""Numbers about a tensor, computed where it lives by the library it belongs to; only scalars leave the device.

Each library is a few functions under one set of names. torch is never imported here: a tensor brings it along.
"""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

__all__ = ["Library", "as_scalar", "as_tensor", "library_of"]

HALF = ("float16", "bfloat16")


class Library(SimpleNamespace):
    """What is asked of an array library.

    Attributes
    ----------
    name : str
        "numpy", "torch", or the module of an array API namespace.
    amin, amax, sum, any : callable
        (x, axis=None, keepdims=False), over everything for axis None.
    exp, log, sqrt, abs, isfinite, isnan, where : callable
        Elementwise.
    wide : callable
        The array as float32, or as it is if it is wider.
    quiet : callable
        A context in which no graph is recorded; whoever computes ignores NumPy's floating-point events.
    read : callable
        A list of 0-d arrays to a list of floats, in one transfer.
    summary : callable
        Of a wide array: its least and greatest element, its norm and the number of elements that are not 0, as `read` takes them.
    """


def _dtype_name(x: Any) -> str:
    return str(x.dtype).rpartition(".")[2]


def _numpy_library() -> Library:
    def wide(x: Any) -> Any:
        return x if x.dtype.char in "fdg" else x.astype(np.float64 if x.dtype.itemsize > 2 else np.float32)

    def over(function: np.ufunc) -> Callable[..., Any]:
        def reduced(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
            return function.reduce(x, axis=axis, keepdims=keepdims)

        return reduced

    least, greatest = np.minimum.reduce, np.maximum.reduce

    def summary(x: Any) -> list[Any]:
        flat = x.reshape(-1)
        return [least(flat), greatest(flat), math.sqrt(flat.dot(flat)), np.count_nonzero(flat)]

    return Library(
        summary=summary, name="numpy",
        amin=over(np.minimum), amax=over(np.maximum), sum=over(np.add), any=over(np.logical_or), exp=np.exp, log=np.log,
        sqrt=np.sqrt, abs=np.abs,
        isfinite=np.isfinite, isnan=np.isnan, where=np.where, wide=wide, quiet=contextlib.nullcontext,
        read=lambda values: list(map(float, values)), dtype_name=lambda x: x.dtype.name,
    )  # fmt: skip


def _torch_library(torch: Any) -> Library:
    def over(function: Callable[..., Any], dtype: Any = None) -> Callable[..., Any]:
        def reduced(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
            return function(x, dim=tuple(range(x.ndim)) if axis is None else axis, keepdim=keepdims)

        return reduced

    def wide(x: Any) -> Any:
        return x.float() if x.dtype not in (torch.float32, torch.float64) else x

    def read(values: list[Any]) -> list[float]:
        return list(torch.stack([v.to(torch.float64) for v in values]).tolist()) if values else []

    def total(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
        return x.sum() if axis is None else x.sum(dim=axis, keepdim=keepdims)

    def some(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
        return x.any() if axis is None else x.any(dim=axis, keepdim=keepdims)

    def summary(x: Any) -> list[Any]:
        return [*torch.aminmax(x), torch.linalg.vector_norm(x), torch.count_nonzero(x)]

    return Library(
        summary=summary, name="torch",
        amin=over(torch.amin), amax=over(torch.amax), sum=total, any=some, exp=torch.exp, log=torch.log,
        sqrt=torch.sqrt, abs=torch.abs, isfinite=torch.isfinite, isnan=torch.isnan, where=torch.where, wide=wide,
        quiet=torch.no_grad, read=read, dtype_name=_dtype_name,
    )  # fmt: skip


def _array_api_library(xp: Any) -> Library:
    def wide(x: Any) -> Any:
        return x if _dtype_name(x) in ("float32", "float64") else xp.astype(x, xp.float32)

    def summary(x: Any) -> list[Any]:
        return [xp.min(x), xp.max(x), xp.sqrt(xp.sum(x * x)), xp.sum(x != 0)]

    return Library(
        summary=summary, name=getattr(xp, "__name__", "array"),
        amin=xp.min, amax=xp.max, sum=xp.sum, any=xp.any, exp=xp.exp, log=xp.log,
        sqrt=xp.sqrt, abs=xp.abs, isfinite=xp.isfinite, isnan=xp.isnan, where=xp.where, wide=wide,
        quiet=contextlib.nullcontext, read=lambda values: [float(v) for v in values], dtype_name=_dtype_name,
    )  # fmt: skip


_NUMPY = _numpy_library()
_FOUND: dict[Any, Library] = {}


def library_of(x: Any) -> Library:
    """The library of an array that `as_tensor` returned."""
    if isinstance(x, np.ndarray):
        return _NUMPY
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(x, torch.Tensor):
        if torch not in _FOUND:
            _FOUND[torch] = _torch_library(torch)
        return _FOUND[torch]
    xp = x.__array_namespace__()
    if xp not in _FOUND:
        _FOUND[xp] = _array_api_library(xp)
    return _FOUND[xp]


def as_tensor(name: str, x: Any, called: str) -> Any:
    """An array that some library can compute with: as it is, detached, or made of numbers.

    Raises
    ------
    TypeError
        For what holds no real numbers, and for a tensor on a device whose library cannot be reached.
    """
    if type(x) is np.ndarray and x.dtype.char in "fdlqi":
        return x
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(x, torch.Tensor):
        x = x.detach()
        if x.is_complex() or x.layout is not torch.strided or x.is_nested or x.is_quantized:
            raise TypeError(f"{name}: {called} is a {x.layout} tensor of dtype {x.dtype}; give dense real numbers")
        if x.device.type == "meta":
            raise TypeError(f"{name}: {called} is on the meta device, which holds no numbers; give a tensor of another device")
        return x
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{name}: {called} is a masked array, whose mask would be ignored; give {called}.compressed()")
    given = x
    if not isinstance(x, np.ndarray):
        if hasattr(x, "__array_namespace__"):
            return x
        if hasattr(x, "__cuda_array_interface__") or (hasattr(x, "__dlpack_device__") and not hasattr(x, "__array__")):
            library = type(x).__module__.partition(".")[0]
            raise TypeError(
                f"{name}: {called} lives on a device and {library} offers no __array_namespace__ to compute with it there; "
                "give a NumPy array, a torch tensor or an array of an array API library"
            )
        try:
            x = np.asarray(x)
        except (TypeError, ValueError) as error:
            raise TypeError(f"{name}: {called} is no array: {error}") from None
    if x.dtype.kind not in "iubf" and (x.dtype.kind != "V" or not np.can_cast(x.dtype, np.float32)):  # V: ml_dtypes
        what = "" if hasattr(given, "dtype") else f" (it is a {type(given).__name__})"
        raise TypeError(f"{name}: {called} has dtype {x.dtype}{what}; give real numbers, or a list of such arrays")
    return np.asarray(x)  # of a memory map or a matrix the plain array


def as_scalar(name: str, value: Any) -> float | None:
    """The value as a float, or the line that says what it has to be."""
    if value is None or type(value) is float:
        return value
    try:
        if isinstance(value, (str, bytes)):
            raise TypeError
        if isinstance(value, np.ndarray) and value.size == 1:
            value = value.item()  # float() of an array with axes is on its way out
        return float(value.detach() if hasattr(value, "detach") else value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        raise TypeError(f"Watch.step: {name} must be a number, not {type(value).__name__}") from None
