"""Columns beyond what panels hold are copied side by side first: the bits of rows done alone, whatever lies around them."""

import numpy as np
import pytest
from formats import DTYPES, FORMATS, assert_same_bits

import stablesoftmax as ssm


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [8193, 20_000, 65_536, 65_537])
def test_columns(dtype, n):
    rng = np.random.default_rng(n)
    x = (5 * rng.standard_normal((n, 70))).astype(FORMATS[dtype].dtype)
    x[rng.random(x.shape) < 0.001] = -np.inf
    x[:, 3] = np.nan
    rows = np.ascontiguousarray(x.T)
    for view in (x, x[:, 5:61], np.repeat(x[:, :20], 2, axis=0)[::2]):
        alone = rows[5:61] if view.shape[1] == 56 else rows[: view.shape[1]]
        for name in ("softmax", "log_softmax"):
            function = getattr(ssm, name)
            expected = function(alone)
            assert_same_bits(function(view, 0).T, expected)
            out = np.empty((n, 2 * view.shape[1]), x.dtype)[:, ::2]
            assert function(view, 0, out=out) is out
            assert_same_bits(out.T, expected)
        assert_same_bits(ssm.logsumexp(view, 0), ssm.logsumexp(alone, 1))


def test_masks_temperatures_and_in_place():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((3, 9000, 40)).astype(np.float32)
    mask, t = rng.random(x.shape) < 0.7, rng.uniform(0.5, 2, (3, 1, 40))
    expected = np.moveaxis(ssm.softmax(np.ascontiguousarray(np.moveaxis(x, 1, 2)), temperature=np.moveaxis(t, 1, 2)), 2, 1)
    assert_same_bits(ssm.softmax(x, 1, temperature=t), expected)
    masked = np.moveaxis(ssm.softmax(np.ascontiguousarray(np.moveaxis(x, 1, 2)), where=np.moveaxis(mask, 1, 2)), 2, 1)
    assert_same_bits(ssm.softmax(x, 1, where=mask), masked)
    assert_same_bits(
        ssm.softmax(x.astype(np.float64), 1, dtype=np.float32, out=np.empty_like(x)),
        ssm.softmax(x.astype(np.float64), 1).astype(np.float32),
    )
    y = x.copy()
    assert ssm.softmax(y, 1, temperature=t, out=y) is y
    assert_same_bits(y, expected)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("n", [2600, 5000, 10_000, 20_000])
def test_in_place_at_any_alignment(dtype, n):
    """Lengths at which the scratch of some level has room for panels of two strips.

    The first columns, up to a cache line, are a panel of their own then, whose strip reaches into columns that are yet to be read.
    """
    rng = np.random.default_rng(n)
    memory = rng.standard_normal((n, 96)).astype(dtype)
    for start in (0, 1, 3, 4, 8, 12, 15, 16, 24, 31):
        for columns in (9, 17, 20, 36, 40, 64):
            x = memory[:, start : start + columns]
            for name in ("softmax", "log_softmax"):
                y = memory.copy()
                place = y[:, start : start + columns]
                getattr(ssm, name)(place, 0, out=place)
                assert_same_bits(place.T, getattr(ssm, name)(np.ascontiguousarray(x.T)), f"{start}, {columns}")
                assert_same_bits(y[:, start + columns :], memory[:, start + columns :])
