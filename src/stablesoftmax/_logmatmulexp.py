"""logmatmulexp: the product of matrices whose logarithms are given."""

from typing import Any

import numpy as np

from stablesoftmax import _blocks, _native
from stablesoftmax._arguments import as_logits, cast, floating
from stablesoftmax._elsewhere import of_any_kind
from stablesoftmax._log_space import FLOAT64, Array
from stablesoftmax._threads import get_num_threads

# Terms of a block: some milliseconds, after which Ctrl-C is seen.
_TERMS = 1 << 22
# Columns of a block: few enough that a cast of them is small, enough that a row of a is read seldom.
_COLUMNS = 128
# Sums of products below this may have lost terms to underflow.
_LEAST = 2.0**-900


def _matrices(name: str, a: Array, b: Array) -> tuple[Array, Array, tuple[int, ...]]:
    """a and b as matrices with equal batch axes, and the shape of the result."""
    if a.ndim == 0 or b.ndim == 0:
        raise ValueError(f"{name}: a and b need at least one axis, not shapes {a.shape} and {b.shape}; for scalars add them")
    left, right = a[np.newaxis] if a.ndim == 1 else a, b[:, np.newaxis] if b.ndim == 1 else b
    if left.shape[-1] != right.shape[-2]:
        raise ValueError(
            f"{name}: a of shape {a.shape} and b of shape {b.shape} do not fit: the last axis of a has {left.shape[-1]} elements, "
            f"the {'only' if b.ndim == 1 else 'last but one'} axis of b {right.shape[-2]}"
        )
    try:
        batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    except ValueError:
        raise ValueError(f"{name}: the batch axes of a, shape {a.shape}, and b, shape {b.shape}, do not broadcast") from None
    shape = batch + ((left.shape[-2],) if a.ndim > 1 else ()) + ((right.shape[-1],) if b.ndim > 1 else ())
    return np.broadcast_to(left, batch + left.shape[-2:]), np.broadcast_to(right, batch + right.shape[-2:]), shape


def _product(a: Array, b: Array) -> Array:
    """The kernel, which is told nothing of +inf: a product with one is infinite, unless the other factor is 0."""
    wide = FLOAT64 in (floating(a.dtype), floating(b.dtype))
    kernel = _native.logmatmulexp if wide else _native.logmatmulexp_float32
    a, b = cast(a, FLOAT64), cast(b, FLOAT64)
    high_a, high_b = a == np.inf, b == np.inf
    if not (high_a.any() or high_b.any()):
        return np.asarray(kernel(a, b))
    y = np.asarray(kernel(np.where(high_a, -np.inf, a), np.where(high_b, -np.inf, b)))
    infinite = np.matmul(high_a, b > -np.inf) | np.matmul(a > -np.inf, high_b)
    return np.where(infinite & ~np.isnan(y), np.inf, y)


