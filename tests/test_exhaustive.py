"""A slice of all float32 rows [0, x]; `python tests/exhaust.py` takes all 2^32 of them."""

import exhaust
import numpy as np
import pytest
from budget import SCALE
from formats import BFLOAT16, assert_same_bits, is_nan
from oracle import assert_faithful

import stablesoftmax

BOUNDS = {(row["function"], row["dtype"]): row for row in stablesoftmax.bounds()}


def test_a_slice_of_all_float32():
    found = exhaust.sweep(max(1, round(1024 / SCALE)), start=1)
    for name, (largest, row, _) in found.items():
        assert largest < BOUNDS[name, "float32"]["ulp"], (name, row)


@pytest.mark.parametrize("start", [0x3F800000, 0x42AE0000, 0x42CFF000, 0x7F7FE000, 0x00000000, 0x33000000])
@pytest.mark.parametrize("sign", [0, 0x80000000])
def test_every_float32_of_a_stretch(sign, start):
    """Around 1, 87, 104, the largest, the smallest, and where the other term rounds away."""
    exhaust.sweep(1, start=sign + start, stop=sign + start + (1 << 14))


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
@pytest.mark.parametrize("dtype", [np.dtype(np.float16), BFLOAT16], ids=str)
def test_every_half(name, dtype):
    """All 65,536 rows [0, x] of half precision: the float32 answer, rounded once more."""
    x = np.arange(1 << 16, dtype=np.uint16).view(dtype)
    rows = np.stack([np.zeros_like(x), x], 1)
    single = np.where(is_nan(rows), np.float32(np.nan), 0).astype(np.float32)
    single[~is_nan(rows)] = rows[~is_nan(rows)].astype(np.float32)
    function = getattr(stablesoftmax, name)
    with np.errstate(invalid="ignore", over="ignore"):
        got, wide = function(rows, axis=1), function(single, axis=1)
    if name == "logsumexp":
        assert_same_bits(got, wide)
        return
    good = ~is_nan(wide).any(axis=1)
    with np.errstate(over="ignore", under="ignore"):
        assert_same_bits(got[good], wide[good].astype(dtype))
    assert is_nan(got[~good]).all()
    for i in np.flatnonzero(good)[:: max(1, round(64 / SCALE))]:
        if (rows[i] < np.inf).all():
            assert_faithful(name, rows[i], got[i])
