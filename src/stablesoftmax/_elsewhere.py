"""Arrays that are no arrays of NumPy: which function takes them.

One question, `function_for`, is asked by every public function of logits: by the few that have a short way in for NumPy arrays
after it was not taken, by the others through the decorator `of_any_kind` before anything else.
"""

import functools
import importlib
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np

from stablesoftmax import _kinds

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

# Types that need no question; what else NumPy takes by itself is found out by asking.
_PLAIN = frozenset({np.ndarray, list, tuple, float, int, bool, np.float64, np.float32})
_NOT_IN_CHUNKS = ("out", "weights")  # there is no way to honour them where an array lies in chunks


def function_for(name: str, x: Any, labels: bool = True) -> Callable[..., Any] | None:
    """The function of this name for what is no array of NumPy; None for what is, without importing a library for the question.

    It takes the arguments of the function in :mod:`stablesoftmax`. Without `labels` those of a table mean nothing for the result,
    and the table is read as an array.
    """
    if type(x) in _PLAIN:
        return None
    if type(x).__module__ == "dask.array.core":
        return _function_for_chunks(name)
    kind = _kinds.kind_of(name, x, "the first argument")
    if kind is None or (kind.keeps_labels and not labels):
        return None
    return functools.partial(_kinds.computed, getattr(importlib.import_module("stablesoftmax"), name), kind)


def _function_for_chunks(name: str) -> Callable[..., Any] | None:
    lazily = importlib.import_module("stablesoftmax.dask")
    if name not in lazily.__all__:
        return None

    def over_chunks(*args: Any, **kwargs: Any) -> Any:
        for argument in _NOT_IN_CHUNKS:
            if kwargs.pop(argument, None) is not None:
                raise TypeError(f"{name}: {argument} is not taken for a Dask array; use {name}(x.compute(), ...) for one in memory")
        return getattr(lazily, name)(*args, **kwargs)

    return over_chunks


def of_any_kind(*, labels: bool = True) -> Callable[[Callable[_Parameters, _Result]], Callable[_Parameters, _Result]]:
    """A decorator: what `function_for` finds for the first argument is called in the place of the function."""

    def decorated(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
        name, first = function.__name__, function.__code__.co_varnames[0]

        @functools.wraps(function)
        def anywhere(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
            x = args[0] if args else kwargs.get(first)
            if type(x) in _PLAIN:
                return function(*args, **kwargs)
            return (function_for(name, x, labels) or function)(*args, **kwargs)

        return anywhere

    return decorated
