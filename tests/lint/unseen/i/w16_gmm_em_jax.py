"""EM for a mixture of diagonal Gaussians in JAX, with BIC over the number of components."""
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np


class Mixture(NamedTuple):
    weights: jax.Array
    means: jax.Array
    variances: jax.Array


def init(key, x, k):
    pick = jax.random.choice(key, len(x), (k,), replace=False)
    spread = jnp.maximum(x.var(axis=0), 1e-6)
    return Mixture(jnp.full(k, 1.0 / k), x[pick], jnp.tile(spread, (k, 1)))


def component_log_pdf(x, mix):
    diff = x[:, None, :] - mix.means[None]
    quad = jnp.sum(diff ** 2 / mix.variances, axis=-1)
    return -0.5 * (quad + jnp.sum(jnp.log(2 * jnp.pi * mix.variances), axis=-1))


def e_step(x, mix):
    joint = mix.weights * jnp.exp(component_log_pdf(x, mix))
    evidence = joint.sum(axis=1, keepdims=True)
    resp = joint / evidence  # SSM101
    return resp, jnp.log(evidence).sum()  # SSM203


def m_step(x, resp):
    nk = resp.sum(axis=0) + 1e-6
    means = (resp.T @ x) / nk[:, None]
    variances = (resp.T @ x ** 2) / nk[:, None] - means ** 2  # SSM504
    return Mixture(nk / nk.sum(), means, jnp.maximum(variances, 1e-6))


@partial(jax.jit, static_argnames="steps")
def em(x, mix, steps=100):
    def body(mix, _):
        resp, loglik = e_step(x, mix)
        return m_step(x, resp), loglik

    return jax.lax.scan(body, mix, None, length=steps)


def bic(loglik, n, d, k):
    free = k * 2 * d + k - 1
    return free * np.log(n) - 2 * loglik


def select(x, ks=(1, 2, 4, 8), seed=0):
    x = jnp.asarray(x, dtype=jnp.float32)
    best = None
    for k in ks:
        mix, history = em(x, init(jax.random.PRNGKey(seed), x, k))
        score = bic(float(history[-1]), *x.shape, k)
        print(f"k={k} loglik={float(history[-1]):.2f} bic={score:.2f}")
        if best is None or score < best[0]:
            best = (score, mix)
    return best[1]


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    blobs = [rng.normal(loc, 0.5, size=(200, 2)) for loc in (-4.0, 0.0, 4.0)]
    print(select(np.concatenate(blobs)))
# fixed
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import logsumexp


class Mixture(NamedTuple):
    weights: jax.Array
    means: jax.Array
    variances: jax.Array


def init(key, x, k):
    pick = jax.random.choice(key, len(x), (k,), replace=False)
    spread = jnp.maximum(x.var(axis=0), 1e-6)
    return Mixture(jnp.full(k, 1.0 / k), x[pick], jnp.tile(spread, (k, 1)))


def component_log_pdf(x, mix):
    diff = x[:, None, :] - mix.means[None]
    quad = jnp.sum(diff ** 2 / mix.variances, axis=-1)
    return -0.5 * (quad + jnp.sum(jnp.log(2 * jnp.pi * mix.variances), axis=-1))


def e_step(x, mix):
    joint = jnp.log(mix.weights) + component_log_pdf(x, mix)
    evidence = logsumexp(joint, axis=1, keepdims=True)
    return jnp.exp(joint - evidence), evidence.sum()


def m_step(x, resp):
    nk = resp.sum(axis=0) + 1e-6
    means = (resp.T @ x) / nk[:, None]
    diff = x[:, None, :] - means[None]
    variances = jnp.einsum("nk,nkd->kd", resp, diff ** 2) / nk[:, None]
    return Mixture(nk / nk.sum(), means, jnp.maximum(variances, 1e-6))


@partial(jax.jit, static_argnames="steps")
def em(x, mix, steps=100):
    def body(mix, _):
        resp, loglik = e_step(x, mix)
        return m_step(x, resp), loglik

    return jax.lax.scan(body, mix, None, length=steps)


def bic(loglik, n, d, k):
    free = k * 2 * d + k - 1
    return free * np.log(n) - 2 * loglik


def select(x, ks=(1, 2, 4, 8), seed=0):
    x = jnp.asarray(x, dtype=jnp.float32)
    best = None
    for k in ks:
        mix, history = em(x, init(jax.random.PRNGKey(seed), x, k))
        score = bic(float(history[-1]), *x.shape, k)
        print(f"k={k} loglik={float(history[-1]):.2f} bic={score:.2f}")
        if best is None or score < best[0]:
            best = (score, mix)
    return best[1]


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    blobs = [rng.normal(loc, 0.5, size=(200, 2)) for loc in (-4.0, 0.0, 4.0)]
    print(select(np.concatenate(blobs)))
