"""The floating-point environment of the caller: neutral inside, afterwards as it was.

Kernels see to it themselves. What NumPy and Python do around them, products of losses or a comparison with 0, needs it as well:
with a rounding mode or flush-to-zero left behind by another package these would be other numbers.
"""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from stablesoftmax import _native

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def neutral(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """The function, called to nearest, with subnormal numbers and without flags."""

    @functools.wraps(function)
    def within(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
        before = _native.exchange_environment(None)
        try:
            return function(*args, **kwargs)
        finally:
            _native.exchange_environment(before)

    return within
