"""K-means steps, then EM for a mixture of diagonal Gaussians, JAX."""
import functools

import jax
import jax.numpy as jnp

LOG_2PI = jnp.log(2 * jnp.pi)


def kmeans_step(x, centres):
    d2 = jnp.sum((x[:, None, :] - centres[None]) ** 2, axis=-1)
    hot = jax.nn.one_hot(jnp.argmin(d2, axis=1), centres.shape[0])
    counts = hot.sum(axis=0)
    return hot.T @ x / counts[:, None], counts  # SSM302


def cluster_entropy(counts):
    share = counts / jnp.maximum(counts.sum(), 1)
    return -jnp.sum(share * jnp.log(share))  # SSM301


def joint_log_prob(x, log_weights, means, log_vars):
    diff = x[:, None, :] - means[None]
    maha = jnp.sum(diff ** 2 * jnp.exp(-log_vars), axis=-1)
    return log_weights - 0.5 * (maha + jnp.sum(log_vars, axis=-1) + x.shape[1] * LOG_2PI)


@functools.partial(jax.jit, static_argnames="floor")
def em_step(x, log_weights, means, log_vars, floor=1e-4):
    joint = joint_log_prob(x, log_weights, means, log_vars)
    loglik = jnp.mean(jnp.log(jnp.sum(jnp.exp(joint), axis=1)))  # SSM203
    resp = jax.nn.softmax(joint, axis=1)
    nk = resp.sum(axis=0) + 1e-3
    means = resp.T @ x / nk[:, None]
    second = jnp.einsum("nk,nkd->kd", resp, (x[:, None, :] - means[None]) ** 2)
    log_vars = jnp.log(second / nk[:, None] + floor)
    return jnp.log(nk / nk.sum()), means, log_vars, loglik


def fit(key, x, k, rounds=10, iterations=50, tol=1e-5):
    centres = x[jax.random.choice(key, x.shape[0], (k,), replace=False)]
    for _ in range(rounds):
        centres, counts = kmeans_step(x, centres)
    print("entropy of the start", float(cluster_entropy(counts)))
    log_weights = jnp.full(k, -jnp.log(k))
    log_vars = jnp.zeros_like(centres)
    last = -jnp.inf
    for i in range(iterations):
        log_weights, centres, log_vars, loglik = em_step(x, log_weights, centres, log_vars)
        if loglik - last < tol:
            break
        last = loglik
    return jnp.exp(log_weights), centres, log_vars
# fixed
import functools

import jax
import jax.numpy as jnp
from jax.scipy.special import entr, logsumexp

LOG_2PI = jnp.log(2 * jnp.pi)


def kmeans_step(x, centres):
    d2 = jnp.sum((x[:, None, :] - centres[None]) ** 2, axis=-1)
    hot = jax.nn.one_hot(jnp.argmin(d2, axis=1), centres.shape[0])
    counts = hot.sum(axis=0)
    means = hot.T @ x / jnp.maximum(counts, 1)[:, None]
    return jnp.where(counts[:, None] > 0, means, centres), counts


def cluster_entropy(counts):
    share = counts / jnp.maximum(counts.sum(), 1)
    return jnp.sum(entr(share))


def joint_log_prob(x, log_weights, means, log_vars):
    diff = x[:, None, :] - means[None]
    maha = jnp.sum(diff ** 2 * jnp.exp(-log_vars), axis=-1)
    return log_weights - 0.5 * (maha + jnp.sum(log_vars, axis=-1) + x.shape[1] * LOG_2PI)


@functools.partial(jax.jit, static_argnames="floor")
def em_step(x, log_weights, means, log_vars, floor=1e-4):
    joint = joint_log_prob(x, log_weights, means, log_vars)
    loglik = jnp.mean(logsumexp(joint, axis=1))
    resp = jax.nn.softmax(joint, axis=1)
    nk = resp.sum(axis=0) + 1e-3
    means = resp.T @ x / nk[:, None]
    second = jnp.einsum("nk,nkd->kd", resp, (x[:, None, :] - means[None]) ** 2)
    log_vars = jnp.log(second / nk[:, None] + floor)
    return jnp.log(nk / nk.sum()), means, log_vars, loglik


def fit(key, x, k, rounds=10, iterations=50, tol=1e-5):
    centres = x[jax.random.choice(key, x.shape[0], (k,), replace=False)]
    for _ in range(rounds):
        centres, counts = kmeans_step(x, centres)
    print("entropy of the start", float(cluster_entropy(counts)))
    log_weights = jnp.full(k, -jnp.log(k))
    log_vars = jnp.zeros_like(centres)
    last = -jnp.inf
    for i in range(iterations):
        log_weights, centres, log_vars, loglik = em_step(x, log_weights, centres, log_vars)
        if loglik - last < tol:
            break
        last = loglik
    return jnp.exp(log_weights), centres, log_vars
