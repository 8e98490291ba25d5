"""The table of special rows: -inf, +inf, nan, nothing at all; every policy, every dtype, alone and in a batch."""

import math
import warnings

import numpy as np
import pytest
from formats import DTYPES, FORMATS, assert_same_bits, bits, cast, is_nan, reduced
from oracle import assert_faithful

from stablesoftmax import log_softmax, logsumexp, softmax

INF, NAN = np.inf, np.nan
ELEMENTWISE = {"softmax": softmax, "log_softmax": log_softmax}
LENGTHS = (1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 129, 1000, 1025)
every_dtype = pytest.mark.parametrize("dtype", DTYPES)
both = pytest.mark.parametrize("name", ELEMENTWISE)


def nan_of(dtype, shape):
    """The canonical quiet NaN."""
    pattern = np.full(shape, FORMATS[dtype].nan, f"u{FORMATS[dtype].dtype.itemsize}")
    return pattern.view(FORMATS[dtype].dtype)


def raised(call):
    """(result, messages of the warnings)."""
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn"):
        warnings.simplefilter("always")
        result = call()
    assert all(w.category is RuntimeWarning for w in caught)
    return result, [str(w.message) for w in caught]


def silently(call):
    with np.errstate(all="raise"):
        return call()


# -inf --------------------------------------------------------------------------------------------------------------


@every_dtype
@pytest.mark.parametrize("n", LENGTHS)
def test_some_neginf(n, dtype):
    row = cast([-INF] * n + [0.5] + [-INF] * n, dtype)
    expected = np.zeros(2 * n + 1)
    expected[n] = 1
    assert_same_bits(silently(lambda: softmax(row)), cast(expected, dtype))
    assert_same_bits(silently(lambda: log_softmax(row)), cast(np.where(expected == 1, 0.0, -INF), dtype))
    assert_same_bits(silently(lambda: logsumexp(row)), cast(0.5, dtype).astype(reduced(dtype)))


@both
@every_dtype
@pytest.mark.parametrize("n", LENGTHS)
def test_all_neginf(n, dtype, name):
    row, function = np.full(n, -INF, FORMATS[dtype].dtype), ELEMENTWISE[name]
    default, messages = raised(lambda: function(row))
    assert_same_bits(default, nan_of(dtype, n))
    assert messages == [f"invalid value encountered in {name}"]
    assert_same_bits(raised(lambda: function(row, all_neginf="nan"))[0], nan_of(dtype, n))
    with pytest.raises(FloatingPointError, match=f"invalid value encountered in {name}"):
        silently(lambda: function(row))
    zero = silently(lambda: function(row, all_neginf="zero"))
    assert_same_bits(zero, np.full(n, 0.0 if name == "softmax" else -INF, FORMATS[dtype].dtype))
    uniform = silently(lambda: function(row, all_neginf="uniform"))
    assert_faithful(name, np.zeros_like(row), uniform)
    with pytest.raises(ValueError, match=rf"^{name}: .*-inf.*all_neginf"):
        function(row, all_neginf="raise")


@every_dtype
@pytest.mark.parametrize("n", LENGTHS)
def test_logsumexp_of_all_neginf(n, dtype):
    result = silently(lambda: logsumexp(np.full(n, -INF, FORMATS[dtype].dtype)))
    assert_same_bits(result, np.asarray(-INF, reduced(dtype)))


@both
def test_raise_names_the_row_and_writes_nothing(name):
    x = np.zeros((3, 4, 5), np.float32)
    x[2, 1] = -INF
    out = np.full_like(x, 7)
    with pytest.raises(ValueError, match=r"\(2, 1\)"):
        ELEMENTWISE[name](x, all_neginf="raise", out=out)
    assert (out == 7).all()
    ELEMENTWISE[name](x[:2], all_neginf="raise", out=out[:2])
    assert (out[2] == 7).all()
    assert not (out[:2] == 7).any()


@both
@every_dtype
def test_raise_ignores_rows_that_hold_nan_or_nothing(name, dtype):
    x = cast([[NAN, -INF], [-INF, NAN], [0.0, -INF]], dtype)
    result = silently(lambda: ELEMENTWISE[name](x, all_neginf="raise"))
    assert is_nan(result[:2]).all()
    for shape in ((0,), (3, 0), (0, 3)):
        assert ELEMENTWISE[name](np.zeros(shape, x.dtype), all_neginf="raise").shape == shape


# masked ------------------------------------------------------------------------------------------------------------


@every_dtype
@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("held", [0.0, -INF, INF, NAN])
def test_all_masked(held, n, dtype):
    """The empty distribution, whatever the elements hold and whatever the policies say."""
    row = np.full(n, held, FORMATS[dtype].dtype)
    for all_neginf in ("nan", "zero", "uniform", "raise"):
        for posinf in ("nan", "limit"):
            kwargs = {"where": False, "all_neginf": all_neginf, "posinf": posinf}
            assert_same_bits(silently(lambda k=kwargs: softmax(row, **k)), np.zeros(n, row.dtype))
            assert_same_bits(silently(lambda k=kwargs: log_softmax(row, **k)), np.full(n, -INF, row.dtype))
    assert_same_bits(silently(lambda: logsumexp(row, where=False)), np.asarray(-INF, reduced(dtype)))


