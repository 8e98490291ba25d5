"""HIPS autograd: gradients checked by its own differences, and with the bits of the functions for gradients."""

import doctest

import numpy as np
import pytest
from formats import assert_same_bits

import stablesoftmax as ssm

pytestmark = pytest.mark.integration
pytest.importorskip("autograd", reason="autograd is not part of the test extra")

import autograd.numpy as anp  # noqa: E402
from autograd import elementwise_grad, grad, hessian, make_vjp  # noqa: E402
from autograd.test_util import check_grads  # noqa: E402

import stablesoftmax.autograd as traced  # noqa: E402

X = np.random.default_rng(830).standard_normal((3, 4, 5))
MASK = np.random.default_rng(831).random((3, 4, 5)) < 0.7
MASK[0] = MASK[:, 0] = True  # a row of which nothing takes part has no differences
LABELS = np.array([0, 4, 2, 1])


@pytest.mark.parametrize("axis", [-1, 0, (0, 2), None])
@pytest.mark.parametrize("where", [True, MASK], ids=["all", "masked"])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_gradients(name, axis, where):
    def function(x):
        y = getattr(traced, name)(x, axis, where=where)
        return anp.where(where, y, 0.0) if name == "log_softmax" else y  # -inf has no differences

    check_grads(function, modes=["rev"], order=2)(X)
    check_grads(function, modes=["fwd"], order=1)(X)


@pytest.mark.parametrize("targets", [LABELS, ssm.softmax(X[1]) * 3], ids=["labels", "probabilities"])
@pytest.mark.parametrize("masked", [False, True])
def test_gradients_of_the_loss(targets, masked):
    where = MASK[0] | (np.arange(5) == LABELS[:, None]) if masked else True
    check_grads(lambda x: traced.cross_entropy(x, targets, where=where), modes=["rev"], order=2)(X[0])
    check_grads(lambda x: traced.cross_entropy(x, targets, where=where), modes=["fwd"], order=1)(X[0])
    transposed = targets if targets.ndim == 1 else targets.T
    check_grads(lambda x: traced.cross_entropy(x, transposed, axis=0), modes=["rev"], order=2)(X[0].T)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bits(dtype):
    x, g = X[0].astype(dtype), X[1].astype(dtype)
    for name in ("softmax", "log_softmax"):
        pull, y = make_vjp(getattr(traced, name))(x)
        assert_same_bits(y, getattr(ssm, name)(x))
        assert_same_bits(pull(g), getattr(ssm, f"{name}_vjp")(y, g))
    assert_same_bits(grad(traced.logsumexp)(x), ssm.logsumexp_vjp(x, 1.0))
    assert_same_bits(grad(traced.cross_entropy)(x, LABELS), ssm.cross_entropy_and_grad(x, LABELS)[1])
    assert_same_bits(traced.logsumexp(x, -1, keepdims=True), ssm.logsumexp(x, -1, keepdims=True))


def test_in_a_program():
    """A network of one layer, and a Hessian: of logsumexp it is diag(p) - p p^T."""
    weights = np.random.default_rng(832).standard_normal((5, 5))
    gradient = grad(lambda w: traced.cross_entropy(anp.dot(X[0], w), LABELS))(weights)
    expected = X[0].T @ ssm.cross_entropy_and_grad(X[0] @ weights, LABELS)[1]
    assert np.allclose(gradient, expected, rtol=1e-13, atol=1e-15)
    p = ssm.softmax(X[0, 0])
    assert np.allclose(hessian(traced.logsumexp)(X[0, 0]), np.diag(p) - np.outer(p, p), rtol=0, atol=1e-15)
    assert np.allclose(elementwise_grad(traced.softmax)(X[0]), 0, atol=1e-15)


def test_a_row_of_nothing_but_neginf():
    assert grad(traced.logsumexp)(np.full(3, -np.inf)).tolist() == [0.0, 0.0, 0.0]


def test_plain_functions_refuse_a_box():
    advice = "^softmax: the first argument is traced by autograd and holds no numbers here; stablesoftmax.autograd has functions"
    with pytest.raises(TypeError, match=advice):
        grad(lambda x: ssm.softmax(x)[0])(np.zeros(2))


def test_examples():
    result = doctest.testmod(traced)
    assert result.failed == 0
    assert result.attempted >= 12
