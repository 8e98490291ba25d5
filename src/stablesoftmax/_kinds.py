"""Arrays of other libraries: read where they lie, and results given back as the kind they came as.

Two sorts of kinds: arrays that export a DLPack capsule (torch, JAX, whatever follows the array API standard), and tables with
labels (pandas, Polars). No library is imported for the question: an object of a library that is not imported does not exist.
What is of no kind, ndarrays first of all, is none of this module's business.
"""

import functools
import importlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from stablesoftmax._arguments import is_bfloat16, normalise_axis, reduced_shape

Array = np.ndarray[Any, Any]

_CPU = 1  # kDLCPU of dlpack.h
_TO_CPU = {"torch": "{x}.cpu()", "cupy": "cupy.asnumpy({x})", "jax": 'jax.device_put({x}, jax.devices("cpu")[0])'}
_TRACERS = {"jax": "Tracer", "autograd": "Box"}  # what stands for an array while a program or a gradient is recorded
_DTYPES = ("float16", "bfloat16", "float32", "float64")


def kind_of(name: str, x: Any, called: str) -> "_Arrays | _Pandas | _Polars | None":
    """The kind of x, if it is of one; an error for what stands for an array but holds no numbers yet."""
    if isinstance(x, (np.ndarray, np.generic)):
        return None
    library = type(x).__module__.partition(".")[0]
    if library in _TRACERS and any(base.__name__ == _TRACERS[library] for base in type(x).__mro__):
        raise TypeError(
            f"{name}: {called} is traced by {library} and holds no numbers here; stablesoftmax.{library} has functions for that"
        )
    if hasattr(type(x), "__dlpack__"):
        namespace = _namespace(x)
        # as_logits refuses a tensor that requires grad, and says where gradients are
        return None if namespace is None or getattr(x, "requires_grad", False) is True else _Arrays(x, namespace)
    for library, kind in (("pandas", _Pandas), ("polars", _Polars)):
        found = sys.modules.get(library)
        if found is not None and isinstance(x, (found.Series, found.DataFrame)):
            return kind(x, found)
    return None


def _namespace(x: Any) -> Any:
    """The module that makes arrays like x: what the standard names, or the library of its class if that takes DLPack back."""
    if hasattr(x, "__array_namespace__"):
        return x.__array_namespace__()
    modules = (sys.modules.get(base.__module__.partition(".")[0]) for base in type(x).__mro__)
    return next((module for module in modules if hasattr(module, "from_dlpack") and hasattr(module, "asarray")), None)


class _Arrays:
    """Arrays of one library, without labels."""

    keeps_labels = False

    def __init__(self, x: Any, namespace: Any) -> None:
        self.x, self.namespace = x, namespace

    def read(self, name: str, called: str) -> Array:
        """The numbers of x where they lie, not copied."""
        library = type(self.x).__module__.partition(".")[0].removesuffix("lib")
        try:
            on_cpu = self.x.__dlpack_device__()[0] == _CPU
        except (BufferError, RuntimeError, TypeError, ValueError):  # a device that DLPack does not know
            on_cpu = False
        if not on_cpu:
            way_out = _TO_CPU.get(library, "a copy of {x} on the CPU").format(x=called)
            raise TypeError(f"{name}: {called} lies on the device {self.x.device}, and the kernels run on the CPU; use {way_out}")
        # DLPack has bfloat16, NumPy's side of it has not
        dtype = _bfloat16(name, called) if self._is_bfloat16(self.x.dtype) else None
        try:
            if dtype is not None:
                return np.from_dlpack(self.x.view(self.namespace.int16)).view(dtype)
            return np.from_dlpack(self.x)
        except (BufferError, RuntimeError, TypeError, ValueError) as error:
            raise TypeError(f"{name}: {called} cannot be read through DLPack: {error}") from None

    def like(self, y: Any, axes: tuple[int, ...] | None) -> Any:
        """The numbers y as an array of the library and device of x."""
        values = np.asarray(y)
        if is_bfloat16(values.dtype):
            bits = self.namespace.asarray(values.view(np.int16), device=self.x.device)
            return bits.view(self.namespace.bfloat16)
        return self.namespace.asarray(values, device=self.x.device)

    def dtype(self, name: str, dtype: Any) -> Any:
        """NumPy's dtype for one of the library."""
        known = next((d for d in _DTYPES if dtype is not None and getattr(self.namespace, d, None) is dtype), None)
        if known is None:
            return dtype
        return _bfloat16(name, "dtype") if known == "bfloat16" else np.dtype(known)

    def _is_bfloat16(self, dtype: Any) -> bool:
        own = getattr(self.namespace, "bfloat16", None)
        return own is not None and bool(dtype == own)

    def check(self, name: str, called: str, other: Any) -> None:
        """Arrays have no labels that could differ."""