@every_dtype
def test_policies_concern_what_is_not_masked(dtype):
    mask = np.array([True, False, True, True])
    row = cast([-INF, 3.0, -INF, -INF], dtype)
    third = softmax(cast([0.0] * 3, dtype))[0]
    assert_same_bits(
        silently(lambda: softmax(row, where=mask, all_neginf="uniform")), np.array([third, 0, third, third], row.dtype)
    )
    assert_same_bits(silently(lambda: log_softmax(row, where=mask, all_neginf="zero")), np.full(4, -INF, row.dtype))
    with pytest.raises(ValueError, match="-inf"):
        softmax(row, where=mask, all_neginf="raise")
    row = cast([INF, INF, 2.0, INF], dtype)
    assert_same_bits(silently(lambda: softmax(row, where=mask, posinf="limit")), cast([0.5, 0.0, 0.0, 0.5], dtype))
    row = cast([0.0, NAN, 0.0, -INF], dtype)
    assert_same_bits(silently(lambda: softmax(row, where=mask)), cast([0.5, 0.0, 0.5, 0.0], dtype))
    result, messages = raised(lambda: softmax(cast([-INF, INF, -INF, -INF], dtype), where=mask))
    assert_same_bits(result[mask], nan_of(dtype, 3))
    assert messages == ["invalid value encountered in softmax"]


# +inf --------------------------------------------------------------------------------------------------------------


@both
@every_dtype
@pytest.mark.parametrize("n", LENGTHS)
def test_posinf(n, dtype, name):
    function, rng = ELEMENTWISE[name], np.random.default_rng(n)
    for count in {1, 2, n // 2, n} - {0}:
        if count > n:
            continue
        row = cast(5 * rng.standard_normal(n), dtype)
        row[rng.random(n) < 0.2] = -INF
        where = rng.permutation(n)[:count]
        row[where] = INF
        result, messages = raised(lambda r=row: function(r))
        assert_same_bits(result, nan_of(dtype, n))
        assert messages == [f"invalid value encountered in {name}"]
        limit = silently(lambda r=row: function(r, posinf="limit"))
        expected = np.full(n, 0.0 if name == "softmax" else -INF, row.dtype)
        expected[where] = function(np.zeros(count, row.dtype))[0]
        assert_same_bits(limit, expected)
        assert_same_bits(silently(lambda r=row: logsumexp(r)), np.asarray(INF, reduced(dtype)))


@both
@every_dtype
def test_posinf_follows_errstate(name, dtype):
    row, function = cast([1.0, 1.0, INF], dtype), ELEMENTWISE[name]
    with pytest.raises(FloatingPointError, match=f"invalid value encountered in {name}"):
        silently(lambda: function(row))
    with np.errstate(invalid="ignore"):
        assert_same_bits(function(row), nan_of(dtype, 3))
    calls = []
    with np.errstate(invalid="call", call=lambda kind, flag: calls.append(kind)):
        function(row)
    assert calls == ["invalid value"]


# nan ---------------------------------------------------------------------------------------------------------------


@every_dtype
@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("beside", [0.0, INF, -INF, 1e4])
def test_nan(beside, n, dtype):
    """One canonical NaN comes out, silently, whichever came in and wherever it stood."""
    fmt = FORMATS[dtype]
    unsigned = np.dtype(f"u{fmt.dtype.itemsize}")
    sign = 1 << (8 * unsigned.itemsize - 1)
    quiet = 1 << (fmt.precision - 2)
    payloads = [
        fmt.nan,
        fmt.nan | sign,
        fmt.nan + 5,
        (fmt.nan ^ quiet) + 1,
        (fmt.nan ^ quiet | sign) + 3,
        unsigned.type(-1 % (2 * sign)),
    ]
    for payload in payloads:
        for position in {0, n // 2, n - 1}:
            row = np.full(n, beside, fmt.dtype)
            row.view(unsigned)[position] = payload
            assert is_nan(row).sum() == 1
            for policy in ({}, {"all_neginf": "zero", "posinf": "limit"}, {"all_neginf": "raise"}, {"temperature": 0.5}):
                assert_same_bits(silently(lambda r=row, p=policy: softmax(r, **p)), nan_of(dtype, n))
                assert_same_bits(silently(lambda r=row, p=policy: log_softmax(r, **p)), nan_of(dtype, n))
            expected = nan_of(reduced(dtype).name, ())
            assert_same_bits(silently(lambda r=row: logsumexp(r)), expected)


@every_dtype
@pytest.mark.parametrize("result", DTYPES)
def test_nan_is_canonical_after_a_change_of_dtype(result, dtype):
    """A signalling NaN is an event to NumPy's casts, but none that a function made."""
    row = nan_of(dtype, 3)
    row.view(f"u{row.dtype.itemsize}")[1] ^= 1 << (8 * row.dtype.itemsize - 1)
    row.view(f"u{row.dtype.itemsize}")[2] ^= 1 | 1 << (FORMATS[dtype].precision - 2)
    assert is_nan(row).all()
    for function in (softmax, log_softmax):
        assert_same_bits(silently(lambda f=function: f(row, dtype=FORMATS[result].dtype)), nan_of(result, 3))
        made = raised(lambda f=function: f(cast([INF, 0.0], dtype), dtype=FORMATS[result].dtype))[0]
        assert_same_bits(made, nan_of(result, 2))
    assert_same_bits(silently(lambda: logsumexp(row, dtype=FORMATS[result].dtype)), nan_of(result, ()))


# nothing -----------------------------------------------------------------------------------------------------------


@every_dtype
@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 3), (2, 0, 3), (0, 0)])
def test_empty(shape, dtype):
    x = np.zeros(shape, FORMATS[dtype].dtype)
    for axis in (*range(-len(shape), len(shape)), None, tuple(range(len(shape)))):
        for function in (softmax, log_softmax):
            result = silently(lambda f=function, a=axis: f(x, axis=a))
            assert result.shape == shape
            assert result.dtype == x.dtype
        result = silently(lambda a=axis: logsumexp(x, axis=a))
        assert result.shape == np.sum(np.zeros(shape), axis=axis).shape
        assert result.dtype == reduced(dtype)
        assert (np.asarray(result) == -INF).all()


