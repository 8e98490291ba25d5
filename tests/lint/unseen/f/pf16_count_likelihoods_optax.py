"""Poisson and negative binomial regression of claim counts, JAX and optax."""
import jax
import jax.numpy as jnp
import optax
from jax.scipy.special import gammaln

CONFIG = {"hidden": 32, "lr": 3e-3, "steps": 2000, "l2": 1e-4}


def init(key, n_features, hidden):
    k1, k2 = jax.random.split(key)
    return {
        "w1": jax.random.normal(k1, (n_features, hidden)) / jnp.sqrt(n_features),
        "b1": jnp.zeros(hidden),
        "w2": jax.random.normal(k2, (hidden, 2)) / jnp.sqrt(hidden),
        "b2": jnp.zeros(2),
    }


def network(params, x):
    h = jax.nn.relu(x @ params["w1"] + params["b1"])
    return h @ params["w2"] + params["b2"]


def heads(params, x):
    out = network(params, x)
    mu = jnp.exp(out[:, 0])  # SSM505
    dispersion = jnp.log(1.0 + jnp.exp(out[:, 1])) + 1e-4  # SSM206
    return mu, dispersion


def nb_loss(params, x, y):
    mu, r = heads(params, x)
    log_total = jnp.log(r + mu)
    log_p = gammaln(y + r) - gammaln(r) - gammaln(y + 1.0)
    log_p += r * (jnp.log(r) - log_total) + y * (jnp.log(mu + 1e-8) - log_total)
    penalty = sum(jnp.sum(w ** 2) for name, w in params.items() if name.startswith("w"))
    return -jnp.mean(log_p) + CONFIG["l2"] * penalty


def poisson_deviance(y, mu):
    mu = jnp.maximum(mu, 1e-6)
    return 2.0 * jnp.mean(y * jnp.log(y / mu) - (y - mu))  # SSM301


def fit(key, x, y):
    params = init(key, x.shape[1], CONFIG["hidden"])
    optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(CONFIG["lr"]))
    state = optimizer.init(params)

    @jax.jit
    def step(params, state):
        loss, grads = jax.value_and_grad(nb_loss)(params, x, y)
        updates, state = optimizer.update(grads, state, params)
        return optax.apply_updates(params, updates), state, loss

    for i in range(CONFIG["steps"]):
        params, state, loss = step(params, state)
        if i % 200 == 0:
            mu, _ = heads(params, x)
            print(f"{i:5d} nll {loss:.4f} deviance {poisson_deviance(y, mu):.4f}")
    return params
# fixed
import jax
import jax.numpy as jnp
import optax
from jax.scipy.special import gammaln, xlogy

CONFIG = {"hidden": 32, "lr": 3e-3, "steps": 2000, "l2": 1e-4}


def init(key, n_features, hidden):
    k1, k2 = jax.random.split(key)
    return {
        "w1": jax.random.normal(k1, (n_features, hidden)) / jnp.sqrt(n_features),
        "b1": jnp.zeros(hidden),
        "w2": jax.random.normal(k2, (hidden, 2)) / jnp.sqrt(hidden),
        "b2": jnp.zeros(2),
    }


def network(params, x):
    h = jax.nn.relu(x @ params["w1"] + params["b1"])
    return h @ params["w2"] + params["b2"]


def heads(params, x):
    out = network(params, x)
    mu = jnp.exp(jnp.clip(out[:, 0], -15.0, 15.0))
    dispersion = jax.nn.softplus(out[:, 1]) + 1e-4
    return mu, dispersion


def nb_loss(params, x, y):
    mu, r = heads(params, x)
    log_total = jnp.log(r + mu)
    log_p = gammaln(y + r) - gammaln(r) - gammaln(y + 1.0)
    log_p += r * (jnp.log(r) - log_total) + y * (jnp.log(mu + 1e-8) - log_total)
    penalty = sum(jnp.sum(w ** 2) for name, w in params.items() if name.startswith("w"))
    return -jnp.mean(log_p) + CONFIG["l2"] * penalty


def poisson_deviance(y, mu):
    mu = jnp.maximum(mu, 1e-6)
    return 2.0 * jnp.mean(xlogy(y, y / mu) - (y - mu))


def fit(key, x, y):
    params = init(key, x.shape[1], CONFIG["hidden"])
    optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(CONFIG["lr"]))
    state = optimizer.init(params)

    @jax.jit
    def step(params, state):
        loss, grads = jax.value_and_grad(nb_loss)(params, x, y)
        updates, state = optimizer.update(grads, state, params)
        return optax.apply_updates(params, updates), state, loss

    for i in range(CONFIG["steps"]):
        params, state, loss = step(params, state)
        if i % 200 == 0:
            mu, _ = heads(params, x)
            print(f"{i:5d} nll {loss:.4f} deviance {poisson_deviance(y, mu):.4f}")
    return params
