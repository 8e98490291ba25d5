"""First weights: variance, limits, distribution, and bits that no machine changes."""

import hashlib
import math

import ml_dtypes
import numpy as np
import pytest

import stablesoftmax as ssm
from stablesoftmax.doctor.normal import normal, truncated_normal

VARIANCE = {
    "glorot_normal": lambda inputs, outputs: 2 / (inputs + outputs),
    "glorot_uniform": lambda inputs, outputs: 2 / (inputs + outputs),
    "he_normal": lambda inputs, outputs: 2 / inputs,
    "he_uniform": lambda inputs, outputs: 2 / inputs,
    "lecun_normal": lambda inputs, outputs: 1 / inputs,
}
every = pytest.mark.parametrize("name", VARIANCE)


@every
def test_variance_mean_and_limits(name):
    inputs, outputs = 300, 500
    weights = getattr(ssm, name)((inputs, outputs), rng=1, dtype=np.float64)
    variance = VARIANCE[name](inputs, outputs)
    n = weights.size
    assert abs(weights.mean()) < 5 * math.sqrt(variance / n)
    assert abs(weights.var() / variance - 1) < 5 * math.sqrt(2 / n)
    limit = math.sqrt(3 * variance) if "uniform" in name else 2 * math.sqrt(variance) / 0.8796256610342398
    assert np.abs(weights).max() <= limit
    assert np.abs(weights).max() > 0.99 * limit


@every
def test_kernels_and_axes(name):
    function = getattr(ssm, name)
    kernel = function((3, 3, 16, 32), rng=0, dtype="float64")
    assert kernel.var() == pytest.approx(VARIANCE[name](9 * 16, 9 * 32), rel=0.1)
    linear = function((200, 50), in_axis=1, out_axis=0, rng=0, dtype="float64")
    assert linear.var() == pytest.approx(VARIANCE[name](50, 200), rel=0.1)


@every
@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.float32, np.float64])
def test_dtypes_are_roundings_of_one_stream(name, dtype):
    wide = getattr(ssm, name)((20, 30), rng=7, dtype=np.float64)
    narrow = getattr(ssm, name)((20, 30), rng=np.random.default_rng(7), dtype=dtype)
    assert narrow.dtype == dtype
    np.testing.assert_array_equal(narrow, wide.astype(dtype))
    assert getattr(ssm, name)((2, 3), rng=7).dtype == np.float32


def test_the_bits_are_these():
    """PCG64 and correctly rounded operations: the same everywhere."""
    digest = hashlib.sha256()
    for name in [*VARIANCE, "orthogonal"]:
        digest.update(getattr(ssm, name)((37, 23), rng=20261125, dtype=np.float64).tobytes())
    assert digest.hexdigest()[:16] == "3f594180c93b9ff5"


def test_normal_numbers():
    """Moments up to the fourth, tails, and no number twice."""
    for draw, moments, beyond in ((normal, (0, 1, 0, 3), 0.0455), (truncated_normal, (0, 0.77374, 0, 1.41613), 0)):
        x = draw(np.random.default_rng(5), 400_000)
        assert len(x) == len(np.unique(x)) == 400_000
        for power, expected in enumerate(moments, start=1):
            assert abs(np.mean(x**power) - expected) < 5 * math.sqrt(105 / len(x))
        assert abs(np.mean(np.abs(x) > 2) - beyond) < 0.002
    assert normal(np.random.default_rng(0), 0).shape == (0,)


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (5, 5), (40, 7), (7, 40), (64, 64), (3, 3, 8, 16)])
def test_orthogonal(shape):
    weights = ssm.orthogonal(shape, gain=3.0, rng=2, dtype=np.float64)
    assert weights.shape == shape
    matrix = weights.reshape(-1, shape[-1]) / 3
    gram = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    assert np.abs(gram - np.eye(len(gram))).max() < 16 * len(gram) * 2.0**-53


def test_orthogonal_matrices_are_uniform():
    """Both determinants, and elements with the moments of Haar's measure: mean 0, variance 1/n."""
    found = [ssm.orthogonal((4, 4), rng=seed, dtype=np.float64) for seed in range(600)]
    signs = np.array([np.sign(np.linalg.det(q)) for q in found])
    assert abs(signs.mean()) < 5 / math.sqrt(600)
    stack = np.array(found)
    assert np.abs(stack.mean(axis=0)).max() < 5 * 0.5 / math.sqrt(600)
    assert np.abs((stack**2).mean(axis=0) - 0.25).max() < 5 * 0.25 / math.sqrt(600)


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: ssm.he_normal((3,)), r"^he_normal: shape \(3,\) is not that of weights"),
        (lambda: ssm.he_normal((3, 0)), r"^he_normal: shape \(3, 0\) is not"),
        (lambda: ssm.he_normal(3), r"^he_normal: shape must be a tuple"),
        (lambda: ssm.glorot_uniform((3, 4), in_axis=2), r"^glorot_uniform: axis 2 is out of range"),
        (lambda: ssm.glorot_uniform((3, 4), in_axis=1), r"^glorot_uniform: in_axis and out_axis are both 1"),
        (lambda: ssm.lecun_normal((3, 4), rng=np.random.RandomState(0)), r"^lecun_normal: rng is a RandomState"),
        (lambda: ssm.lecun_normal((3, 4), dtype=int), r"^lecun_normal: dtype=int64"),
        (lambda: ssm.orthogonal((3, 4), gain=np.inf), r"^orthogonal: gain is inf"),
    ],
)
def test_messages(call, line):
    with pytest.raises((TypeError, ValueError), match=line):
        call()


@pytest.mark.parametrize("function", [ssm.he_normal, ssm.glorot_uniform, ssm.orthogonal])
@pytest.mark.parametrize("shape", [(3.7, 2), "34", (np.float64(3), 4)])
def test_a_shape_is_made_of_ints(function, shape):
    with pytest.raises(TypeError, match="shape must be a tuple of ints"):
        function(shape)


def test_axes_are_ints():
    with pytest.raises(TypeError, match=r"^he_normal: in_axis and out_axis must be ints, not 0.5"):
        ssm.he_normal((3, 4), in_axis=0.5)
