"""Losses of a neural codec in JAX: spectra, cosine distances, a vector quantizer."""
import jax
import jax.numpy as jnp


def magnitude(re, im):
    return jnp.sqrt(re**2 + im**2)  # SSM303


def log_spectral_distance(x, y):
    a = jnp.log(jnp.abs(jnp.fft.rfft(x)) ** 2)  # SSM301
    b = jnp.log(jnp.abs(jnp.fft.rfft(y)) ** 2 + 1e-7)
    return jnp.mean((a - b) ** 2)


def cosine_similarity(a, b):
    a = a / jnp.linalg.norm(a, axis=-1, keepdims=True)  # SSM302
    b = b / jnp.linalg.norm(b, axis=-1, keepdims=True)  # SSM302
    return jnp.sum(a * b, axis=-1)


def quantize(z, codebook, key, temperature):
    d = jnp.sum((z[:, None] - codebook) ** 2, axis=-1)
    u = jax.random.uniform(key, d.shape)
    g = -jnp.log(-jnp.log(u))  # SSM301
    return jax.nn.softmax((-d + g) / temperature, axis=-1) @ codebook  # SSM106


def perplexity(assignments):
    usage = jnp.mean(jax.nn.one_hot(assignments, 512), axis=0)
    return jnp.exp(-jnp.sum(usage * jnp.log(usage)))  # SSM301


def signal_to_noise(x, y):
    noise = jnp.sum((x - y) ** 2)
    return 10 * jnp.log10(jnp.sum(x**2) / noise)
# fixed
import jax
import jax.numpy as jnp


def magnitude(re, im):
    return jnp.sqrt(re**2 + im**2 + 1e-12)


def log_spectral_distance(x, y):
    a = jnp.log(jnp.abs(jnp.fft.rfft(x)) ** 2 + 1e-7)
    b = jnp.log(jnp.abs(jnp.fft.rfft(y)) ** 2 + 1e-7)
    return jnp.mean((a - b) ** 2)


def cosine_similarity(a, b):
    a = a / jnp.maximum(jnp.linalg.norm(a, axis=-1, keepdims=True), 1e-8)
    b = b / jnp.maximum(jnp.linalg.norm(b, axis=-1, keepdims=True), 1e-8)
    return jnp.sum(a * b, axis=-1)


def quantize(z, codebook, key, temperature):
    d = jnp.sum((z[:, None] - codebook) ** 2, axis=-1)
    g = jax.random.gumbel(key, d.shape)
    return jax.nn.softmax((-d + g) / jnp.maximum(temperature, 1e-3), axis=-1) @ codebook


def perplexity(assignments):
    usage = jnp.mean(jax.nn.one_hot(assignments, 512), axis=0)
    return jnp.exp(jnp.sum(jax.scipy.special.entr(usage)))


def signal_to_noise(x, y):
    noise = jnp.sum((x - y) ** 2) + 1e-12
    return 10 * jnp.log10(jnp.sum(x**2) / noise)
