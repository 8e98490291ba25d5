"""Program synthesis with a pointer decoder in Flax: examples in, tokens of a small language out."""
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


class Encoder(nn.Module):
    width: int = 128

    @nn.compact
    def __call__(self, examples):
        h = nn.relu(nn.Dense(self.width)(examples))
        return nn.LayerNorm()(nn.Dense(self.width)(h)).max(axis=1)


class Decoder(nn.Module):
    tokens: int
    width: int = 128

    @nn.compact
    def __call__(self, task, prefix, variables, defined):
        """defined: (B, V), which variables exist so far: none at the first token."""
        h = nn.Embed(self.tokens, self.width)(prefix).mean(axis=1) + task
        h = nn.tanh(nn.Dense(self.width)(h))
        token_probs = nn.softmax(nn.Dense(self.tokens)(h))
        scores = jnp.einsum("bd,bvd->bv", h, variables) / jnp.sqrt(self.width)
        scores = jnp.where(defined, scores, -jnp.inf)
        pointer = nn.softmax(scores, axis=-1)  # SSM503
        solvable = nn.Dense(1)(h).squeeze(-1)
        return token_probs, pointer, solvable


def loss_fn(params, model, batch):
    token_probs, pointer, solvable = model.apply(
        params, batch["task"], batch["prefix"], batch["variables"], batch["defined"])
    tokens = optax.softmax_cross_entropy_with_integer_labels(token_probs, batch["token"])  # SSM402
    picked = jnp.take_along_axis(pointer, batch["variable"][:, None], axis=1)[:, 0]
    where = -jnp.log(picked) * batch["is_variable"]  # SSM201
    value = optax.sigmoid_binary_cross_entropy(solvable, batch["found"])
    return jnp.mean(tokens + where + 0.1 * value)


def length_penalty(lengths, alpha=0.7):
    return ((5.0 + lengths) / 6.0) ** alpha


def make_step(model, tx):
    @jax.jit
    def step(params, state, batch):
        loss, grads = jax.value_and_grad(loss_fn)(params, model, batch)
        updates, state = tx.update(grads, state)
        return optax.apply_updates(params, updates), state, loss
    return step
# fixed
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


class Encoder(nn.Module):
    width: int = 128

    @nn.compact
    def __call__(self, examples):
        h = nn.relu(nn.Dense(self.width)(examples))
        return nn.LayerNorm()(nn.Dense(self.width)(h)).max(axis=1)


class Decoder(nn.Module):
    tokens: int
    width: int = 128

    @nn.compact
    def __call__(self, task, prefix, variables, defined):
        """defined: (B, V), which variables exist so far: none at the first token."""
        h = nn.Embed(self.tokens, self.width)(prefix).mean(axis=1) + task
        h = nn.tanh(nn.Dense(self.width)(h))
        token_logits = nn.Dense(self.tokens)(h)
        scores = jnp.einsum("bd,bvd->bv", h, variables) / jnp.sqrt(self.width)
        scores = jnp.where(defined, scores, jnp.finfo(scores.dtype).min)
        pointer = nn.log_softmax(scores, axis=-1)
        solvable = nn.Dense(1)(h).squeeze(-1)
        return token_logits, pointer, solvable


def loss_fn(params, model, batch):
    token_logits, log_pointer, solvable = model.apply(
        params, batch["task"], batch["prefix"], batch["variables"], batch["defined"])
    tokens = optax.softmax_cross_entropy_with_integer_labels(token_logits, batch["token"])
    picked = jnp.take_along_axis(log_pointer, batch["variable"][:, None], axis=1)[:, 0]
    where = jnp.where(batch["is_variable"] > 0, -picked, 0.0)
    value = optax.sigmoid_binary_cross_entropy(solvable, batch["found"])
    return jnp.mean(tokens + where + 0.1 * value)


def length_penalty(lengths, alpha=0.7):
    return ((5.0 + lengths) / 6.0) ** alpha


def make_step(model, tx):
    @jax.jit
    def step(params, state, batch):
        loss, grads = jax.value_and_grad(loss_fn)(params, model, batch)
        updates, state = tx.update(grads, state)
        return optax.apply_updates(params, updates), state, loss
    return step
