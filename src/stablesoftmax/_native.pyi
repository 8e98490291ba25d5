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
add_gumbel: np.ufunc
cumulative_weights: np.ufunc
filtered_weights: np.ufunc
invert: np.ufunc
top_k: np.ufunc

def softmax_door(x: Any, axis: Any, out: Any, /) -> Any: ...
def log_softmax_door(x: Any, axis: Any, out: Any, /) -> Any: ...
def logsumexp_door(x: Any, axis: Any, out: Any, /) -> Any: ...
def build_info() -> dict[str, Any]: ...
def bounds() -> list[dict[str, Any]]: ...
def exchange_environment(value: int | None, /) -> int: ...
def window(x: float, is_float64: bool, temperature: float, /) -> tuple[int, int] | None: ...
def deposit(x: float, is_float64: bool, temperature: float, exponent: tuple[int, int], layout: int, /) -> tuple[int, int]: ...
def finalise(
    which: int,
    x: float,
    is_float64: bool,
    temperature: float,
    max: float,
    sum: tuple[int, int],
    exponent: tuple[int, int],
    layout: int,
    /,
) -> float: ...

_Pair = tuple[int, int]
_Vector = np.ndarray[Any, Any]
_Summary = tuple[float, float, int, int, bool]

def raise_invalid(name: str, /) -> None: ...
def part_summary(x: _Vector, where: _Vector | None, bfloat16: bool, with_second: bool, /) -> _Summary: ...
def part_ties(x: _Vector, where: _Vector | None, bfloat16: bool, value: float, /) -> _Pair: ...
def part_sum(
    x: _Vector, where: _Vector | None, bfloat16: bool, temperature: float, summary: _Summary, of_rest: bool, /
) -> _Pair: ...
def part_write(
    log: bool,
    x: _Vector,
    where: _Vector | None,
    y: _Vector,
    bfloat16: bool,
    temperature: float,
    policy: int,
    summary: _Summary,
    total: _Pair,
    /,
) -> None: ...
def part_sum_near_zero(x: _Vector, where: _Vector | None, bfloat16: bool, /) -> _Pair: ...
def parts_logsumexp(is_float64: bool, summary: _Summary, total: _Pair, /) -> tuple[float, bool]: ...
def parts_logsumexp_near_zero(is_float64: bool, total: _Pair, /) -> float: ...
