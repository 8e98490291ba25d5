"""A training loop with optax: labels, a temperature, a norm as penalty."""
import jax
import jax.numpy as jnp
import optax


def loss_fn(params, apply, batch, temperature):
    images, labels = batch
    logits = apply(params, images)
    probs = jax.nn.softmax(logits / temperature)  # SSM106
    nll = optax.softmax_cross_entropy_with_integer_labels(probs, labels)  # SSM402
    embedding = apply(params, images, method="embed")
    penalty = jnp.sqrt(jnp.sum((embedding - params["center"]) ** 2, axis=-1))  # SSM303
    return nll.mean() + 1e-3 * penalty.mean()


def make(learning_rate):
    return optax.chain(optax.clip_by_global_norm(1.0), optax.adam(learning_rate))
# fixed
import jax
import jax.numpy as jnp
import optax


def loss_fn(params, apply, batch, temperature):
    images, labels = batch
    logits = apply(params, images)
    nll = optax.softmax_cross_entropy_with_integer_labels(logits / jnp.maximum(temperature, 1e-2), labels)
    embedding = apply(params, images, method="embed")
    penalty = jnp.sqrt(jnp.sum((embedding - params["center"]) ** 2, axis=-1) + 1e-12)
    return nll.mean() + 1e-3 * penalty.mean()


def make(learning_rate):
    return optax.chain(optax.clip_by_global_norm(1.0), optax.adam(learning_rate))
