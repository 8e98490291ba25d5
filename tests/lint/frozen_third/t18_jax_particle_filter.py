"""A particle filter with lax.scan: weights, evidence, effective sample size."""
import jax
import jax.numpy as jnp


def filter_step(carry, observation):
    particles, key = carry
    key, sub = jax.random.split(key)
    particles = particles + jax.random.normal(sub, particles.shape)
    log_w = -0.5 * (observation - particles) ** 2
    w = jnp.exp(log_w)
    evidence = jnp.log(jnp.mean(w))  # SSM204
    w = w / jnp.sum(w)  # SSM101
    ess = 1.0 / jnp.sum(w**2)
    index = jax.random.choice(key, particles.shape[0], particles.shape, p=w)
    return (particles[index], key), (evidence, ess)


def run(particles, observations, key):
    return jax.lax.scan(filter_step, (particles, key), observations)
# fixed
import jax
import jax.numpy as jnp


def filter_step(carry, observation):
    particles, key = carry
    key, sub = jax.random.split(key)
    particles = particles + jax.random.normal(sub, particles.shape)
    log_w = -0.5 * (observation - particles) ** 2
    total = jax.nn.logsumexp(log_w)
    evidence = total - jnp.log(log_w.shape[0])
    w = jnp.exp(log_w - total)
    ess = 1.0 / jnp.sum(w**2)
    index = jax.random.choice(key, particles.shape[0], particles.shape, p=w)
    return (particles[index], key), (evidence, ess)


def run(particles, observations, key):
    return jax.lax.scan(filter_step, (particles, key), observations)
