"""Entropies and divergences against ball arithmetic."""

import math

import numpy as np
import pytest
from budget import cases
from flint import arb, ctx
from formats import DTYPES, FORMATS, WIDE, assert_same_bits, cast, reduced

import stablesoftmax
from stablesoftmax import entropy_from_logits, kl_divergence_from_logits


def distribution(row):
    """Probabilities and their logarithms, as balls; None for log 0."""
    ctx.prec = 2600  # terms of e^-1400 beside 1
    values = np.asarray(row).astype(float).tolist()
    top = max(values)
    terms = [(arb(v) - arb(top)).exp() if v > -math.inf else arb(0) for v in values]
    norm = sum(terms, arb(0))
    logs = [arb(v) - arb(top) - norm.log() if v > -math.inf else None for v in values]
    return [t / norm for t in terms], logs


def exact_entropy(row):
    return sum((-p * log for p, log in zip(*distribution(row), strict=True) if log is not None), arb(0))


def exact_divergence(x, y):
    """KL and the last part of its bound; both supports are equal."""
    (p, log_p), (q, log_q) = distribution(x), distribution(y)
    present = [i for i, log in enumerate(log_p) if log is not None]
    d = {i: log_p[i] - log_q[i] for i in present}
    spread = max(float(v) for v in d.values()) - min(float(v) for v in d.values())
    size = [arb(spread) if spread < 0.5 else abs(log_p[i]) + abs(log_q[i]) for i in present]
    first = sum((abs(p[i] - q[i]) * m for i, m in zip(present, size, strict=True)), arb(0))
    second = sum((q[i] * m * m for i, m in zip(present, size, strict=True)), arb(0))
    return sum((p[i] * d[i] for i in present), arb(0)), 2.0**-50 * float(first) + 2.0**-100 * float(second)


def off(got, wanted):
    fmt = FORMATS[np.asarray(got).dtype.name]
    size = float(abs(wanted))
    ulp = 2.0 ** max(math.frexp(size)[1] - fmt.precision, fmt.lowest) if size else 2.0**fmt.lowest
    return float(abs(arb(float(got)) - wanted)), ulp


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("spread", [1e-6, 0.1, 1.0, 10.0, 100.0, 700.0])
def test_entropy(spread, dtype):
    rng = np.random.default_rng(1)
    for n in (1, 2, 3, 17, 130):
        for _ in range(cases(3)):
            x = cast(rng.normal(0, spread, n), dtype)
            x[rng.random(n) < 0.1] = -np.inf
            x[0] = 0
            got, exact = entropy_from_logits(x), exact_entropy(x)
            assert got.dtype == reduced(dtype)
            error, ulp = off(got, exact)
            assert error <= ulp + 2.0**-50 * float(exact) + 2.0**-1064
            assert got >= 0


def test_small_entropies_are_kept():
    """A confident row: peers say 0 from 37 on."""
    for gap in (20.0, 37.0, 40.0, 100.0, 700.0, 740.0):
        got, exact = entropy_from_logits([0.0, -gap]), exact_entropy([0.0, -gap])
        assert got > 0
        error, ulp = off(got, exact)
        assert error <= ulp + 2.0**-50 * float(exact) + 2.0**-1064


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("gap", [1e-9, 1e-3, 0.2, 1.0, 30.0, 300.0])
def test_divergence(gap, dtype):
    rng = np.random.default_rng(2)
    for n in (1, 2, 3, 17, 60):
        for spread in (0.1, 3.0, 30.0):
            for shift in (0.0, 5.0, -1000.0):
                x = cast(rng.normal(0, spread, n), dtype)
                y = cast(x.astype(float) + rng.normal(0, gap, n) + shift, dtype)
                x[rng.random(n) < 0.1] = -np.inf
                x[0] = 1
                y[x == -np.inf] = -np.inf
                got = kl_divergence_from_logits(x, y)
                exact, slack = exact_divergence(x, y)
                assert got.dtype == reduced(dtype)
                error, ulp = off(got, exact)
                assert error <= ulp + 2.0**-47 * float(exact) + slack + 2.0**-1064
                assert got >= 0


def test_equal_distributions_have_no_divergence():
    x = np.random.default_rng(3).normal(0, 5, (20, 30))
    assert (kl_divergence_from_logits(x, x) == 0).all()
    exact = np.round(x * 1024) / 1024
    assert (kl_divergence_from_logits(exact, exact + 4096) == 0).all()


@pytest.mark.parametrize("dtype", WIDE)
def test_never_negative(dtype):
    rng = np.random.default_rng(4)
    x = rng.normal(0, 3, (2000, 10)).astype(dtype)
    for gap in (1e-12, 1e-8, 1e-4, 1.0):
        assert (kl_divergence_from_logits(x, (x + gap * rng.normal(0, 1, x.shape)).astype(dtype)) >= 0).all()