# rows side by side -------------------------------------------------------------------------------------------------


@every_dtype
@pytest.mark.parametrize("n", [1, 2, 10, 33, 100])
def test_special_rows_leave_their_neighbours_alone(n, dtype):
    rng = np.random.default_rng(n)
    kinds = [lambda r: r, lambda r: r * 0 - 1, lambda r: np.full_like(r, -INF), lambda r: np.full_like(r, INF)]
    kinds += [lambda r: np.where(np.arange(n) == n // 2, NAN, r), lambda r: np.where(np.arange(n) == 0, INF, r)]
    rows = np.stack([kinds[k](4 * rng.standard_normal(n)) for k in rng.integers(len(kinds), size=200)])
    rows = cast(rows, dtype)
    for axis, batch in ((-1, rows), (0, np.ascontiguousarray(rows.T))):
        with np.errstate(invalid="ignore"):
            for function in (softmax, log_softmax):
                alone = np.stack([function(row) for row in rows])
                together = function(batch, axis=axis)
                assert_same_bits(together if axis else together.T, alone)
            alone = np.stack([logsumexp(row) for row in rows])
            assert_same_bits(logsumexp(batch, axis=axis), alone)


@every_dtype
def test_nothing_is_raised_for_valid_rows(dtype):
    """Under errstate(all="raise") SciPy's softmax([0, -1000]) raises: underflow to 0 is no event here."""
    m, tiny = FORMATS[dtype].max, FORMATS[dtype].tiny
    rng = np.random.default_rng(50)
    salt = cast([m, -m, tiny, -tiny, -INF, 0.0, -1000.0, -100.0], dtype)
    for n in range(129):
        rows = cast(rng.standard_normal((4, n)) * 30, dtype)
        rows[1] = rng.choice(salt[:-1] if n < 2 else salt, n) if n else rows[1]
        rows[2] = cast(-1000.0, dtype)
        if n:
            rows[:3, rng.integers(n)] = cast([0.0, m, -3.0], dtype)
        for axis, batch in ((-1, rows), (0, rows.T)):
            for function in (softmax, log_softmax):
                result = silently(lambda f=function, b=batch, a=axis: f(b, axis=a))
                assert not is_nan(result).any()
                silently(lambda f=function, b=batch, a=axis: f(b, axis=a, temperature=1e-30))
            assert not np.isnan(silently(lambda b=batch, a=axis: logsumexp(b, axis=a))).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_narrower_results_are_silent(dtype):
    """A dtype= narrower than the computation under- and overflows as the caller asked, without an event."""
    x = cast([0.0, -60.0, -90.0], dtype)
    assert silently(lambda: softmax(x, dtype=np.float16)).tolist() == [1, 0, 0]
    assert silently(lambda: log_softmax(cast([0.0, -1e5], dtype), dtype=np.float16)).tolist() == [0, -INF]
    assert silently(lambda: logsumexp(cast([1e5, 1e5], dtype), dtype=np.float16)) == INF


def test_examples_of_the_table():
    m = FORMATS["float64"].max
    assert softmax([m, -m]).tolist() == [1, 0]
    assert log_softmax([m, -m]).tolist() == [0, -INF]
    assert logsumexp([m, -m]) == m
    assert softmax([1.0, 1.0, INF], posinf="limit").tolist() == [0, 0, 1]
    assert log_softmax([INF, 0.0, INF], posinf="limit").tolist() == [-math.log(2), -INF, -math.log(2)]
    assert_faithful("softmax", np.full(10**6, 3.0), softmax(np.full(10**6, 3.0))[[0]], index=[0])
    assert bits(log_softmax([5.0]))[0] == 0
