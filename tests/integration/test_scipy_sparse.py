"""Real matrices of scipy.sparse: the same kind comes back, with the same structure."""

import numpy as np
import pytest
from formats import assert_same_bits

import stablesoftmax

sparse = pytest.importorskip("scipy.sparse", reason="scipy is not part of the test extra")
pytestmark = pytest.mark.integration


@pytest.mark.parametrize("kind", ["csr_array", "csr_matrix"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32])
def test_the_same_kind(kind, dtype):
    dense = np.random.default_rng(0).integers(-9, 9, (50, 30)).astype(dtype)
    dense[np.random.default_rng(1).random((50, 30)) < 0.8] = 0
    dense[7] = 0
    matrix = getattr(sparse, kind)(dense)
    for name in ("softmax", "log_softmax"):
        result = getattr(stablesoftmax, f"csr_{name}")(matrix)
        assert type(result) is type(matrix)
        assert result.dtype == (dtype if np.issubdtype(dtype, np.floating) else np.float64)
        assert (result.indptr == matrix.indptr).all()
        assert (result.indices == matrix.indices).all()
        expected = getattr(stablesoftmax, name)(dense, where=dense != 0)
        stored = dense != 0
        assert_same_bits(result.data, expected[stored])
    result.sort_indices()
    result.data[:] = 0
    assert (matrix != getattr(sparse, kind)(dense)).nnz == 0
    assert_same_bits(stablesoftmax.csr_logsumexp(matrix), stablesoftmax.logsumexp(dense, axis=1, where=dense != 0))


def test_other_kinds_are_refused_or_taken():
    dense = np.eye(4)
    for kind in ("csc_array", "bsr_array", "coo_array", "lil_array", "dok_array", "dia_array"):
        with pytest.raises(TypeError, match="tocsr"):
            stablesoftmax.csr_softmax(getattr(sparse, kind)(dense))
    assert stablesoftmax.csr_logsumexp(sparse.csr_array(dense)).tolist() == [1.0] * 4
    with pytest.raises(TypeError, match="csr_softmax"):
        stablesoftmax.softmax(sparse.csr_array(dense))
