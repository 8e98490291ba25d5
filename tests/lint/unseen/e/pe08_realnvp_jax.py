"""A flow on images in plain JAX: affine couplings, an invertible mixing matrix, the logit of pixels."""
import math
from functools import partial

import jax
import jax.numpy as jnp

LOG_2PI = math.log(2 * math.pi)


def init_mlp(key, sizes):
    keys = jax.random.split(key, len(sizes) - 1)
    return [(jax.random.normal(k, (m, n)) / math.sqrt(m), jnp.zeros(n)) for k, m, n in zip(keys, sizes[:-1], sizes[1:])]


def mlp(params, x):
    for w, b in params[:-1]:
        x = jax.nn.relu(x @ w + b)
    w, b = params[-1]
    return x @ w + b


def preprocess(pixels):
    """Bytes to the whole line, with the log-determinant."""
    x = pixels / 255.0
    z = jnp.log(x) - jnp.log1p(-x)  # SSM301
    logdet = jnp.sum(jax.nn.softplus(z) + jax.nn.softplus(-z), axis=1)
    return z, logdet


def coupling(params, x, flip):
    a, b = jnp.split(x, 2, axis=1)
    if flip:
        a, b = b, a
    s, t = jnp.split(mlp(params, a), 2, axis=1)
    b = b * jnp.exp(s) + t  # SSM505
    out = jnp.concatenate([b, a] if flip else [a, b], axis=1)
    return out, jnp.sum(s, axis=1)


def mix(w, x):
    return x @ w, jnp.log(jnp.abs(jnp.linalg.det(w)))  # SSM301


def init_flow(key, dim, hidden=128, depth=4):
    params = []
    for k in jax.random.split(key, depth):
        k1, k2 = jax.random.split(k)
        q, _ = jnp.linalg.qr(jax.random.normal(k1, (dim, dim)))
        params.append({"w": q, "net": init_mlp(k2, [dim // 2, hidden, dim])})
    return params


def log_prob(params, pixels):
    z, total = preprocess(pixels)
    for i, layer in enumerate(params):
        z, ld = mix(layer["w"], z)
        total = total + ld
        z, ld = coupling(layer["net"], z, flip=i % 2 == 1)
        total = total + ld
    return -0.5 * jnp.sum(z ** 2 + LOG_2PI, axis=1) + total


def loss_fn(params, pixels):
    return -jnp.mean(log_prob(params, pixels)) / (pixels.shape[1] * math.log(2.0))


@partial(jax.jit, static_argnums=2)
def sgd_step(params, pixels, lr=1e-4):
    value, grads = jax.value_and_grad(loss_fn)(params, pixels)
    return jax.tree_util.tree_map(lambda p, g: p - lr * jnp.clip(g, -1.0, 1.0), params, grads), value
# fixed
import math
from functools import partial

import jax
import jax.numpy as jnp

LOG_2PI = math.log(2 * math.pi)


def init_mlp(key, sizes):
    keys = jax.random.split(key, len(sizes) - 1)
    return [(jax.random.normal(k, (m, n)) / math.sqrt(m), jnp.zeros(n)) for k, m, n in zip(keys, sizes[:-1], sizes[1:])]


def mlp(params, x):
    for w, b in params[:-1]:
        x = jax.nn.relu(x @ w + b)
    w, b = params[-1]
    return x @ w + b


def preprocess(pixels):
    """Bytes to the whole line, with the log-determinant."""
    x = 0.025 + 0.95 * (pixels / 255.0)
    z = jnp.log(x) - jnp.log1p(-x)
    logdet = jnp.sum(jax.nn.softplus(z) + jax.nn.softplus(-z), axis=1)
    return z, logdet


def coupling(params, x, flip):
    a, b = jnp.split(x, 2, axis=1)
    if flip:
        a, b = b, a
    s, t = jnp.split(mlp(params, a), 2, axis=1)
    s = 2.0 * jnp.tanh(s / 2.0)
    b = b * jnp.exp(s) + t
    out = jnp.concatenate([b, a] if flip else [a, b], axis=1)
    return out, jnp.sum(s, axis=1)


def mix(w, x):
    return x @ w, jnp.linalg.slogdet(w)[1]


def init_flow(key, dim, hidden=128, depth=4):
    params = []
    for k in jax.random.split(key, depth):
        k1, k2 = jax.random.split(k)
        q, _ = jnp.linalg.qr(jax.random.normal(k1, (dim, dim)))
        params.append({"w": q, "net": init_mlp(k2, [dim // 2, hidden, dim])})
    return params


def log_prob(params, pixels):
    z, total = preprocess(pixels)
    for i, layer in enumerate(params):
        z, ld = mix(layer["w"], z)
        total = total + ld
        z, ld = coupling(layer["net"], z, flip=i % 2 == 1)
        total = total + ld
    return -0.5 * jnp.sum(z ** 2 + LOG_2PI, axis=1) + total


def loss_fn(params, pixels):
    return -jnp.mean(log_prob(params, pixels)) / (pixels.shape[1] * math.log(2.0))


@partial(jax.jit, static_argnums=2)
def sgd_step(params, pixels, lr=1e-4):
    value, grads = jax.value_and_grad(loss_fn)(params, pixels)
    return jax.tree_util.tree_map(lambda p, g: p - lr * jnp.clip(g, -1.0, 1.0), params, grads), value
