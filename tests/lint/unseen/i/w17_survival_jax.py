"""A survival network with piecewise hazards and interval-censored subjects in JAX and optax."""
import jax
import jax.numpy as jnp
import numpy as np
import optax

BINS = jnp.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0])


def init_params(key, d, width=32):
    k1, k2 = jax.random.split(key)
    return {
        "w1": jax.random.normal(k1, (d, width)) / jnp.sqrt(d),
        "b1": jnp.zeros(width),
        "w2": jax.random.normal(k2, (width,)) / jnp.sqrt(width),
        "baseline": jnp.full(len(BINS) - 1, 0.1),
    }


def relative_risk(params, x):
    eta = jnp.tanh(x @ params["w1"] + params["b1"]) @ params["w2"]
    return jnp.log(1 + jnp.exp(eta)) + 1e-6  # SSM206


def exposure(t):
    return jnp.clip(t[:, None] - BINS[:-1], 0.0, jnp.diff(BINS))


def log_likelihood(params, x, t, kind):
    """kind: 0 right-censored at t, 1 event at t, 2 event some time before t."""
    rate = jax.nn.relu(params["baseline"])
    log_rate = jnp.where(rate > 0, jnp.log(rate), -20.0)  # SSM305
    risk = relative_risk(params, x)
    hazard = risk * (exposure(t) @ rate)
    bin_index = jnp.clip(jnp.searchsorted(BINS, t) - 1, 0, len(rate) - 1)
    exact = log_rate[bin_index] + jnp.log(risk) - hazard
    before = jnp.log(1.0 - jnp.exp(-hazard))  # SSM205
    return jnp.sum(jnp.array([1.0, 0.0, 0.0])[kind] * -hazard + (kind == 1) * exact + (kind == 2) * before)


def concordance(risk, t, event):
    earlier = (t[:, None] < t[None, :]) & (event[:, None] == 1)
    right = earlier & (risk[:, None] > risk[None, :])
    return right.sum() / max(earlier.sum(), 1)


def fit(x, t, kind, steps=2000, lr=1e-2, l2=1e-3):
    mean, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6)
    x = (x - mean) / scale
    params = init_params(jax.random.PRNGKey(0), x.shape[1])
    tx = optax.adam(optax.exponential_decay(lr, 500, 0.5))
    state = tx.init(params)

    def objective(params):
        penalty = sum(jnp.sum(params[k] ** 2) for k in ("w1", "w2"))
        return -log_likelihood(params, x, t, kind) / len(t) + l2 * penalty

    @jax.jit
    def update(params, state):
        value, grads = jax.value_and_grad(objective)(params)
        updates, state = tx.update(grads, state)
        return optax.apply_updates(params, updates), state, value

    for step in range(steps):
        params, state, value = update(params, state)
        if step % 200 == 0:
            risk = np.asarray(relative_risk(params, x))
            print(step, float(value), concordance(risk, np.asarray(t), np.asarray(kind)))
    return params
# fixed
import jax
import jax.numpy as jnp
import numpy as np
import optax

BINS = jnp.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0])


def init_params(key, d, width=32):
    k1, k2 = jax.random.split(key)
    return {
        "w1": jax.random.normal(k1, (d, width)) / jnp.sqrt(d),
        "b1": jnp.zeros(width),
        "w2": jax.random.normal(k2, (width,)) / jnp.sqrt(width),
        "baseline": jnp.full(len(BINS) - 1, 0.1),
    }


def relative_risk(params, x):
    eta = jnp.tanh(x @ params["w1"] + params["b1"]) @ params["w2"]
    return jax.nn.softplus(eta) + 1e-6


def exposure(t):
    return jnp.clip(t[:, None] - BINS[:-1], 0.0, jnp.diff(BINS))


def log_likelihood(params, x, t, kind):
    """kind: 0 right-censored at t, 1 event at t, 2 event some time before t."""
    rate = jax.nn.relu(params["baseline"])
    safe_rate = jnp.where(rate > 0, rate, 1.0)
    log_rate = jnp.where(rate > 0, jnp.log(safe_rate), -20.0)
    risk = relative_risk(params, x)
    hazard = risk * (exposure(t) @ rate)
    bin_index = jnp.clip(jnp.searchsorted(BINS, t) - 1, 0, len(rate) - 1)
    exact = log_rate[bin_index] + jnp.log(risk) - hazard
    before = jnp.log(-jnp.expm1(-jnp.maximum(hazard, 1e-8)))
    return jnp.sum(jnp.array([1.0, 0.0, 0.0])[kind] * -hazard + (kind == 1) * exact + (kind == 2) * before)


def concordance(risk, t, event):
    earlier = (t[:, None] < t[None, :]) & (event[:, None] == 1)
    right = earlier & (risk[:, None] > risk[None, :])
    return right.sum() / max(earlier.sum(), 1)


def fit(x, t, kind, steps=2000, lr=1e-2, l2=1e-3):
    mean, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6)
    x = (x - mean) / scale
    params = init_params(jax.random.PRNGKey(0), x.shape[1])
    tx = optax.adam(optax.exponential_decay(lr, 500, 0.5))
    state = tx.init(params)

    def objective(params):
        penalty = sum(jnp.sum(params[k] ** 2) for k in ("w1", "w2"))
        return -log_likelihood(params, x, t, kind) / len(t) + l2 * penalty

    @jax.jit
    def update(params, state):
        value, grads = jax.value_and_grad(objective)(params)
        updates, state = tx.update(grads, state)
        return optax.apply_updates(params, updates), state, value

    for step in range(steps):
        params, state, value = update(params, state)
        if step % 200 == 0:
            risk = np.asarray(relative_risk(params, x))
            print(step, float(value), concordance(risk, np.asarray(t), np.asarray(kind)))
    return params
