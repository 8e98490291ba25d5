"""A function given to vmap; the softmax inside is the library's, the logarithm outside."""
import jax
import jax.numpy as jnp


def probabilities(params, x):
    w, b = params
    return jax.nn.softmax(x @ w + b)


batched = jax.vmap(probabilities, in_axes=(None, 0))


def loss(params, xs, ys):
    p = batched(params, xs)
    return -jnp.mean(jnp.take_along_axis(jnp.log(p), ys[:, None], axis=1))  # SSM201


# fixed
import jax
import jax.numpy as jnp


def log_probabilities(params, x):
    w, b = params
    return jax.nn.log_softmax(x @ w + b)


batched = jax.vmap(log_probabilities, in_axes=(None, 0))


def loss(params, xs, ys):
    log_p = batched(params, xs)
    return -jnp.mean(jnp.take_along_axis(log_p, ys[:, None], axis=1))
