"""Hidden Markov models against sums over ball arithmetic, and the best path against exact fractions."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from budget import cases
from flint import arb, ctx
from formats import DTYPES, FORMATS, assert_same_bits, cast

import stablesoftmax
from stablesoftmax import hmm_forward, hmm_forward_backward, viterbi

ZERO = arb(0)


def model(rng, states, times, batch=(), zeros=0.0, spread=1.0):
    """Random logarithms; `zeros` is the share of impossible transitions, never all of a row."""
    transition = np.log(rng.dirichlet(np.ones(states), states))
    lost = rng.random(transition.shape) < zeros
    lost[np.arange(states), rng.integers(0, states, states)] = False
    transition[lost] = -np.inf
    return np.log(rng.dirichlet(np.ones(states))), transition, rng.normal(-3, spread, (*batch, times, states))


def probabilities(array):
    return [[arb(x).exp() if x > -math.inf else ZERO for x in row] for row in np.atleast_2d(np.asarray(array, np.float64)).tolist()]


def exact_forward(initial, transition, emission):
    """alpha and beta, as balls."""
    ctx.prec = 200
    (first,), a, e = probabilities(initial), probabilities(transition), probabilities(emission)
    states = range(len(a))
    alpha = [[first[j] * e[0][j] for j in states]]
    for t in range(1, len(e)):
        alpha.append([sum((alpha[-1][i] * a[i][j] for i in states), ZERO) * e[t][j] for j in states])
    beta = [[arb(1) for _ in states]]
    for t in range(len(e) - 1, 0, -1):
        beta.insert(0, [sum((a[i][j] * e[t][j] * beta[0][j] for j in states), ZERO) for i in states])
    return alpha, beta, a, e


def off(got, probability):
    """The absolute error of a logarithm; exact for -inf."""
    if probability.is_exact() and probability == 0:
        assert got == -math.inf
        return 0.0
    return float(abs(arb(float(got)) - probability.log()))


def largest_step(alpha, *arrays):
    """M of the docstrings: the largest finite magnitude of one step."""
    finite = [np.abs(a[np.isfinite(a)]).max(initial=0.0) for a in arrays]
    for row in alpha:
        logs = [float(p.log()) for p in row if not (p.is_exact() and p == 0)]
        finite.append(max(logs) - min(logs) if logs else 0.0)
    return max(*finite, math.log(len(alpha[0])))


def check(initial, transition, emission):
    alpha, beta, a, e = exact_forward(initial, transition, emission)
    times, states = emission.shape
    bound = times * 2.0**-49 * largest_step(alpha, initial, transition, emission)
    total = sum(alpha[-1], ZERO)
    forward = hmm_forward(initial, transition, emission)
    for t, s in itertools.product(range(times), range(states)):
        got = forward.log_alpha[t, s]
        assert off(got, alpha[t][s]) <= bound + (np.spacing(abs(got)) if np.isfinite(got) else 0)
    assert off(forward.log_likelihood, total) <= bound + np.spacing(abs(forward.log_likelihood))
    both = hmm_forward_backward(initial, transition, emission)
    assert_same_bits(both.log_likelihood, forward.log_likelihood)
    for t, s in itertools.product(range(times), range(states)):
        got = both.log_gamma[t, s]
        assert off(got, alpha[t][s] * beta[t][s] / total) <= 4 * bound + (np.spacing(abs(got)) if np.isfinite(got) else 0)
    for i, j in itertools.product(range(states), repeat=2):
        count = sum((alpha[t][i] * a[i][j] * e[t + 1][j] * beta[t + 1][j] for t in range(times - 1)), ZERO) / total
        got = both.log_xi_sum[i, j]
        assert off(got, count) <= 4 * bound + (np.spacing(abs(got)) if np.isfinite(got) else 0)


@pytest.mark.parametrize("zeros", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("spread", [0.1, 3.0, 100.0])
def test_small_models(spread, zeros):
    rng = np.random.default_rng(1)
    for states, times in ((1, 1), (1, 5), (2, 1), (2, 3), (3, 6), (5, 12), (9, 4), (17, 3)):
        for _ in range(cases(2)):
            check(*model(rng, states, times, zeros=zeros, spread=spread))


def test_long_sequences_of_tiny_probabilities():
    rng = np.random.default_rng(2)
    initial, transition, emission = model(rng, 3, 1000, zeros=0.3)
    check(initial, transition, emission - 500)
    check(initial, transition, emission + 1e4)


def test_left_to_right_models():
    """Most states cannot be reached at first, nor left at last."""
    states = 6
    transition = np.log(np.eye(states) * 0.6 + np.eye(states, k=1) * 0.4, where=np.eye(states) + np.eye(states, k=1) > 0,
                        out=np.full((states, states), -np.inf))  # fmt: skip
    initial = np.full(states, -np.inf)
    initial[0] = 0.0
    check(initial, transition, np.random.default_rng(3).normal(-5, 3, (40, states)))


def test_impossible_observations():
    initial, transition, emission = model(np.random.default_rng(4), 3, 5)
    emission[2] = -np.inf
    with np.errstate(all="raise"):
        forward, both = hmm_forward(initial, transition, emission), hmm_forward_backward(initial, transition, emission)
        best = viterbi(initial, transition, emission)
    assert forward.log_likelihood == -np.inf
    assert np.isfinite(forward.log_alpha[:2]).all()
    assert (forward.log_alpha[2:] == -np.inf).all()
    assert both.log_likelihood == best.log_probability == -np.inf
    assert (both.log_gamma == -np.inf).all()
    assert (both.log_xi_sum == -np.inf).all()
    assert ((best.path >= 0) & (best.path < 3)).all()


def test_nan_is_not_hidden():
    initial, transition, emission = model(np.random.default_rng(5), 3, 5)
    emission[2, 1] = np.nan
    assert np.isfinite(hmm_forward(initial, transition, emission).log_alpha[:2]).all()
    assert np.isnan(hmm_forward(initial, transition, emission).log_likelihood)
    assert np.isnan(hmm_forward_backward(initial, transition, emission).log_likelihood)
    assert np.isnan(viterbi(initial, transition, emission).log_probability)


def best_path(initial, transition, emission):
    """By exact fractions; None for impossible. Ties by lowest index, from the last state backwards."""

    def number(x):
        return None if x == -math.inf else Fraction(x)

    def plus(x, y):
        return None if x is None or y is None else x + y

    def better(x, y):
        return x is not None and (y is None or x > y)

    states = range(len(initial))
    score = [plus(number(initial[s]), number(emission[0, s])) for s in states]
    back = []
    for t in range(1, len(emission)):
        choice, new = [], []
        for j in states:
            best, at = None, 0
            for i in states:
                s = plus(score[i], number(transition[i, j]))
                if better(s, best):
                    best, at = s, i
            choice.append(at)
            new.append(plus(best, number(emission[t, j])))
        back.append(choice)
        score = new
    at = 0
    for s in states:
        if better(score[s], score[at]):
            at = s
    value, path = score[at], [at]
    for choice in reversed(back):
        path.insert(0, choice[path[0]])
    return path, value


@pytest.mark.parametrize("zeros", [0.0, 0.6])
def test_best_path(zeros):
    rng = np.random.default_rng(6)
    for states, times in ((1, 1), (2, 7), (3, 30), (9, 20), (17, 9), (33, 5)):
        for _ in range(cases(4)):
            arguments = model(rng, states, times, zeros=zeros)
            path, value = best_path(*arguments)
            got = viterbi(*arguments)
            assert got.path.tolist() == path
            assert abs(Fraction(got.log_probability) - value) <= Fraction(float(np.spacing(abs(got.log_probability))))


def test_ties_go_to_the_lowest_index():
    """Many paths of equal probability, sums that plain float64 would round differently."""
    rng = np.random.default_rng(7)
    for _ in range(cases(20)):
        states, times = 5, 25
        values = np.array([-0.1, -0.2, -0.3, -0.7])
        arguments = rng.choice(values, states), rng.choice(values, (states, states)), rng.choice(values, (times, states))
        path, _ = best_path(*arguments)
        assert viterbi(*arguments).path.tolist() == path
    assert viterbi(np.zeros(4), np.zeros((4, 4)), np.zeros((6, 4))).path.tolist() == [0] * 6


def test_best_path_is_brute_force():
    initial, transition, emission = model(np.random.default_rng(8), 3, 6)

    def score(path):
        steps = sum(Fraction(transition[i, j]) for i, j in itertools.pairwise(path))
        return Fraction(initial[path[0]]) + steps + sum(Fraction(emission[t, s]) for t, s in enumerate(path))

    assert tuple(viterbi(initial, transition, emission).path) == max(itertools.product(range(3), repeat=6), key=score)


def test_batches_are_single_sequences():
    rng = np.random.default_rng(9)
    initial, transition, emission = model(rng, 5, 12, (2, 3), zeros=0.2)
    others = np.stack([transition, transition.T, transition[::-1]])
    for f in (hmm_forward, hmm_forward_backward, viterbi):
        shared = f(initial, transition, emission)
        own = f(np.stack([initial] * 3), others, emission)
        for i, j in itertools.product(range(2), range(3)):
            for part, single in zip(shared, f(initial, transition, emission[i, j]), strict=True):
                assert_same_bits(part[i, j], single)
            for part, single in zip(own, f(initial, others[j], emission[i, j]), strict=True):
                assert_same_bits(part[i, j], single)
        many = f(np.stack([initial, initial[::-1]])[:, np.newaxis], others, emission[0, 0])
        assert many[0].shape[:2] == (2, 3)
        assert f(initial, transition, emission[:0])[-1].shape == (0, 3)


@pytest.mark.parametrize("f", [hmm_forward, hmm_forward_backward, viterbi])
def test_layouts_and_threads(f):
    rng = np.random.default_rng(10)
    initial, transition, emission = model(rng, 7, 30, (60,))
    with stablesoftmax.num_threads(1):
        expected = f(initial, transition, emission)
    turned = np.swapaxes(np.ascontiguousarray(np.swapaxes(emission, 0, 2)), 0, 2)
    wide = np.zeros((60, 30, 14))
    wide[..., ::2] = emission
    frozen = emission.copy()
    frozen.flags.writeable = False
    for other in (
        (initial, np.asfortranarray(transition), turned),
        (initial[::-1][::-1].copy()[::1], transition, wide[..., ::2]),
        (initial.astype(">f8"), transition.astype(">f8"), emission.astype(">f8")),
        (initial, transition, frozen),
    ):
        with stablesoftmax.num_threads(3):
            for part, same in zip(f(*other), expected, strict=True):
                assert_same_bits(part, same)
    reversed_time = f(initial, transition, emission[:, ::-1][:, ::-1])
    for part, same in zip(reversed_time, expected, strict=True):
        assert_same_bits(part, same)


@pytest.mark.parametrize("dtype", [*DTYPES, "int64"])
def test_dtype_of_the_result(dtype):
    rng = np.random.default_rng(11)
    initial, transition, emission = model(rng, 4, 9)
    result = np.dtype(np.float64) if dtype in ("float64", "int64") else np.dtype(np.float32)
    own = [cast(a, dtype) if dtype in FORMATS else np.round(a).astype(np.int64) for a in (initial, transition, emission)]
    doubles = [a.astype(np.float64) for a in own]
    for f in (hmm_forward, hmm_forward_backward, viterbi):
        for got, wide in zip(f(*own), f(*doubles), strict=True):
            assert got.dtype == (result if wide.dtype == np.float64 else np.int64)
            assert_same_bits(got, wide.astype(got.dtype))
        assert f(own[0], doubles[1], own[2])[-1].dtype == np.float64


def test_gamma_is_a_distribution():
    initial, transition, emission = model(np.random.default_rng(12), 6, 200, spread=20.0)
    result = hmm_forward_backward(initial, transition, emission)
    assert np.abs(stablesoftmax.logsumexp(result.log_gamma, axis=-1)).max() < 1e-15
    counts = stablesoftmax.logsumexp(result.log_xi_sum)
    assert abs(counts - math.log(199)) < 1e-12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros(3), np.zeros((3, 3)), np.zeros(3)), r"log_emission of shape \(3,\) has too few axes; it must end in \(T, S\)"),
        ((np.zeros(3), np.zeros(3), np.zeros((5, 3))), r"log_transition of shape \(3,\) has too few axes"),
        ((0.0, np.zeros((3, 3)), np.zeros((5, 3))), r"log_initial of shape \(\) has too few axes"),
        ((np.zeros(3), np.zeros((3, 4)), np.zeros((5, 3))), r"log_transition of shape \(3, 4\) does not end in \(3, 3\)"),
        ((np.zeros(4), np.zeros((3, 3)), np.zeros((5, 3))), r"log_initial of shape \(4,\) does not end in \(3,\)"),
        ((np.zeros(3), np.zeros((3, 3)), np.zeros((0, 3))), "no time or no state"),
        ((np.zeros((2, 3)), np.zeros((3, 3)), np.zeros((4, 5, 3))), "do not broadcast"),
    ],
)
@pytest.mark.parametrize("f", [hmm_forward, hmm_forward_backward, viterbi])
def test_errors(f, arguments, message):
    with pytest.raises(ValueError, match=f"{f.__name__}: .*" + message):
        f(*arguments)
    with pytest.raises(TypeError, match=f"{f.__name__}: x has dtype complex128"):
        f(np.zeros(3), np.zeros((3, 3)), np.zeros((5, 3), complex))
