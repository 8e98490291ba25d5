from collections.abc import Callable
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
cross_entropy: np.ufunc
cross_entropy_where: np.ufunc
cross_entropy_bfloat16: np.ufunc
cross_entropy_bfloat16_where: np.ufunc
cross_entropy_and_grad: np.ufunc
cross_entropy_and_grad_where: np.ufunc
cross_entropy_and_grad_bfloat16: np.ufunc
cross_entropy_and_grad_bfloat16_where: np.ufunc
dot: np.ufunc
log_softmax_jvp: np.ufunc
log_softmax_vjp: np.ufunc
log_softmax_vjp_bfloat16: np.ufunc
logsumexp_vjp: np.ufunc
logsumexp_vjp_where: np.ufunc
logsumexp_vjp_bfloat16: np.ufunc
logsumexp_vjp_bfloat16_where: np.ufunc
softmax_vjp: np.ufunc
softmax_vjp_bfloat16: np.ufunc
logcumsumexp: np.ufunc
logcumsumexp_where: np.ufunc
logcumsumexp_bfloat16: np.ufunc
logcumsumexp_bfloat16_where: np.ufunc
log_weighted_sum: np.ufunc
logmatmulexp: np.ufunc
logmatmulexp_float32: np.ufunc
polynomial: np.ufunc
hmm_backward: np.ufunc
hmm_forward: np.ufunc
viterbi: np.ufunc
entmax: np.ufunc
entmax_where: np.ufunc
entmax_bfloat16: np.ufunc
entmax_bfloat16_where: np.ufunc
entmax15: np.ufunc
entmax15_where: np.ufunc
entmax15_bfloat16: np.ufunc
entmax15_bfloat16_where: np.ufunc
sparsemax: np.ufunc
sparsemax_where: np.ufunc
sparsemax_bfloat16: np.ufunc
sparsemax_bfloat16_where: np.ufunc
entmax_vjp: np.ufunc
entmax_vjp_bfloat16: np.ufunc
entmax15_vjp: np.ufunc
entmax15_vjp_bfloat16: np.ufunc
sparsemax_vjp: np.ufunc
sparsemax_vjp_bfloat16: np.ufunc
entmax_alpha_vjp: np.ufunc
entmax_alpha_vjp_bfloat16: np.ufunc
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
def elementwise_ufunc(name: str, doc: str, /) -> np.ufunc: ...
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
_Matrix = np.ndarray[Any, Any]
_Summary = tuple[float, float, int, int, bool]

def use_threads(get_num_threads: Callable[[], int], lend: Callable[[Callable[[], None], int], None], /) -> None: ...
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
def rows_summary(x: _Matrix, where: _Matrix | None, bfloat16: bool, with_second: bool, summaries: _Vector, /) -> None: ...
def rows_sum(
    x: _Matrix,
    where: _Matrix | None,
    bfloat16: bool,
    temperatures: _Vector,
    of_rest: bool,
    policy: int,
    summaries: _Vector,
    totals: _Vector,
    /,
) -> None: ...
def rows_sum_near_zero(x: _Matrix, where: _Matrix | None, bfloat16: bool, totals: _Vector, /) -> None: ...
def rows_write(
    log: bool,
    x: _Matrix,
    where: _Matrix | None,
    y: _Matrix,
    bfloat16: bool,
    temperatures: _Vector,
    policy: int,
    summaries: _Vector,
    totals: _Vector,
    /,
) -> None: ...
def segment_rising(ids: _Vector, /) -> bool: ...
def segment_offsets(ids: _Vector, offsets: _Vector, /) -> bool: ...
def segment_count(ids: _Vector, shift: int, counts: _Vector, end: int, /) -> bool: ...
def segment_deal(ids: _Vector, shift: int, cursors: _Vector, rows: _Vector, to: _Vector, low: _Vector | None, /) -> None: ...
def segment_collect(ids: _Vector, shift: int, cursors: _Vector, rows: _Vector, to: _Vector, /) -> None: ...
def segment_rows(
    function: int,
    x: _Vector,
    where: _Vector | None,
    y: _Vector,
    temperatures: _Vector,
    policy: int,
    bfloat16: bool,
    offsets: _Vector,
    /,
) -> bool: ...
def segment_buckets(
    function: int,
    x: _Vector,
    where: _Vector | None,
    y: _Vector,
    temperatures: _Vector,
    policy: int,
    bfloat16: bool,
    ids: _Vector,
    starts: _Vector,
    shift: int,
    /,
) -> bool: ...
