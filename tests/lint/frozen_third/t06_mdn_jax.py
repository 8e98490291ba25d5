"""A mixture density network in flax."""
import flax.linen as nn
import jax
import jax.numpy as jnp


class MDN(nn.Module):
    components: int

    @nn.compact
    def __call__(self, x):
        h = nn.tanh(nn.Dense(64)(x))
        weights = nn.softmax(nn.Dense(self.components)(h), axis=-1)
        means = nn.Dense(self.components)(h)
        sigmas = nn.softplus(nn.Dense(self.components)(h)) + 1e-4
        return weights, means, sigmas


def negative_log_likelihood(params, model, x, y):
    weights, means, sigmas = model.apply(params, x)
    z = (y[:, None] - means) / sigmas
    densities = jnp.exp(-0.5 * z**2) / (sigmas * jnp.sqrt(2 * jnp.pi))
    return -jnp.mean(jnp.log(jnp.sum(weights * densities, axis=-1)))  # SSM203


@jax.jit
def step(params, model, x, y):
    return jax.value_and_grad(negative_log_likelihood)(params, model, x, y)
# fixed
import flax.linen as nn
import jax
import jax.numpy as jnp


class MDN(nn.Module):
    components: int

    @nn.compact
    def __call__(self, x):
        h = nn.tanh(nn.Dense(64)(x))
        log_weights = nn.log_softmax(nn.Dense(self.components)(h), axis=-1)
        means = nn.Dense(self.components)(h)
        sigmas = nn.softplus(nn.Dense(self.components)(h)) + 1e-4
        return log_weights, means, sigmas


def negative_log_likelihood(params, model, x, y):
    log_weights, means, sigmas = model.apply(params, x)
    z = (y[:, None] - means) / sigmas
    log_densities = -0.5 * z**2 - jnp.log(sigmas) - 0.5 * jnp.log(2 * jnp.pi)
    return -jnp.mean(jax.nn.logsumexp(log_weights + log_densities, axis=-1))


@jax.jit
def step(params, model, x, y):
    return jax.value_and_grad(negative_log_likelihood)(params, model, x, y)
