"""Self-paced and teacher-student curriculum for a linear probe, JAX and optax."""
from functools import partial
import jax
import jax.numpy as jnp
import optax

CFG = dict(tasks=8, total_steps=2000, gamma=2.0, lr=3e-4, start_pace=0.3)


def init(key, dim):
    return {"w": 0.01 * jax.random.normal(key, (dim,)), "b": jnp.zeros(())}


def focal(params, x, y):
    logit = x @ params["w"] + params["b"]
    sign = 2.0 * y - 1.0
    p = jax.nn.sigmoid(sign * logit)
    q = jax.nn.sigmoid(-sign * logit)
    return -(q ** CFG["gamma"]) * jnp.log(p)  # SSM202


def paced_loss(params, x, y, pace):
    losses = focal(params, x, y)
    easy = jax.lax.stop_gradient((losses < pace).astype(jnp.float32))
    return jnp.sum(easy * losses) / jnp.sum(easy)  # SSM302


optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(CFG["lr"]))


@jax.jit
def update(params, opt_state, x, y, pace):
    value, grads = jax.value_and_grad(paced_loss)(params, x, y, pace)
    updates, opt_state = optimizer.update(grads, opt_state, params)
    return optax.apply_updates(params, updates), opt_state, value


def task_probs(progress, step):
    """Sharper from step to step, nearly greedy at the last."""
    temperature = max(1.0 - step / CFG["total_steps"], 0.01)
    return jax.nn.softmax(jnp.abs(progress) / temperature)


def diversity(probs):
    return jnp.exp(-jnp.sum(probs * jnp.log(probs)))  # SSM301


def pace_at(step):
    return CFG["start_pace"] * jnp.exp(jnp.minimum(step / 500.0, 3.0))
# fixed
from functools import partial
import jax
import jax.numpy as jnp
import optax

CFG = dict(tasks=8, total_steps=2000, gamma=2.0, lr=3e-4, start_pace=0.3)


def init(key, dim):
    return {"w": 0.01 * jax.random.normal(key, (dim,)), "b": jnp.zeros(())}


def focal(params, x, y):
    logit = x @ params["w"] + params["b"]
    sign = 2.0 * y - 1.0
    q = jax.nn.sigmoid(-sign * logit)
    return -(q ** CFG["gamma"]) * jax.nn.log_sigmoid(sign * logit)


def paced_loss(params, x, y, pace):
    losses = focal(params, x, y)
    easy = jax.lax.stop_gradient((losses < pace).astype(jnp.float32))
    return jnp.sum(easy * losses) / jnp.maximum(jnp.sum(easy), 1.0)


optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(CFG["lr"]))


@jax.jit
def update(params, opt_state, x, y, pace):
    value, grads = jax.value_and_grad(paced_loss)(params, x, y, pace)
    updates, opt_state = optimizer.update(grads, opt_state, params)
    return optax.apply_updates(params, updates), opt_state, value


def task_probs(progress, step):
    """Sharper from step to step, nearly greedy at the last."""
    temperature = max(1.0 - step / CFG["total_steps"], 0.01)
    return jax.nn.softmax(jnp.abs(progress) / temperature)


def diversity(probs):
    return jnp.exp(jnp.sum(jax.scipy.special.entr(probs)))


def pace_at(step):
    return CFG["start_pace"] * jnp.exp(jnp.minimum(step / 500.0, 3.0))
