"""The decimal definitions behind `verify` against ball arithmetic, an origin of its own."""

import itertools
import math
import random
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, ctx
from sparse_oracle import alpha_vjp_ball, entmax_balls, vjp_balls

from stablesoftmax import _reference
from stablesoftmax._promises import exact, exact_gradients, exact_hmm, exact_sparse, samples
from stablesoftmax._promises.drawing import chi_square_tail

CLOSE = arb("1e-40")


@pytest.fixture(autouse=True)
def _precision():
    before, ctx.prec = ctx.prec, 6000
    yield
    ctx.prec = before


def total(values):
    return sum(values, arb(0))


def exponentials(row):
    return [arb(v).exp() for v in row]


def probabilities(row):
    terms = exponentials(row)
    mass = total(terms)
    return [t / mass for t in terms]


def lse(row):
    return total(exponentials(row)).log()


def softplus(x):
    return arb(x).exp().log1p()


def sigmoid(x):
    return 1 / (1 + (-arb(x)).exp())


def assert_close(got, balls):
    """Relative to the results, and to the scale where a bound has a second part that leaves room for a cancellation."""
    assert len(got) == len(balls)
    for (value, scale), ball in zip(got, balls, strict=True):
        assert isinstance(value, Decimal)
        reach = abs(ball) + arb(str(scale))
        assert abs(arb(str(value)) - ball) <= reach * CLOSE, (value, ball.str(50))


def rows():
    source = random.Random(7)
    for width, spread in itertools.product((2, 3, 8), (1e-3, 1.0, 30.0, 300.0)):
        yield [source.gauss(0, spread) for _ in range(width)], [source.gauss(0, 1) for _ in range(width)]


def divergence(x, y):
    p, q = probabilities(x), probabilities(y)
    return [total(a * (a / b).log() for a, b in zip(p, q, strict=True))]


def log_variance(x):
    terms = exponentials(x)
    mean = total(terms) / len(terms)
    return [(total((t - mean) ** 2 for t in terms) / len(terms)).log()]


ROWS = {
    exact.softmax: probabilities,
    exact.tempered(0.7): lambda x: probabilities([arb(v) / arb(0.7) for v in x]),
    exact.log_tempered(0.7): lambda x: [p.log() for p in probabilities([arb(v) / arb(0.7) for v in x])],
    exact.log_softmax: lambda x: [p.log() for p in probabilities(x)],
    exact.with_sink: lambda x: probabilities([*x, 0.0])[:-1],
    exact.logsumexp: lambda x: [lse(x)],
    exact.logmeanexp: lambda x: [lse(x) - arb(len(x)).log()],
    exact.logvarexp: log_variance,
    exact.effective_sample_size: lambda x: [total(exponentials(x)) ** 2 / total(t * t for t in exponentials(x))],
    exact.entropy: lambda x: [-total(p * p.log() for p in probabilities(x))],
    exact.logcumsumexp: lambda x: [lse(x[: i + 1]) for i in range(len(x))],
    exact.sigmoid: lambda x: [sigmoid(v) for v in x],
    exact.log_sigmoid: lambda x: [sigmoid(v).log() for v in x],
    exact.softplus: lambda x: [softplus(v) for v in x],
    exact_gradients.logsumexp_vjp: lambda x: [p * 3 / 4 for p in probabilities(x)],
}
PAIRS = {
    exact.weighted: lambda x, w: [total(t * arb(v) for t, v in zip(exponentials(x), w, strict=True)).log()],
    exact.divergence: divergence,
    exact.log_dot: lambda a, b: [lse([arb(u) + arb(v) for u, v in zip(a, b, strict=True)])],
    exact.log_dot_fast: lambda a, b: [lse([arb(u) + arb(v) for u, v in zip(a, b, strict=True)])],
    exact.logaddexp: lambda x, y: [lse(pair) for pair in zip(x, y, strict=True)],
    exact_gradients.softmax_vjp: lambda y, g: [
        arb(a) * (arb(b) - total(arb(u) * arb(v) for u, v in zip(y, g, strict=True))) for a, b in zip(y, g, strict=True)
    ],
    exact_gradients.log_softmax_vjp: lambda y, g: [
        arb(b) - arb(a).exp() * total(map(arb, g)) for a, b in zip(y, g, strict=True)
    ],
    exact_gradients.log_softmax_jvp: lambda y, v: [
        arb(b) - total(e * arb(u) for e, u in zip(exponentials(y), v, strict=True)) for b in v
    ],
    exact_gradients.logsumexp_jvp: lambda x, v: [total(p * arb(u) for p, u in zip(probabilities(x), v, strict=True))],
    exact_gradients.soft_cross_entropy: lambda x, t: [
        -total(arb(v) * p.log() for v, p in zip(t, probabilities(x), strict=True))
    ],
    exact_gradients.soft_cross_entropy_gradient: lambda x, t: [
        p * total(map(arb, t)) - arb(v) for p, v in zip(probabilities(x), t, strict=True)
    ],
    exact_gradients.binary_cross_entropy: lambda x, t: [
        arb(p) * softplus(-v) + (1 - arb(p)) * softplus(v) for v, p in zip(x, t, strict=True)
    ],
    exact_gradients.binary_cross_entropy_gradient: lambda x, t: [sigmoid(v) - arb(p) for v, p in zip(x, t, strict=True)],
}  # fmt: skip
POSITIVE = {exact.weighted, *(f for f in PAIRS if f.__name__.endswith(("entropy", "entropy_gradient")))}


