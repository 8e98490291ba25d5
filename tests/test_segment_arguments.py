"""What segment functions take and refuse: ids, counts, temperatures, dtypes, outputs. Nothing is written before an error."""

import numpy as np
import pytest
from by_segments import FUNCTIONS, by_segments, call
from formats import DTYPES, FORMATS, assert_same_bits, cast

import stablesoftmax
from stablesoftmax import _native

every_function = pytest.mark.parametrize("name", FUNCTIONS)
X = np.array([1.0, 2.0, 3.0])


@every_function
@pytest.mark.parametrize(
    ("ids", "count", "error", "message"),
    [
        ([0, -1, 0], None, ValueError, r"segment_ids\[1\] is -1; ids count from 0"),
        ([0, 1, -7], 2, ValueError, r"segment_ids\[2\] is -7; use 0 to 1, or a larger num_segments"),
        ([-3, 1, 2], 9, ValueError, r"segment_ids\[0\] is -3"),
        ([0, 5, 1], 5, ValueError, r"segment_ids\[1\] is 5; use 0 to 4, or a larger num_segments"),
        ([0, 1, 5], 5, ValueError, r"segment_ids\[2\] is 5"),
        ([0, 0, 0], 0, ValueError, r"segment_ids\[0\] is 0; with num_segments=0 there can be no element"),
        ([0, 1], None, ValueError, r"segment_ids have shape \(2,\); x has 3 rows, so it must be \(3,\)"),
        ([0, 1, 2, 3], None, ValueError, r"segment_ids have shape \(4,\)"),
        ([[0, 1, 2]], None, ValueError, r"segment_ids have shape \(1, 3\)"),
        (0, None, ValueError, r"segment_ids have shape \(\)"),
        ([0.0, 1.0, 2.0], None, TypeError, "segment_ids have dtype float64; they must be integers"),
        ([True, False, True], None, TypeError, "segment_ids have dtype bool"),
        (["a", "b", "c"], None, TypeError, "segment_ids have dtype <U1"),
        ([0, 1, 2], 2.0, TypeError, "num_segments must be an int or None, not 2.0"),
        ([0, 1, 2], -1, ValueError, "num_segments is -1; it must not be negative"),
        (np.array([2**63 + 5, 0, 1], np.uint64), None, ValueError, rf"segment_ids\[0\] is {2**63 + 5}"),
        (np.array([0, 1, 2**64 - 1], np.uint64), 9, ValueError, rf"segment_ids\[2\] is {2**64 - 1}; use 0 to 8"),
        (np.array([0, 300, -1], np.int16), 301, ValueError, r"segment_ids\[2\] is -1"),
    ],
)
def test_ids_that_are_refused(name, ids, count, error, message):
    out = np.full(3, 7.0)
    with pytest.raises(error, match=f"^{name}: {message}"):
        call(name, X, ids, count, out=out)
    assert (out == 7).all()


@every_function
def test_arguments_that_are_refused(name):
    for x, error, message in (
        (1.0, ValueError, "x is a scalar"),
        (np.zeros(3, complex), TypeError, "complex128"),
        (np.ma.zeros(3), TypeError, "masked arrays"),
        (["a"] * 3, TypeError, "accepted are"),
    ):
        with pytest.raises(error, match=f"^{name}: .*{message}"):
            call(name, x, [0, 1, 2])
    wrong = np.zeros(4) if name != "segment_logsumexp" else np.zeros(2)
    for given, error, message in (
        ({"out": wrong}, ValueError, "out has shape"),
        ({"out": np.zeros(3, np.float32)}, ValueError, "out has dtype float32"),
        ({"where": [1, 0, 1]}, TypeError, "where has dtype int64"),
        ({"where": [True, False]}, ValueError, "where of shape"),
        ({"dtype": np.int32}, TypeError, "dtype=int32"),
    ):
        with pytest.raises(error, match=f"^{name}: {message}"):
            call(name, X, [0, 1, 2], **given)


