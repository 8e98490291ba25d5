"""An importance weighted autoencoder in Flax with optax."""
import math

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax

LOG_2PI = math.log(2 * math.pi)


class Encoder(nn.Module):
    latent: int
    hidden: int = 200

    @nn.compact
    def __call__(self, x):
        h = nn.tanh(nn.Dense(self.hidden)(x))
        h = nn.tanh(nn.Dense(self.hidden)(h))
        return nn.Dense(self.latent)(h), nn.Dense(self.latent)(h)


class IWAE(nn.Module):
    latent: int = 50

    def setup(self):
        self.encoder = Encoder(self.latent)
        self.decoder = nn.Sequential([nn.Dense(200), nn.tanh, nn.Dense(784)])

    def __call__(self, x, key, k):
        mean, log_std = self.encoder(x)
        noise = jax.random.normal(key, (k,) + mean.shape)
        std = jnp.exp(log_std)  # SSM505
        z = mean + std * noise
        probs = nn.sigmoid(self.decoder(z))
        log_px = jnp.sum(x * jnp.log(probs) + (1 - x) * jnp.log(1 - probs), axis=-1)  # SSM202
        log_pz = -0.5 * jnp.sum(z ** 2 + LOG_2PI, axis=-1)
        log_qz = -0.5 * jnp.sum(noise ** 2 + 2 * log_std + LOG_2PI, axis=-1)
        return log_px + log_pz - log_qz


def bound(log_w):
    return jnp.log(jnp.mean(jnp.exp(log_w), axis=0))  # SSM204


def effective_sample_size(log_w):
    w = jax.nn.softmax(log_w, axis=0)
    return 1.0 / jnp.sum(w ** 2, axis=0)


def make_step(model, tx, k):
    def loss_fn(params, x, key):
        log_w = model.apply(params, x, key, k)
        return -jnp.mean(bound(log_w)), jnp.mean(effective_sample_size(log_w))

    @jax.jit
    def step(params, state, x, key):
        (loss, ess), grads = jax.value_and_grad(loss_fn, has_aux=True)(params, x, key)
        updates, state = tx.update(grads, state, params)
        return optax.apply_updates(params, updates), state, loss, ess

    return step


def main(batches, epochs=100, k=5):
    model, key = IWAE(), jax.random.PRNGKey(0)
    params = model.init(key, jnp.zeros((1, 784)), key, k)
    tx = optax.chain(optax.clip_by_global_norm(10.0), optax.adam(1e-3))
    state, step = tx.init(params), make_step(model, tx, k)
    for epoch in range(epochs):
        for x in batches:
            key, sub = jax.random.split(key)
            params, state, loss, ess = step(params, state, x, sub)
        print(f"{epoch} {loss:.3f} ess {ess:.2f} bits/dim {loss / 784 / math.log(2):.3f}")
# fixed
import math

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax
from jax.scipy.special import logsumexp

LOG_2PI = math.log(2 * math.pi)


class Encoder(nn.Module):
    latent: int
    hidden: int = 200

    @nn.compact
    def __call__(self, x):
        h = nn.tanh(nn.Dense(self.hidden)(x))
        h = nn.tanh(nn.Dense(self.hidden)(h))
        return nn.Dense(self.latent)(h), jnp.clip(nn.Dense(self.latent)(h), -10.0, 5.0)


class IWAE(nn.Module):
    latent: int = 50

    def setup(self):
        self.encoder = Encoder(self.latent)
        self.decoder = nn.Sequential([nn.Dense(200), nn.tanh, nn.Dense(784)])

    def __call__(self, x, key, k):
        mean, log_std = self.encoder(x)
        noise = jax.random.normal(key, (k,) + mean.shape)
        std = jnp.exp(log_std)
        z = mean + std * noise
        logits = self.decoder(z)
        log_px = -jnp.sum(optax.sigmoid_binary_cross_entropy(logits, x), axis=-1)
        log_pz = -0.5 * jnp.sum(z ** 2 + LOG_2PI, axis=-1)
        log_qz = -0.5 * jnp.sum(noise ** 2 + 2 * log_std + LOG_2PI, axis=-1)
        return log_px + log_pz - log_qz


def bound(log_w):
    return logsumexp(log_w, axis=0) - jnp.log(log_w.shape[0])


def effective_sample_size(log_w):
    w = jax.nn.softmax(log_w, axis=0)
    return 1.0 / jnp.sum(w ** 2, axis=0)


def make_step(model, tx, k):
    def loss_fn(params, x, key):
        log_w = model.apply(params, x, key, k)
        return -jnp.mean(bound(log_w)), jnp.mean(effective_sample_size(log_w))

    @jax.jit
    def step(params, state, x, key):
        (loss, ess), grads = jax.value_and_grad(loss_fn, has_aux=True)(params, x, key)
        updates, state = tx.update(grads, state, params)
        return optax.apply_updates(params, updates), state, loss, ess

    return step


def main(batches, epochs=100, k=5):
    model, key = IWAE(), jax.random.PRNGKey(0)
    params = model.init(key, jnp.zeros((1, 784)), key, k)
    tx = optax.chain(optax.clip_by_global_norm(10.0), optax.adam(1e-3))
    state, step = tx.init(params), make_step(model, tx, k)
    for epoch in range(epochs):
        for x in batches:
            key, sub = jax.random.split(key)
            params, state, loss, ess = step(params, state, x, sub)
        print(f"{epoch} {loss:.3f} ess {ess:.2f} bits/dim {loss / 784 / math.log(2):.3f}")
