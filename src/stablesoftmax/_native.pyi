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
log_complex_sum: np.ufunc
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
part_summary: np.ufunc
part_summary_where: np.ufunc
part_summary_bfloat16: np.ufunc
part_summary_bfloat16_where: np.ufunc
part_total: np.ufunc
part_total_where: np.ufunc
part_total_bfloat16: np.ufunc
part_total_bfloat16_where: np.ufunc
part_softmax: np.ufunc
part_softmax_where: np.ufunc
part_softmax_bfloat16: np.ufunc
part_softmax_bfloat16_where: np.ufunc
part_log_softmax: np.ufunc
part_log_softmax_where: np.ufunc
part_log_softmax_bfloat16: np.ufunc
part_log_softmax_bfloat16_where: np.ufunc
part_near_zero: np.ufunc
part_near_zero_where: np.ufunc
part_near_zero_bfloat16: np.ufunc
part_near_zero_bfloat16_where: np.ufunc
logsumexp_of_float32: np.ufunc
logsumexp_of_float64: np.ufunc
log_near_zero_float32: np.ufunc
log_near_zero_float64: np.ufunc
cross_entropy_of_float32: np.ufunc
cross_entropy_of_float64: np.ufunc
part_largest_product: np.ufunc
part_products: np.ufunc
dot_of: np.ufunc
stream_wide_windows: int
stream_narrow_windows: int

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

_Vector = np.ndarray[Any, Any]

def use_threads(get_num_threads: Callable[[], int], lend: Callable[[Callable[[], None], int], None], /) -> None: ...
def raise_invalid(name: str, /) -> None: ...
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
def stream_absorb(states: Any, is_float64: bool, temperature: float, x: Any, where: Any, bfloat16: bool, /) -> None: ...
def stream_merge(into: Any, of: Any, is_float64: bool, temperature: float, /) -> None: ...
def stream_totals(states: Any, is_float64: bool, temperature: float, of_rest: bool, results: Any, /) -> None: ...
def stream_logsumexp(states: Any, is_float64: bool, temperature: float, results: Any, /) -> None: ...
