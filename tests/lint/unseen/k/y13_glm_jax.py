"""Generalised linear models in plain JAX: logistic, Poisson, complementary log-log, fitted by gradient descent."""
from functools import partial

import jax
import jax.numpy as jnp


def linear(params, x):
    return x @ params["w"] + params["b"]


def sigmoid(z):
    return 1.0 / (1.0 + jnp.exp(-z))  # SSM110


def logistic_nll(params, x, y):
    margins = (2 * y - 1) * linear(params, x)
    return jnp.mean(jnp.log(1 + jnp.exp(-margins)))  # SSM206


def poisson_nll(params, x, y):
    eta = linear(params, x)
    rate = jnp.exp(eta)  # SSM505
    return jnp.mean(rate - y * eta)


def discrete_hazard_nll(params, x, event):
    cumulative = jax.nn.softplus(linear(params, x))
    survived = -cumulative
    happened = jnp.log(1 - jnp.exp(-cumulative))  # SSM205
    return -jnp.mean(event * happened + (1 - event) * survived)


def gaussian_nll(params, x, y, floor=1e-3):
    scale = jax.nn.softplus(params["rho"]) + floor
    z = (y - linear(params, x)) / scale
    return jnp.mean(0.5 * z ** 2 + jnp.log(scale))


LOSSES = {
    "logistic": logistic_nll,
    "poisson": poisson_nll,
    "hazard": discrete_hazard_nll,
    "gaussian": gaussian_nll,
}


@partial(jax.jit, static_argnames=("family",))
def step(params, x, y, family, lr):
    value, grads = jax.value_and_grad(LOSSES[family])(params, x, y)
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads), value


def fit(x, y, family="logistic", steps=500, lr=0.1):
    params = {"w": jnp.zeros(x.shape[1]), "b": jnp.array(0.0), "rho": jnp.array(0.0)}
    for i in range(steps):
        decayed = lr * jnp.exp(-3.0 * i / steps)
        params, value = step(params, x, y, family, decayed)
    return params, value


def classify(params, x, threshold=0.5):
    return sigmoid(linear(params, x)) > threshold
# fixed
from functools import partial

import jax
import jax.numpy as jnp


def linear(params, x):
    return x @ params["w"] + params["b"]


def sigmoid(z):
    return jax.nn.sigmoid(z)


def logistic_nll(params, x, y):
    margins = (2 * y - 1) * linear(params, x)
    return jnp.mean(jnp.logaddexp(0.0, -margins))


def poisson_nll(params, x, y):
    eta = jnp.clip(linear(params, x), -30.0, 30.0)
    rate = jnp.exp(eta)
    return jnp.mean(rate - y * eta)


def discrete_hazard_nll(params, x, event):
    cumulative = jax.nn.softplus(linear(params, x)) + 1e-6
    survived = -cumulative
    happened = jnp.log(-jnp.expm1(-cumulative))
    return -jnp.mean(event * happened + (1 - event) * survived)


def gaussian_nll(params, x, y, floor=1e-3):
    scale = jax.nn.softplus(params["rho"]) + floor
    z = (y - linear(params, x)) / scale
    return jnp.mean(0.5 * z ** 2 + jnp.log(scale))


LOSSES = {
    "logistic": logistic_nll,
    "poisson": poisson_nll,
    "hazard": discrete_hazard_nll,
    "gaussian": gaussian_nll,
}


@partial(jax.jit, static_argnames=("family",))
def step(params, x, y, family, lr):
    value, grads = jax.value_and_grad(LOSSES[family])(params, x, y)
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads), value


def fit(x, y, family="logistic", steps=500, lr=0.1):
    params = {"w": jnp.zeros(x.shape[1]), "b": jnp.array(0.0), "rho": jnp.array(0.0)}
    for i in range(steps):
        decayed = lr * jnp.exp(-3.0 * i / steps)
        params, value = step(params, x, y, family, decayed)
    return params, value


def classify(params, x, threshold=0.5):
    return sigmoid(linear(params, x)) > threshold
