"""What may be drawn, and with what weight, is decided on integers: inversion, weights and filters as pure functions."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, ctx
from formats import DTYPES, cast

import stablesoftmax as ssm
from stablesoftmax import _native

WIDTHS = (*range(1, 20), 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 130)
EVERYTHING = np.iinfo(np.int64).max


# inversion -------------------------------------------------------------------------------------------------------------


def owners(weights):
    """The element that each integer below the total belongs to."""
    return [i for i, weight in enumerate(weights) for _ in range(weight)]


@pytest.mark.parametrize("n", WIDTHS)
def test_every_integer_below_the_total_maps_to_its_element(n):
    """The first and the last u of each target, for rows with many zeros; so no element of weight 0 is ever drawn."""
    rng = np.random.default_rng(n)
    for zeros in (0.0, 0.5, 0.9):
        weights = rng.integers(1, 6, n) * (rng.random(n) >= zeros)
        weights[rng.integers(n)] += 1
        expected, total = owners(weights.tolist()), int(weights.sum())
        first = [-(-(t << 64) // total) for t in range(total + 1)]  # u * total / 2^64 reaches t
        cumulative = np.cumsum(weights).astype(np.uint64)
        for u in (first[:-1], [after - 1 for after in first[1:]]):
            assert _native.invert(cumulative, np.array(u, np.uint64)).tolist() == expected
        assert first[0] == 0
        assert first[-1] == 2**64


def test_the_share_of_an_element_is_its_weight_to_within_one_integer():
    """Of the 2^64 values of u, an element gets weight/total * 2^64, rounded up or down; seen at the borders."""
    weights = [3, 0, 2**61 + 5, 1, 0, 2**60 - 7, 12345678901]
    total, cumulative = sum(weights), np.cumsum(np.array(weights, np.uint64))
    border, below = 0, 0
    for i, weight in enumerate(weights):
        below += weight
        after = -(-(below << 64) // total)
        assert abs(after - border - Fraction(weight << 64, total)) < 1
        if weight:
            inside = np.array([border, (border + after) // 2, after - 1], np.uint64)
            assert _native.invert(cumulative, inside).tolist() == [i, i, i]
        border = after


def test_inversion_of_any_layout():
    rng = np.random.default_rng(1)
    weights = rng.integers(0, 2**50, (3, 7), np.uint64)
    cumulative, u = np.cumsum(weights, axis=1, dtype=np.uint64), rng.integers(0, 2**64 - 1, (3, 37), np.uint64, endpoint=True)
    expected = [
        [next(j for j, c in enumerate(row) if c > int(v) * row[-1] >> 64) for v in draws]
        for row, draws in zip(cumulative.tolist(), u.tolist(), strict=True)
    ]
    assert _native.invert(cumulative, u).tolist() == expected
    assert _native.invert(np.asfortranarray(cumulative), np.asfortranarray(u)).tolist() == expected
    assert _native.invert(cumulative, u[:, ::-1])[:, ::-1].tolist() == expected
    assert [_native.invert(cumulative, u[:, :k]).tolist() for k in range(20)] == [[e[:k] for e in expected] for k in range(20)]


# weights ---------------------------------------------------------------------------------------------------------------


def weights_of(p):
    return [math.floor(Fraction(v) * 2**62) for v in np.asarray(p).tolist()]


def test_weights_are_probabilities_in_units_of_2_to_the_minus_62():
    rng = np.random.default_rng(2)
    tiny = [0.0, -0.0, 5e-324, 2.0**-62, np.nextafter(2.0**-62, 0), np.nextafter(2.0**-61, 0), 2.0**-52, 3 * 2.0**-63]
    for p in (rng.dirichlet(np.full(130, 0.02)), rng.dirichlet(np.ones(1)), [1.0, *tiny], tiny[::-1], [0.1] * 10):
        expected = np.cumsum(np.array(weights_of(p), object)).tolist()
        assert _native.cumulative_weights(np.array(p)).tolist() == expected
        assert _native.cumulative_weights(np.array(p)[::-1][::-1]).tolist() == expected


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("temperature", [1.0, 0.3, 1e-4, 1e30])
def test_distance_from_the_exact_softmax(dtype, temperature):
    """Total variation, drawing included: what each element gets of the 2^64 integers, against ball arithmetic."""
    rng = np.random.default_rng(3)
    ctx.prec = 200
    for n in (1, 2, 3, 17, 130, 1000):
        x = cast(rng.normal(0, 4, n), dtype)
        cumulative = [0, *_native.cumulative_weights(ssm.softmax(x, temperature=temperature, dtype=np.float64)).tolist()]
        borders = [-(-(c << 64) // cumulative[-1]) for c in cumulative]
        largest, t = arb(float(x.astype(np.float64).max())), arb(temperature)
        terms = [((arb(float(v)) - largest) / t).exp() for v in x.astype(np.float64)]
        total = sum(terms, arb(0))
        shares = [arb(after - before) / 2**64 for before, after in itertools.pairwise(borders)]
        distance = sum((abs(share - term / total) for share, term in zip(shares, terms, strict=True)), arb(0)) / 2
        assert distance < arb(2) ** -52 + n * arb(2) ** -61


# filters ---------------------------------------------------------------------------------------------------------------


def kept(x, p, top_k=EVERYTHING, top_p=1.0, min_p=0.0):
    """The rule in words: the most probable first, equal ones by index; exact fractions."""
    weights = weights_of(p)
    order = sorted((i for i in range(len(weights)) if p[i] > 0), key=lambda i: (-x[i], i))[:top_k]
    total, mass, count = sum(weights[i] for i in order), 0, len(order)
    if top_p < 1:
        count = 0
        while mass < Fraction(top_p) * total:
            mass += weights[order[count]]
            count += 1
    largest = max(weights[i] for i in order)
    return {i for i in order[:count] if weights[i] >= Fraction(min_p) * largest}


def filtered(x, p, top_k=EVERYTHING, top_p=1.0, min_p=0.0):
    cumulative, _ = _native.filtered_weights(x, p, top_k, top_p, min_p)
    return np.diff(cumulative.astype(object), prepend=0).tolist()


@pytest.mark.parametrize("n", WIDTHS)
def test_filters_keep_what_the_rule_says(n):
    rng = np.random.default_rng(n)
    for spread in (0.0, 0.5, 3.0, 40.0):
        x = np.round(rng.normal(0, spread, n), 1) + 0.0  # with ties
        p = ssm.softmax(x, temperature=0.7)
        p[(rng.random(n) < 0.1) & (x < x.max())] = 0.0
        for top_k in (1, 2, n // 2 + 1, n, EVERYTHING):
            for top_p in (1e-300, 0.3, 0.9, 1.0):
                for min_p in (0.0, 0.05, 1.0):
                    stay = kept(x, p, top_k, top_p, min_p)
                    expected = [w if i in stay else 0 for i, w in enumerate(weights_of(p))]
                    assert filtered(x, p, top_k, top_p, min_p) == expected, (top_k, top_p, min_p)


def test_few_of_many():
    """Another algorithm takes over where k is less than n/64; both know the order of ties."""
    rng = np.random.default_rng(4)
    x = rng.integers(0, 40, 5000) * 1.0
    p = ssm.softmax(x, temperature=20.0)
    for top_k in (1, 20, 77, 78, 79, 200, 4999):
        assert np.flatnonzero(filtered(x, p, top_k)).tolist() == sorted(kept(x, p, top_k))
        assert np.flatnonzero(filtered(x, p, top_k, 0.5)).tolist() == sorted(kept(x, p, top_k, 0.5))


def test_thresholds_that_are_met_exactly():
    p = np.array([0.25, 0.5, 0.125, 0.125])
    above = [np.nextafter(v, 1) for v in (0.5, 0.75, 0.875)]
    counts = [np.count_nonzero(filtered(p, p, top_p=v)) for v in (5e-324, 0.5, above[0], 0.75, above[1], 0.875, above[2], 1.0)]
    assert counts == [1, 1, 2, 2, 3, 3, 4, 4]
    assert np.flatnonzero(filtered(p, p, top_p=0.875)).tolist() == [0, 1, 2]  # of the two equal ones the first
    counts = [np.count_nonzero(filtered(p, p, min_p=v)) for v in (0.0, 0.25, np.nextafter(0.25, 1), 0.5, above[0], 1.0)]
    assert counts == [4, 4, 2, 2, 1, 1]


def test_equal_probabilities_of_different_logits():
    """At T = 1e30 float64 holds no difference between them; top_k and top_p look at the logits."""
    x = np.array([1.0, 3.0, 2.0])
    assert set(ssm.sample(x, 100, temperature=1e30, top_k=1, rng=0).tolist()) == {1}
    assert set(ssm.sample(x, 100, temperature=1e30, top_k=2, rng=0).tolist()) == {1, 2}
    assert set(ssm.sample(x, 100, temperature=1e30, top_p=0.5, rng=0).tolist()) == {1, 2}
