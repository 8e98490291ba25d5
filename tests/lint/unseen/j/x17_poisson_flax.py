"""Demand forecasting in Flax: Poisson deviance over padded sequences of counts."""
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax
from flax.training import train_state


class CountModel(nn.Module):
    hidden: int = 64
    dropout: float = 0.1

    @nn.compact
    def __call__(self, x, train: bool):
        h = nn.relu(nn.Dense(self.hidden)(x))
        h = nn.Dropout(self.dropout, deterministic=not train)(h)
        h = nn.LayerNorm()(nn.relu(nn.Dense(self.hidden)(h)))
        eta = nn.Dense(1)(h)[..., 0]
        return jnp.exp(eta) + 1e-6  # SSM505


def poisson_deviance(y, mu):
    ratio = y / mu
    term = jnp.where(y > 0, y * jnp.log(ratio), 0.0)  # SSM305
    return 2.0 * (term - (y - mu))


def masked_mean(values, mask):
    return jnp.sum(values * mask, axis=1) / jnp.sum(mask, axis=1)  # SSM302


def create_state(rng, sample, lr=1e-3, steps=10000):
    model = CountModel()
    params = model.init({"params": rng, "dropout": rng}, sample, train=False)["params"]
    schedule = optax.warmup_cosine_decay_schedule(0.0, lr, steps // 20, steps)
    tx = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule))
    return train_state.TrainState.create(apply_fn=model.apply, params=params, tx=tx)


@jax.jit
def train_step(state, batch, key):
    def loss_fn(params):
        mu = state.apply_fn({"params": params}, batch["x"], train=True, rngs={"dropout": key})
        return masked_mean(poisson_deviance(batch["y"], mu), batch["mask"]).mean()

    loss, grads = jax.value_and_grad(loss_fn)(state.params)
    return state.apply_gradients(grads=grads), loss


@jax.jit
def eval_step(state, batch):
    mu = state.apply_fn({"params": state.params}, batch["x"], train=False)
    error = jnp.abs(mu - batch["y"]) * batch["mask"]
    return error.sum(), batch["mask"].sum()


def fit(loader, valid, sample, epochs=10):
    key = jax.random.PRNGKey(42)
    state = create_state(key, sample)
    for epoch in range(epochs):
        for batch in loader:
            key, sub = jax.random.split(key)
            state, loss = train_step(state, batch, sub)
        pairs = [eval_step(state, b) for b in valid]
        mae = sum(float(a) for a, _ in pairs) / max(sum(float(n) for _, n in pairs), 1.0)
        print(f"epoch {epoch} loss {float(loss):.4f} mae {mae:.4f}")
    return state
# fixed
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax
from flax.training import train_state


class CountModel(nn.Module):
    hidden: int = 64
    dropout: float = 0.1

    @nn.compact
    def __call__(self, x, train: bool):
        h = nn.relu(nn.Dense(self.hidden)(x))
        h = nn.Dropout(self.dropout, deterministic=not train)(h)
        h = nn.LayerNorm()(nn.relu(nn.Dense(self.hidden)(h)))
        eta = nn.Dense(1)(h)[..., 0]
        return jnp.exp(jnp.clip(eta, -15.0, 15.0)) + 1e-6


def poisson_deviance(y, mu):
    ratio = jnp.where(y > 0, y, 1.0) / mu
    term = jnp.where(y > 0, y * jnp.log(ratio), 0.0)
    return 2.0 * (term - (y - mu))


def masked_mean(values, mask):
    return jnp.sum(values * mask, axis=1) / jnp.maximum(jnp.sum(mask, axis=1), 1.0)


def create_state(rng, sample, lr=1e-3, steps=10000):
    model = CountModel()
    params = model.init({"params": rng, "dropout": rng}, sample, train=False)["params"]
    schedule = optax.warmup_cosine_decay_schedule(0.0, lr, steps // 20, steps)
    tx = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule))
    return train_state.TrainState.create(apply_fn=model.apply, params=params, tx=tx)


@jax.jit
def train_step(state, batch, key):
    def loss_fn(params):
        mu = state.apply_fn({"params": params}, batch["x"], train=True, rngs={"dropout": key})
        return masked_mean(poisson_deviance(batch["y"], mu), batch["mask"]).mean()

    loss, grads = jax.value_and_grad(loss_fn)(state.params)
    return state.apply_gradients(grads=grads), loss


@jax.jit
def eval_step(state, batch):
    mu = state.apply_fn({"params": state.params}, batch["x"], train=False)
    error = jnp.abs(mu - batch["y"]) * batch["mask"]
    return error.sum(), batch["mask"].sum()


def fit(loader, valid, sample, epochs=10):
    key = jax.random.PRNGKey(42)
    state = create_state(key, sample)
    for epoch in range(epochs):
        for batch in loader:
            key, sub = jax.random.split(key)
            state, loss = train_step(state, batch, sub)
        pairs = [eval_step(state, b) for b in valid]
        mae = sum(float(a) for a, _ in pairs) / max(sum(float(n) for _, n in pairs), 1.0)
        print(f"epoch {epoch} loss {float(loss):.4f} mae {mae:.4f}")
    return state
