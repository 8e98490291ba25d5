"""Poisson and negative binomial regression of counts by gradient descent."""
import jax
import jax.numpy as jnp
import optax
from jax.scipy.special import gammaln


def init(key, n_features):
    return {"w": 0.01 * jax.random.normal(key, (n_features,)), "b": jnp.zeros(()), "raw_r": jnp.zeros((n_features,))}


def poisson_nll(params, x, k):
    rate = jnp.exp(x @ params["w"] + params["b"])  # SSM505
    return jnp.mean(rate - k * jnp.log(rate) + gammaln(k + 1))  # SSM210


def negative_binomial_nll(params, x, k, mu):
    r = jnp.log(1 + jnp.exp(x @ params["raw_r"])) + 1e-3  # SSM206
    ll = gammaln(k + r) - gammaln(r) - gammaln(k + 1)
    ll += r * jnp.log(r / (r + mu)) + k * jnp.log(mu / (r + mu))
    return -jnp.mean(ll)


def mean_count(k):
    return jnp.maximum(jnp.mean(k), 1e-3)


def pearson(k, mu, n_params):
    return jnp.sum((k - mu) ** 2 / mu) / max(len(k) - n_params, 1)


def fit(x, k, steps=2000, lr=1e-2, seed=0):
    params = init(jax.random.PRNGKey(seed), x.shape[1])
    schedule = optax.exponential_decay(lr, 500, 0.5)
    opt = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(schedule))
    state = opt.init(params)

    @jax.jit
    def step(params, state):
        def loss(p):
            return poisson_nll(p, x, k) + negative_binomial_nll(p, x, k, mean_count(k))
        value, grads = jax.value_and_grad(loss)(params)
        updates, state = opt.update(grads, state, params)
        return optax.apply_updates(params, updates), state, value

    for i in range(steps):
        params, state, value = step(params, state)
        if i % 200 == 0:
            print(i, float(value), float(pearson(k, mean_count(k), 1)))
    return params
# fixed
import jax
import jax.numpy as jnp
import optax
from jax.scipy.special import gammaln


def init(key, n_features):
    return {"w": 0.01 * jax.random.normal(key, (n_features,)), "b": jnp.zeros(()), "raw_r": jnp.zeros((n_features,))}


def poisson_nll(params, x, k):
    log_rate = jnp.clip(x @ params["w"] + params["b"], -20.0, 20.0)
    return jnp.mean(jnp.exp(log_rate) - k * log_rate + gammaln(k + 1))


def negative_binomial_nll(params, x, k, mu):
    r = jax.nn.softplus(x @ params["raw_r"]) + 1e-3
    ll = gammaln(k + r) - gammaln(r) - gammaln(k + 1)
    ll += r * jnp.log(r / (r + mu)) + k * jnp.log(mu / (r + mu))
    return -jnp.mean(ll)


def mean_count(k):
    return jnp.maximum(jnp.mean(k), 1e-3)


def pearson(k, mu, n_params):
    return jnp.sum((k - mu) ** 2 / mu) / max(len(k) - n_params, 1)


def fit(x, k, steps=2000, lr=1e-2, seed=0):
    params = init(jax.random.PRNGKey(seed), x.shape[1])
    schedule = optax.exponential_decay(lr, 500, 0.5)
    opt = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(schedule))
    state = opt.init(params)

    @jax.jit
    def step(params, state):
        def loss(p):
            return poisson_nll(p, x, k) + negative_binomial_nll(p, x, k, mean_count(k))
        value, grads = jax.value_and_grad(loss)(params)
        updates, state = opt.update(grads, state, params)
        return optax.apply_updates(params, updates), state, value

    for i in range(steps):
        params, state, value = step(params, state)
        if i % 200 == 0:
            print(i, float(value), float(pearson(k, mean_count(k), 1)))
    return params
