"""Discrete VAE with Gumbel noise in Flax."""
from functools import partial

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


def sample_gumbel(key, shape):
    u = jax.random.uniform(key, shape)
    return -jnp.log(-jnp.log(u))  # SSM301


def gumbel_softmax(key, logits, tau):
    return nn.softmax((logits + sample_gumbel(key, logits.shape)) / jnp.maximum(tau, 0.1), axis=-1)


class DiscreteVAE(nn.Module):
    latents: int = 20
    classes: int = 10
    hidden: int = 256

    @nn.compact
    def __call__(self, x, key, tau):
        h = nn.relu(nn.Dense(self.hidden)(x))
        logits = nn.Dense(self.latents * self.classes)(h).reshape(-1, self.latents, self.classes)
        z = gumbel_softmax(key, logits, tau).reshape(x.shape[0], -1)
        g = nn.relu(nn.Dense(self.hidden)(z))
        return nn.Dense(x.shape[-1])(g), logits, h


def kl_to_uniform(logits):
    q = nn.softmax(logits, axis=-1)
    k = logits.shape[-1]
    return jnp.sum(q * (jnp.log(q) + jnp.log(k)), axis=(-2, -1))  # SSM201


def log_activity(h):
    return jnp.mean(jnp.where(h > 1e-6, jnp.log(h), 0.0) ** 2)  # SSM305


@partial(jax.jit, static_argnums=(0, 1))
def train_step(model, opt, params, opt_state, x, key, tau, beta=1.0):
    def loss_fn(p):
        recon, logits, h = model.apply({"params": p}, x, key, tau)
        nll = optax.sigmoid_binary_cross_entropy(recon, x).sum(axis=-1)
        return jnp.mean(nll + beta * kl_to_uniform(logits)) + 1e-3 * log_activity(h)

    loss, grads = jax.value_and_grad(loss_fn)(params)
    updates, opt_state = opt.update(grads, opt_state, params)
    return optax.apply_updates(params, updates), opt_state, loss


def fit(data, epochs=10, batch=128, seed=0):
    key = jax.random.PRNGKey(seed)
    model, opt = DiscreteVAE(), optax.adam(1e-3)
    params = model.init(key, data[:1], key, 1.0)["params"]
    opt_state, step = opt.init(params), 0
    for epoch in range(epochs):
        for i in range(0, len(data) - batch + 1, batch):
            key, sub = jax.random.split(key)
            tau = jnp.maximum(0.5, jnp.exp(-3e-5 * step))
            params, opt_state, loss = train_step(model, opt, params, opt_state, data[i:i + batch], sub, tau)
            step += 1
        print(epoch, float(loss))
    return params
# fixed
from functools import partial

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


def sample_gumbel(key, shape):
    u = jax.random.uniform(key, shape, minval=1e-6, maxval=1.0 - 1e-6)
    return -jnp.log(-jnp.log(u))


def gumbel_softmax(key, logits, tau):
    return nn.softmax((logits + sample_gumbel(key, logits.shape)) / jnp.maximum(tau, 0.1), axis=-1)


class DiscreteVAE(nn.Module):
    latents: int = 20
    classes: int = 10
    hidden: int = 256

    @nn.compact
    def __call__(self, x, key, tau):
        h = nn.relu(nn.Dense(self.hidden)(x))
        logits = nn.Dense(self.latents * self.classes)(h).reshape(-1, self.latents, self.classes)
        z = gumbel_softmax(key, logits, tau).reshape(x.shape[0], -1)
        g = nn.relu(nn.Dense(self.hidden)(z))
        return nn.Dense(x.shape[-1])(g), logits, h


def kl_to_uniform(logits):
    q = nn.softmax(logits, axis=-1)
    k = logits.shape[-1]
    return jnp.sum(q * (nn.log_softmax(logits, axis=-1) + jnp.log(k)), axis=(-2, -1))


def log_activity(h):
    safe = jnp.where(h > 1e-6, h, 1.0)
    return jnp.mean(jnp.where(h > 1e-6, jnp.log(safe), 0.0) ** 2)


@partial(jax.jit, static_argnums=(0, 1))
def train_step(model, opt, params, opt_state, x, key, tau, beta=1.0):
    def loss_fn(p):
        recon, logits, h = model.apply({"params": p}, x, key, tau)
        nll = optax.sigmoid_binary_cross_entropy(recon, x).sum(axis=-1)
        return jnp.mean(nll + beta * kl_to_uniform(logits)) + 1e-3 * log_activity(h)

    loss, grads = jax.value_and_grad(loss_fn)(params)
    updates, opt_state = opt.update(grads, opt_state, params)
    return optax.apply_updates(params, updates), opt_state, loss


def fit(data, epochs=10, batch=128, seed=0):
    key = jax.random.PRNGKey(seed)
    model, opt = DiscreteVAE(), optax.adam(1e-3)
    params = model.init(key, data[:1], key, 1.0)["params"]
    opt_state, step = opt.init(params), 0
    for epoch in range(epochs):
        for i in range(0, len(data) - batch + 1, batch):
            key, sub = jax.random.split(key)
            tau = jnp.maximum(0.5, jnp.exp(-3e-5 * step))
            params, opt_state, loss = train_step(model, opt, params, opt_state, data[i:i + batch], sub, tau)
            step += 1
        print(epoch, float(loss))
    return params
