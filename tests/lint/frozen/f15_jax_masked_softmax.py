"""A mask constant of float32 in float16."""
import jax
import jax.numpy as jnp


def attention(q, k, mask):
    scores = jnp.einsum("qd,kd->qk", q, k).astype(jnp.float16)
    scores = jnp.where(mask, scores, -1e10)  # SSM502
    return jax.nn.softmax(scores, axis=-1)


# fixed
import jax
import jax.numpy as jnp


def attention(q, k, mask):
    scores = jnp.einsum("qd,kd->qk", q, k).astype(jnp.float16)
    scores = jnp.where(mask, scores, jnp.finfo(jnp.float16).min)
    return jax.nn.softmax(scores, axis=-1)
