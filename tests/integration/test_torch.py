"""Real tensors of torch: taken where they are arrays, refused where a gradient would be lost without a word."""

import numpy as np
import pytest
from by_rows import FUNCTIONS
from formats import assert_same_bits

import stablesoftmax

torch = pytest.importorskip("torch", reason="torch is not part of the test extra")
pytestmark = pytest.mark.integration
every_function = pytest.mark.parametrize("name", FUNCTIONS)


@every_function
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64", "uint8"])
def test_a_tensor_is_an_array(name, dtype):
    tensor = torch.arange(12).reshape(3, 4).to(getattr(torch, dtype))
    result = getattr(stablesoftmax, name)(tensor, axis=-1)
    assert isinstance(result, torch.Tensor)
    assert_same_bits(result.numpy(), getattr(stablesoftmax, name)(tensor.numpy(), axis=-1))
    assert_same_bits(getattr(stablesoftmax, name)(tensor.T, axis=0).numpy(), (result.T if result.ndim == 2 else result).numpy())


@every_function
def test_a_tensor_that_requires_grad(name):
    tensor = torch.zeros(3, requires_grad=True)
    with pytest.raises(TypeError, match=rf"^{name}: .*grad.*detach"):
        getattr(stablesoftmax, name)(tensor)
    getattr(stablesoftmax, name)(tensor.detach())


@every_function
def test_a_parameter_inside_a_module(name):
    layer = torch.nn.Linear(3, 2)
    with pytest.raises(TypeError, match="grad"):
        getattr(stablesoftmax, name)(layer.weight)


def test_agrees_with_torch_within_its_error():
    """torch is 60 ulp off at a spread of 10; the two must still tell the same story."""
    x = torch.from_numpy(10 * np.random.default_rng(0).standard_normal((20, 100)))
    ours = stablesoftmax.softmax(x)
    assert np.allclose(ours.numpy(), torch.softmax(x, -1).numpy(), rtol=1e-13, atol=0)
    assert np.allclose(stablesoftmax.logsumexp(x, axis=-1), torch.logsumexp(x, -1).numpy(), rtol=1e-14)
