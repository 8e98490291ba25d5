"""Contrastive learning of image codes with Flax and optax, and the rank of the codes."""
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax
from flax.training import train_state

TAU = 0.5


class Projector(nn.Module):
    width: int = 512
    out: int = 128

    @nn.compact
    def __call__(self, x, train=True):
        for features in (32, 64, 128):
            x = nn.relu(nn.Conv(features, (3, 3), strides=(2, 2))(x))
        x = x.mean(axis=(1, 2))
        x = nn.relu(nn.Dense(self.width)(x))
        return nn.Dense(self.out, use_bias=False)(x)


def unit(z):
    length = jnp.linalg.norm(z, axis=-1, keepdims=True)  # SSM303
    return z / length  # SSM302


def nt_xent(z1, z2):
    n = z1.shape[0]
    z = unit(jnp.concatenate([z1, z2]))
    sim = jnp.clip(z @ z.T, -1.0, 1.0)
    logits = jnp.where(jnp.eye(2 * n, dtype=bool), -1e9, sim / TAU)
    targets = (jnp.arange(2 * n) + n) % (2 * n)
    hardness = jnp.exp(sim) / jnp.exp(1.0)
    losses = optax.softmax_cross_entropy_with_integer_labels(logits, targets)
    return losses.mean(), hardness.mean()


def effective_rank(codes):
    s = jnp.linalg.svd(codes - codes.mean(axis=0), compute_uv=False)
    p = s / (s.sum() + 1e-7)
    return jnp.exp(-jnp.sum(p * jnp.log(p)))  # SSM301


def make_state(key, shape, steps, lr=3e-4):
    model = Projector()
    schedule = optax.cosine_decay_schedule(lr, max(steps, 1))
    return train_state.TrainState.create(
        apply_fn=model.apply, params=model.init(key, jnp.zeros((1, *shape)))["params"],
        tx=optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule)))


@jax.jit
def train_step(state, a, b):
    def loss_fn(params):
        return nt_xent(state.apply_fn({"params": params}, a), state.apply_fn({"params": params}, b))

    (loss, hard), grads = jax.value_and_grad(loss_fn, has_aux=True)(state.params)
    return state.apply_gradients(grads=grads), {"loss": loss, "hardness": hard}
# fixed
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax
from flax.training import train_state
from jax.scipy.special import entr

TAU = 0.5


class Projector(nn.Module):
    width: int = 512
    out: int = 128

    @nn.compact
    def __call__(self, x, train=True):
        for features in (32, 64, 128):
            x = nn.relu(nn.Conv(features, (3, 3), strides=(2, 2))(x))
        x = x.mean(axis=(1, 2))
        x = nn.relu(nn.Dense(self.width)(x))
        return nn.Dense(self.out, use_bias=False)(x)


def unit(z):
    return z * jax.lax.rsqrt(jnp.sum(z * z, axis=-1, keepdims=True) + 1e-8)


def nt_xent(z1, z2):
    n = z1.shape[0]
    z = unit(jnp.concatenate([z1, z2]))
    sim = jnp.clip(z @ z.T, -1.0, 1.0)
    logits = jnp.where(jnp.eye(2 * n, dtype=bool), -1e9, sim / TAU)
    targets = (jnp.arange(2 * n) + n) % (2 * n)
    hardness = jnp.exp(sim) / jnp.exp(1.0)
    losses = optax.softmax_cross_entropy_with_integer_labels(logits, targets)
    return losses.mean(), hardness.mean()


def effective_rank(codes):
    s = jnp.linalg.svd(codes - codes.mean(axis=0), compute_uv=False)
    p = s / (s.sum() + 1e-7)
    return jnp.exp(jnp.sum(entr(p)))


def make_state(key, shape, steps, lr=3e-4):
    model = Projector()
    schedule = optax.cosine_decay_schedule(lr, max(steps, 1))
    return train_state.TrainState.create(
        apply_fn=model.apply, params=model.init(key, jnp.zeros((1, *shape)))["params"],
        tx=optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule)))


@jax.jit
def train_step(state, a, b):
    def loss_fn(params):
        return nt_xent(state.apply_fn({"params": params}, a), state.apply_fn({"params": params}, b))

    (loss, hard), grads = jax.value_and_grad(loss_fn, has_aux=True)(state.params)
    return state.apply_gradients(grads=grads), {"loss": loss, "hardness": hard}
