"""Attention by hand in a helper."""
import jax.numpy as jnp


def normalize(x, axis):
    unnormalized = jnp.exp(x)
    return unnormalized / jnp.sum(unnormalized, axis=axis, keepdims=True)  # SSM101


def attention(q, k, v):
    return normalize(q @ k.T / jnp.sqrt(q.shape[-1]), -1) @ v


# fixed
import jax.numpy as jnp


def normalize(x, axis):
    unnormalized = jnp.exp(x - jnp.max(x, axis=axis, keepdims=True))
    return unnormalized / jnp.sum(unnormalized, axis=axis, keepdims=True)


def attention(q, k, v):
    return normalize(q @ k.T / jnp.sqrt(q.shape[-1]), -1) @ v
