"""A neural network potential in plain JAX: pair distances, radial functions, shifted softplus, forces by grad."""
from functools import partial

import jax
import jax.numpy as jnp
import optax

CUTOFF, N_RBF, WIDTH = 5.0, 32, 0.25
CENTERS = jnp.linspace(0.0, CUTOFF, N_RBF)


def shifted_softplus(x):
    return jnp.log(1 + jnp.exp(x)) - jnp.log(2.0)  # SSM206


def geometry(pos):
    diff = pos[:, None, :] - pos[None, :, :]
    d2 = jnp.sum(diff ** 2, axis=-1)
    r = jnp.where(d2 > 0, jnp.sqrt(d2), 0.0)  # SSM305
    unit = jnp.where(d2[..., None] > 0, diff / r[..., None], 0.0)  # SSM305
    return r, unit


def radial(r):
    rbf = jnp.exp(-0.5 * ((r[..., None] - CENTERS) / WIDTH) ** 2)
    envelope = 0.5 * (jnp.cos(jnp.pi * jnp.minimum(r, CUTOFF) / CUTOFF) + 1.0)
    off_diagonal = 1.0 - jnp.eye(r.shape[0])
    return rbf * (envelope * off_diagonal)[..., None]


def init(key, n_types=10, dim=64):
    k = jax.random.split(key, 5)
    scale = 1.0 / jnp.sqrt(dim)
    return {"emb": jax.random.normal(k[0], (n_types, dim)),
            "filter": jax.random.normal(k[1], (N_RBF, dim)) / jnp.sqrt(N_RBF),
            "vec": jax.random.normal(k[2], (N_RBF, dim)) / jnp.sqrt(N_RBF),
            "mix": jax.random.normal(k[3], (2 * dim, dim)) * scale,
            "out": jax.random.normal(k[4], (dim, 1)) * scale}


def energy(params, pos, types):
    r, unit = geometry(pos)
    h = params["emb"][types]
    basis = radial(r)
    message = jnp.einsum("ijk,jk->ik", basis @ params["filter"], h)
    vectors = jnp.einsum("ijk,ijc->ikc", basis @ params["vec"], unit)
    invariant = jnp.sum(vectors ** 2, axis=-1)
    h = h + shifted_softplus(jnp.concatenate([message, invariant], axis=-1) @ params["mix"])
    return jnp.sum(shifted_softplus(h) @ params["out"])


def loss_fn(params, batch, rho=0.01):
    e, g = jax.vmap(jax.value_and_grad(energy, argnums=1), in_axes=(None, 0, 0))(params, batch["pos"], batch["types"])
    n = batch["pos"].shape[1]
    return jnp.mean(((e - batch["energy"]) / n) ** 2) * rho + jnp.mean((-g - batch["forces"]) ** 2)


optimizer = optax.adam(optax.exponential_decay(1e-3, 10_000, 0.5))


@partial(jax.jit, donate_argnums=(0, 1))
def step(params, state, batch):
    loss, grads = jax.value_and_grad(loss_fn)(params, batch)
    updates, state = optimizer.update(grads, state)
    return optax.apply_updates(params, updates), state, loss
# fixed
from functools import partial

import jax
import jax.numpy as jnp
import optax

CUTOFF, N_RBF, WIDTH = 5.0, 32, 0.25
CENTERS = jnp.linspace(0.0, CUTOFF, N_RBF)


def shifted_softplus(x):
    return jax.nn.softplus(x) - jnp.log(2.0)


def geometry(pos):
    diff = pos[:, None, :] - pos[None, :, :]
    d2 = jnp.sum(diff ** 2, axis=-1)
    apart = d2 > 0
    safe_r = jnp.sqrt(jnp.where(apart, d2, 1.0))
    r = jnp.where(apart, safe_r, 0.0)
    unit = diff / safe_r[..., None]
    return r, unit


def radial(r):
    rbf = jnp.exp(-0.5 * ((r[..., None] - CENTERS) / WIDTH) ** 2)
    envelope = 0.5 * (jnp.cos(jnp.pi * jnp.minimum(r, CUTOFF) / CUTOFF) + 1.0)
    off_diagonal = 1.0 - jnp.eye(r.shape[0])
    return rbf * (envelope * off_diagonal)[..., None]


def init(key, n_types=10, dim=64):
    k = jax.random.split(key, 5)
    scale = 1.0 / jnp.sqrt(dim)
    return {"emb": jax.random.normal(k[0], (n_types, dim)),
            "filter": jax.random.normal(k[1], (N_RBF, dim)) / jnp.sqrt(N_RBF),
            "vec": jax.random.normal(k[2], (N_RBF, dim)) / jnp.sqrt(N_RBF),
            "mix": jax.random.normal(k[3], (2 * dim, dim)) * scale,
            "out": jax.random.normal(k[4], (dim, 1)) * scale}


def energy(params, pos, types):
    r, unit = geometry(pos)
    h = params["emb"][types]
    basis = radial(r)
    message = jnp.einsum("ijk,jk->ik", basis @ params["filter"], h)
    vectors = jnp.einsum("ijk,ijc->ikc", basis @ params["vec"], unit)
    invariant = jnp.sum(vectors ** 2, axis=-1)
    h = h + shifted_softplus(jnp.concatenate([message, invariant], axis=-1) @ params["mix"])
    return jnp.sum(shifted_softplus(h) @ params["out"])


def loss_fn(params, batch, rho=0.01):
    e, g = jax.vmap(jax.value_and_grad(energy, argnums=1), in_axes=(None, 0, 0))(params, batch["pos"], batch["types"])
    n = batch["pos"].shape[1]
    return jnp.mean(((e - batch["energy"]) / n) ** 2) * rho + jnp.mean((-g - batch["forces"]) ** 2)


optimizer = optax.adam(optax.exponential_decay(1e-3, 10_000, 0.5))


@partial(jax.jit, donate_argnums=(0, 1))
def step(params, state, batch):
    loss, grads = jax.value_and_grad(loss_fn)(params, batch)
    updates, state = optimizer.update(grads, state)
    return optax.apply_updates(params, updates), state, loss
