"""k-means and EM for a mixture of diagonal normals, compiled with JAX."""
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp


class Mixture(NamedTuple):
    weights: jnp.ndarray
    means: jnp.ndarray
    variances: jnp.ndarray


@partial(jax.jit, static_argnums=2)
def kmeans_step(x, centers, k):
    d = jnp.sum((x[:, None, :] - centers[None, :, :]) ** 2, axis=-1)
    assignment = jnp.argmin(d, axis=1)
    one_hot = jax.nn.one_hot(assignment, k)
    counts = one_hot.sum(axis=0)
    new_centers = (one_hot.T @ x) / counts[:, None]  # SSM302
    return new_centers, jnp.mean(jnp.min(d, axis=1))


def kmeans(key, x, k, steps=25):
    centers = x[jax.random.choice(key, x.shape[0], (k,), replace=False)]
    for _ in range(steps):
        centers, inertia = kmeans_step(x, centers, k)
    return centers, inertia


def log_joint(params, x):
    d = x.shape[1]
    diff = x[:, None, :] - params.means[None]
    maha = jnp.sum(diff ** 2 / params.variances[None], axis=-1)
    log_det = jnp.sum(jnp.log(params.variances), axis=-1)
    return jnp.log(params.weights) - 0.5 * (maha + log_det + d * jnp.log(2 * jnp.pi))


@jax.jit
def e_step(params, x):
    joint = jnp.exp(log_joint(params, x))
    evidence = jnp.sum(joint, axis=1, keepdims=True)
    resp = joint / evidence  # SSM101
    return resp, jnp.mean(jnp.log(evidence))  # SSM203


@jax.jit
def m_step(resp, x):
    nk = resp.sum(axis=0) + 1e-3
    means = resp.T @ x / nk[:, None]
    variances = resp.T @ x ** 2 / nk[:, None] - means ** 2  # SSM504
    return Mixture(nk / nk.sum(), means, variances + 1e-6)


def fit(key, x, k, steps=100, tol=1e-5):
    centers, _ = kmeans(key, x, k)
    params = Mixture(jnp.full(k, 1.0 / k), centers, jnp.ones((k, x.shape[1])) * (x.var(axis=0) + 1e-3))
    previous = -jnp.inf
    for step in range(steps):
        resp, bound = e_step(params, x)
        params = m_step(resp, x)
        if abs(bound - previous) < tol:
            break
        previous = bound
    return params


def sample(key, params, n):
    k1, k2 = jax.random.split(key)
    z = jax.random.choice(k1, len(params.weights), (n,), p=params.weights)
    noise = jax.random.normal(k2, (n, params.means.shape[1]))
    return params.means[z] + jnp.sqrt(params.variances[z]) * noise
# fixed
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import logsumexp


class Mixture(NamedTuple):
    weights: jnp.ndarray
    means: jnp.ndarray
    variances: jnp.ndarray


@partial(jax.jit, static_argnums=2)
def kmeans_step(x, centers, k):
    d = jnp.sum((x[:, None, :] - centers[None, :, :]) ** 2, axis=-1)
    assignment = jnp.argmin(d, axis=1)
    one_hot = jax.nn.one_hot(assignment, k)
    counts = one_hot.sum(axis=0)
    new_centers = (one_hot.T @ x) / jnp.maximum(counts, 1.0)[:, None]
    new_centers = jnp.where(counts[:, None] > 0, new_centers, centers)
    return new_centers, jnp.mean(jnp.min(d, axis=1))


def kmeans(key, x, k, steps=25):
    centers = x[jax.random.choice(key, x.shape[0], (k,), replace=False)]
    for _ in range(steps):
        centers, inertia = kmeans_step(x, centers, k)
    return centers, inertia


def log_joint(params, x):
    d = x.shape[1]
    diff = x[:, None, :] - params.means[None]
    maha = jnp.sum(diff ** 2 / params.variances[None], axis=-1)
    log_det = jnp.sum(jnp.log(params.variances), axis=-1)
    return jnp.log(params.weights) - 0.5 * (maha + log_det + d * jnp.log(2 * jnp.pi))


@jax.jit
def e_step(params, x):
    joint = log_joint(params, x)
    resp = jax.nn.softmax(joint, axis=1)
    return resp, jnp.mean(logsumexp(joint, axis=1))


@jax.jit
def m_step(resp, x):
    nk = resp.sum(axis=0) + 1e-3
    means = resp.T @ x / nk[:, None]
    variances = jnp.einsum("nk,nkd->kd", resp, (x[:, None, :] - means) ** 2) / nk[:, None]
    return Mixture(nk / nk.sum(), means, variances + 1e-6)


def fit(key, x, k, steps=100, tol=1e-5):
    centers, _ = kmeans(key, x, k)
    params = Mixture(jnp.full(k, 1.0 / k), centers, jnp.ones((k, x.shape[1])) * (x.var(axis=0) + 1e-3))
    previous = -jnp.inf
    for step in range(steps):
        resp, bound = e_step(params, x)
        params = m_step(resp, x)
        if abs(bound - previous) < tol:
            break
        previous = bound
    return params


def sample(key, params, n):
    k1, k2 = jax.random.split(key)
    z = jax.random.choice(k1, len(params.weights), (n,), p=params.weights)
    noise = jax.random.normal(k2, (n, params.means.shape[1]))
    return params.means[z] + jnp.sqrt(params.variances[z]) * noise
