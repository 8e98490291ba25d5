"""Segments have the bits of rows of their own: in any order, of any length, with columns, masks and temperatures."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from budget import cases
from by_segments import FUNCTIONS, by_segments, call, random_ids, salted
from formats import DTYPES, FORMATS, WIDE, assert_same_bits, bits, cast, reduced
from oracle import assert_faithful
from strategies import random_layout

import stablesoftmax
from stablesoftmax import _blocks, _segment_ids

INFO = stablesoftmax.build_info()
every_function = pytest.mark.parametrize("name", FUNCTIONS)
every_dtype = pytest.mark.parametrize("dtype", DTYPES)


@pytest.fixture
def finely_cut(monkeypatch):
    """Blocks, buckets and stretches of a few elements: small arrays take every way that large ones take."""
    monkeypatch.setattr(_blocks, "ELEMENTS", 64)
    monkeypatch.setattr(_blocks, "_LEAST", 16)
    monkeypatch.setattr(_segment_ids, "_BUCKET", 32)
    monkeypatch.setattr(_segment_ids, "_MOST_BUCKETS", 6)
    monkeypatch.setattr(_segment_ids, "_STRETCH", 50)


def random_case(rng, dtype):
    """(x, ids, count, the arguments that by_segments shares with the function)"""
    tail = ((), (), (), (3,), (2, 2), (40,), (1, 1))[rng.integers(7)]
    count = int(rng.choice([1, 2, 5, 40, 70]))
    ids = random_ids(
        rng, count, rng.choice([0.3, 2, 9, 30] if len(tail) < 1 or tail[0] < 40 else [0.3, 2]), rng.choice([0, 33, 200])
    )
    if rng.random() < 0.4:
        ids.sort()
    x = cast(rng.choice([0.1, 1, 30]) * rng.standard_normal((ids.size, *tail)) + rng.choice([0, 0, 1e4]), dtype)
    if rng.random() < 0.7:
        x = salted(rng, x, FORMATS[dtype].max)
    given = {}
    if rng.random() < 0.4:
        given["where"] = rng.random(x.shape) < rng.choice([0.1, 0.6, 0.95])
    if rng.random() < 0.5:
        shape = ((), (count, *[1] * len(tail)), tail, (count, *tail))[rng.integers(4)]
        given["temperature"] = rng.uniform(0.1, 3, shape)
    return x, ids, count, given


def check(rng, dtype):
    x, ids, count, given = random_case(rng, dtype)
    policies = {"all_neginf": str(rng.choice(["nan", "zero", "uniform"])), "posinf": str(rng.choice(["nan", "limit"]))}
    placed, ids_placed = (
        random_layout(rng, x.ndim).place(x),
        random_layout(rng, 1).place(ids.astype(rng.choice(["<i8", ">i4", "u2"]))),
    )
    for name in FUNCTIONS:
        with np.errstate(invalid="ignore"):
            expected = by_segments(name, x, ids, count, **given, **policies)
            chosen = {k: v for k, v in given.items() if k == "where"} if name == "segment_logsumexp" else given | policies
            assert_same_bits(call(name, placed, ids_placed, count, **chosen), expected, f"{name} {dtype} {x.shape} {count}")
            out = random_layout(rng, expected.ndim, writable=True).place(np.ones_like(expected))
            assert call(name, x, ids, count, **chosen, out=out) is out
            assert_same_bits(out, expected, f"{name} {dtype} {x.shape} {count} out")


@every_dtype
def test_bits_of_rows(dtype):
    rng = np.random.default_rng(700)
    for _ in range(cases(60)):
        check(rng, dtype)


@pytest.mark.parametrize("threads", [1, 3])
def test_bits_on_every_way(finely_cut, threads):
    rng = np.random.default_rng(701)
    with stablesoftmax.num_threads(threads):
        for _ in range(cases(60)):
            check(rng, str(rng.choice(DTYPES)))


@every_function
@every_dtype
def test_every_length(name, dtype):
    """Each length from 0 to 130 among others. # pytorch 147284: a peer was wrong at 240 odd widths"""
    rng = np.random.default_rng(702)
    ids = np.repeat(np.arange(131), np.arange(131))
    x = cast(5 * rng.standard_normal(ids.size), dtype)
    assert_same_bits(call(name, x, ids), by_segments(name, x, ids, 131))
    for length in range(0, 131, 7):  # and alone, in strips that are not full
        ids = np.repeat(np.arange(5), length)
        x = cast(5 * rng.standard_normal(ids.size), dtype)
        assert_same_bits(call(name, x, ids, 5), by_segments(name, x, ids, 5))


