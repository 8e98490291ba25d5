"""From what a caller gives to what a gufunc takes: dtypes, axes, masks, outputs, and the messages when they do not fit.

Every rule here is checked before anything is written.
"""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.exceptions import AxisError

from stablesoftmax._environment import neutral

ACCEPTED = "float16, bfloat16, float32, float64, integers and bool"
_ONE = np.array(1.0)
_FLOAT64 = np.dtype(np.float64)
NO_SINK = np.array(-np.inf)
Axis = int | Sequence[int] | None


def is_bfloat16(dtype: np.dtype[Any]) -> bool:
    """Whether this is the bfloat16 of ml_dtypes, which is not imported for the question."""
    return dtype.itemsize == 2 and dtype.type.__name__ == "bfloat16"


def native(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype in the byte order of this machine."""
    return dtype if dtype.isnative else dtype.newbyteorder("=")


def cast(array: np.ndarray[Any, Any], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """The array in another dtype, whatever floating-point environment the caller left behind, and silently.

    Overflow and underflow of a narrower dtype are what the caller asked for; a nan is no event.
    """
    if array.dtype == dtype:
        return array
    return _cast(array, dtype)


@neutral
def _cast(array: np.ndarray[Any, Any], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    with np.errstate(all="ignore"):
        return array.astype(dtype)


def as_logits(name: str, x: Any, called: str = "x") -> np.ndarray[Any, Any]:
    """The array of x, in one of the dtypes that are accepted; `called` is its name in messages."""
    if type(x) is np.ndarray:
        array = x
    else:
        if type(x) is not list:
            _refuse_other_arrays(name, x, called)
        try:
            array = np.asarray(x)
        except (TypeError, ValueError) as error:  # a TypeError: a tensor of another library that NumPy cannot hold
            raise type(error)(f"{name}: {called} is no array: {error}") from None
    if array.dtype.kind not in "iub" and not is_floating(array.dtype):
        raise TypeError(f"{name}: {called} has dtype {array.dtype}; accepted are {ACCEPTED}")
    return array


def _refuse_other_arrays(name: str, x: Any, called: str) -> None:
    """An error for what NumPy would read as an array without a part of its meaning."""
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{name}: masked arrays are not accepted, their mask would be ignored; use {name}(x.data, where=~x.mask)")
    if getattr(x, "requires_grad", False) is True:
        raise TypeError(
            f"{name}: {called} is a tensor that requires grad, whose graph would be lost; use {called}.detach(), or "
            "stablesoftmax.torch, whose softmax, log_softmax, logsumexp and cross_entropy have gradients"
        )
    if hasattr(x, "indptr"):
        raise TypeError(
            f"{name}: x is a sparse matrix, whose absent elements may be zeros or nothing; use csr_{name}(x), where they take no "
            f"part, or {name}(x.toarray()), where they are zeros"
        )


def floating(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype that logits of this one have: float64 for integers and bool, always in the byte order of this machine."""
    return np.dtype(np.float64) if dtype.kind in "iub" else native(dtype)


def is_floating(dtype: np.dtype[Any]) -> bool:
    """Whether there is a kernel for it; longdouble is no float64 even where the two are equally wide."""
    return dtype.char in "efd" or is_bfloat16(dtype)


def result_dtype(name: str, x: np.ndarray[Any, Any], dtype: Any, natural: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of the result: `dtype` if given, else what the function returns for this x."""
    if dtype is None:
        return natural
    try:
        wanted = np.dtype(dtype)
    except TypeError as error:
        raise TypeError(f"{name}: dtype={dtype!r} is no dtype: {error}; accepted are float16, bfloat16, float32, float64") from None
    wanted = native(wanted)
    if not is_floating(wanted):
        raise TypeError(f"{name}: dtype={wanted} is not a dtype of a result; accepted are float16, bfloat16, float32, float64")
    return wanted


def computing_dtype(x: np.dtype[Any], result: np.dtype[Any]) -> np.dtype[Any]:
    """The wider of input and result, both native. float16 and bfloat16 hold each other's values only in float32."""
    if x == result:
        return result
    if x.itemsize == 2 and result.itemsize == 2:
        return np.dtype(np.float32)
    return x if x.itemsize > result.itemsize else result


def reduced_dtype(x: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of a reduction or a loss of logits of this one: float32 for half precision, which sums outgrow."""
    own = floating(x)
    return np.dtype(np.float32) if own.itemsize == 2 else own


def reduction_computing_dtype(x: np.dtype[Any], result: np.dtype[Any]) -> np.dtype[Any]:
    """What logsumexp computes in: half precision as it is where float32 is enough, since its loops return that."""
    return x if x.itemsize == 2 and result.itemsize <= 4 else computing_dtype(x, result)


def reduced_shape(shape: tuple[int, ...], axes: tuple[int, ...], keepdims: bool = False) -> tuple[int, ...]:
    """The shape of a reduction over these axes."""
    if keepdims:
        return tuple(1 if i in axes else n for i, n in enumerate(shape))
    return tuple(n for i, n in enumerate(shape) if i not in axes)


def normalise_axis(name: str, axis: Axis, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Non-negative, sorted, distinct axes; all of them for None."""
    rank = len(shape)
    if type(axis) is int and -rank <= axis < rank:
        return (axis % rank,)
    if axis is None:
        return tuple(range(rank))
    if isinstance(axis, (bool, np.bool_)):
        raise TypeError(f"{name}: axis must be an int, a tuple of ints or None, not {axis!r}")
    try:
        axes = [operator.index(axis)]  # type: ignore[arg-type]
    except TypeError:
        try:
            axes = [operator.index(a) for a in axis]  # type: ignore[union-attr]
        except TypeError:
            raise TypeError(f"{name}: axis must be an int, a tuple of ints or None, not {axis!r}") from None
    for a in axes:
        if rank == 0 and a in (0, -1) and len(axes) == 1:
            return ()  # a scalar is a row of one element
        if not -rank <= a < rank:
            way_out = f"use {-rank} to {rank - 1}" if rank else "use -1, 0 or None"
            raise AxisError(f"{name}: axis {a} is out of range for an array of shape {shape}; {way_out}")
    normal = sorted(a % rank for a in axes)
    if len(set(normal)) != len(normal):
        raise ValueError(f"{name}: axis {axis!r} names an axis twice; name each once")
    return tuple(normal)


def as_one_axis(name: str, axis: Any, shape: tuple[int, ...]) -> int:
    """The axis of a function whose results are indices along it; 0 for a scalar, which is a row of one element."""
    if axis is None or isinstance(axis, Sequence):
        raise TypeError(f"{name}: axis must be one int, not {axis!r}, since indices count along it; use x.reshape(-1) for all of x")
    return (normalise_axis(name, axis, shape) or (0,))[0]


def as_mask(name: str, where: Any, shape: tuple[int, ...]) -> np.ndarray[Any, Any] | None:
    """The mask broadcast to the shape of x; None where everything takes part."""
    if where is True:
        return None
    mask = np.asarray(where)
    if mask.dtype != np.bool_:
        raise TypeError(f"{name}: where has dtype {mask.dtype}, it must be boolean; use where=(mask != 0)")
    try:
        return np.broadcast_to(mask, shape)
    except ValueError:
        raise ValueError(f"{name}: where of shape {mask.shape} does not broadcast to the shape {shape} of x") from None


def as_parameter(name: str, parameter: str, kind: str, value: Any) -> np.ndarray[Any, Any]:
    """float64 values of a parameter that may be one for all rows or one a row; `kind` says in messages what it has to be."""
    try:
        t = np.asarray(value)
        if t.dtype.kind not in "iub" and not is_floating(t.dtype):
            raise TypeError
        return cast(t, _FLOAT64)
    except (TypeError, ValueError):
        what = f"an array of dtype {value.dtype}" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
        raise TypeError(f"{name}: {parameter} must be a {kind} or an array of them, not {what}") from None


def one_a_row(
    name: str, parameter: str, t: np.ndarray[Any, Any], shape: tuple[int, ...], axes: tuple[int, ...]
) -> np.ndarray[Any, Any]:
    """The parameter broadcast like a result with keepdims, with the axes of the row removed."""
    row_shape = reduced_shape(shape, axes, keepdims=True)
    try:
        t = np.broadcast_to(t, row_shape)
    except ValueError:
        raise ValueError(
            f"{name}: {parameter} of shape {t.shape} does not broadcast to {row_shape}, one {parameter} a row of x of shape {shape}"
        ) from None
    return t.squeeze(axes) if axes else t


def positive(name: str, temperature: Any) -> np.ndarray[Any, Any]:
    """float64 temperatures of any shape, all of them positive and finite."""
    return _ONE if type(temperature) is float and temperature == 1.0 else _positive(name, temperature)


@neutral  # the smallest number is above 0
def _positive(name: str, temperature: Any) -> np.ndarray[Any, Any]:
    t = as_parameter(name, "temperature", "positive number", temperature)
    bad = ~((t > 0) & (t < np.inf))
    if bad.any():
        value = t[bad].flat[0] if t.ndim else t[()]
        way_out = "; for the limit 0 use argmax" if value == 0 else "; it must be positive and finite"
        raise ValueError(f"{name}: temperature is {value}{way_out}")
    return t


def as_temperature(name: str, temperature: Any, shape: tuple[int, ...], axes: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """float64 temperatures, one a row, with the axes of the row removed: broadcasts like a keepdims result."""
    t = positive(name, temperature)
    return t if t is _ONE else one_a_row(name, "temperature", t, shape, axes)


def as_sink(name: str, sink: Any, shape: tuple[int, ...], axes: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """float64 sinks, one a row, with the axes of the row removed; -inf is none."""
    if sink is None:
        return NO_SINK
    s = as_parameter(name, "sink", "number", sink)
    bad = ~(s < np.inf)
    if bad.any():
        value = s[bad].flat[0] if s.ndim else s[()]
        raise ValueError(f"{name}: sink is {value}; it must be a finite number, or -inf where there is none")
    return one_a_row(name, "sink", s, shape, axes)


def check_out(name: str, out: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """`out` must be exactly what would have been returned."""
    if not isinstance(out, np.ndarray) or isinstance(out, np.ma.MaskedArray):
        raise TypeError(f"{name}: out must be a numpy.ndarray, not {type(out).__name__}")
    if out.shape != shape:
        raise ValueError(f"{name}: out has shape {out.shape}; the result has shape {shape}")
    if native(out.dtype) != dtype:
        raise ValueError(f"{name}: out has dtype {out.dtype}; the result has dtype {dtype}: use dtype={out.dtype} or another out")
    if not out.flags.writeable:
        raise ValueError(f"{name}: out is read-only; use a writable array")
