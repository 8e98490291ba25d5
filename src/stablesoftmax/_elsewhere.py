"""Arrays that do not lie in the memory of this process: which function takes them."""

import importlib
from collections.abc import Callable
from typing import Any


def function_for(name: str, x: Any, **refused: Any) -> Callable[..., Any] | None:
    """The function of this name for a Dask array; None for anything else, without importing Dask for the question.

    `refused` are arguments that there is no way to honour where an array lies in chunks.
    """
    if type(x).__module__ != "dask.array.core":
        return None
    for argument, value in refused.items():
        if value is not None:
            raise TypeError(f"{name}: {argument} is not taken for a Dask array; use {name}(x.compute(), ...) for one in memory")
    return getattr(importlib.import_module("stablesoftmax.dask"), name)  # type: ignore[no-any-return]
