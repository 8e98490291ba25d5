"""Contrastive pretraining with Flax and optax: NT-Xent for pairs and the supervised variant."""
from typing import Sequence

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax

config = {"temperature": 0.01, "warmup": 500, "steps": 20_000, "peak_lr": 3e-4, "width": 128}


class Encoder(nn.Module):
    features: Sequence[int] = (32, 64)
    out: int = 128

    @nn.compact
    def __call__(self, x):
        for f in self.features:
            x = nn.relu(nn.Conv(f, (3, 3), strides=(2, 2))(x))
        x = x.mean(axis=(1, 2))
        x = nn.Dense(self.out)(nn.relu(nn.Dense(self.out)(x)))
        return x * jax.lax.rsqrt(jnp.sum(x * x, axis=-1, keepdims=True) + 1e-6)


def nt_xent(za, zb, temperature):
    z = jnp.concatenate([za, zb], axis=0)
    n = za.shape[0]
    sim = z @ z.T / temperature
    partner = (jnp.arange(2 * n) + n) % (2 * n)
    pos = sim[jnp.arange(2 * n), partner]
    others = 1.0 - jnp.eye(2 * n)
    prob = jnp.exp(pos) / jnp.sum(jnp.exp(sim) * others, axis=1)  # SSM101
    return -jnp.log(prob).mean()  # SSM201


def supcon(z, labels, temperature):
    n = z.shape[0]
    others = 1.0 - jnp.eye(n)
    same = (labels[:, None] == labels[None, :]).astype(z.dtype) * others
    logits = jnp.where(others > 0, z @ z.T / temperature, -1e9)
    log_prob = jax.nn.log_softmax(logits, axis=1)
    per_anchor = -(same * log_prob).sum(axis=1) / same.sum(axis=1)  # SSM302
    return per_anchor.mean()


def create(key, shape):
    model = Encoder(out=config["width"])
    params = model.init(key, jnp.zeros((1,) + shape))["params"]
    schedule = optax.warmup_cosine_decay_schedule(0.0, config["peak_lr"], config["warmup"], config["steps"])
    tx = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule))
    return model, params, tx, tx.init(params)


def make_step(model, tx, supervised=False):
    def loss_fn(params, a, b, labels):
        za, zb = model.apply({"params": params}, a), model.apply({"params": params}, b)
        if supervised:
            return supcon(za, labels, config["temperature"])
        return nt_xent(za, zb, config["temperature"])

    @jax.jit
    def step(params, opt_state, a, b, labels):
        loss, grads = jax.value_and_grad(loss_fn)(params, a, b, labels)
        updates, opt_state = tx.update(grads, opt_state, params)
        return optax.apply_updates(params, updates), opt_state, loss

    return step
# fixed
from typing import Sequence

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax

config = {"temperature": 0.01, "warmup": 500, "steps": 20_000, "peak_lr": 3e-4, "width": 128}


class Encoder(nn.Module):
    features: Sequence[int] = (32, 64)
    out: int = 128

    @nn.compact
    def __call__(self, x):
        for f in self.features:
            x = nn.relu(nn.Conv(f, (3, 3), strides=(2, 2))(x))
        x = x.mean(axis=(1, 2))
        x = nn.Dense(self.out)(nn.relu(nn.Dense(self.out)(x)))
        return x * jax.lax.rsqrt(jnp.sum(x * x, axis=-1, keepdims=True) + 1e-6)


def nt_xent(za, zb, temperature):
    z = jnp.concatenate([za, zb], axis=0)
    n = za.shape[0]
    sim = z @ z.T / temperature
    partner = (jnp.arange(2 * n) + n) % (2 * n)
    pos = sim[jnp.arange(2 * n), partner]
    others = 1.0 - jnp.eye(2 * n)
    sim = jnp.where(others > 0, sim, -1e9)
    return (jax.nn.logsumexp(sim, axis=1) - pos).mean()


def supcon(z, labels, temperature):
    n = z.shape[0]
    others = 1.0 - jnp.eye(n)
    same = (labels[:, None] == labels[None, :]).astype(z.dtype) * others
    logits = jnp.where(others > 0, z @ z.T / temperature, -1e9)
    log_prob = jax.nn.log_softmax(logits, axis=1)
    per_anchor = -(same * log_prob).sum(axis=1) / jnp.maximum(same.sum(axis=1), 1.0)
    return per_anchor.mean()


def create(key, shape):
    model = Encoder(out=config["width"])
    params = model.init(key, jnp.zeros((1,) + shape))["params"]
    schedule = optax.warmup_cosine_decay_schedule(0.0, config["peak_lr"], config["warmup"], config["steps"])
    tx = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule))
    return model, params, tx, tx.init(params)


def make_step(model, tx, supervised=False):
    def loss_fn(params, a, b, labels):
        za, zb = model.apply({"params": params}, a), model.apply({"params": params}, b)
        if supervised:
            return supcon(za, labels, config["temperature"])
        return nt_xent(za, zb, config["temperature"])

    @jax.jit
    def step(params, opt_state, a, b, labels):
        loss, grads = jax.value_and_grad(loss_fn)(params, a, b, labels)
        updates, opt_state = tx.update(grads, opt_state, params)
        return optax.apply_updates(params, updates), opt_state, loss

    return step
