"""softmax, log_softmax and logsumexp of the rows of a sparse matrix in CSR form, over the elements that it stores."""

from typing import Any

import numpy as np

from stablesoftmax._arguments import (
    as_logits,
    as_temperature,
    computing_dtype,
    floating,
    positive,
    reduced_dtype,
    reduction_computing_dtype,
    result_dtype,
)
from stablesoftmax._segments import Segments, over_segments, refuse_all_neginf
from stablesoftmax._softmax import as_policy

Array = np.ndarray[Any, Any]


def _parts(name: str, matrix: Any) -> tuple[Array, Segments]:
    """The stored elements of a CSR matrix and where its rows lie in them."""
    if getattr(matrix, "format", "csr") != "csr":
        raise TypeError(f"{name}: the matrix has the format {matrix.format!r}; use matrix.tocsr()")
    try:
        data, indices, indptr, shape = matrix.data, matrix.indices, matrix.indptr, matrix.shape
    except AttributeError:
        raise TypeError(
            f"{name}: a {type(matrix).__name__} is no CSR matrix, which has data, indices, indptr and shape; use "
            "scipy.sparse.csr_array, or softmax and its kin for dense arrays"
        ) from None
    elements, offsets = as_logits(name, data), np.asarray(indptr)
    rows = shape[0] if len(shape) == 2 else 1
    if offsets.dtype.kind not in "iu" or offsets.shape != (rows + 1,):
        raise ValueError(f"{name}: indptr has shape {offsets.shape} and dtype {offsets.dtype}; it must hold {rows + 1} integers")
    offsets = offsets.astype(np.int64)  # a copy: nobody can change it while it is in use
    stored = min(len(elements), len(indices)) if elements.ndim == 1 and np.ndim(indices) == 1 else -1
    falls = np.flatnonzero(np.diff(offsets) < 0)
    if stored < 0:
        raise ValueError(f"{name}: data and indices must be vectors, not of shapes {elements.shape} and {np.shape(indices)}")
    if offsets[0] != 0 or len(falls) or offsets[-1] > stored:
        at = 0 if offsets[0] != 0 else int(falls[0]) + 1 if len(falls) else rows
        raise ValueError(f"{name}: indptr[{at}] is {offsets[at]}; it must rise from 0 to at most {stored}, the stored elements")
    return elements[: offsets[-1]], Segments(offsets)


def _elementwise(name: str, matrix: Any, temperature: Any, all_neginf: str, posinf: str, dtype: Any) -> Any:
    elements, rows = _parts(name, matrix)
    own = floating(elements.dtype)
    result = result_dtype(name, elements, dtype, own)
    policy = int(as_policy(name, all_neginf, posinf))
    t = np.broadcast_to(as_temperature(name, temperature, matrix.shape, (len(matrix.shape) - 1,)), (rows.count,))
    computing = computing_dtype(own, result)
    if all_neginf == "raise":
        refuse_all_neginf(name, "row", rows, elements, None, computing)
    y = np.empty(elements.shape, result)
    over_segments(name, name.removeprefix("csr_"), rows, elements, None, t, policy, computing, y)
    # copies: a matrix that shares its structure with another is changed by what sorts the indices of that one
    indices = np.array(matrix.indices[: len(y)])
    return type(matrix)((y, indices, np.array(matrix.indptr)), shape=matrix.shape)


def csr_softmax(matrix: Any, *, temperature: Any = 1.0, all_neginf: str = "nan", posinf: str = "nan", dtype: Any = None) -> Any:
    r"""Probabilities of the stored elements of each row of a CSR matrix: :math:`e^{x_i/T} / \sum_j e^{x_j/T}`.

    **Elements that are not stored are absent, not zeros**: they take no part, and their probability is 0. (A zero that is stored
    is a logit of 0 like any other.) That is attention over the neighbours of a node; for zeros in their place use
    ``softmax(matrix.toarray())``.

    Parameters
    ----------
    matrix : csr_array, csr_matrix or the like
        Anything with `data`, `indices`, `indptr` and `shape` in CSR form; SciPy is not needed. The elements are of a dtype that
        :func:`softmax` takes. Within a row indices may be in any order; duplicates are elements of their own and are not added.
    temperature : float or array_like, default 1.0
        T > 0; an array gives each row its own and broadcasts like a result with keepdims, (rows, 1). It takes part exactly.
    all_neginf : {"nan", "zero", "uniform", "raise"}, default "nan"
        What a row that stores nothing but -inf becomes. A row that stores nothing stays as it is.
    posinf : {"nan", "limit"}, default "nan"
        What a row with +inf becomes: nan, or the limit, the mass shared equally among the +inf.
    dtype : dtype, optional
        Of the result (default: that of the elements, float64 for integers).

    Returns
    -------
    csr_array, csr_matrix or the like
        Of the type of `matrix`, with copies of its indices and as many elements in the same order; made by
        ``type(matrix)((data, indices, indptr), shape=shape)``. An underflow to 0 stays stored.

    Raises
    ------
    TypeError
        For what is no CSR matrix (a CSC or BSR matrix: use ``tocsr()``), and as :func:`softmax`.
    ValueError
        For an `indptr` that does not fit, and as :func:`softmax`.

    Notes
    -----
    *Accuracy*: error < 1 ulp; see :func:`bounds`. *Bits*: those of ``softmax`` of the stored elements of the row as a row of their
    own. *Special values*: a nan makes its row nan, -inf gives 0. "invalid value" is raised (as ``np.errstate`` says) only where a
    nan is made out of none.

    References
    ----------
    P. Veličković et al., *Graph attention networks*, ICLR 2018, equation 3.

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> from types import SimpleNamespace
    >>> class Matrix(SimpleNamespace):  # scipy.sparse.csr_array is one of these
    ...     def __init__(self, parts, shape):
    ...         super().__init__(data=parts[0], indices=parts[1], indptr=parts[2], shape=shape)
    >>> m = Matrix((np.array([1.0, 2.0, 3.0, 5.0]), np.array([0, 4, 2, 1]), np.array([0, 3, 4])), shape=(2, 6))
    >>> ssm.csr_softmax(m).data
    array([0.09003057, 0.24472847, 0.66524096, 1.        ])
    """
    return _elementwise("csr_softmax", matrix, temperature, all_neginf, posinf, dtype)


