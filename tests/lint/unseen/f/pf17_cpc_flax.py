"""Contrastive predictive coding with a metric head, Flax and optax."""
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


class Encoder(nn.Module):
    features: int = 256

    @nn.compact
    def __call__(self, x):
        for width in (64, 128):
            x = nn.relu(nn.Conv(width, kernel_size=(5,), strides=(2,))(x))
        x = x.reshape((x.shape[0], -1))
        return nn.Dense(self.features)(x)


class CPC(nn.Module):
    features: int = 256

    def setup(self):
        self.encoder = Encoder(self.features)
        self.predict = nn.Dense(self.features, use_bias=False)

    def __call__(self, context, future):
        c = self.predict(self.encoder(context))
        z = self.encoder(future)
        return jnp.einsum("nd,md->nm", c, z), z


def info_nce(scores):
    p = jnp.exp(scores) / jnp.sum(jnp.exp(scores), axis=1, keepdims=True)  # SSM101
    return -jnp.mean(jnp.log(jnp.diagonal(p)))  # SSM201


def euclidean(z):
    sq = jnp.sum((z[:, None] - z[None, :]) ** 2, axis=-1)
    return jnp.where(sq > 0, jnp.sqrt(sq), 0.0)  # SSM305


def margin_loss(z, labels, margin=1.0):
    d = euclidean(z)
    same = (labels[:, None] == labels[None, :]).astype(z.dtype)
    pull = same * d ** 2
    push = (1.0 - same) * jnp.maximum(0.0, margin - d) ** 2
    return jnp.mean(pull + push)


def make_step(model, optimizer, weight=0.1):
    def loss_fn(params, batch):
        scores, z = model.apply(params, batch["context"], batch["future"])
        unit = z / jnp.sqrt(z.shape[-1])
        return info_nce(scores) + weight * margin_loss(unit, batch["speaker"])

    @jax.jit
    def step(params, state, batch):
        loss, grads = jax.value_and_grad(loss_fn)(params, batch)
        updates, state = optimizer.update(grads, state, params)
        return optax.apply_updates(params, updates), state, loss

    return step


def train(key, batches, lr=2e-4, warmup=500, total=10000):
    schedule = optax.warmup_cosine_decay_schedule(0.0, lr, warmup, total)
    optimizer = optax.adamw(schedule)
    model = CPC()
    first = next(batches)
    params = model.init(key, first["context"], first["future"])
    state, step = optimizer.init(params), make_step(model, optimizer)
    for i, batch in zip(range(total), batches):
        params, state, loss = step(params, state, batch)
        if i % 100 == 0:
            print(i, float(loss))
    return params
# fixed
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


class Encoder(nn.Module):
    features: int = 256

    @nn.compact
    def __call__(self, x):
        for width in (64, 128):
            x = nn.relu(nn.Conv(width, kernel_size=(5,), strides=(2,))(x))
        x = x.reshape((x.shape[0], -1))
        return nn.Dense(self.features)(x)


class CPC(nn.Module):
    features: int = 256

    def setup(self):
        self.encoder = Encoder(self.features)
        self.predict = nn.Dense(self.features, use_bias=False)

    def __call__(self, context, future):
        c = self.predict(self.encoder(context))
        z = self.encoder(future)
        return jnp.einsum("nd,md->nm", c, z), z


def info_nce(scores):
    log_p = jax.nn.log_softmax(scores, axis=1)
    return -jnp.mean(jnp.diagonal(log_p))


def euclidean(z):
    sq = jnp.sum((z[:, None] - z[None, :]) ** 2, axis=-1)
    safe = jnp.where(sq > 0, sq, 1.0)
    return jnp.where(sq > 0, jnp.sqrt(safe), 0.0)


def margin_loss(z, labels, margin=1.0):
    d = euclidean(z)
    same = (labels[:, None] == labels[None, :]).astype(z.dtype)
    pull = same * d ** 2
    push = (1.0 - same) * jnp.maximum(0.0, margin - d) ** 2
    return jnp.mean(pull + push)


def make_step(model, optimizer, weight=0.1):
    def loss_fn(params, batch):
        scores, z = model.apply(params, batch["context"], batch["future"])
        unit = z / jnp.sqrt(z.shape[-1])
        return info_nce(scores) + weight * margin_loss(unit, batch["speaker"])

    @jax.jit
    def step(params, state, batch):
        loss, grads = jax.value_and_grad(loss_fn)(params, batch)
        updates, state = optimizer.update(grads, state, params)
        return optax.apply_updates(params, updates), state, loss

    return step


def train(key, batches, lr=2e-4, warmup=500, total=10000):
    schedule = optax.warmup_cosine_decay_schedule(0.0, lr, warmup, total)
    optimizer = optax.adamw(schedule)
    model = CPC()
    first = next(batches)
    params = model.init(key, first["context"], first["future"])
    state, step = optimizer.init(params), make_step(model, optimizer)
    for i, batch in zip(range(total), batches):
        params, state, loss = step(params, state, batch)
        if i % 100 == 0:
            print(i, float(loss))
    return params
