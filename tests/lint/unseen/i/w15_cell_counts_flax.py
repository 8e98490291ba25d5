"""A Poisson variational autoencoder for cell counts in Flax and optax."""
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn
from jax.scipy.special import gammaln


class Encoder(nn.Module):
    latent: int
    hidden: int = 128

    @nn.compact
    def __call__(self, x):
        h = nn.relu(nn.Dense(self.hidden)(jnp.log1p(x)))
        mean = nn.Dense(self.latent)(h)
        std = nn.softplus(nn.Dense(self.latent)(h)) + 1e-4
        return mean, std


class Decoder(nn.Module):
    genes: int
    hidden: int = 128

    @nn.compact
    def __call__(self, z, log_library):
        h = nn.relu(nn.Dense(self.hidden)(z))
        log_rate = nn.Dense(self.genes)(h) + log_library
        return jnp.exp(log_rate)  # SSM505


class CountVAE(nn.Module):
    genes: int
    latent: int = 10

    def setup(self):
        self.encoder = Encoder(self.latent)
        self.decoder = Decoder(self.genes)

    def __call__(self, x, rng):
        mean, std = self.encoder(x)
        z = mean + std * jax.random.normal(rng, mean.shape)
        log_library = jnp.log(x.sum(axis=1, keepdims=True))  # SSM301
        return mean, std, self.decoder(z, log_library)


def loss_fn(params, model, x, rng, beta):
    mean, std, rate = model.apply(params, x, rng)
    nll = (rate - x * jnp.log(rate) + gammaln(x + 1)).sum(axis=1)  # SSM210
    kl = 0.5 * (std ** 2 + mean ** 2 - 1 - 2 * jnp.log(std)).sum(axis=1)
    return (nll + beta * kl).mean()


def fit(counts, epochs=50, batch=128, lr=1e-3, warmup=20, seed=0):
    model = CountVAE(genes=counts.shape[1])
    rng = jax.random.PRNGKey(seed)
    params = model.init(rng, counts[:2], rng)
    tx = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(lr))
    state = tx.init(params)

    @jax.jit
    def step(params, state, x, rng, beta):
        value, grads = jax.value_and_grad(loss_fn)(params, model, x, rng, beta)
        updates, state = tx.update(grads, state, params)
        return optax.apply_updates(params, updates), state, value

    for epoch in range(epochs):
        beta = min(1.0, (epoch + 1) / warmup)
        order = np.random.default_rng(epoch).permutation(len(counts))
        for i in range(0, len(order), batch):
            rng, key = jax.random.split(rng)
            params, state, value = step(params, state, counts[order[i:i + batch]], key, beta)
        print(epoch, float(value))
    return model, params
# fixed
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn
from jax.scipy.special import gammaln


class Encoder(nn.Module):
    latent: int
    hidden: int = 128

    @nn.compact
    def __call__(self, x):
        h = nn.relu(nn.Dense(self.hidden)(jnp.log1p(x)))
        mean = nn.Dense(self.latent)(h)
        std = nn.softplus(nn.Dense(self.latent)(h)) + 1e-4
        return mean, std


class Decoder(nn.Module):
    genes: int
    hidden: int = 128

    @nn.compact
    def __call__(self, z, log_library):
        h = nn.relu(nn.Dense(self.hidden)(z))
        log_rate = nn.Dense(self.genes)(h) + log_library
        return jnp.clip(log_rate, -20.0, 20.0)


class CountVAE(nn.Module):
    genes: int
    latent: int = 10

    def setup(self):
        self.encoder = Encoder(self.latent)
        self.decoder = Decoder(self.genes)

    def __call__(self, x, rng):
        mean, std = self.encoder(x)
        z = mean + std * jax.random.normal(rng, mean.shape)
        log_library = jnp.log(jnp.maximum(x.sum(axis=1, keepdims=True), 1.0))
        return mean, std, self.decoder(z, log_library)


def loss_fn(params, model, x, rng, beta):
    mean, std, log_rate = model.apply(params, x, rng)
    nll = (jnp.exp(log_rate) - x * log_rate + gammaln(x + 1)).sum(axis=1)
    kl = 0.5 * (std ** 2 + mean ** 2 - 1 - 2 * jnp.log(std)).sum(axis=1)
    return (nll + beta * kl).mean()


def fit(counts, epochs=50, batch=128, lr=1e-3, warmup=20, seed=0):
    model = CountVAE(genes=counts.shape[1])
    rng = jax.random.PRNGKey(seed)
    params = model.init(rng, counts[:2], rng)
    tx = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(lr))
    state = tx.init(params)

    @jax.jit
    def step(params, state, x, rng, beta):
        value, grads = jax.value_and_grad(loss_fn)(params, model, x, rng, beta)
        updates, state = tx.update(grads, state, params)
        return optax.apply_updates(params, updates), state, value

    for epoch in range(epochs):
        beta = min(1.0, (epoch + 1) / warmup)
        order = np.random.default_rng(epoch).permutation(len(counts))
        for i in range(0, len(order), batch):
            rng, key = jax.random.split(rng)
            params, state, value = step(params, state, counts[order[i:i + batch]], key, beta)
        print(epoch, float(value))
    return model, params