def csr_log_softmax(matrix: Any, *, temperature: Any = 1.0, all_neginf: str = "nan", posinf: str = "nan", dtype: Any = None) -> Any:
    r"""Logarithms of the probabilities of the stored elements of each row: :math:`x_i/T - \log \sum_j e^{x_j/T}`.

    **Elements that are not stored are absent, not zeros**: their probability is 0, and the logarithm of it, -inf, is not stored
    in the result either, where an absent element must be read as -inf. See :func:`csr_softmax`.

    Parameters
    ----------
    matrix : csr_array, csr_matrix or the like
        As for :func:`csr_softmax`.
    temperature : float or array_like, default 1.0
        T > 0; one for all or one a row, (rows, 1).
    all_neginf : {"nan", "zero", "uniform", "raise"}, default "nan"
        What a row that stores nothing but -inf becomes; "zero" means probabilities of zero, -inf.
    posinf : {"nan", "limit"}, default "nan"
        What a row with +inf becomes: nan, or the limit.
    dtype : dtype, optional
        Of the result (default: that of the elements, float64 for integers).

    Returns
    -------
    csr_array, csr_matrix or the like
        Of the type of `matrix`, with copies of its indices. A certain element has the logarithm 0, which stays stored.

    Raises
    ------
    TypeError, ValueError
        As :func:`csr_softmax`.

    Notes
    -----
    *Accuracy*: error < 1 ulp; see :func:`bounds`. *Bits*: those of ``log_softmax`` of the stored elements of the row. *Special
    values*: a nan makes its row nan; -inf gives -inf.

    References
    ----------
    P. Veličković et al., *Graph attention networks*, ICLR 2018, equation 3.

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> from types import SimpleNamespace
    >>> class Matrix(SimpleNamespace):  # scipy.sparse.csr_array is one of these
    ...     def __init__(self, parts, shape):
    ...         super().__init__(data=parts[0], indices=parts[1], indptr=parts[2], shape=shape)
    >>> m = Matrix((np.array([0, -20], np.float32), np.array([5, 2]), np.array([0, 0, 2])), shape=(2, 6))
    >>> ssm.csr_log_softmax(m).data
    array([-2.0611537e-09, -2.0000000e+01], dtype=float32)
    """
    return _elementwise("csr_log_softmax", matrix, temperature, all_neginf, posinf, dtype)


def csr_logsumexp(matrix: Any, *, dtype: Any = None) -> Array:
    r"""Logarithm of the sum of exponentials of the stored elements of each row: :math:`\log \sum_j e^{x_j}`.

    **Elements that are not stored are absent, not zeros**: they add nothing (a zero would add 1). See :func:`csr_softmax`.

    Parameters
    ----------
    matrix : csr_array, csr_matrix or the like
        As for :func:`csr_softmax`.
    dtype : dtype, optional
        Of the result. Default: that of the elements, but float64 for integers, float32 for float16 and bfloat16.

    Returns
    -------
    ndarray of shape (rows,)
        Dense. Rows that store nothing have -inf.

    Raises
    ------
    TypeError, ValueError
        As :func:`csr_softmax`.

    Notes
    -----
    *Accuracy*: error < 1 ulp + 2**-100, as :func:`logsumexp`; see :func:`bounds`. *Bits*: those of ``logsumexp`` of the stored
    elements of the row. *Special values*: an empty and an all -inf row give -inf, +inf gives inf, nan gives nan.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, *Accurately computing the log-sum-exp and softmax functions*, IMA J. Numer.
    Anal. 41 (2021).

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> from types import SimpleNamespace
    >>> m = SimpleNamespace(data=np.array([1000.0, 1000.0]), indices=np.array([3, 1]), indptr=np.array([0, 0, 2]), shape=(2, 6))
    >>> ssm.csr_logsumexp(m)
    array([         -inf, 1000.69314718])
    """
    name = "csr_logsumexp"
    elements, rows = _parts(name, matrix)
    own = floating(elements.dtype)
    result = result_dtype(name, elements, dtype, reduced_dtype(own))
    computing = reduction_computing_dtype(own, result)
    y = np.empty(rows.count, result)
    over_segments(name, "logsumexp", rows, elements, None, np.broadcast_to(positive(name, 1.0), y.shape), 0, computing, y)
    return y
