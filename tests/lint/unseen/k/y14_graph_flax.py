"""A variational graph autoencoder with a layout energy, Flax and optax."""
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


def normalized_adjacency(adj):
    degree = adj.sum(axis=1)
    scale = degree ** -0.5  # SSM304
    return scale[:, None] * adj * scale[None, :]


class GraphEncoder(nn.Module):
    hidden: int = 32
    latent: int = 2

    @nn.compact
    def __call__(self, a_hat, x):
        h = nn.relu(a_hat @ nn.Dense(self.hidden, use_bias=False)(x))
        mean = a_hat @ nn.Dense(self.latent)(h)
        log_std = a_hat @ nn.Dense(self.latent)(h)
        return mean, jnp.clip(log_std, -10.0, 10.0)


def edge_loss(z, adj):
    logits = z @ z.T
    positive = adj.sum()
    total = adj.shape[0] ** 2
    weight = (total - positive) / jnp.maximum(positive, 1.0)
    losses = optax.sigmoid_binary_cross_entropy(logits, adj)
    return jnp.mean(losses * jnp.where(adj > 0, weight, 1.0))


def layout_energy(z):
    dist = jnp.linalg.norm(z[:, None, :] - z[None, :, :], axis=-1)  # SSM303
    repulsion = jnp.where(dist > 0, -jnp.log(dist), 0.0)  # SSM305
    return jnp.mean(repulsion + 0.1 * dist)


def kl(mean, log_std):
    return -0.5 * jnp.mean(jnp.sum(1 + 2 * log_std - mean ** 2 - jnp.exp(2 * log_std), axis=1))


def make_step(model, optimizer, adj, x, beta=1.0):
    a_hat = normalized_adjacency(adj)

    def loss_fn(params, key):
        mean, log_std = model.apply(params, a_hat, x)
        z = mean + jnp.exp(log_std) * jax.random.normal(key, mean.shape)
        return edge_loss(z, adj) + beta * kl(mean, log_std) / adj.shape[0] + 0.01 * layout_energy(mean)

    @jax.jit
    def step(params, state, key):
        value, grads = jax.value_and_grad(loss_fn)(params, key)
        updates, state = optimizer.update(grads, state)
        return optax.apply_updates(params, updates), state, value

    return step


def train(adj, x, steps=200, lr=0.01, seed=0):
    model, optimizer = GraphEncoder(), optax.adam(lr)
    key = jax.random.PRNGKey(seed)
    params = model.init(key, normalized_adjacency(adj), x)
    state, step = optimizer.init(params), make_step(model, optimizer, adj, x)
    for i in range(steps):
        params, state, value = step(params, state, jax.random.fold_in(key, i))
    return params, value
# fixed
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


def normalized_adjacency(adj):
    degree = adj.sum(axis=1)
    scale = jnp.maximum(degree, 1.0) ** -0.5
    return scale[:, None] * adj * scale[None, :]


class GraphEncoder(nn.Module):
    hidden: int = 32
    latent: int = 2

    @nn.compact
    def __call__(self, a_hat, x):
        h = nn.relu(a_hat @ nn.Dense(self.hidden, use_bias=False)(x))
        mean = a_hat @ nn.Dense(self.latent)(h)
        log_std = a_hat @ nn.Dense(self.latent)(h)
        return mean, jnp.clip(log_std, -10.0, 10.0)


def edge_loss(z, adj):
    logits = z @ z.T
    positive = adj.sum()
    total = adj.shape[0] ** 2
    weight = (total - positive) / jnp.maximum(positive, 1.0)
    losses = optax.sigmoid_binary_cross_entropy(logits, adj)
    return jnp.mean(losses * jnp.where(adj > 0, weight, 1.0))


def layout_energy(z):
    squared = jnp.sum((z[:, None, :] - z[None, :, :]) ** 2, axis=-1)
    apart = squared > 0
    dist = jnp.where(apart, jnp.sqrt(jnp.where(apart, squared, 1.0)), 0.0)
    repulsion = jnp.where(apart, -jnp.log(jnp.where(apart, dist, 1.0)), 0.0)
    return jnp.mean(repulsion + 0.1 * dist)


def kl(mean, log_std):
    return -0.5 * jnp.mean(jnp.sum(1 + 2 * log_std - mean ** 2 - jnp.exp(2 * log_std), axis=1))


def make_step(model, optimizer, adj, x, beta=1.0):
    a_hat = normalized_adjacency(adj)

    def loss_fn(params, key):
        mean, log_std = model.apply(params, a_hat, x)
        z = mean + jnp.exp(log_std) * jax.random.normal(key, mean.shape)
        return edge_loss(z, adj) + beta * kl(mean, log_std) / adj.shape[0] + 0.01 * layout_energy(mean)

    @jax.jit
    def step(params, state, key):
        value, grads = jax.value_and_grad(loss_fn)(params, key)
        updates, state = optimizer.update(grads, state)
        return optax.apply_updates(params, updates), state, value

    return step


def train(adj, x, steps=200, lr=0.01, seed=0):
    model, optimizer = GraphEncoder(), optax.adam(lr)
    key = jax.random.PRNGKey(seed)
    params = model.init(key, normalized_adjacency(adj), x)
    state, step = optimizer.init(params), make_step(model, optimizer, adj, x)
    for i in range(steps):
        params, state, value = step(params, state, jax.random.fold_in(key, i))
    return params, value
