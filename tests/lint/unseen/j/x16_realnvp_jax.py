"""RealNVP as a proposal, with an importance-weighted bound, plain JAX and optax."""
import jax
import jax.numpy as jnp
import optax

HALF_LOG_2PI = 0.5 * jnp.log(2 * jnp.pi)


def init_mlp(key, sizes):
    params = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:]):
        key, sub = jax.random.split(key)
        params.append((jax.random.normal(sub, (n_in, n_out)) / jnp.sqrt(n_in), jnp.zeros(n_out)))
    return params


def mlp(params, x):
    for w, b in params[:-1]:
        x = jax.nn.relu(x @ w + b)
    w, b = params[-1]
    return x @ w + b


def scale_and_shift(params, x):
    return jnp.split(mlp(params, x), 2, axis=-1)


def forward(layers, z):
    log_det = jnp.zeros(z.shape[:-1])
    for params in layers:
        a, b = jnp.split(z, 2, axis=-1)
        log_s, t = scale_and_shift(params, a)
        b = b * jnp.exp(log_s) + t  # SSM505
        log_det = log_det + log_s.sum(-1)
        z = jnp.concatenate([b, a], axis=-1)
    return z, log_det


def inverse(layers, x):
    log_det = jnp.zeros(x.shape[:-1])
    for params in reversed(layers):
        b, a = jnp.split(x, 2, axis=-1)
        log_s, t = scale_and_shift(params, a)
        b = (b - t) * jnp.exp(-log_s)  # SSM505
        log_det = log_det - log_s.sum(-1)
        x = jnp.concatenate([a, b], axis=-1)
    return x, log_det


def log_base(z):
    return jnp.sum(-0.5 * z ** 2 - HALF_LOG_2PI, axis=-1)


def log_prob(layers, x):
    z, log_det = inverse(layers, x)
    return log_base(z) + log_det


def bound(layers, key, log_target, dim, n_batch=64, n_samples=32):
    z = jax.random.normal(key, (n_samples, n_batch, dim))
    x, log_det = forward(layers, z)
    log_w = log_target(x) - log_base(z) + log_det
    return jnp.mean(jnp.log(jnp.mean(jnp.exp(log_w), axis=0)))  # SSM204


def train(log_target, dim, steps=2000, depth=6, lr=1e-3):
    keys = jax.random.split(jax.random.PRNGKey(0), depth)
    layers = [init_mlp(k, [dim // 2, 64, 64, dim]) for k in keys]
    opt = optax.adam(lr)
    state = opt.init(layers)

    @jax.jit
    def step(layers, state, key):
        value, grads = jax.value_and_grad(lambda p: -bound(p, key, log_target, dim))(layers)
        updates, state = opt.update(grads, state)
        return optax.apply_updates(layers, updates), state, value

    for i in range(steps):
        layers, state, value = step(layers, state, jax.random.PRNGKey(i + 1))
    return layers
# fixed
import jax
import jax.numpy as jnp
import optax
from jax.scipy.special import logsumexp

HALF_LOG_2PI = 0.5 * jnp.log(2 * jnp.pi)


def init_mlp(key, sizes):
    params = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:]):
        key, sub = jax.random.split(key)
        params.append((jax.random.normal(sub, (n_in, n_out)) / jnp.sqrt(n_in), jnp.zeros(n_out)))
    return params


def mlp(params, x):
    for w, b in params[:-1]:
        x = jax.nn.relu(x @ w + b)
    w, b = params[-1]
    return x @ w + b


def scale_and_shift(params, x):
    raw, shift = jnp.split(mlp(params, x), 2, axis=-1)
    return 2.0 * jnp.tanh(raw), shift


def forward(layers, z):
    log_det = jnp.zeros(z.shape[:-1])
    for params in layers:
        a, b = jnp.split(z, 2, axis=-1)
        log_s, t = scale_and_shift(params, a)
        b = b * jnp.exp(log_s) + t
        log_det = log_det + log_s.sum(-1)
        z = jnp.concatenate([b, a], axis=-1)
    return z, log_det


def inverse(layers, x):
    log_det = jnp.zeros(x.shape[:-1])
    for params in reversed(layers):
        b, a = jnp.split(x, 2, axis=-1)
        log_s, t = scale_and_shift(params, a)
        b = (b - t) * jnp.exp(-log_s)
        log_det = log_det - log_s.sum(-1)
        x = jnp.concatenate([a, b], axis=-1)
    return x, log_det


def log_base(z):
    return jnp.sum(-0.5 * z ** 2 - HALF_LOG_2PI, axis=-1)


def log_prob(layers, x):
    z, log_det = inverse(layers, x)
    return log_base(z) + log_det


def bound(layers, key, log_target, dim, n_batch=64, n_samples=32):
    z = jax.random.normal(key, (n_samples, n_batch, dim))
    x, log_det = forward(layers, z)
    log_w = log_target(x) - log_base(z) + log_det
    return jnp.mean(logsumexp(log_w, axis=0) - jnp.log(n_samples))


def train(log_target, dim, steps=2000, depth=6, lr=1e-3):
    keys = jax.random.split(jax.random.PRNGKey(0), depth)
    layers = [init_mlp(k, [dim // 2, 64, 64, dim]) for k in keys]
    opt = optax.adam(lr)
    state = opt.init(layers)

    @jax.jit
    def step(layers, state, key):
        value, grads = jax.value_and_grad(lambda p: -bound(p, key, log_target, dim))(layers)
        updates, state = opt.update(grads, state)
        return optax.apply_updates(layers, updates), state, value

    for i in range(steps):
        layers, state, value = step(layers, state, jax.random.PRNGKey(i + 1))
    return layers