@every_function
@every_dtype
def test_order_does_not_matter(name, dtype):
    """Sorted, reversed and permuted ids. # batch_invariant_ops 13, vllm 27433: results that depend on who else is in the batch"""
    rng = np.random.default_rng(703)
    ids = np.sort(rng.integers(0, 300, 4000))
    x = cast(10 * rng.standard_normal((4000, 2)), dtype)
    expected = call(name, x, ids, 300)
    for order in (np.arange(4000)[::-1], *(rng.permutation(4000) for _ in range(5))):
        got = call(name, x[order], ids[order], 300)
        assert_same_bits(got, expected if name == "segment_logsumexp" else expected[order])


@pytest.mark.parametrize("rising", [True, False])
@pytest.mark.parametrize("count", [40, 3000])
def test_large_arrays(rising, count):
    """Beyond a block, with a segment that is one by itself: buckets, threads and rows in parts have the bits of one call."""
    rng = np.random.default_rng(704)
    ids = np.concatenate([rng.integers(0, count, 300_000), np.full(300_000, count // 3)])
    ids = np.sort(ids) if rising else rng.permutation(ids)
    x = rng.standard_normal(ids.size).astype(np.float32)
    large, small = np.flatnonzero(ids == count // 3), np.flatnonzero(ids == count // 2)
    for name in FUNCTIONS:
        row = getattr(stablesoftmax, name.removeprefix("segment_"))
        for threads in (1, 2):
            with stablesoftmax.num_threads(threads):
                got = call(name, x, ids, count)
            if name == "segment_logsumexp":
                assert_same_bits(got[count // 3], row(x[large]))
                assert_same_bits(got[count // 2], row(x[small]))
            else:
                assert_same_bits(got[large], row(x[large]))
                assert_same_bits(got[small], row(x[small]))
                in_place = x.copy()
                call(name, in_place, ids, count, out=in_place)
                assert_same_bits(in_place, got)
                assert not np.isnan(got).any()


def digest():
    """Of every function and dtype over one set of segments; the same on every level."""
    rng, found = np.random.default_rng(705), hashlib.sha256()
    for dtype in DTYPES:
        for tail in ((), (4,), (33,)):
            ids = random_ids(rng, 400, 8, 200)
            x = salted(rng, cast(10 * rng.standard_normal((ids.size, *tail)), dtype), FORMATS[dtype].max)
            where = rng.random(x.shape) < 0.9
            temperatures = rng.uniform(0.5, 2, (400, *tail))
            with np.errstate(invalid="ignore"):
                for name in FUNCTIONS:
                    for given in ({}, {"where": where}, {"temperature": 0.7}, {"temperature": temperatures}):
                        if name == "segment_logsumexp" and "temperature" in given:
                            continue
                        for some in (ids, np.sort(ids)):
                            found.update(bits(call(name, x, some, 400, **given)).tobytes())
    return found.hexdigest()


@pytest.mark.parametrize("level", INFO["levels_supported"])
def test_levels(level, monkeypatch):
    monkeypatch.setenv("STABLESOFTMAX_ISA", level)
    code = f"import sys; sys.path[:0] = [{str(Path(__file__).parent)!r}]; import test_segments; print(test_segments.digest())"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    assert child.stdout.strip() == digest()


@every_dtype
def test_faithful(dtype):
    """Against exact arithmetic, without the detour over rows; bits that are those of rows carry their bounds."""
    rng = np.random.default_rng(706)
    ids = random_ids(rng, 60, 6, 150)
    x = cast(20 * rng.standard_normal(ids.size), dtype)
    temperature = rng.uniform(0.3, 3, 60)
    results = {name: call(name, x, ids, 60, temperature=temperature) for name in FUNCTIONS[:2]}
    sums = stablesoftmax.segment_logsumexp(x, ids, 60)
    for segment in np.unique(ids):
        rows = np.flatnonzero(ids == segment)
        for name, got in results.items():
            assert_faithful(name.removeprefix("segment_"), x[rows], got[rows], temperature=temperature[segment])
        assert_faithful("logsumexp", x[rows], sums[segment], slack=2.0**-100)


# special segments ------------------------------------------------------------------------------------------------------


@every_dtype
def test_special_segments_keep_to_themselves(dtype):
    """# pytorch 25110, 41508: all of it -inf; pytorch 6864, jax 21495: +inf; torch-xpu-ops 5022: nan is not swallowed"""
    inf, nan = np.inf, np.nan
    x = cast([1, -inf, nan, inf, 2, -inf, 1, 1, 3, 3], dtype)
    ids = [0, 1, 2, 3, 0, 1, 2, 3, 5, 5]
    with np.errstate(invalid="ignore"):
        y = stablesoftmax.segment_softmax(x, ids).astype(np.float64)
        logs = stablesoftmax.segment_log_softmax(x, ids, all_neginf="zero", posinf="limit").astype(np.float64)
    assert np.isnan(y[[1, 2, 3, 5, 6, 7]]).all()
    assert (y[[8, 9]] == 0.5).all()
    assert y[0] + y[4] == pytest.approx(1, rel=2.0**-6)
    assert (logs[[1, 5, 7]] == -inf).all()
    assert logs[3] == 0
    assert np.isnan(logs[[2, 6]]).all()
    sums = stablesoftmax.segment_logsumexp(x, ids, 7)
    assert sums.dtype == reduced(dtype)
    assert (sums[[1, 4, 6]] == -inf).all()
    assert sums[3] == inf
    assert np.isnan(sums[2])
    uniform = stablesoftmax.segment_softmax(x, ids, all_neginf="uniform", posinf="limit")
    assert (uniform[[1, 5]] == 0.5).all()
    assert uniform[3] == 1
    assert uniform[7] == 0


def test_invalid_is_raised_once_and_only_where_a_nan_is_made():
    x = np.array([1.0, -np.inf, 2.0, np.nan])
    with pytest.warns(RuntimeWarning, match="^invalid value encountered in segment_softmax$") as caught:
        stablesoftmax.segment_softmax(x, [0, 1, 0, 2])
    assert len(caught) == 1
    with np.errstate(invalid="raise"):
        with pytest.raises(FloatingPointError, match="segment_log_softmax"):
            stablesoftmax.segment_log_softmax(x, [0, 1, 0, 2])
        stablesoftmax.segment_softmax(x, [0, 0, 0, 1])
        stablesoftmax.segment_logsumexp(x, [0, 1, 0, 2])
        stablesoftmax.segment_softmax(x, [0, 1, 0, 2], where=[True, False, True, True])


def test_invalid_of_many_blocks_is_raised_once(finely_cut):
    ids = np.tile(np.arange(50), 20)
    x = np.zeros(1000)
    x[np.isin(ids, [3, 30, 49])] = -np.inf
    for some in (ids, np.sort(ids), np.zeros(1000, int)):
        x[some == 0] = -np.inf
        with pytest.warns(RuntimeWarning, match="segment_softmax") as caught:
            stablesoftmax.segment_softmax(x, some)
        assert len(caught) == 1


@every_dtype
def test_masked_elements_count_for_nothing(dtype):
    """# pytorch 101967: a masked nan poisons the row; jax 16208: log_softmax(where=) left masked entries"""
    x, where = cast([1, np.nan, 1, np.inf, 5], dtype), np.array([True, False, True, False, False])
    y = stablesoftmax.segment_softmax(x, [0, 0, 0, 0, 1], where=where)
    assert y.tolist() == [0.5, 0, 0.5, 0, 0]
    logs = stablesoftmax.segment_log_softmax(x, [0, 0, 0, 0, 1], where=where)
    assert (logs[[1, 3, 4]] == -np.inf).all()
    sums = stablesoftmax.segment_logsumexp(x, [0, 0, 0, 0, 1], where=where)
    assert_same_bits(sums, np.array([stablesoftmax.logsumexp(x[[0, 2]]), -np.inf], reduced(dtype)))


def test_raise_names_the_segment():
    x = np.array([[1.0, -np.inf], [-np.inf, -np.inf], [2.0, -np.inf]])
    out = np.full((3, 2), 7.0)
    with pytest.raises(ValueError, match=r"^segment_softmax: every element of segment 1, column \(0,\), is -inf"):
        stablesoftmax.segment_softmax(x, [4, 1, 4], where=[[True, False], [True, True], [True, False]], all_neginf="raise", out=out)
    assert (out == 7).all()
    with pytest.raises(ValueError, match=r"^segment_log_softmax: every element of segment 2 is -inf"):
        stablesoftmax.segment_log_softmax([-np.inf, 1.0], [2, 0], all_neginf="raise")
    assert stablesoftmax.segment_softmax([1.0, np.nan], [3, 1], 9, all_neginf="raise")[0] == 1  # empty segments are no error


def test_float16_sums_do_not_overflow():
    """# jax 40409, executorch 20090: 2^16 equal logits"""
    ids = np.repeat([0, 1], 1 << 16)
    x = np.zeros(1 << 17, np.float16)
    assert (stablesoftmax.segment_softmax(x, ids) == np.float16(2.0**-16)).all()
    assert_same_bits(stablesoftmax.segment_logsumexp(x, ids), np.full(2, 16 * np.log(2)).astype(np.float32))


def test_integers_are_numbers():
    """# pytorch 14224, tensorflow 39287: uint8 [3, 1, 2] gave nan"""
    x = np.array([3, 1, 2], np.uint8)
    assert_same_bits(stablesoftmax.segment_softmax(x, [0, 0, 0]), stablesoftmax.softmax([3.0, 1.0, 2.0]))
    assert_same_bits(stablesoftmax.segment_logsumexp(x == 3, [0, 0, 1]), stablesoftmax.logsumexp([[1.0, 0], [0, -np.inf]], axis=1))


@pytest.mark.parametrize("dtype", WIDE)
def test_small_probabilities_are_kept(dtype):
    """# scipy 18295, 19521, pytorch 113708: logsumexp([0, -40]) and log_softmax of a confident row"""
    x, ids = np.array([0, 5, -40, -20], dtype), [0, 1, 0, 1]
    sums = stablesoftmax.segment_logsumexp(x, ids)
    assert sums[0] == pytest.approx(np.exp(-40), rel=1e-6, abs=0)
    assert stablesoftmax.segment_log_softmax(x, ids)[1] == pytest.approx(-np.exp(-25), rel=1e-6, abs=0)


@every_function
@every_dtype
def test_one_element(name, dtype):
    """Segments of one element, among them every special one; alone in a column."""
    fmt = FORMATS[dtype]
    x = cast([0.0, -0.0, 1, -fmt.max, fmt.max, fmt.tiny, -np.inf, np.inf, np.nan], dtype)
    with np.errstate(invalid="ignore"):
        for given in ({}, {"where": np.arange(9) % 2 == 0}):
            assert_same_bits(call(name, x, np.arange(9), **given), by_segments(name, x, np.arange(9), 9, **given))
