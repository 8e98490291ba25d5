"""Normalizing flows in plain JAX: coupling, planar, actnorm, 1x1 convolution, logit preprocessing."""
from functools import partial

import jax
import jax.numpy as jnp
from jax import random


def init_mlp(key, sizes):
    keys = random.split(key, len(sizes) - 1)
    return [(random.normal(k, (m, n)) / jnp.sqrt(m), jnp.zeros(n))
            for k, m, n in zip(keys, sizes[:-1], sizes[1:])]


def mlp(params, x):
    for w, b in params[:-1]:
        x = jnp.tanh(x @ w + b)
    w, b = params[-1]
    return x @ w + b


def coupling_forward(params, x):
    a, b = jnp.split(x, 2, axis=-1)
    shift, log_scale = jnp.split(mlp(params, a), 2, axis=-1)
    return jnp.concatenate([a, b * jnp.exp(log_scale) + shift], -1), log_scale.sum(-1)  # SSM505


def coupling_inverse(params, y):
    a, b = jnp.split(y, 2, axis=-1)
    shift, log_scale = jnp.split(mlp(params, a), 2, axis=-1)
    return jnp.concatenate([a, (b - shift) * jnp.exp(-log_scale)], -1)  # SSM505


def planar(params, z):
    u, w, b = params["u"], params["w"], params["b"]
    t = jnp.tanh(z @ w + b)
    psi = (1.0 - t ** 2)[:, None] * w
    return z + t[:, None] * u, jnp.log(jnp.abs(1.0 + psi @ u))  # SSM301


def actnorm_init(batch):
    mean = jnp.mean(batch, axis=0)
    scale = 1.0 / jnp.std(batch, axis=0)  # SSM302
    return {"bias": -mean, "log_scale": jnp.log(scale)}


def conv1x1(weight, x):
    h, w = x.shape[1:3]
    logdet = h * w * jnp.log(jnp.abs(jnp.linalg.det(weight)))  # SSM301
    return jnp.einsum("bhwi,ij->bhwj", x, weight), logdet


def to_logits(images):
    x = images.astype(jnp.float32) / 255.0
    y = jnp.log(x) - jnp.log1p(-x)  # SSM301
    logdet = jax.nn.softplus(y) + jax.nn.softplus(-y)
    return y, logdet.reshape(len(x), -1).sum(-1)


def squash(z):
    y = jnp.tanh(z)
    return y, jnp.sum(jnp.log(1.0 - y ** 2), axis=-1)  # SSM301


@partial(jax.jit, static_argnames="dims")
def bits_per_dim(log_prob, dims):
    return -log_prob / (dims * jnp.log(2.0)) + jnp.log2(256.0)


def nll(layers, x):
    total = jnp.zeros(x.shape[0])
    for params in layers:
        x, ld = coupling_forward(params, x)
        x = x[:, ::-1]
        total = total + ld
    base = -0.5 * jnp.sum(x ** 2 + jnp.log(2.0 * jnp.pi), axis=-1)
    return -jnp.mean(base + total)
# fixed
from functools import partial

import jax
import jax.numpy as jnp
from jax import random


def init_mlp(key, sizes):
    keys = random.split(key, len(sizes) - 1)
    return [(random.normal(k, (m, n)) / jnp.sqrt(m), jnp.zeros(n))
            for k, m, n in zip(keys, sizes[:-1], sizes[1:])]


def mlp(params, x):
    for w, b in params[:-1]:
        x = jnp.tanh(x @ w + b)
    w, b = params[-1]
    return x @ w + b


def coupling_forward(params, x):
    a, b = jnp.split(x, 2, axis=-1)
    shift, log_scale = jnp.split(mlp(params, a), 2, axis=-1)
    log_scale = jnp.clip(log_scale, -10.0, 10.0)
    return jnp.concatenate([a, b * jnp.exp(log_scale) + shift], -1), log_scale.sum(-1)


def coupling_inverse(params, y):
    a, b = jnp.split(y, 2, axis=-1)
    shift, log_scale = jnp.split(mlp(params, a), 2, axis=-1)
    log_scale = jnp.clip(log_scale, -10.0, 10.0)
    return jnp.concatenate([a, (b - shift) * jnp.exp(-log_scale)], -1)


def planar(params, z):
    u, w, b = params["u"], params["w"], params["b"]
    t = jnp.tanh(z @ w + b)
    psi = (1.0 - t ** 2)[:, None] * w
    return z + t[:, None] * u, jnp.log(jnp.abs(1.0 + psi @ u) + 1e-6)


def actnorm_init(batch):
    mean = jnp.mean(batch, axis=0)
    scale = 1.0 / (jnp.std(batch, axis=0) + 1e-6)
    return {"bias": -mean, "log_scale": jnp.log(scale)}


def conv1x1(weight, x):
    h, w = x.shape[1:3]
    logdet = h * w * jnp.linalg.slogdet(weight)[1]
    return jnp.einsum("bhwi,ij->bhwj", x, weight), logdet


def to_logits(images):
    x = images.astype(jnp.float32) / 255.0
    x = jnp.clip(x, 1.0 / 512.0, 1.0 - 1.0 / 512.0)
    y = jnp.log(x) - jnp.log1p(-x)
    logdet = jax.nn.softplus(y) + jax.nn.softplus(-y)
    return y, logdet.reshape(len(x), -1).sum(-1)


def squash(z):
    y = jnp.tanh(z)
    return y, jnp.sum(2.0 * (jnp.log(2.0) - z - jax.nn.softplus(-2.0 * z)), axis=-1)


@partial(jax.jit, static_argnames="dims")
def bits_per_dim(log_prob, dims):
    return -log_prob / (dims * jnp.log(2.0)) + jnp.log2(256.0)


def nll(layers, x):
    total = jnp.zeros(x.shape[0])
    for params in layers:
        x, ld = coupling_forward(params, x)
        x = x[:, ::-1]
        total = total + ld
    base = -0.5 * jnp.sum(x ** 2 + jnp.log(2.0 * jnp.pi), axis=-1)
    return -jnp.mean(base + total)
