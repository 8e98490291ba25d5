"""A hidden Markov model with lax.scan, and a recurrent cell beside it."""
import jax
import jax.numpy as jnp
from jax import lax


def forward_algorithm(log_pi, log_A, log_emissions):
    def step(alpha, log_e):
        alpha = log_e + jnp.log(jnp.sum(jnp.exp(alpha[:, None] + log_A), axis=0))  # SSM203
        return alpha, alpha

    last, _ = lax.scan(step, log_pi + log_emissions[0], log_emissions[1:])
    return jnp.log(jnp.exp(last).sum())  # SSM203


def gated_cell(params, carry, x):
    def step(h, x):
        z = 1.0 / (1.0 + jnp.exp(-(x @ params["wz"] + h @ params["uz"])))  # SSM110
        candidate = jnp.tanh(x @ params["wh"] + (z * h) @ params["uh"])
        h = (1 - z) * h + z * candidate
        return h, h

    return lax.scan(step, carry, x)


def emission_log_likelihood(params, x):
    rate = jnp.exp(x @ params["w"])  # SSM505
    return jnp.log(jax.nn.relu(rate - 1.0))  # SSM301


def smoothed_posterior(log_alpha, log_beta):
    joint = jnp.exp(log_alpha + log_beta)
    return joint / joint.sum(axis=1, keepdims=True)  # SSM101


@jax.jit
def loss(params, xs, ys):
    _, hs = gated_cell(params, jnp.zeros(16), xs)
    probs = jax.nn.softmax(hs @ params["out"])
    return -jnp.mean(jnp.log(jnp.take_along_axis(probs, ys[:, None], axis=1)))  # SSM201
# fixed
import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy.special import logsumexp


def forward_algorithm(log_pi, log_A, log_emissions):
    def step(alpha, log_e):
        alpha = log_e + logsumexp(alpha[:, None] + log_A, axis=0)
        return alpha, alpha

    last, _ = lax.scan(step, log_pi + log_emissions[0], log_emissions[1:])
    return logsumexp(last)


def gated_cell(params, carry, x):
    def step(h, x):
        z = jax.nn.sigmoid(x @ params["wz"] + h @ params["uz"])
        candidate = jnp.tanh(x @ params["wh"] + (z * h) @ params["uh"])
        h = (1 - z) * h + z * candidate
        return h, h

    return lax.scan(step, carry, x)


def emission_log_likelihood(params, x):
    rate = jax.nn.softplus(x @ params["w"]) + 1e-6
    return jnp.log(rate)


def smoothed_posterior(log_alpha, log_beta):
    return jax.nn.softmax(log_alpha + log_beta, axis=1)


@jax.jit
def loss(params, xs, ys):
    _, hs = gated_cell(params, jnp.zeros(16), xs)
    log_probs = jax.nn.log_softmax(hs @ params["out"])
    return -jnp.mean(jnp.take_along_axis(log_probs, ys[:, None], axis=1))