def test_special_rows():
    inf, nan = np.inf, np.nan
    with np.errstate(all="raise"):
        assert entropy_from_logits([-inf, 0.0]) == 0
        assert entropy_from_logits([]) == 0
        assert entropy_from_logits([nan, 1.0], where=False) == 0
        assert np.isnan(entropy_from_logits([nan, 0.0]))
        assert kl_divergence_from_logits([0.0, 0.0], [0.0, -inf]) == inf
        assert abs(kl_divergence_from_logits([0.0, -inf], [0.0, 0.0]) - math.log(2)) < 1e-15
        assert kl_divergence_from_logits([0.0, -inf], [0.0, -inf]) == 0
        assert kl_divergence_from_logits([0.0, -1e4], [0.0, -inf]) == 0  # a probability that underflows is 0
        assert kl_divergence_from_logits([0.0, 0.0], [0.0, -1e4]) > 4999
        assert np.isnan(kl_divergence_from_logits([0.0, nan], [0.0, 0.0]))
        assert np.isnan(kl_divergence_from_logits([0.0, 0.0], [0.0, nan]))
        assert kl_divergence_from_logits([nan, 1.0], [1.0, inf], where=False) == 0
        assert kl_divergence_from_logits([], []) == 0
    for call, name in (
        (lambda: entropy_from_logits([-inf, -inf]), "entropy_from_logits"),
        (lambda: entropy_from_logits([inf, 0.0]), "entropy_from_logits"),
        (lambda: kl_divergence_from_logits([-inf], [0.0]), "kl_divergence_from_logits"),
        (lambda: kl_divergence_from_logits([0.0], [inf]), "kl_divergence_from_logits"),
    ):
        with np.errstate(invalid="ignore"):
            assert np.isnan(call())
        with pytest.warns(RuntimeWarning, match=f"invalid value encountered in {name}"):
            call()


@pytest.mark.parametrize("dtype", DTYPES)
def test_bits_do_not_depend_on_order_or_layout(dtype):
    rng = np.random.default_rng(5)
    for n in (1, 2, 17, 130):
        x = cast(rng.normal(0, 2, (6, n)), dtype)
        for y in (cast(rng.normal(0, 2, (6, n)), dtype), cast(x.astype(float) + rng.normal(0, 0.05, (6, n)), dtype)):
            order, mask = rng.permutation(n), rng.random((6, n)) < 0.7
            mask[:, 0] = True
            dirty_x, dirty_y = x.copy(), y.copy()
            dirty_x[~mask], dirty_y[~mask] = cast(np.nan, dtype), cast(np.inf, dtype)
            for f, a, dirty in (
                (entropy_from_logits, (x,), (dirty_x,)),
                (kl_divergence_from_logits, (x, y), (dirty_x, dirty_y)),
            ):
                expected = f(*a)
                assert_same_bits(f(*(v[:, order] for v in a)), expected)
                assert_same_bits(f(*(v.T for v in a), axis=0), expected)
                assert_same_bits(f(*(np.asfortranarray(v)[::-1, ::-1] for v in a)), expected[::-1])
                assert_same_bits(f(*(v[2] for v in a)), expected[2])
                assert_same_bits(f(*(v.reshape(6, 1, n) for v in a), axis=(1, 2)), expected)
                assert_same_bits(f(*a, keepdims=True)[:, 0], expected)
                if dtype != "bfloat16":
                    assert_same_bits(f(*(v.astype(v.dtype.newbyteorder()) for v in a)), expected)
                got = f(*dirty, where=mask)
                for i in range(6):
                    assert_same_bits(got[i], f(*(v[i][mask[i]] for v in a)))


def test_shapes_and_dtypes():
    x = np.random.default_rng(6).normal(0, 2, (4, 5)).astype(np.float32)
    assert kl_divergence_from_logits(x, x[0]).shape == (4,)
    assert_same_bits(kl_divergence_from_logits(x[1], x), np.array([kl_divergence_from_logits(x[1], row) for row in x]))
    assert kl_divergence_from_logits(x, x[0].astype(np.float64)).dtype == np.float64
    assert kl_divergence_from_logits(x, x[0].astype(np.float16)).dtype == np.float32
    assert kl_divergence_from_logits([1, 2], [2, 1]).dtype == np.float64
    assert kl_divergence_from_logits(x, x[0], dtype=np.float16).dtype == np.float16
    assert entropy_from_logits(x, axis=None).shape == ()
    out = np.empty(4, np.float32)
    assert entropy_from_logits(x, out=out) is out
    assert_same_bits(out, entropy_from_logits(x))
    with stablesoftmax.num_threads(3):
        big = np.random.default_rng(7).normal(0, 2, (900, 700))
        assert_same_bits(entropy_from_logits(big)[:3], entropy_from_logits(big[:3]))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: entropy_from_logits(np.zeros(3), axis=2), ValueError, "entropy_from_logits: axis 2 is out of range"),
        (lambda: entropy_from_logits(np.zeros(3, complex)), TypeError, "entropy_from_logits: .*complex128"),
        (lambda: entropy_from_logits(np.zeros(3), out=np.zeros(3)), ValueError, "entropy_from_logits: out has shape"),
        (lambda: entropy_from_logits(np.zeros(3), where=[1, 1, 0]), TypeError, "entropy_from_logits: where has dtype"),
        (lambda: kl_divergence_from_logits(np.zeros(3), np.zeros(4)), ValueError, "kl_divergence_from_logits: p_logits of shape"),
        (lambda: kl_divergence_from_logits(np.zeros(3), np.zeros(3), axis=1), ValueError, "kl_divergence_from_logits: axis 1"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()
