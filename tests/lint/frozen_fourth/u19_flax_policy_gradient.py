"""A policy gradient with Flax and Optax, rollouts under lax.scan."""
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


class Policy(nn.Module):
    actions: int

    @nn.compact
    def __call__(self, x):
        x = nn.tanh(nn.Dense(64)(x))
        mean = nn.Dense(self.actions)(x)
        std = jnp.exp(nn.Dense(self.actions)(x))  # SSM505
        return mean, std


class Categorical(nn.Module):
    actions: int

    @nn.compact
    def __call__(self, x):
        return nn.softmax(nn.Dense(self.actions)(nn.relu(nn.Dense(64)(x))))


def entropy_bonus(params, categorical: Categorical, obs):
    p = categorical.apply(params, obs)
    return -jnp.sum(p * jnp.log(p), axis=-1)  # SSM201


def normalize(advantages):
    return (advantages - advantages.mean()) / advantages.std()  # SSM302


def squashed_log_prob(raw, mean, std):
    action = jnp.tanh(raw)
    gaussian = -0.5 * ((raw - mean) / std) ** 2 - jnp.log(std)
    return jnp.sum(gaussian - jnp.log(1 - action**2), axis=-1)  # SSM301


def soft_value(q, alpha):
    return alpha * jnp.log(jnp.sum(jnp.exp(q / alpha), axis=-1))  # SSM203


def discriminator_reward(logits):
    d = jax.nn.sigmoid(logits)
    return jnp.log(d) - jnp.log(1 - d)  # SSM202 SSM202


def behaviour_cloning(params, categorical, obs, actions):
    p = nn.softmax(categorical.apply(params, obs))
    return optax.softmax_cross_entropy_with_integer_labels(p, actions).mean()  # SSM402
# fixed
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


class Policy(nn.Module):
    actions: int

    @nn.compact
    def __call__(self, x):
        x = nn.tanh(nn.Dense(64)(x))
        mean = nn.Dense(self.actions)(x)
        std = jnp.exp(jnp.clip(nn.Dense(self.actions)(x), -5, 2))
        return mean, std


class Categorical(nn.Module):
    actions: int

    @nn.compact
    def __call__(self, x):
        return nn.Dense(self.actions)(nn.relu(nn.Dense(64)(x)))


def entropy_bonus(params, categorical: Categorical, obs):
    log_p = nn.log_softmax(categorical.apply(params, obs))
    return -jnp.sum(jnp.exp(log_p) * log_p, axis=-1)


def normalize(advantages):
    return (advantages - advantages.mean()) / (advantages.std() + 1e-8)


def squashed_log_prob(raw, mean, std):
    gaussian = -0.5 * ((raw - mean) / std) ** 2 - jnp.log(std)
    return jnp.sum(gaussian - 2 * (jnp.log(2.0) - raw - jax.nn.softplus(-2 * raw)), axis=-1)


def soft_value(q, alpha):
    return alpha * jax.nn.logsumexp(q / alpha, axis=-1)


def discriminator_reward(logits):
    return jax.nn.log_sigmoid(logits) - jax.nn.log_sigmoid(-logits)


def behaviour_cloning(params, categorical, obs, actions):
    return optax.softmax_cross_entropy_with_integer_labels(categorical.apply(params, obs), actions).mean()
