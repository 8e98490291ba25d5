"""Large arrays in blocks and long rows in parts: the bits of the gufunc on the whole row, whatever is cut where.

Blocks of a few elements let small arrays go every way that large ones do.
"""

import warnings

import numpy as np
import pytest
from budget import cases
from by_rows import FUNCTIONS, by_rows
from formats import DTYPES, FORMATS, WIDE, assert_same_bits, cast, reduced

import stablesoftmax
from stablesoftmax import _blocks, _logsumexp, _native, _rows, _softmax


@pytest.fixture(params=[1, 3], ids=["one thread", "three threads"])
def small_blocks(request, monkeypatch):
    for door in ("softmax_door", "log_softmax_door", "logsumexp_door"):
        monkeypatch.setattr(_native, door, lambda x, axis, out: None)
    monkeypatch.setattr(_blocks, "ELEMENTS", 16)
    monkeypatch.setattr(_blocks, "_LEAST", 4)
    monkeypatch.setattr(_rows, "_LONGEST_ROW", 24)
    monkeypatch.setattr(_rows, "_LONGEST_UNSHARED_ROW", 10)
    with stablesoftmax.num_threads(request.param):
        yield


def test_the_patch_reaches_the_doors(small_blocks):
    assert _softmax._native is _native
    assert _logsumexp._native is _native


def values(rng, shape, dtype):
    x = rng.choice([0.1, 3.0, 40.0, 1000.0]) * rng.standard_normal(shape)
    kind = rng.integers(6)
    if kind == 0:
        x[rng.random(shape) < 0.2] = -np.inf
    elif kind == 1 and x.size:
        x.flat[rng.integers(x.size)] = rng.choice([np.nan, np.inf])
    elif kind == 2:
        x[...] = rng.choice([-np.inf, np.inf, 0.0, -0.0, 5.0])
    elif kind == 3 and dtype in WIDE:
        x *= 1e6  # beyond the fast domain
    elif kind == 4 and x.size:
        x -= 3 + np.log(np.exp(np.minimum(x, 50.0)).sum())
    return cast(x, dtype)


def expected_of(monkeypatch, *args, **kwargs):
    with monkeypatch.context() as plain:
        plain.setattr(_blocks, "ELEMENTS", 1 << 18)
        with np.errstate(all="ignore"):
            return by_rows(*args, **kwargs)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_random_arrays(name, dtype, small_blocks, monkeypatch):
    function, rng = getattr(stablesoftmax, name), np.random.default_rng(310)
    for _ in range(cases(250)):
        shape = tuple(rng.integers(1, [40, 12, 12][: rng.integers(1, 4)]).tolist())[:: rng.choice([1, -1])]
        axes = tuple(np.flatnonzero(rng.random(len(shape)) < 0.6).tolist()) or (0,)
        axis = rng.choice([None, *axes]) if rng.random() < 0.3 else axes
        axis = axis if axis is None or isinstance(axis, tuple) else int(axis)
        x = values(rng, shape, dtype)
        kwargs = {}
        if rng.random() < 0.4:
            kwargs["where"] = rng.random(shape) < 0.8
        if name != "logsumexp" and rng.random() < 0.4:
            normal = range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
            kwargs["temperature"] = np.exp(rng.standard_normal([1 if i in normal else n for i, n in enumerate(shape)]))
        expected = expected_of(monkeypatch, name, x, axis, **kwargs)
        layout = rng.permutation(len(shape))
        forms = [x, np.asarray(x.transpose(layout), order="C").transpose(np.argsort(layout)), x[::-1].copy()[::-1]]
        if dtype != "bfloat16":
            forms.append(x.astype(x.dtype.newbyteorder("S")))
        for form in forms:
            with np.errstate(invalid="ignore"):
                assert_same_bits(function(form, axis=axis, **kwargs), expected, f"{shape} along {axis}")
        out = np.full((*expected.shape, 2), 7, expected.dtype)[..., 0]
        with np.errstate(invalid="ignore"):
            assert function(x, axis=axis, out=out, **kwargs) is out
        assert_same_bits(out, expected, f"{shape} along {axis}, strided out")
        if name != "logsumexp":
            with np.errstate(invalid="ignore"):
                function(x, axis=axis, out=x, **kwargs)
            assert_same_bits(x, expected, f"{shape} along {axis}, in place")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_integers_and_other_dtypes(name, small_blocks):
    function, rng = getattr(stablesoftmax, name), np.random.default_rng(311)
    for shape in ((7, 30), (3, 9), (100,)):
        x = rng.integers(-20, 20, shape)
        for given in (x.astype(np.int8), x.astype(">i4"), x > 0):
            assert_same_bits(function(given, axis=-1), function(given.astype(np.float64), axis=-1))
        half = x.astype(np.float16)
        assert_same_bits(function(half, axis=0, dtype=np.float32), function(half.astype(np.float32), axis=0))
        with np.errstate(all="ignore"):
            narrow = function(x.astype(np.float64), axis=0).astype(np.float32)
        assert_same_bits(function(x.astype(np.float64), axis=0, dtype=np.float32), narrow)