class _Tables:
    """Series and DataFrames: what their labels have to do with the axes of an array."""

    keeps_labels = True

    def __init__(self, x: Any, library: Any) -> None:
        self.x, self.library = x, library

    def dtype(self, name: str, dtype: Any) -> Any:
        """Tables have the dtypes of NumPy."""
        return dtype

    def like(self, y: Any, axes: tuple[int, ...] | None) -> Any:
        """y with the labels of x, or of what is left of them without the axes of a row; as it is where it has neither shape."""
        shape = np.shape(y)
        if shape == self.x.shape:
            return self._whole(y)
        if shape and axes is not None and shape == reduced_shape(self.x.shape, axes):
            return self._reduced(y, 1 - axes[0])
        return y

    def _whole(self, y: Array) -> Any:
        raise NotImplementedError

    def _reduced(self, y: Array, axis: int) -> Any:
        raise NotImplementedError


class _Pandas(_Tables):
    def read(self, name: str, called: str) -> Array:
        """The numbers of x; what is missing is nan."""
        values = self.x.to_numpy()
        if values.dtype == object and self.x.ndim == 2 and values.size:  # columns of a dtype of pandas
            values = np.stack([self.x.iloc[:, i].to_numpy() for i in range(values.shape[1])], axis=-1)
        return values  # type: ignore[no-any-return]

    def check(self, name: str, called: str, other: Any) -> None:
        """Refuse labels that are not those of x: what belongs together is what stands at the same place."""
        if not all(any(axis.equals(own) for own in self.x.axes) for axis in other.axes):
            raise ValueError(f"{name}: {called} has other labels than the first argument; reindex it, or use {called}.to_numpy()")

    def _whole(self, y: Array) -> Any:
        if self.x.ndim == 1:
            return self.library.Series(y, index=self.x.index, name=self.x.name, copy=False)
        return self.library.DataFrame(y, index=self.x.index, columns=self.x.columns, copy=False)

    def _reduced(self, y: Array, axis: int) -> Any:
        return self.library.Series(y, index=self.x.axes[axis], copy=False)


class _Polars(_Tables):
    def read(self, name: str, called: str) -> Array:
        """The numbers of x; what is missing is nan."""
        return self.x.to_numpy()  # type: ignore[no-any-return]

    def check(self, name: str, called: str, other: Any) -> None:
        """Refuse a table with other columns than x."""
        if len(other.shape) == 2 and (len(self.x.shape) == 1 or other.columns != self.x.columns):
            raise ValueError(f"{name}: {called} has other columns than the first argument; use {called}.to_numpy()")

    def _whole(self, y: Array) -> Any:
        if len(self.x.shape) == 1:
            return self.library.Series(self.x.name, y)
        return self.library.DataFrame(y, schema=self.x.columns, orient="row")

    def _reduced(self, y: Array, axis: int) -> Any:
        if axis == 0:
            return self.library.Series(y)
        return self.library.DataFrame(y[np.newaxis], schema=self.x.columns, orient="row")


@functools.cache
def _signature(function: Callable[..., Any]) -> Any:
    import inspect  # takes longer to load than most calls last

    return inspect.signature(function)


def computed(function: Callable[..., Any], kind: Any, *args: Any, **kwargs: Any) -> Any:
    """The function called with NumPy arrays in the place of everything that is of a kind, and its results as this kind."""
    name, bound = function.__name__, _signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    given = bound.arguments
    if given.get("out") is not None:
        raise TypeError(f"{name}: out is for NumPy arrays; the result is a new {type(kind.x).__name__}, like the first argument")
    for called, value in given.items():
        own = kind if value is kind.x else kind_of(name, value, called)
        if own is not None:
            if type(own) is type(kind):
                kind.check(name, called, value)
            given[called] = own.read(name, called)
    if "dtype" in given:
        given["dtype"] = kind.dtype(name, given["dtype"])
    result = function(*bound.args, **bound.kwargs)
    axes = normalise_axis(name, given["axis"], kind.x.shape) if kind.keeps_labels and "axis" in given else None
    if not isinstance(result, tuple):
        return kind.like(result, axes)
    parts = [kind.like(part, axes) for part in result]
    return type(result)._make(parts) if hasattr(result, "_make") else type(result)(parts)


def _bfloat16(name: str, called: str) -> Any:
    try:
        return np.dtype(importlib.import_module("ml_dtypes").bfloat16)
    except ImportError:
        raise TypeError(f"{name}: {called} is bfloat16, which NumPy knows through ml_dtypes; pip install ml_dtypes") from None
