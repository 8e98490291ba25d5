"""Against what users of torch write for a graph: scatter_reduce, exp, scatter_add, gather, divide."""

import numpy as np
import pytest

import stablesoftmax

torch = pytest.importorskip("torch", reason="torch is not part of the test extra")
pytestmark = pytest.mark.integration


def scattered(x, ids, count):
    """softmax and logsumexp of segments in the dtype of x."""
    index = ids.reshape(-1, *[1] * (x.ndim - 1)).expand_as(x)
    shape = (count, *x.shape[1:])
    top = torch.full(shape, -torch.inf, dtype=x.dtype).scatter_reduce(0, index, x, "amax", include_self=False)
    terms = torch.exp(x - top.gather(0, index))
    sums = torch.zeros(shape, dtype=x.dtype).scatter_add(0, index, terms)
    return terms / sums.gather(0, index), top + torch.log(sums)


@pytest.mark.parametrize("heads", [(), (4,)], ids=str)
@pytest.mark.parametrize("order", ["sorted", "anyhow"])
def test_agrees_with_torch_within_its_error(heads, order):
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 5000, 40_000)
    if order == "sorted":
        ids.sort()
    x = 10 * rng.standard_normal((ids.size, *heads))
    ids[:5000] = rng.permutation(5000) if order == "anyhow" else ids[:5000]
    count = 5001  # one of them empty
    probabilities, sums = scattered(torch.from_numpy(x), torch.from_numpy(ids), count)
    present = np.unique(ids)
    assert np.allclose(stablesoftmax.segment_softmax(x, ids, count), probabilities.numpy(), rtol=1e-12, atol=0)
    assert np.allclose(stablesoftmax.segment_log_softmax(x, ids, count), np.log(probabilities.numpy()), rtol=1e-12, atol=1e-12)
    got = stablesoftmax.segment_logsumexp(x, ids, count)
    assert np.allclose(got[present], sums.numpy()[present], rtol=1e-12, atol=1e-12)
    assert (got[np.setdiff1d(np.arange(count), present)] == -np.inf).all()


def test_tensors_are_taken():
    x, ids = torch.arange(6, dtype=torch.float32), torch.tensor([1, 0, 1, 0, 1, 2])
    assert np.array_equal(stablesoftmax.segment_softmax(x, ids), stablesoftmax.segment_softmax(x.numpy(), ids.numpy()))
    with pytest.raises(TypeError, match=r"^segment_softmax: .*grad.*detach"):
        stablesoftmax.segment_softmax(x.requires_grad_(), ids)