@pytest.mark.parametrize("dtype", WIDE)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_out_overlaps_x(name, dtype, small_blocks):
    function, rng = getattr(stablesoftmax, name), np.random.default_rng(312)
    for shift in (-37, -5, -1, 1, 5, 37):
        for shape in ((10, 9), (2, 45), (90,)):
            memory = rng.standard_normal(200).astype(dtype)
            x, out = (memory[start : start + 90].reshape(shape) for start in (50, 50 + shift))
            expected = function(x.copy())
            assert_same_bits(function(x, out=out), expected, f"{shape} shifted by {shift}")


@pytest.mark.parametrize("posinf", ["nan", "limit"])
@pytest.mark.parametrize("all_neginf", ["nan", "zero", "uniform"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_special_rows(name, dtype, all_neginf, posinf, monkeypatch):
    """Against the gufunc on the row as a whole: values, and whether it says "invalid"."""
    function, fmt, rng = getattr(stablesoftmax, name), FORMATS[dtype], np.random.default_rng(313)
    gufunc = getattr(_native, name + ("_bfloat16_where" if dtype == "bfloat16" else "_where"))
    policy = _softmax.as_policy(name, all_neginf, posinf)
    monkeypatch.setattr(_blocks, "ELEMENTS", 16)
    monkeypatch.setattr(_rows, "_LONGEST_ROW", 24)
    for fill in (-np.inf, np.inf, np.nan, 0.0):
        for share in (0.0, 0.3, 1.0):
            x = cast(np.where(rng.random(100) < 0.5, fill, -np.inf), dtype)
            mask = rng.random(100) < share
            raw = x.view(np.uint16) if dtype == "bfloat16" else x
            events = []
            with np.errstate(invalid="call", call=lambda kind, flag, events=events: events.append(kind)):
                expected = gufunc(raw, mask, 1.0, -np.inf, policy).view(fmt.dtype)
                at_once = len(events)
                got = function(x, where=mask, all_neginf=all_neginf, posinf=posinf)
            assert_same_bits(got, expected, f"{fill}, {share}")
            assert len(events) == 2 * at_once


def test_rows_of_minus_infinity_are_refused(small_blocks):
    x = np.zeros((6, 5, 7))
    x[3, :, 4] = -np.inf
    with pytest.raises(ValueError, match=r"every element of row \(3, 4\) is -inf"):
        stablesoftmax.softmax(x, axis=1, all_neginf="raise")
    x[3, 2, 4], mask = 0, np.ones(x.shape, bool)
    assert not np.isnan(stablesoftmax.softmax(x, axis=1, all_neginf="raise")).any()
    mask[3, 2, 4] = False
    with pytest.raises(ValueError, match=r"row \(3, 4\)"):
        stablesoftmax.softmax(x, axis=1, where=mask, all_neginf="raise")
    mask[3, :, 4] = False
    assert not np.isnan(stablesoftmax.softmax(x, axis=1, where=mask, all_neginf="raise")).any()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_real_sizes(name, dtype):
    """No patches: rows and arrays on both sides of every size that decides the way."""
    function, rng = getattr(stablesoftmax, name), np.random.default_rng(314)
    gufunc = getattr(_native, name + ("_bfloat16" if dtype == "bfloat16" else ""))
    extra = () if name == "logsumexp" else (1.0, -np.inf, np.uint8(0))
    for shape in ((1, (1 << 18) + 3), ((1 << 20) + 5,), (3, 131_075), (1 << 17, 3), (520, 513)):
        x = cast(8 * rng.standard_normal(shape), dtype)
        raw = x.view(np.uint16) if dtype == "bfloat16" else x
        for axis in (-1, 0):
            expected = gufunc(raw, *extra, axis=axis)
            expected = expected.view(x.dtype if name != "logsumexp" else reduced(dtype))
            for threads in (1, 2, 5):
                with stablesoftmax.num_threads(threads), warnings.catch_warnings():
                    warnings.simplefilter("error")
                    assert_same_bits(function(x, axis=axis), expected, f"{shape} along {axis}, {threads} threads")
