"""Purchases of customers: a gate, a truncated Poisson count and a gamma amount, JAX."""
import jax
import jax.numpy as jnp
from jax.scipy.special import gammaln


def init(key, features, hidden=32):
    k1, k2 = jax.random.split(key)
    return {
        "w1": jax.random.normal(k1, (features, hidden)) / jnp.sqrt(features),
        "b1": jnp.zeros(hidden),
        "w2": jax.random.normal(k2, (hidden, 4)) / jnp.sqrt(hidden),
        "b2": jnp.zeros(4),
    }


def heads(params, x):
    h = jax.nn.relu(x @ params["w1"] + params["b1"])
    gate, eta, shape, scale = jnp.split(h @ params["w2"] + params["b2"], 4, axis=-1)
    return gate[:, 0], eta[:, 0], jax.nn.softplus(shape[:, 0]) + 1e-3, jax.nn.softplus(scale[:, 0]) + 1e-3


def truncated_poisson(eta, n):
    rate = jnp.exp(eta)  # SSM505
    log_norm = jnp.log(1 - jnp.exp(-rate))  # SSM205
    return n * eta - rate - gammaln(n + 1) - log_norm


def gamma_part(shape, scale, amount):
    power = jnp.where(amount > 0, (shape - 1) * jnp.log(amount), 0.0)  # SSM305
    return power - amount / scale - gammaln(shape) - shape * jnp.log(scale)


def nll(params, x, n, amount):
    gate, eta, shape, scale = heads(params, x)
    bought = (n > 0).astype(x.dtype)
    ll_gate = bought * jax.nn.log_sigmoid(gate) + (1 - bought) * jax.nn.log_sigmoid(-gate)
    ll = ll_gate + bought * (truncated_poisson(eta, n) + gamma_part(shape, scale, amount))
    return -ll.mean()


@jax.jit
def step(params, batch, lr=1e-3):
    value, grads = jax.value_and_grad(nll)(params, *batch)
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads), value


def fit(key, batches, features, epochs=10):
    params = init(key, features)
    for epoch in range(epochs):
        rate = 1e-3 / (1.0 + 0.1 * epoch)
        for batch in batches:
            params, value = step(params, batch, rate)
        print(epoch, float(value))
    return params
# fixed
import jax
import jax.numpy as jnp
from jax.scipy.special import gammaln


def init(key, features, hidden=32):
    k1, k2 = jax.random.split(key)
    return {
        "w1": jax.random.normal(k1, (features, hidden)) / jnp.sqrt(features),
        "b1": jnp.zeros(hidden),
        "w2": jax.random.normal(k2, (hidden, 4)) / jnp.sqrt(hidden),
        "b2": jnp.zeros(4),
    }


def heads(params, x):
    h = jax.nn.relu(x @ params["w1"] + params["b1"])
    gate, eta, shape, scale = jnp.split(h @ params["w2"] + params["b2"], 4, axis=-1)
    return gate[:, 0], eta[:, 0], jax.nn.softplus(shape[:, 0]) + 1e-3, jax.nn.softplus(scale[:, 0]) + 1e-3


def truncated_poisson(eta, n):
    eta = jnp.clip(eta, -15.0, 15.0)
    rate = jnp.exp(eta)
    log_norm = jnp.log(-jnp.expm1(-rate))
    return n * eta - rate - gammaln(n + 1) - log_norm


def gamma_part(shape, scale, amount):
    safe = jnp.where(amount > 0, amount, 1.0)
    power = jnp.where(amount > 0, (shape - 1) * jnp.log(safe), 0.0)
    return power - amount / scale - gammaln(shape) - shape * jnp.log(scale)


def nll(params, x, n, amount):
    gate, eta, shape, scale = heads(params, x)
    bought = (n > 0).astype(x.dtype)
    ll_gate = bought * jax.nn.log_sigmoid(gate) + (1 - bought) * jax.nn.log_sigmoid(-gate)
    ll = ll_gate + bought * (truncated_poisson(eta, n) + gamma_part(shape, scale, amount))
    return -ll.mean()


@jax.jit
def step(params, batch, lr=1e-3):
    value, grads = jax.value_and_grad(nll)(params, *batch)
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads), value


def fit(key, batches, features, epochs=10):
    params = init(key, features)
    for epoch in range(epochs):
        rate = 1e-3 / (1.0 + 0.1 * epoch)
        for batch in batches:
            params, value = step(params, batch, rate)
        print(epoch, float(value))
    return params