@pytest.mark.parametrize("name", FUNCTIONS[:2])
def test_temperatures_and_policies_that_are_refused(name):
    for given, error, message in (
        ({"temperature": 0.0}, ValueError, "temperature is 0.0; for the limit 0 use argmax"),
        ({"temperature": [1.0, -2.0]}, ValueError, "temperature is -2.0"),
        ({"temperature": "hot"}, TypeError, "temperature must be a positive number"),
        ({"temperature": [1.0, 1.0, 1.0]}, ValueError, r"temperature of shape \(3,\) does not broadcast to \(2,\)"),
        ({"all_neginf": "skip"}, ValueError, "all_neginf='skip'"),
        ({"posinf": "skip"}, ValueError, "posinf='skip'"),
    ):
        with pytest.raises(error, match=f"^{name}: {message}"):
            call(name, X, [0, 1, 0], **given)


@every_function
@pytest.mark.parametrize("tail", [(), (3,), (0,), (2, 0, 3)], ids=str)
@pytest.mark.parametrize("count", [None, 0, 4])
def test_nothing_at_all(name, tail, count):
    for ids in ([], np.zeros(0, np.int8), ()):
        result = call(name, np.zeros((0, *tail), np.float32), ids, count)
        assert result.shape == ((count or 0, *tail) if name == "segment_logsumexp" else (0, *tail))
        assert result.dtype == np.float32
        assert (result == -np.inf).all()


@every_function
def test_no_columns(name):
    assert call(name, np.zeros((3, 0)), [2, 0, 1], 5).shape == ((5, 0) if name == "segment_logsumexp" else (3, 0))
    with pytest.raises(ValueError, match=r"segment_ids\[2\] is 5"):
        call(name, np.zeros((3, 0)), [2, 0, 5], 5)


@every_function
@pytest.mark.parametrize("kind", ["int8", "uint8", ">i2", "uint32", "int64", ">i8", "uint64"])
def test_ids_of_every_integer(name, kind):
    rng = np.random.default_rng(710)
    ids = rng.integers(0, 9, 50)
    x = rng.standard_normal(50)
    expected = by_segments(name, x, ids, 9)
    for given in (ids.astype(kind), np.repeat(ids.astype(kind), 3)[::3], ids.astype(kind)[::-1].copy()[::-1]):
        assert_same_bits(call(name, x, given, 9), expected)
    assert_same_bits(call(name, x.tolist(), ids.tolist(), np.int32(9)), expected)


@every_function
def test_ids_are_not_touched(name):
    rng = np.random.default_rng(711)
    x, ids = rng.standard_normal(100), rng.integers(0, 20, 100)
    before = x.copy(), ids.copy()
    x.flags.writeable = ids.flags.writeable = False
    call(name, x, ids)
    assert (x == before[0]).all()
    assert (ids == before[1]).all()


def test_sparse_ids():
    """A few elements in very many segments."""
    ids = np.array([900_000, 5, 900_000])
    y = stablesoftmax.segment_softmax([0.0, 1.0, 0.0], ids)
    assert y.tolist() == [0.5, 1, 0.5]
    sums = stablesoftmax.segment_logsumexp([0.0, 1.0, 0.0], ids)
    assert sums.shape == (900_001,)
    assert (sums > -np.inf).nonzero()[0].tolist() == [5, 900_000]


@pytest.mark.parametrize("source", [*DTYPES, "int8", "bool"])
@pytest.mark.parametrize("result", DTYPES)
def test_dtype_of_the_result(source, result):
    """The wider of the two computes; both the sorted and the unsorted way."""
    rng = np.random.default_rng(712)
    values = rng.integers(-20, 20, 300) * 0.37
    x = cast(values, source) if source in FORMATS else np.abs(values).astype(source)
    ids = rng.integers(0, 30, 300)
    for name in FUNCTIONS:
        row = getattr(stablesoftmax, name.removeprefix("segment_"))
        for some in (ids, np.sort(ids)):
            got = call(name, x, some, 30, dtype=FORMATS[result].dtype)
            for segment in np.unique(some):
                expected = row(x[some == segment], dtype=FORMATS[result].dtype)
                assert_same_bits(got[segment] if name == "segment_logsumexp" else got[some == segment], expected)


