"""Switch / top-k mixture of experts in Flax: router, auxiliary losses, dispatch statistics."""
from typing import Callable

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


def router_z_loss(router_logits):
    log_z = jnp.log(jnp.sum(jnp.exp(router_logits), axis=-1))  # SSM203
    return jnp.mean(log_z ** 2)


def load_balancing_loss(router_probs, expert_index):
    num_experts = router_probs.shape[-1]
    onehot = jax.nn.one_hot(expert_index, num_experts)
    tokens_per_expert = onehot.mean(axis=0)
    prob_per_expert = router_probs.mean(axis=0)
    return num_experts * jnp.sum(tokens_per_expert * prob_per_expert)


def importance_loss(router_logits):
    importance = jax.nn.softmax(router_logits, axis=-1).sum(axis=0)
    return jnp.var(importance) / jnp.mean(importance) ** 2


def routing_entropy(router_probs):
    return -jnp.sum(router_probs * jnp.log(router_probs), axis=-1).mean()  # SSM301


def usage_perplexity(expert_index, num_experts):
    counts = jnp.bincount(expert_index.ravel(), length=num_experts)
    usage = counts / expert_index.size
    return jnp.exp(-jnp.sum(usage * jnp.log(usage)))  # SSM301


def expert_means(tokens, onehot):
    sums = onehot.T @ tokens
    return sums / onehot.sum(axis=0)[:, None]  # SSM302


class Expert(nn.Module):
    hidden: int
    act: Callable = nn.gelu

    @nn.compact
    def __call__(self, x):
        d = x.shape[-1]
        h = self.act(nn.Dense(self.hidden)(x))
        return nn.Dense(d)(h)


class Router(nn.Module):
    num_experts: int
    k: int = 2
    jitter: float = 1e-2

    @nn.compact
    def __call__(self, x, train: bool):
        if train and self.jitter > 0:
            x = x * jax.random.uniform(self.make_rng("jitter"), x.shape, x.dtype,
                                       1.0 - self.jitter, 1.0 + self.jitter)
        logits = nn.Dense(self.num_experts, use_bias=False, name="gate")(x)
        weights = jnp.exp(logits)
        probs = weights / weights.sum(-1, keepdims=True)  # SSM101
        top_p, top_i = jax.lax.top_k(probs, self.k)
        top_p = top_p / top_p.sum(-1, keepdims=True)
        return logits, probs, top_p, top_i


class MoE(nn.Module):
    num_experts: int
    hidden: int
    capacity_factor: float = 1.25

    @nn.compact
    def __call__(self, x, train=True):
        tokens = x.reshape(-1, x.shape[-1])
        capacity = int(self.capacity_factor * tokens.shape[0] / self.num_experts)
        logits, probs, top_p, top_i = Router(self.num_experts)(tokens, train)
        outs = jnp.stack([Expert(self.hidden, name=f"expert_{i}")(tokens)
                          for i in range(self.num_experts)], axis=1)
        picked = jnp.take_along_axis(outs, top_i[..., None], axis=1)
        y = jnp.sum(picked * top_p[..., None], axis=1)
        hot = jax.nn.one_hot(top_i[:, 0], self.num_experts, dtype=jnp.bfloat16)
        load = hot.sum(axis=0)  # SSM507
        self.sow("intermediates", "overflow", jnp.maximum(load - capacity, 0) / tokens.shape[0])
        aux = load_balancing_loss(probs, top_i[:, 0]) + 1e-3 * router_z_loss(logits)
        return y.reshape(x.shape), aux


def make_optimizer(lr, warmup, steps):
    schedule = optax.warmup_cosine_decay_schedule(0.0, lr, warmup, steps)
    return optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule))
# fixed
from typing import Callable

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax


def router_z_loss(router_logits):
    log_z = jax.nn.logsumexp(router_logits, axis=-1)
    return jnp.mean(log_z ** 2)


def load_balancing_loss(router_probs, expert_index):
    num_experts = router_probs.shape[-1]
    onehot = jax.nn.one_hot(expert_index, num_experts)
    tokens_per_expert = onehot.mean(axis=0)
    prob_per_expert = router_probs.mean(axis=0)
    return num_experts * jnp.sum(tokens_per_expert * prob_per_expert)


def importance_loss(router_logits):
    importance = jax.nn.softmax(router_logits, axis=-1).sum(axis=0)
    return jnp.var(importance) / jnp.mean(importance) ** 2


def routing_entropy(router_probs):
    return -jnp.sum(router_probs * jnp.log(router_probs + 1e-9), axis=-1).mean()


def usage_perplexity(expert_index, num_experts):
    counts = jnp.bincount(expert_index.ravel(), length=num_experts)
    usage = counts / expert_index.size
    return jnp.exp(-jnp.sum(jax.scipy.special.xlogy(usage, usage)))


def expert_means(tokens, onehot):
    sums = onehot.T @ tokens
    return sums / jnp.maximum(onehot.sum(axis=0), 1.0)[:, None]


class Expert(nn.Module):
    hidden: int
    act: Callable = nn.gelu

    @nn.compact
    def __call__(self, x):
        d = x.shape[-1]
        h = self.act(nn.Dense(self.hidden)(x))
        return nn.Dense(d)(h)


class Router(nn.Module):
    num_experts: int
    k: int = 2
    jitter: float = 1e-2

    @nn.compact
    def __call__(self, x, train: bool):
        if train and self.jitter > 0:
            x = x * jax.random.uniform(self.make_rng("jitter"), x.shape, x.dtype,
                                       1.0 - self.jitter, 1.0 + self.jitter)
        logits = nn.Dense(self.num_experts, use_bias=False, name="gate")(x)
        probs = jax.nn.softmax(logits, axis=-1)
        top_p, top_i = jax.lax.top_k(probs, self.k)
        top_p = top_p / top_p.sum(-1, keepdims=True)
        return logits, probs, top_p, top_i


class MoE(nn.Module):
    num_experts: int
    hidden: int
    capacity_factor: float = 1.25

    @nn.compact
    def __call__(self, x, train=True):
        tokens = x.reshape(-1, x.shape[-1])
        capacity = int(self.capacity_factor * tokens.shape[0] / self.num_experts)
        logits, probs, top_p, top_i = Router(self.num_experts)(tokens, train)
        outs = jnp.stack([Expert(self.hidden, name=f"expert_{i}")(tokens)
                          for i in range(self.num_experts)], axis=1)
        picked = jnp.take_along_axis(outs, top_i[..., None], axis=1)
        y = jnp.sum(picked * top_p[..., None], axis=1)
        hot = jax.nn.one_hot(top_i[:, 0], self.num_experts, dtype=jnp.bfloat16)
        load = hot.sum(axis=0, dtype=jnp.float32)
        self.sow("intermediates", "overflow", jnp.maximum(load - capacity, 0) / tokens.shape[0])
        aux = load_balancing_loss(probs, top_i[:, 0]) + 1e-3 * router_z_loss(logits)
        return y.reshape(x.shape), aux


def make_optimizer(lr, warmup, steps):
    schedule = optax.warmup_cosine_decay_schedule(0.0, lr, warmup, steps)
    return optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule))
