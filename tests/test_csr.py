"""CSR matrices: the stored elements of each row are a row; the others are absent."""

from types import SimpleNamespace

import numpy as np
import pytest
from formats import DTYPES, FORMATS, assert_same_bits, cast, reduced

import stablesoftmax

FUNCTIONS = ("csr_softmax", "csr_log_softmax", "csr_logsumexp")
every_function = pytest.mark.parametrize("name", FUNCTIONS)


class Matrix(SimpleNamespace):
    """What a CSR matrix is made of: scipy.sparse.csr_array takes the same arguments and has the same attributes."""

    def __init__(self, parts, shape):
        super().__init__(data=parts[0], indices=parts[1], indptr=parts[2], shape=shape)


def random_matrix(rng, dtype, rows=60, columns=40, spare=0):
    """Rows of 0 to 40 elements, indices in any order, some twice."""
    lengths = rng.integers(0, columns, rows) * (rng.random(rows) < 0.9)
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(rng.choice([np.int32, np.int64]))
    stored = int(indptr[-1])
    data = cast(10 * rng.standard_normal(stored + spare), dtype)
    return Matrix((data, rng.integers(0, columns, stored + spare).astype(np.int32), indptr), shape=(rows, columns))


def by_rows(name, matrix, temperature=1.0, **policies):
    function = getattr(stablesoftmax, name.removeprefix("csr_"))
    temperature = np.broadcast_to(temperature, (matrix.shape[0], 1))
    results = []
    for row in range(matrix.shape[0]):
        elements = matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]
        if name == "csr_logsumexp":
            results.append(np.atleast_1d(function(elements)))
        elif elements.size:
            results.append(function(elements, temperature=float(temperature[row, 0]), **policies))
    return np.concatenate(results)


def stored(result):
    return result if isinstance(result, np.ndarray) else result.data


@every_function
@pytest.mark.parametrize("dtype", DTYPES)
def test_bits_of_rows(name, dtype):
    rng = np.random.default_rng(720)
    for spare in (0, 0, 7):
        matrix = random_matrix(rng, dtype, spare=spare)
        result = getattr(stablesoftmax, name)(matrix)
        assert_same_bits(stored(result), by_rows(name, matrix))
        if name == "csr_logsumexp":
            assert result.dtype == reduced(dtype)
            continue
        assert type(result) is Matrix
        assert result.shape == matrix.shape
        assert (result.indptr == matrix.indptr).all()
        assert (result.indices == matrix.indices[: matrix.indptr[-1]]).all()
        for mine, given in ((result.indptr, matrix.indptr), (result.indices, matrix.indices), (result.data, matrix.data)):
            assert not np.may_share_memory(mine, given)
        temperature = rng.uniform(0.2, 3, (60, 1))
        got = getattr(stablesoftmax, name)(matrix, temperature=temperature, dtype=FORMATS[dtype].dtype)
        assert_same_bits(got.data, by_rows(name, matrix, temperature))


def test_absent_is_not_zero():
    matrix = Matrix((np.array([1.0, 0.0]), np.array([3, 0]), np.array([0, 1, 2, 2])), shape=(3, 5))
    assert stablesoftmax.csr_softmax(matrix).data.tolist() == [1, 1]
    assert stablesoftmax.csr_logsumexp(matrix).tolist() == [1, 0, -np.inf]
    dense = np.zeros(5)
    dense[3] = 1
    assert stablesoftmax.softmax(dense)[3] < 0.5


def test_special_rows():
    inf = np.inf
    matrix = Matrix((np.array([-inf, -inf, inf, 1, np.nan]), np.arange(5), np.array([0, 2, 2, 4, 5])), shape=(4, 5))
    with pytest.warns(RuntimeWarning, match="invalid value encountered in csr_softmax"):
        assert np.isnan(stablesoftmax.csr_softmax(matrix).data).all()
    with np.errstate(invalid="raise"):
        result = stablesoftmax.csr_softmax(matrix, all_neginf="uniform", posinf="limit")
    assert result.data[:4].tolist() == [0.5, 0.5, 1, 0]
    assert stablesoftmax.csr_logsumexp(matrix)[:3].tolist() == [-inf, -inf, inf]
    with pytest.raises(ValueError, match=r"^csr_log_softmax: every element of row 0 is -inf"):
        stablesoftmax.csr_log_softmax(matrix, all_neginf="raise")


@every_function
def test_no_rows_and_no_elements(name):
    for rows in (0, 3):
        matrix = Matrix((np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(rows + 1, np.int32)), shape=(rows, 4))
        result = stored(getattr(stablesoftmax, name)(matrix))
        assert result.dtype == np.float32
        assert (result == np.full(rows if name == "csr_logsumexp" else 0, -np.inf)).all()


def changed(**parts):
    matrix = Matrix((np.array([1.0, 2, 3]), np.array([0, 1, 0]), np.array([0, 2, 3])), shape=(2, 4))
    vars(matrix).update(parts)
    return matrix


@every_function
@pytest.mark.parametrize(
    ("matrix", "error", "message"),
    [
        (np.zeros((3, 4)), TypeError, "a ndarray is no CSR matrix"),
        ([[1.0]], TypeError, "a list is no CSR matrix"),
        (changed(format="csc"), TypeError, r"the matrix has the format 'csc'; use matrix.tocsr\(\)"),
        (changed(format="bsr"), TypeError, "'bsr'"),
        (changed(data=np.zeros(3, complex)), TypeError, "complex128"),
        (changed(data=np.zeros((3, 1))), ValueError, r"data and indices must be vectors"),
        (changed(indptr=np.array([0, 3])), ValueError, r"indptr has shape \(2,\) and dtype int64; it must hold 3 integers"),
        (changed(indptr=np.array([0.0, 2, 3])), ValueError, "dtype float64"),
        (changed(indptr=np.array([1, 2, 3])), ValueError, r"indptr\[0\] is 1; it must rise from 0 to at most 3"),
        (changed(indptr=np.array([0, 2, 1])), ValueError, r"indptr\[2\] is 1"),
        (changed(indptr=np.array([0, -2, 1])), ValueError, r"indptr\[1\] is -2"),
        (changed(indptr=np.array([0, 2, 4])), ValueError, r"indptr\[2\] is 4"),
        (changed(indices=np.array([0])), ValueError, "at most 1"),
    ],
)
def test_what_is_refused(name, matrix, error, message):
    with pytest.raises(error, match=f"^{name}: .*{message}"):
        getattr(stablesoftmax, name)(matrix)


def test_temperature_is_that_of_a_matrix():
    with pytest.raises(ValueError, match=r"^csr_softmax: temperature of shape \(3,\) does not broadcast to \(2, 1\)"):
        stablesoftmax.csr_softmax(changed(), temperature=[1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"^csr_softmax: temperature is 0\.0"):
        stablesoftmax.csr_softmax(changed(), temperature=0.0)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_the_dense_functions_say_where_to_go(name):
    with pytest.raises(TypeError, match=rf"^{name}: x is a sparse matrix.*csr_{name}\(x\).*toarray"):
        getattr(stablesoftmax, name)(changed())
