from typing import Any

import numpy as np

softmax: np.ufunc
softmax_where: np.ufunc
softmax_bfloat16: np.ufunc
softmax_bfloat16_where: np.ufunc
log_softmax: np.ufunc
log_softmax_where: np.ufunc
log_softmax_bfloat16: np.ufunc
log_softmax_bfloat16_where: np.ufunc
logsumexp: np.ufunc
logsumexp_where: np.ufunc
logsumexp_bfloat16: np.ufunc
logsumexp_bfloat16_where: np.ufunc

def softmax_door(x: Any, axis: Any, out: Any, /) -> Any: ...
def log_softmax_door(x: Any, axis: Any, out: Any, /) -> Any: ...
def logsumexp_door(x: Any, axis: Any, out: Any, /) -> Any: ...
def build_info() -> dict[str, Any]: ...
def bounds() -> list[dict[str, Any]]: ...
def exchange_environment(value: int | None, /) -> int: ...
def window(x: float, is_float64: bool, temperature: float, /) -> tuple[int, int] | None: ...
def deposit(x: float, is_float64: bool, temperature: float, exponent: tuple[int, int], wide: bool, /) -> tuple[int, int]: ...
def finalise(
    which: int,
    x: float,
    is_float64: bool,
    temperature: float,
    max: float,
    sum: tuple[int, int],
    exponent: tuple[int, int],
    wide: bool,
    /,
) -> float: ...
