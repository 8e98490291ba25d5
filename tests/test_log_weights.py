"""Weighted sums, means and variances of exponentials, and effective sample sizes, against ball arithmetic."""

import math

import numpy as np
import pytest
from budget import cases
from flint import arb, ctx
from formats import DTYPES, FORMATS, WIDE, assert_same_bits, cast, reduced

import stablesoftmax
from stablesoftmax import effective_sample_size, logmeanexp, logsumexp, logvarexp, normalize_log_weights
from stablesoftmax._signed_sums import signed_logsumexp

ctx.prec = 600


def balls(row):
    ctx.prec = 600
    return [arb(v).exp() if v > -math.inf else arb(0) for v in np.asarray(row).astype(float).tolist()]


def total(values):
    return sum(values, arb(0))


def off(got, wanted):
    """|got - wanted| and an ulp of the wanted number in the dtype of the result."""
    fmt = FORMATS[np.asarray(got).dtype.name]
    size = float(abs(wanted))
    ulp = 2.0 ** (max(math.frexp(size)[1] - fmt.precision, fmt.lowest)) if size else 2.0**fmt.lowest
    return float(abs(arb(float(got)) - wanted)), ulp


def rows(rng, dtype, lengths=(1, 2, 3, 10, 130), spreads=(1e-8, 1e-3, 1.0, 30.0), shifts=(0.0, -3.0, 700.0)):
    for n in lengths:
        for spread in spreads:
            for shift in shifts:
                yield cast(rng.normal(shift, spread, n), dtype)


# weights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_weighted_sums(dtype):
    rng = np.random.default_rng(1)
    for x in rows(rng, dtype, shifts=(0.0, -50.0)):
        for w in (
            rng.uniform(0, 2, x.size),
            rng.normal(0, 1, x.size),
            rng.normal(0, 1, x.size) * 10.0 ** rng.uniform(-200, 3, x.size),
        ):
            w[rng.random(x.size) < 0.2] = 0.0
            terms = [arb(a) * e for a, e in zip(w.tolist(), balls(x), strict=True)]
            exact, size = total(terms), total([abs(t) for t in terms])
            if size == 0:
                assert logsumexp(x, weights=w) == -np.inf
                continue
            log, sign = signed_logsumexp("logsumexp", x, (0,), w, None)
            assert sign == (1 if exact > 0 else -1)
            error, ulp = off(np.float64(log), abs(exact).log())
            assert error < ulp + 2.0**-55 * float(size / abs(exact))
            if exact > 0:
                got = logsumexp(x, weights=w)
                assert got.dtype == reduced(dtype)
                error, ulp = off(got, exact.log())
                assert error < ulp + 2.0**-55 * float(size / exact)


def test_weight_zero_drops_an_element():
    """scipy 4702: b = 0 must drop the element even if it is inf or nan."""
    with np.errstate(all="raise"):
        for hidden in (np.inf, np.nan, -np.inf, 1e308):
            assert logsumexp([1.0, hidden], weights=[1.0, 0.0]) == 1.0
            assert logsumexp([hidden], weights=[-0.0]) == -np.inf


def test_negative_weight_on_the_largest_term():
    """scipy 22903: exp(x) - exp(y), the negative term the largest, the sum positive or not."""
    x, w = np.array([10.0, 9.0, 9.5]), np.array([-1.0, 1.0, 2.0])
    exact = total([arb(a) * e for a, e in zip(w.tolist(), balls(x), strict=True)])
    error, ulp = off(logsumexp(x, weights=w), exact.log())
    assert error < 2 * ulp
    with np.errstate(invalid="ignore"):
        assert np.isnan(logsumexp(x, weights=[-1.0, 1.0, 0.1]))
    with pytest.warns(RuntimeWarning, match="invalid value encountered in logsumexp"):
        logsumexp([0.0], weights=[-1.0])
    with np.errstate(invalid="raise"), pytest.raises(FloatingPointError):
        logsumexp([0.0, 1.0], weights=-1)


def test_weights_that_cancel():
    assert logsumexp([3.0, 3.0], weights=[1.0, -1.0]) == -np.inf
    assert logsumexp([1e300, 1e300], weights=[2.0, -2.0]) == -np.inf
    log, sign = signed_logsumexp("logsumexp", np.array([[5.0, 5.0], [5.0, 4.0]]), (1,), np.array([[1.0, -1.0], [-1.0, 1.0]]), None)
    assert sign.tolist() == [0.0, -1.0]
    assert log[0] == -np.inf


