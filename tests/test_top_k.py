"""top_k is exact: the order is total, so the answer is one."""

import numpy as np
import pytest
from formats import BFLOAT16, DTYPES, assert_same_bits, cast

import stablesoftmax as ssm

WIDTHS = (*range(20), 31, 32, 33, 64, 65, 100, 129, 130)


def expected(row, k):
    """Sorted as Python sorts: nan first, then descending, equal ones by index."""
    keys = [float(v) if row.dtype.kind not in "iub" else int(v) for v in row]
    return sorted(range(len(keys)), key=lambda i: (keys[i] == keys[i], -keys[i] if keys[i] == keys[i] else 0, i))[:k]


def check(row, k):
    values, indices = ssm.top_k(row, k)
    assert indices.dtype == np.int64
    assert indices.tolist() == expected(row, k)
    assert_same_bits(values, row[indices])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", WIDTHS)
def test_every_width(n, dtype):
    rng = np.random.default_rng(n)
    for x in (rng.normal(0, 3, n), rng.integers(-2, 3, n) * 1.0, rng.choice([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324], n)):
        row = cast(x, dtype)
        for k in {0, min(1, n), n // 3, max(n - 1, 0), n}:
            check(row, k)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint32, np.int64, np.uint64, bool])
def test_integers_are_compared_as_integers(dtype):
    """2^53 + 1 and 2^53 are one float64."""
    rng = np.random.default_rng(1)
    row = rng.integers(0, 2, 50).astype(dtype)
    if dtype is not bool:
        info = np.iinfo(dtype)
        row[:4] = info.max, info.min, info.max - 1, info.max
    for k in (1, 3, 5, 50):
        check(row, k)
    assert ssm.top_k(np.array([2**53, 2**53 + 1, 2**63 - 1, 2**63 - 2]), 4).indices.tolist() == [2, 3, 1, 0]


def test_special_values():
    """nan first, as torch.topk and jax.lax.top_k; 0.0 and -0.0 are equal."""
    x = np.array([1.0, np.nan, -0.0, np.inf, 0.0, -np.inf, np.nan, -np.nan])
    assert ssm.top_k(x, 8).indices.tolist() == [1, 6, 7, 3, 0, 2, 4, 5]
    subnormal = np.array([0.0, 5e-324, -5e-324])
    assert ssm.top_k(subnormal, 3).indices.tolist() == [1, 0, 2]


@pytest.mark.parametrize("k", [1, 77, 78, 79, 400, 5000])
def test_few_of_many(k):
    """Another algorithm takes over where k is less than n/64."""
    check(np.random.default_rng(2).integers(0, 50, 5000) * 1.0, k)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_axis_and_layout(axis):
    x = np.random.default_rng(3).integers(-9, 9, (4, 5, 6)).astype(np.float32)
    values, indices = ssm.top_k(x, 3, axis)
    assert_same_bits(values, np.take_along_axis(x, indices, axis))
    last = np.moveaxis(x, axis, -1)
    found = np.moveaxis(indices, axis, -1)
    assert all(found[at].tolist() == expected(last[at], 3) for at in np.ndindex(last.shape[:-1]))
    padded = np.zeros((8, 5, 18), np.float32)
    padded[::2, ::-1, ::3] = x
    frozen = x.astype(">f4")
    frozen.flags.writeable = False
    for same in (np.asfortranarray(x), padded[::2, ::-1, ::3], frozen, x.tolist()):
        again = ssm.top_k(same, 3, axis)
        assert (again.indices == indices).all()
        assert (again.values == values).all()


def test_large_arrays_in_blocks_and_threads():
    x = np.random.default_rng(4).integers(0, 1000, (900, 700)).astype(np.float16)
    with ssm.num_threads(1):
        values, indices = ssm.top_k(x, 20)
    with ssm.num_threads(3):
        again = ssm.top_k(x, 20)
    assert (again.indices == indices).all()
    order = np.argsort(-x.astype(np.int64), axis=-1, kind="stable")[:, :20]
    assert (indices == order).all()
    assert_same_bits(values, np.take_along_axis(x, order, -1))


def test_shapes():
    assert ssm.top_k(3.0, 1).indices.tolist() == [0]
    assert ssm.top_k(np.zeros((0, 4)), 2).values.shape == (0, 2)
    assert ssm.top_k(np.zeros((3, 0)), 0).values.shape == (3, 0)
    assert ssm.top_k(np.zeros((3, 4)), 0, axis=0).values.shape == (0, 4)
    assert ssm.top_k(np.broadcast_to(np.float32(2.0), (3, 5)), 2).indices.tolist() == [[0, 1]] * 3
    values, indices = ssm.top_k(np.array([1, 2], BFLOAT16), np.int64(1))
    assert (values.dtype, indices.tolist()) == (BFLOAT16, [1])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.zeros((2, 3)), 4), ValueError, r"top_k: k is 4, a row of an array of shape \(2, 3\) along axis 1 has 3 elements"),
        ((np.zeros(3), -1), ValueError, "top_k: k is -1"),
        ((np.zeros(3), 1.0), TypeError, "top_k: k must be an int, not 1.0"),
        ((np.zeros(3), True), TypeError, "top_k: k must be an int"),
        ((np.zeros(3), 1, 1), ValueError, "top_k: axis 1 is out of range"),
        ((np.zeros(3), 1, None), TypeError, "top_k: axis must be one int"),
        ((np.zeros(3, complex), 1), TypeError, "top_k: x has dtype complex128"),
        ((np.zeros(3, np.longdouble), 1), TypeError, "top_k: x has dtype"),
    ],
    ids=str,
)
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        ssm.top_k(*arguments)


def test_the_maximum_is_the_first():
    x = np.random.default_rng(5).normal(0, 1, (100, 77))
    values, indices = ssm.top_k(x, 1)
    assert (indices[:, 0] == x.argmax(-1)).all()
    assert (values[:, 0] == x.max(-1)).all()
