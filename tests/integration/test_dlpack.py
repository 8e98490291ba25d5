"""Tensors of torch through DLPack: read where they lie, returned as tensors, bfloat16 by its bits, other devices refused."""

import subprocess
import sys

import kinds
import ml_dtypes
import numpy as np
import pytest
from formats import DTYPES, assert_same_bits

import stablesoftmax as ssm

pytestmark = pytest.mark.integration
torch = pytest.importorskip("torch", reason="torch is not part of the test extra")


def tensor_of(array):
    if array.dtype == ml_dtypes.bfloat16:
        return torch.from_numpy(array.view(np.int16).copy()).view(torch.bfloat16)
    return torch.from_numpy(array.copy())


def array_of(tensor):
    return tensor.view(torch.int16).numpy().view(ml_dtypes.bfloat16) if tensor.dtype == torch.bfloat16 else tensor.numpy()


@pytest.mark.parametrize("dtype", ["bfloat16", "float64"])
@pytest.mark.parametrize("name", kinds.FUNCTIONS)
def test_the_family(name, dtype):
    kinds.compare(name, dtype, tensor_of, array_of, torch.Tensor)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_views(name, dtype):
    """Transposed, every other column, broadcast, without elements, of one element: as NumPy's views of the same memory."""
    tensor = tensor_of(np.arange(24.0).reshape(4, 6).astype(dtype))
    for view in (tensor.T, tensor[:, ::2], tensor[:1].expand(5, 6), tensor[2], tensor[1:2, 3], tensor[0, 0], tensor[:0]):
        result = getattr(ssm, name)(view, axis=-1)
        assert_same_bits(array_of(result), getattr(ssm, name)(array_of(view), axis=-1))


def test_nothing_is_copied_on_the_way_in():
    """What is read are the numbers as they are now; the tensor itself is not touched."""
    tensor = torch.zeros(3)
    view = np.from_dlpack(tensor)
    view[0] = 50.0
    assert ssm.softmax(tensor).tolist()[0] == 1.0
    assert tensor.tolist() == [50.0, 0.0, 0.0]


def test_dtype_of_torch():
    x = torch.zeros(2, dtype=torch.float64)
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        assert ssm.softmax(x, dtype=dtype).dtype is dtype
    with pytest.raises(TypeError, match=r"softmax: dtype=torch\.int32 is no dtype"):
        ssm.softmax(x, dtype=torch.int32)


@pytest.mark.parametrize("name", ["softmax", "logmeanexp", "cross_entropy"])
def test_another_device(name):
    """A tensor without memory stands for one that lies elsewhere."""
    x = torch.zeros(2, 3, device="meta")
    called, more = ("logits", [torch.tensor([0, 1])]) if name == "cross_entropy" else ("x", [])
    with pytest.raises(
        TypeError, match=rf"^{name}: {called} lies on the device meta, and the kernels run on the CPU; use {called}\.cpu\(\)$"
    ):
        getattr(ssm, name)(x, *more)
    with pytest.raises(TypeError, match=r"^softmax: where lies on the device meta"):
        ssm.softmax(torch.zeros(2), where=torch.ones(2, device="meta", dtype=torch.bool))


def test_what_dlpack_does_not_carry():
    with pytest.raises(TypeError, match=r"^softmax: x cannot be read through DLPack: "):
        ssm.softmax(torch.zeros(2, 2).to_sparse())
    with pytest.raises(TypeError, match=r"^softmax: x has dtype complex64"):
        ssm.softmax(torch.zeros(2, dtype=torch.complex64))
    with pytest.raises(TypeError, match=r"^cross_entropy: weight is a tensor that requires grad.*detach"):
        ssm.cross_entropy(torch.zeros(1, 2), torch.tensor([0]), weight=torch.ones(2, requires_grad=True))


def test_bfloat16_needs_ml_dtypes():
    code = """
import sys
sys.modules["ml_dtypes"] = None
import torch, stablesoftmax
try:
    stablesoftmax.softmax(torch.zeros(2, dtype=torch.bfloat16))
except TypeError as error:
    print(error)
"""
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "softmax: x is bfloat16, which NumPy knows through ml_dtypes; pip install ml_dtypes"


def test_classes_derived_from_a_tensor():
    class Mine(torch.Tensor):
        pass

    result = ssm.softmax(torch.zeros(2).as_subclass(Mine))
    assert isinstance(result, torch.Tensor)
    assert isinstance(ssm.softmax(torch.nn.Parameter(torch.zeros(2), requires_grad=False)), torch.Tensor)


def test_capsules_of_a_library_that_takes_none_back():
    """pyarrow exports and does not import: its arrays are read as before, and what comes out is NumPy's."""
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not part of the test extra")
    result = ssm.softmax(pyarrow.array([0.0, 0.0]))
    assert type(result) is np.ndarray
    assert result.tolist() == [0.5, 0.5]