def _faithful(name: str, a: Array, b: Array, y: Array) -> None:
    """log(exp(a) @ exp(b)) into y, a block at a time."""
    batch, (m, n), k = y.shape[:-2], y.shape[-2:], max(1, a.shape[-1])
    threads = get_num_threads()
    if m * n * k <= _TERMS and (m + n) * k <= _blocks.ELEMENTS:
        blocks = _blocks.cut(batch, max(1, min(_TERMS // max(1, m * n * k), _blocks.ELEMENTS // max(1, (m + n) * k))))
        blocks = [(*index, slice(None), slice(None)) for index in blocks]
    else:
        rows = max(1, _TERMS // (k * _COLUMNS))
        blocks = [
            (*index, slice(i, i + rows), slice(j, j + _COLUMNS))
            for index in np.ndindex(batch)
            for j in range(0, n, _COLUMNS)
            for i in range(0, m, rows)
        ]

    def by_block(index: Any) -> None:
        *outer, rows, columns = index
        y[index] = cast(_product(a[(*outer, rows)], b[(*outer, slice(None), columns)]), y.dtype)

    _blocks.run(name, blocks, by_block, threads)


def _fast(name: str, a: Array, b: Array, y: Array) -> None:
    """By BLAS, on matrices scaled so that the largest element of each row of a and column of b is 1."""
    a, b = cast(a, FLOAT64), cast(b, FLOAT64)
    if a.shape[-1] == 0 or not ((a < np.inf).all() and (b < np.inf).all()):
        _faithful(name, a, b, y)
        return
    top_a, top_b = a.max(axis=-1, keepdims=True), b.max(axis=-2, keepdims=True)
    zero = (top_a == -np.inf) | (top_b == -np.inf)
    top_a[top_a == -np.inf] = 0.0
    top_b[top_b == -np.inf] = 0.0
    with np.errstate(all="ignore"):
        sums = np.exp(a - top_a) @ np.exp(b - top_b)
        result = top_a + (top_b + np.log(sums))
        result[zero] = -np.inf
        again = np.nonzero(((sums < _LEAST) & ~zero) | ~(np.abs(result) < np.inf) & ~zero)
    step = max(1, _blocks.ELEMENTS // a.shape[-1])
    columns = np.swapaxes(b, -1, -2)
    for start in range(0, len(again[0]), step):
        *outer, i, j = (index[start : start + step] for index in again)
        rows_a, columns_b = a[(*outer, i)], columns[(*outer, j)]
        result[(*outer, i, j)] = _native.logmatmulexp(rows_a[:, np.newaxis], columns_b[:, :, np.newaxis])[:, 0, 0]
    y[...] = cast(result, y.dtype)


_METHODS = {"faithful": _faithful, "fast": _fast}


@of_any_kind(labels=False)
def logmatmulexp(a: Any, b: Any, *, method: str = "faithful") -> Any:
    r"""Matrix product in log space: :math:`y_{ij} = \log \sum_k e^{a_{ik} + b_{kj}}`, without overflow, underflow or their cure.

    Parameters
    ----------
    a : array_like
        Logarithms of the elements of the first matrix: float16, bfloat16, float32 or float64; integers and bool are converted
        to float64 first. Any strides, alignment, byte order. Shapes as for :func:`numpy.matmul`: (..., m, k) or (k,).
    b : array_like
        Those of the second: (..., k, n) or (k,). Batch axes broadcast.
    method : {"faithful", "fast"}, default "faithful"
        "faithful" adds every a + b exactly and their exponentials as integers; about as much work as m*k*n exponentials.
        "fast" multiplies the exponentials by BLAS, the largest of each row of a and column of b scaled to 1, and hands
        results that underflow to the other method.

    Returns
    -------
    ndarray or scalar
        Of the shape of ``a @ b``; a scalar for two vectors. float64 if either operand is, else float32 (sums outgrow half
        precision).

    Raises
    ------
    TypeError
        For complex, longdouble, object, string and datetime input, masked arrays, tensors that require grad.
    ValueError
        For shapes that do not fit, scalars, an unknown method.

    Notes
    -----
    *Accuracy*, "faithful": error < 1 ulp + 2**-98 (the second part matters only where the sum is close to 1 and its terms
    are not); beyond abs(a + b) = 2**39 1 ulp as well. "fast": error < 2 ulp + 2**-53 * (k + 8 + d), d the largest distance of
    an element to the maximum of its row of a or column of b, counted to 1300. See :func:`bounds`. *Bits*, "faithful": a
    result depends on the multiset of the pairs (a_ik, b_kj) and on nothing else: not on the order of k, strides, batch,
    number of threads or SIMD level. "fast": on the BLAS, its threads and the exponential of NumPy as well. *Memory* beside
    the result: "faithful" 2 MB a thread, and 2 KB times k for the columns of b that a block casts; "fast" two float64 copies of
    a, b and the result. *Special values*: nan where a pair holds one; -inf is a zero factor and wins against
    +inf; +inf in a pair without -inf gives inf; a sum of nothing is -inf.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, *Accurately computing the log-sum-exp and softmax functions*, IMA J. Numer.
    Anal. 41 (2021).

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> ssm.logmatmulexp([[-1000.0, -1000.0]], [[0.0, -np.inf], [0.0, 500.0]])
    array([[-999.30685282, -500.        ]])
    >>> ssm.logmatmulexp([0.0, 0.0], [0.0, 0.0])
    np.float64(0.6931471805599453)
    """
    name = "logmatmulexp"
    if not isinstance(method, str) or method not in _METHODS:
        raise ValueError(f'{name}: method={method!r}; use "faithful" or "fast"')
    left, right = as_logits(name, a), as_logits(name, b)
    double = FLOAT64 in (floating(left.dtype), floating(right.dtype))
    left, right, shape = _matrices(name, left, right)
    y = np.empty((*left.shape[:-1], right.shape[-1]), FLOAT64 if double else np.float32)
    _METHODS[method](name, left, right, y)
    y = y.reshape(shape)
    return y if y.ndim else y[()]