@pytest.mark.parametrize("function", ROWS, ids=lambda f: f.__qualname__)
def test_rows(function):
    for x, _ in rows():
        with _reference.precise():
            got = function(x)
        assert_close(got, ROWS[function](x))


@pytest.mark.parametrize("function", PAIRS, ids=lambda f: f.__qualname__)
def test_pairs(function):
    for x, y in rows():
        second = [abs(v) % 1 for v in y] if function in POSITIVE else y
        first = [abs(v) for v in x] if function is exact_gradients.softmax_vjp else x
        with _reference.precise():
            got = function(first, second)
        assert_close(got, PAIRS[function](first, second))


def test_scales():
    """The second parts of the bounds, where they are sums of magnitudes."""
    with _reference.precise():
        assert exact_gradients.softmax_vjp([0.25, 0.75], [1.0, -1.0])[0] == (Decimal("0.375"), 2 * Decimal("0.5"))
        assert exact_gradients.log_softmax_vjp([0.0], [-3.0]) == [(0, 6)]
        assert exact_gradients.log_softmax_jvp([0.0], [-3.0]) == [(0, 6)]
        assert exact_gradients.soft_cross_entropy_gradient([0.0, 0.0], [0.5, 0.0])[0] == (Decimal("-0.25"), Decimal("0.75"))
        assert exact.log_dot_fast([0.0, -3000.0], [0.0, 0.0])[0][1] == 2 + 8 + 1300
        assert exact.weighted([0.0, 0.0], [3.0, -1.0])[0][1] == 2
        of_sparsemax = exact_sparse.entmax_vjp(2.0)([0.5, 0.5, 0.0], [1.0, -4.0, 9.0])
        assert of_sparsemax == [(Decimal("2.5"), 4), (Decimal("-2.5"), 4), (0, 0)]


def test_mask():
    with _reference.precise():
        got = exact.masked([1.0, math.nan, 2.0], [1.0, 0.0, 1.0])
    assert got[1] == (0, 0)
    assert_close([got[0], got[2]], probabilities([1.0, 2.0]))


def test_elements_near_their_zeros_and_limits():
    with _reference.precise():
        below = [-(2.0**-k) for k in (0, 1, 3, 4, 10, 53, 300, 1074)] + [-3.0, -40.0, -1e5]
        assert_close(exact.log1mexp(below), [(-(arb(v).expm1())).log() if v > -1 else (-(arb(v).exp())).log1p() for v in below])
        inside = [0.5 - 2.0**-40, 0.5 + 2.0**-53, 5e-324, 1e-300, 0.47, 0.53, 1 - 2.0**-53, 0.25]
        assert_close(exact.logit(inside), [(arb(v) / (1 - arb(v))).log() for v in inside])
        assert exact.logit([0.5]) == [(0, 0)]
        first, second = [1.0, 1e-300, 5.0, 2.0], [0.5, 0.0, -700.0, math.nextafter(2.0, 0)]
        differences = [(arb(a).exp() - arb(b).exp()).log() for a, b in zip(first, second, strict=True)]
        assert_close(exact.logsubexp(first, second), differences)
        assert exact.logsubexp([1.0], [1.0])[0][0] == Decimal("-Infinity")


def test_labels():
    with _reference.precise():
        for x, _ in rows():
            p, mark = probabilities(x), [float(i == 1) for i in range(len(x))]
            assert_close(exact_gradients.cross_entropy(x, mark), [-p[1].log()])
            assert_close(exact_gradients.cross_entropy_gradient(x, mark), [q - m for q, m in zip(p, map(arb, mark), strict=True)])
        batch, marks = [[0.0, 1.0], [5.0, -2.0]], [[1.0, 0.0], [0.0, 1.0]]
        losses = [-probabilities(row)[m.index(1.0)].log() for row, m in zip(batch, marks, strict=True)]
        assert_close(exact_gradients.mean_cross_entropy(batch, marks), [total(losses) / 2])
        targets = [[0.25, 1.0], [0.0, 0.5]]
        both = [loss for row in zip(batch, targets, strict=True) for loss in PAIRS[exact_gradients.binary_cross_entropy](*row)]
        assert_close(exact_gradients.mean_binary_cross_entropy(batch, targets), [total(both) / 4])


