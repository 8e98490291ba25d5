"""Rewrites that need NumPy and this library: before and after are the same function (SciPy, torch, JAX: tests/integration)."""

import lint_meaning
import pytest

NUMPY = [
    ("np.log(1 + x)", "above -1", "np.log1p(x)"),
    ("np.log(x + 1.0)", "above -1", "np.log1p(x)"),
    ("np.log(1 - x)", "below 1", "np.log1p(-x)"),
    ("np.log(1 - (x - 2))", "below 1", "np.log1p(-(x - 2))"),
    ("np.exp(x) - 1", "any", "np.expm1(x)"),
    ("2 * (1 - np.exp(x * 3)) ** 2", "below 0", "2 * ((-np.expm1(x * 3))) ** 2"),
    ("np.log(1 - np.exp(x))", "below 0", "np.log(-np.expm1(x))"),
    ("np.log(1 + np.exp(x))", "any", "np.logaddexp(0, x)"),
    ("np.log1p(np.exp(x))", "any", "np.logaddexp(0, x)"),
    ("np.mean(x ** 2) - np.mean(x) ** 2", "any", "np.var(x)"),
    ("np.mean(x * x, axis=0) - np.mean(x, axis=0) ** 2", "any", "np.var(x, axis=0)"),
]
OURS = [
    ("np.exp(x) / np.sum(np.exp(x))", "any", "stablesoftmax.softmax(x, axis=None)"),
    ("np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)", "any", "stablesoftmax.softmax(x, axis=1)"),
    ("np.exp(2 * x) / np.exp(2 * x).sum(axis=(0, 1), keepdims=True)", "any", "stablesoftmax.softmax(2 * x, axis=(0, 1))"),
    ("np.log(np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True))", "any", "stablesoftmax.log_softmax(x, axis=-1)"),
    ("np.log(np.sum(np.exp(x)))", "any", "stablesoftmax.logsumexp(x)"),
    ("np.log(np.exp(x).sum(axis=0))", "any", "stablesoftmax.logsumexp(x, axis=0)"),
    ("np.log(np.sum(np.exp(x), axis=1, keepdims=True))", "any", "stablesoftmax.logsumexp(x, axis=1, keepdims=True)"),
    ("np.log(np.mean(np.exp(x), axis=1))", "any", "stablesoftmax.logmeanexp(x, axis=1)"),
    ("1 / (1 + np.exp(-x))", "any", "stablesoftmax.sigmoid(x)"),
    ("1.0 / (np.exp(x) + 1.0)", "small", "stablesoftmax.sigmoid(-x)"),
    ("np.exp(x) / (1 + np.exp(x))", "any", "stablesoftmax.sigmoid(x)"),
    ("np.log(1 / (1 + np.exp(-x)))", "any", "stablesoftmax.log_sigmoid(x)"),
    ("np.log(1 - 1 / (1 + np.exp(-x)))", "small", "stablesoftmax.log_sigmoid(-x)"),
    ("1 - 1 / (1 + np.exp(-x))", "small", "stablesoftmax.sigmoid(-x)"),
    ("np.log(1 + np.exp(x))", "any", "stablesoftmax.softplus(x)"),
    ("np.log(1 - np.exp(x))", "below 0", "stablesoftmax.log1mexp(x)"),
]


@pytest.mark.parametrize(("expression", "domain", "spelled"), NUMPY)
def test_numpy(expression, domain, spelled):
    lint_meaning.check("import numpy as np", expression, domain, spelled)


@pytest.mark.parametrize(("expression", "domain", "spelled"), OURS)
def test_stablesoftmax(expression, domain, spelled):
    lint_meaning.check("import numpy as np", expression, domain, spelled, target="stablesoftmax")