def test_special_values_of_weighted_sums():
    inf, nan = np.inf, np.nan
    one = np.array([1.0, 1.0])

    def signed(x, w):
        with np.errstate(invalid="ignore"):
            log, sign = signed_logsumexp("logsumexp", np.array(x), (0,), np.array(w), None)
        return log[()], sign[()]

    assert signed([inf, 0.0], one) == (inf, 1)  # scipy 23548: the sign was nan
    assert signed([inf, 0.0], -one) == (inf, -1)
    assert signed([0.0, 1.0], [-inf, 1.0]) == (inf, -1)
    assert signed([-inf, 0.0], one) == (0.0, 1)
    assert signed([-inf, -inf], one) == (-inf, 0)
    assert signed([], []) == (-inf, 0)
    for x, w in (([inf, inf], [1.0, -1.0]), ([-inf, 0.0], [inf, 1.0]), ([nan, 0.0], one), ([0.0, 0.0], [nan, 1.0])):
        assert np.isnan(signed(x, w)).all()
    with np.errstate(invalid="raise"):
        with pytest.raises(FloatingPointError, match="logsumexp"):
            logsumexp([inf, inf], weights=[1.0, -1.0])
        assert np.isnan(logsumexp([nan, 0.0], weights=1.0))
    assert logsumexp(np.zeros((0, 3)), axis=0, weights=np.ones(3)).tolist() == [-inf] * 3  # scipy 20399
    assert logsumexp([1e300, 5.0, 1e300], weights=[1e-300, 1e300, 3.0]) == 1e300
    assert logsumexp([-1e300, 5.0], weights=[1e300, 1e-300]) == 5 + math.log(1e-300)


def test_weights_of_any_size():
    for w in (5e-324, 1e-310, 2.0**-1074, 1e308, np.finfo(float).max):
        for x in (0.0, 700.0, -700.0, 1e5):
            error, ulp = off(logsumexp([x], weights=[w]), arb(x) + arb(w).log())
            assert error < ulp + 2.0**-70


@pytest.mark.parametrize("dtype", DTYPES)
def test_weights_broadcast_and_bits_hold(dtype):
    rng = np.random.default_rng(2)
    x = cast(rng.normal(0, 3, (5, 40)), dtype)
    w = rng.normal(1, 0.3, 40)
    expected = logsumexp(x, axis=1, weights=w)
    order = rng.permutation(40)
    assert_same_bits(logsumexp(x[:, order], axis=1, weights=w[order]), expected)
    assert_same_bits(logsumexp(x.T, axis=0, weights=w[:, np.newaxis]), expected)
    assert_same_bits(logsumexp(np.asfortranarray(x)[::-1], axis=1, weights=w), expected[::-1])
    assert_same_bits(logsumexp(x, axis=1, weights=w, keepdims=True)[:, 0], expected)
    out = np.empty(5, reduced(dtype))
    assert logsumexp(x, axis=1, weights=w, out=out) is out
    assert_same_bits(out, expected)
    mask = rng.random(x.shape) < 0.5
    assert_same_bits(logsumexp(x, axis=1, weights=w, where=mask), logsumexp(x, axis=1, weights=np.where(mask, w, 0)))
    ones = logsumexp(x, axis=1, weights=1)
    plain = logsumexp(x, axis=1)
    assert (np.abs(ones - plain) <= np.spacing(np.abs(plain))).all()
    with pytest.raises(ValueError, match=r"logsumexp: weights of shape \(7,\) do not broadcast"):
        logsumexp(x, axis=1, weights=np.ones(7))
    with pytest.raises(TypeError, match=r"logsumexp: .*complex128"):
        logsumexp(x, axis=1, weights=np.ones(40, complex))


# means and variances -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_log_mean(dtype):
    rng = np.random.default_rng(3)
    for x in rows(rng, dtype):
        got = logmeanexp(x)
        assert got.dtype == reduced(dtype)
        error, ulp = off(got, (total(balls(x)) / x.size).log())
        assert error < ulp + 2.0**-50 * math.log(x.size + 1)


@pytest.mark.parametrize("dtype", DTYPES)
def test_mean_of_equal_elements(dtype):
    for n in (1, 2, 3, 7, 10, 100, 1000, 65_537):
        for value in (0.0, -2.5, 1000.0, FORMATS[dtype].max):
            assert logmeanexp(np.full(n, value, FORMATS[dtype].dtype)) == np.float64(value)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("ddof", [0, 1])
def test_log_variance(dtype, ddof):
    rng = np.random.default_rng(4)
    for x in rows(rng, dtype, lengths=(2, 3, 10, 130)):
        values = balls(x)
        mean = total(values) / x.size
        exact = total([(v - mean) ** 2 for v in values]) / (x.size - ddof)
        got = logvarexp(x, ddof=ddof)
        assert got.dtype == reduced(dtype)
        if len(set(np.asarray(x).astype(float).tolist())) == 1:
            assert got == -np.inf
            continue
        error, ulp = off(got, exact.log())
        assert error < ulp + 2.0**-46


