"""A Bernoulli log-likelihood from probabilities of a network."""
import jax
import jax.numpy as jnp


def nll(params, x, y):
    p = jax.nn.sigmoid(x @ params)
    return -jnp.mean(y * jnp.log(p) + (1 - y) * jnp.log1p(-p))  # SSM202 SSM301


# fixed
import jax
import jax.numpy as jnp


def nll(params, x, y):
    z = x @ params
    return -jnp.mean(y * jax.nn.log_sigmoid(z) + (1 - y) * jax.nn.log_sigmoid(-z))
