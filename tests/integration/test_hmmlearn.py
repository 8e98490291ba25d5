"""The models of hmmlearn: the same likelihoods, posteriors and paths."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

import stablesoftmax

hmm = pytest.importorskip("hmmlearn.hmm", reason="hmmlearn is not part of the test extra")
pytestmark = pytest.mark.integration


def categorical(rng, states, symbols):
    model = hmm.CategoricalHMM(n_components=states, n_features=symbols, implementation="log")
    model.startprob_ = rng.dirichlet(np.ones(states))
    model.transmat_ = rng.dirichlet(np.ones(states), states)
    model.emissionprob_ = rng.dirichlet(np.ones(symbols), states)
    return model, rng.integers(0, symbols, (300, 1))


def gaussian(rng, states, axes):
    model = hmm.GaussianHMM(n_components=states, covariance_type="diag", implementation="log")
    model.startprob_ = rng.dirichlet(np.ones(states))
    model.transmat_ = rng.dirichlet(np.ones(states), states)
    model.means_ = rng.normal(0, 3, (states, axes))
    model.covars_ = rng.uniform(0.2, 2, (states, axes))
    model.n_features = axes
    return model, rng.normal(0, 3, (300, axes))


def score(path, initial, transition, emission):
    """Exactly."""
    steps = sum(Fraction(transition[i, j]) for i, j in itertools.pairwise(path))
    return Fraction(initial[path[0]]) + steps + sum(Fraction(emission[t, s]) for t, s in enumerate(path))


@pytest.mark.parametrize(("make", "size"), [(categorical, 7), (gaussian, 2)])
@pytest.mark.parametrize("states", [1, 2, 5, 12])
def test_agrees_with_hmmlearn(make, size, states):
    model, observed = make(np.random.default_rng(states), states, size)
    arguments = np.log(model.startprob_), np.log(model.transmat_), model._compute_log_likelihood(observed)
    result = stablesoftmax.hmm_forward_backward(*arguments)
    likelihood, posteriors = model.score_samples(observed)
    np.testing.assert_allclose(result.log_likelihood, likelihood, rtol=1e-11)
    np.testing.assert_allclose(np.exp(result.log_gamma), posteriors, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(stablesoftmax.hmm_forward(*arguments).log_likelihood, likelihood, rtol=1e-11)
    probability, path = model.decode(observed)
    best = stablesoftmax.viterbi(*arguments)
    np.testing.assert_allclose(best.log_probability, probability, rtol=1e-11)
    # paths of the same factors in another order tie: its rounding may have chosen the other one
    assert score(best.path, *arguments) >= score(path, *arguments)
    assert (best.path == path).mean() > 0.95