def test_log_variance_of_two_clusters():
    """Far from the mean on both sides: no element is a good centre."""
    for gap in (0.6, 3.0, 40.0, 800.0):
        for n in (1, 5):
            x = np.concatenate([np.zeros(n), np.full(3 * n, gap), [-gap]])
            values = balls(x)
            mean = total(values) / x.size
            error, ulp = off(logvarexp(x), (total([(v - mean) ** 2 for v in values]) / x.size).log())
            assert error < ulp + 2.0**-46


def test_special_rows_of_means_and_variances():
    inf, nan = np.inf, np.nan
    with np.errstate(all="raise"):
        assert logmeanexp([-inf, 0.0]) == -math.log(2)
        assert logmeanexp([-inf, -inf]) == -inf
        assert logmeanexp([inf, 0.0]) == inf
        assert np.isnan(logmeanexp([nan, 0.0]))
        assert logvarexp([-inf, -inf]) == -inf
        assert logvarexp([-inf, 0.0]) == -2 * math.log(2)
        assert logvarexp([7.0]) == -inf
        assert np.isnan(logvarexp([nan, 0.0]))
    for call in (
        lambda: logmeanexp([]),
        lambda: logmeanexp([1.0], where=False),
        lambda: logvarexp([]),
        lambda: logvarexp([1.0], ddof=1),
        lambda: logvarexp([inf, 1.0]),
        lambda: logvarexp([-inf], ddof=1),
    ):
        with np.errstate(invalid="ignore"):
            assert np.isnan(call())
        with pytest.warns(RuntimeWarning, match=r"invalid value encountered in log(mean|var)exp"):
            call()
    with pytest.raises(TypeError, match=r"logvarexp: ddof must be an integer, not 0\.5"):
        logvarexp([1.0, 2.0], ddof=0.5)


# weights of samples ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_effective_sample_size(dtype):
    rng = np.random.default_rng(5)
    for x in rows(rng, dtype):
        w = balls(x)
        exact = total(w) ** 2 / total([v * v for v in w])
        got = effective_sample_size(x)
        assert got.dtype == reduced(dtype)
        assert 1 <= got <= x.size
        error, ulp = off(got, exact)
        assert error < ulp + 2.0**-50 * float(exact)


def test_sample_sizes_of_equal_weights():
    for n in (1, 2, 3, 10, 997, 100_000):
        assert abs(effective_sample_size(np.full(n, -1234.5)) - n) <= np.spacing(float(n))
    assert effective_sample_size([0.0, -1000.0]) == 1
    mask = np.arange(10) < 4
    assert effective_sample_size(np.where(mask, 0.0, np.nan), where=mask) == 4


def test_special_rows_of_sample_sizes():
    with np.errstate(all="raise"):
        assert effective_sample_size([-np.inf, 0.0]) == 1
        assert np.isnan(effective_sample_size([np.nan, 0.0]))
    for bad in ([-np.inf, -np.inf], [np.inf, 0.0], []):
        with np.errstate(invalid="ignore"):
            assert np.isnan(effective_sample_size(bad))
        with pytest.warns(RuntimeWarning, match="invalid value encountered in effective_sample_size"):
            effective_sample_size(bad)


@pytest.mark.parametrize("dtype", DTYPES)
def test_normalised_weights(dtype):
    x = cast(np.random.default_rng(6).normal(-300, 5, (4, 30)), dtype)
    for axis in (-1, 0, None, (0, 1)):
        assert_same_bits(normalize_log_weights(x, axis), stablesoftmax.log_softmax(x, axis))
    mask = np.random.default_rng(7).random(x.shape) < 0.7
    got = normalize_log_weights(x, where=mask)
    assert (got[~mask].astype(float) == -np.inf).all()
    if dtype in WIDE:
        sums = logsumexp(got.astype(np.float64), axis=-1)
        assert np.abs(sums).max() < (1e-14 if dtype == "float64" else 1e-5)
    with pytest.warns(RuntimeWarning, match="invalid value encountered in normalize_log_weights"):
        assert np.isnan(normalize_log_weights(cast([-np.inf, -np.inf], dtype)).astype(float)).all()
    with pytest.raises(ValueError, match="normalize_log_weights: axis 5 is out of range"):
        normalize_log_weights(x, 5)


