"""Arrays of the array API standard, strictly: nothing is asked of a library that the standard does not promise."""

import kinds
import numpy as np
import pytest
from formats import assert_same_bits

import stablesoftmax as ssm

pytestmark = pytest.mark.integration
xp = pytest.importorskip("array_api_strict", reason="array_api_strict is not part of the test extra")


@pytest.fixture(params=["2023.12", "2025.12"], autouse=True)
def standard(request):
    """The newest text, and the first with the DLPack that NumPy asks for, without what libraries may leave out."""
    with xp.ArrayAPIStrictFlags(
        api_version=request.param, boolean_indexing=False, data_dependent_shapes=False, enabled_extensions=()
    ):  # fmt: skip
        yield


@pytest.mark.parametrize("name", kinds.FUNCTIONS)
def test_the_family(name):
    kinds.compare(name, "float32", lambda a: xp.asarray(a.copy()), np.from_dlpack, xp._array_object.Array)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp", "logmeanexp"])
def test_dtypes_and_scalars(name):
    function = getattr(ssm, name)
    x = xp.asarray([[3, 1, 2]])
    for dtype in (xp.int8, xp.uint8, xp.int64, xp.bool):
        given = xp.astype(x, dtype)
        assert_same_bits(np.from_dlpack(function(given)), function(np.from_dlpack(given)))
    assert function(x, dtype=xp.float32).dtype == xp.float32
    single = function(xp.asarray(2.0))
    assert (single.shape, single.dtype) == ((), xp.float64)
    assert function(xp.asarray([[1.0, 2.0]]), axis=None).shape == ((1, 2) if name.endswith("softmax") else ())
    with pytest.raises(TypeError, match=f"^{name}: x has dtype complex64"):
        function(xp.asarray([1.0], dtype=xp.complex64))


def test_result_stays_on_the_device():
    """A second device of the CPU, which array_api_strict has for tests."""
    device = xp.Device("device1")
    x = xp.asarray([1.0, 2.0], device=device)
    assert ssm.softmax(x).device == device
    assert all(part.device == device for part in ssm.top_k(x, 1))


def test_out_is_for_numpy_arrays():
    x = xp.asarray([1.0, 2.0])
    with pytest.raises(TypeError, match=r"^softmax: out is for NumPy arrays; the result is a new Array, like the first argument$"):
        ssm.softmax(x, out=xp.asarray([0.0, 0.0]))


def test_arguments_by_name_and_by_default():
    x, labels = xp.asarray([[2.0, 1.0], [0.0, 3.0]]), xp.asarray([0, 1])
    assert float(ssm.cross_entropy(targets=labels, logits=x)) == ssm.cross_entropy([[2.0, 1.0], [0.0, 3.0]], [0, 1])
    assert float(ssm.logmeanexp(x=x)) == ssm.logmeanexp([[2.0, 1.0], [0.0, 3.0]])
    with pytest.raises(TypeError, match="targets"):
        ssm.cross_entropy(x)


def test_an_ndarray_first_gives_an_ndarray():
    """The first argument decides; the others are arrays of any kind that NumPy reads."""
    assert type(ssm.softmax(np.zeros(2), where=xp.asarray([True, False]))) is np.ndarray
    assert isinstance(ssm.softmax(xp.asarray([0.0, 0.0]), where=np.array([True, False])), xp._array_object.Array)