@pytest.mark.parametrize("name", FUNCTIONS[:2])
def test_out_may_overlap(name):
    rng = np.random.default_rng(713)
    ids = rng.integers(0, 40, 600)
    for some in (ids, np.sort(ids)):
        memory = rng.standard_normal(1300)
        for start in (0, 1, 7, 600, 700):
            x, buffer = memory[:600], memory.copy()
            expected = by_segments(name, x, some, 40)
            got = call(name, buffer[:600], some, out=buffer[start : start + 600])
            assert_same_bits(got, expected)
        buffer = memory.copy()
        assert_same_bits(call(name, buffer[:600], some, out=buffer[:600][::-1]), expected)


def test_out_of_logsumexp_may_be_x():
    """As many results as elements: written over elements of other segments unless somebody watches."""
    rng = np.random.default_rng(714)
    x = rng.standard_normal(500)
    for ids in (np.sort(rng.integers(0, 500, 500)), rng.integers(0, 500, 500)):
        expected, buffer = by_segments("segment_logsumexp", x, ids, 500), x.copy()
        assert_same_bits(stablesoftmax.segment_logsumexp(buffer, ids, 500, out=buffer), expected)


def test_temperatures_in_the_results():
    x, ids = np.array([1.0, 2.0, 3.0, 4.0]), np.array([3, 2, 1, 0])
    t = np.array([1.0, 2.0, 0.5, 4.0])
    expected = by_segments("segment_softmax", [1.0, 1.0, 2.0, 2.0], [0, 1, 0, 1], 4, temperature=t)
    assert_same_bits(stablesoftmax.segment_softmax([1.0, 1.0, 2.0, 2.0], [0, 1, 0, 1], 4, temperature=t, out=t), expected)
    assert stablesoftmax.segment_softmax(x, ids, temperature=1e-300).tolist() == [1.0] * 4


def test_temperatures_broadcast_like_the_reduction():
    rng = np.random.default_rng(715)
    x, ids = rng.standard_normal((60, 4)), rng.integers(0, 7, 60)
    for shape in ((), (1,), (4,), (7, 1), (7, 4), (1, 4)):
        t = rng.uniform(0.2, 4, shape)
        assert_same_bits(
            stablesoftmax.segment_softmax(x, ids, 7, temperature=t), by_segments("segment_softmax", x, ids, 7, temperature=t)
        )


def test_native_code_checks_again():
    """What Python has checked may have been changed by another thread since: nothing outside the arrays is touched."""
    ids, wrong = np.array([0, 1, 0, 2]), np.array([0, 1, 9, 2])
    rows, to, cursors = np.zeros((4, 1)), np.zeros((4, 1)), np.array([0, 2, 3])
    assert not _native.segment_offsets(np.sort(wrong), np.zeros(4, np.int64))
    for some, shift, end in ((wrong, 0, 3), (-ids, 0, 3), (ids, 0, 2), (ids, 1, 7), (wrong, 0, 10)):
        assert not _native.segment_count(some, shift, np.zeros(3, np.int64), end)
    with pytest.raises(ValueError, match="out of range"):
        _native.segment_deal(wrong, 0, cursors.copy(), rows, to, None)
    with pytest.raises(ValueError, match="out of range"):
        _native.segment_collect(-ids, 0, cursors.copy(), rows, to)
    with pytest.raises(ValueError, match="out of range"):
        _native.segment_deal(ids, 0, cursors + 3, rows, to, None)
    temperatures = np.ones((3, 1))
    for offsets in ([0, 2, 1, 4], [0, 2, 3, 5], [0, 2, 3, 3], [-1, 2, 3, 4]):
        with pytest.raises(ValueError, match="cover"):
            _native.segment_rows(0, rows, None, to, temperatures, 0, False, np.array(offsets))
    for some, starts in ((wrong, [0, 4]), (ids, [0, 5]), (ids, [1, 4]), (ids, [0, 4, 2]), (ids, [0, 2, 4])):
        with pytest.raises(ValueError, match="cover"):
            _native.segment_buckets(0, rows, None, to, temperatures, 0, False, some, np.array(starts), 2)
    for bad in (ids.astype(np.int32), ids[::2], rows):
        with pytest.raises(TypeError):
            _native.segment_rising(bad)
        with pytest.raises(TypeError):
            _native.segment_count(bad, 0, np.zeros(3, np.int64), 3)
        with pytest.raises(TypeError):
            _native.segment_rows(0, rows, None, to, temperatures, 0, False, bad)