# what all of them share --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [logmeanexp, logvarexp, lambda x, **k: effective_sample_size(x, **{"axis": None, **k})])
@pytest.mark.parametrize("dtype", DTYPES)
def test_bits_do_not_depend_on_order_or_layout(f, dtype):
    rng = np.random.default_rng(8)
    for n in (1, 2, 3, 17, 130):
        x = cast(rng.normal(0, 2, (6, n)), dtype)
        with np.errstate(invalid="ignore"):
            expected = f(x, axis=1)
            assert expected.shape == (6,)
            assert_same_bits(f(x[:, rng.permutation(n)], axis=1), expected)
            assert_same_bits(f(x.T, axis=0), expected)
            assert_same_bits(f(np.asfortranarray(x)[::-1, ::-1], axis=-1), expected[::-1])
            for i in range(6):
                assert_same_bits(f(x[i]), expected[i])
            assert_same_bits(f(x.reshape(6, 1, n), axis=(1, 2)), expected)
            assert_same_bits(f(np.broadcast_to(x[:1], (3, n)), axis=1), np.broadcast_to(expected[0], 3))
            mask = rng.random(x.shape) < 0.6
            dirty = x.copy()
            dirty[~mask] = cast(np.nan, dtype)
            got = f(dirty, axis=1, where=mask)
            for i in range(6):
                assert_same_bits(got[i], f(x[i][mask[i]]))
            if dtype != "bfloat16":
                assert_same_bits(f(x.astype(x.dtype.newbyteorder()), axis=1), expected)


@pytest.mark.parametrize("f", [logmeanexp, logvarexp])
def test_keepdims_dtype_and_empty(f):
    x = np.random.default_rng(9).normal(0, 2, (4, 5, 6)).astype(np.float32)
    expected = f(x, axis=(0, 2))
    assert_same_bits(f(x, axis=(0, 2), keepdims=True), expected.reshape(1, 5, 1))
    assert f(x, dtype=np.float16).dtype == np.float16
    assert_same_bits(f(x, axis=0, dtype=np.float64).astype(np.float32), f(x, axis=0))
    assert f(np.zeros((0, 3)), axis=1).shape == (0,)
    assert f([[1, 2], [3, 5]], axis=1).dtype == np.float64
    with pytest.raises(TypeError, match=f"{f.__name__}: .*complex128"):
        f(np.zeros(3, complex))
    with pytest.raises(ValueError, match=f"{f.__name__}: axis 3 is out of range"):
        f(x, axis=3)


def test_mean_into_out():
    x = np.random.default_rng(10).normal(0, 2, (4, 5))
    out = np.empty(4)
    assert logmeanexp(x, axis=1, out=out) is out
    assert_same_bits(out, logmeanexp(x, axis=1))
    with pytest.raises(ValueError, match="logmeanexp: out has shape"):
        logmeanexp(x, axis=1, out=np.empty(5))


def test_results_may_lie_in_the_data():
    """More rows than a block holds: the first results must not be read as elements."""
    x = np.random.default_rng(13).normal(0, 2, (900, 100))
    for f in (logmeanexp, stablesoftmax.entropy_from_logits, lambda x, axis, out: logsumexp(x, axis, weights=2.0, out=out)):
        expected = f(x, axis=1, out=np.empty(900))
        for index in ((slice(None), 0), (slice(None, None, -1), 99)):
            memory = x.copy()
            assert_same_bits(f(memory, axis=1, out=memory[index]), expected)
        memory = x.copy()
        assert_same_bits(f(memory, axis=1, out=memory.ravel()[:900]), expected)


def test_large_arrays_in_blocks():
    x = np.random.default_rng(11).normal(0, 2, (900, 700)).astype(np.float32)
    for f in (logmeanexp, logvarexp, lambda x, axis: logsumexp(x, axis, weights=0.5)):
        with stablesoftmax.num_threads(1):
            expected = f(x, axis=1)
        with stablesoftmax.num_threads(3):
            assert_same_bits(f(x, axis=1), expected)
        for i in (0, 450, 899):
            assert_same_bits(f(x[i], axis=0), expected[i])


def test_random_masks():
    rng = np.random.default_rng(12)
    for _ in range(cases(20)):
        x, mask = rng.normal(0, 3, 20), rng.random(20) < 0.5
        if mask.sum() > 1:
            assert_same_bits(logmeanexp(x, where=mask), logmeanexp(x[mask]))
            assert_same_bits(logvarexp(x, where=mask, ddof=1), logvarexp(x[mask], ddof=1))


def test_integers_and_bool_become_float64():
    for x in (np.array([[True, False, True], [False, False, True]]), np.array([[3, 1, 200], [7, 7, 0]], np.uint8)):
        wide = x.astype(np.float64)
        for f in (
            logmeanexp,
            logvarexp,
            effective_sample_size,
            stablesoftmax.entropy_from_logits,
            normalize_log_weights,
            lambda x, axis: logsumexp(x, axis, weights=x),
            lambda x, axis: stablesoftmax.kl_divergence_from_logits(x, x[::-1], axis),
            stablesoftmax.logcumsumexp,
        ):
            assert f(x, axis=1).dtype == np.float64
            assert_same_bits(f(x, axis=1), f(wide, axis=1))