@pytest.mark.parametrize("alpha", exact_sparse.POWERS)
def test_entmax(alpha):
    for spread in (0.01, 1.0, 5.0):
        source = random.Random(3)
        x = [source.gauss(0, spread) for _ in range(7)]
        with _reference.precise():
            got = exact_sparse.sparsemax(x) if alpha == 2 else exact_sparse.entmax(alpha)(x)
        for (value, _), ball in zip(got, entmax_balls(x, alpha), strict=True):
            assert abs(arb(str(value)) - (0 if ball is None else ball)) < arb("1e-24")  # a root of what bisection leaves
        y, g = [float(v) for v, _ in got], [source.gauss(0, 1) for _ in x]
        with _reference.precise():
            balls, weights = vjp_balls(y, g, alpha)
            gradient = exact_sparse.entmax_vjp(alpha)(y, g)
            for (value, scale), ball, weight in zip(gradient, balls, weights, strict=True):
                assert abs(arb(str(value)) - (0 if ball is None else ball)) <= arb(str(scale)) * CLOSE
                inside = max(abs(v) for v, p in zip(g, y, strict=True) if p > 0)
                assert abs(arb(str(scale)) - weight * inside) <= weight * CLOSE
            ((value, scale),) = exact_sparse.entmax_alpha_vjp(alpha)(y, g)
            ball, size = alpha_vjp_ball(y, g, alpha)
        assert abs(arb(str(value)) - ball) <= arb(str(scale)) * CLOSE + arb("1e-50")
        assert float(scale) == pytest.approx(size, rel=1e-12)


def test_sums_over_all_paths():
    """Forward, backward and the best path, by enumeration."""
    source = samples.Source("paths")
    states, times = 3, 4
    initial, transition, emission = (source.normal(*shape).tolist() for shape in ((states,), (states, states), (times, states)))
    transition[0][1] = -math.inf
    model = exact_hmm.Model(initial, transition, emission)
    weights = {}
    for path in itertools.product(range(states), repeat=times):
        parts = [initial[path[0]], *(transition[a][b] for a, b in itertools.pairwise(path))]
        parts += [emission[t][s] for t, s in enumerate(path)]
        if -math.inf not in parts:
            weights[path] = sum(map(Fraction, parts), Fraction(0))
    balls = {path: (arb(w.numerator) / arb(w.denominator)).exp() for path, w in weights.items()}
    mass = total(balls.values())
    with _reference.precise():
        true, (path, score) = exact_hmm.forward_backward(model), exact_hmm.best_path(model)
    assert (tuple(path), score) == max(weights.items(), key=lambda item: item[1])
    reach = arb(10)
    assert abs(arb(str(true.likelihood)) - mass.log()) < reach * CLOSE
    for t, s in itertools.product(range(times), range(states)):
        through = total(ball for p, ball in balls.items() if p[t] == s)
        assert abs(arb(str(true.gamma[t][s])) - (through / mass).log()) < reach * CLOSE
        parts = {p[: t + 1] for p in balls if p[t] == s}
        ahead = arb(0)
        for p in parts:
            logs = [initial[p[0]], *(transition[a][b] for a, b in itertools.pairwise(p))]
            logs += [emission[u][v] for u, v in enumerate(p)]
            ahead += total(map(arb, logs)).exp()
        assert abs(arb(str(true.alpha[t][s])) - ahead.log()) < reach * CLOSE
    for i, j in itertools.product(range(states), repeat=2):
        count = total(ball * sum((a, b) == (i, j) for a, b in itertools.pairwise(p)) for p, ball in balls.items())
        if (i, j) == (0, 1):
            assert true.xi[i][j] == Decimal("-Infinity")
        else:
            assert abs(arb(str(true.xi[i][j])) - (count / mass).log()) < reach * CLOSE


def test_no_path():
    model = exact_hmm.Model([0.0, 0.0], [[0.0, 0.0]] * 2, [[0.0, 0.0], [-math.inf, -math.inf]])
    assert exact_hmm.best_path(model) == ([0, 0], None)


def test_tail_of_chi_square():
    ctx.prec = 200
    for statistic, freedom in ((0.5, 2), (8.0, 8), (60.0, 8), (200.0, 8)):
        exact_tail = arb(statistic / 2).gamma_upper(arb(freedom / 2), regularized=1)
        assert chi_square_tail(statistic, freedom) == pytest.approx(float(exact_tail), rel=1e-12)


def test_samples_are_the_same_everywhere():
    """Seeds mean the same numbers for ever: these are written down."""
    source = samples.Source(0, "softmax")
    assert source.integers(2).tolist() == [9239894181274862284, 7512282520729521466]
    assert source.normal(2).tolist() == [1.4060421083265027, -0.6785035078841659]
    assert source.uniform(1).tolist() == [0.2327646915013658]
    assert sorted(source.order(50).tolist()) == list(range(50))
    many = source.normal(100_000)
    assert abs(many.mean()) < 0.02
    assert 1.1 < many.std() < 1.2
    assert ((u := source.uniform(10_000)) > 0).all()
    assert (u < 1).all()
    assert np.unique(source.integers(100_000)).size == 100_000
