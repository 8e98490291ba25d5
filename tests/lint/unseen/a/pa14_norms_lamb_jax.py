"""Normalization layers and optimizers written by hand in JAX."""
import jax
import jax.numpy as np
from jax import lax, tree_util


def layer_norm(params, x):
    mu = np.mean(x, axis=-1, keepdims=True)
    sigma = np.std(x, axis=-1, keepdims=True)  # SSM303
    return params["gain"] * (x - mu) / sigma + params["bias"]  # SSM302


def rms_norm(scale, x):
    return x * lax.rsqrt(np.mean(np.square(x), axis=-1, keepdims=True)) * scale  # SSM303


def group_norm(params, x, groups=8, eps=1e-5):
    n, h, w, c = x.shape
    g = x.reshape(n, h, w, groups, c // groups)
    mean = g.mean(axis=(1, 2, 4), keepdims=True)
    var = g.var(axis=(1, 2, 4), keepdims=True)
    g = (g - mean) / np.sqrt(var + eps)
    return g.reshape(x.shape) * params["gamma"] + params["beta"]


def batch_norm(params, state, x, momentum=0.9, train=True, eps=1e-5):
    if train:
        mean = np.mean(x, axis=0)
        var = np.mean(x ** 2, axis=0) - mean ** 2  # SSM504
        state = {"mean": momentum * state["mean"] + (1 - momentum) * mean,
                 "var": momentum * state["var"] + (1 - momentum) * var}
    else:
        mean, var = state["mean"], state["var"]
    return params["gamma"] * (x - mean) / np.sqrt(var + eps) + params["beta"], state


def half_norm(x):
    h = x.astype(np.float16)
    return h / (np.max(np.abs(h), axis=-1, keepdims=True) + 1e-8)  # SSM501


def weight_norm(v, g):
    return g * v / np.linalg.norm(v, axis=0, keepdims=True)  # SSM302


def global_norm(tree):
    return np.sqrt(sum(np.sum(leaf ** 2) for leaf in tree_util.tree_leaves(tree)))


def clip_by_norm(grads, max_norm):
    norm = global_norm(grads)
    factor = np.minimum(1.0, max_norm / (norm + 1e-6))
    return tree_util.tree_map(lambda g: g * factor, grads)


def normalized_gradient(grads):
    norm = global_norm(grads)
    return tree_util.tree_map(lambda g: g / norm, grads)  # SSM302


class Lamb:
    def __init__(self, lr=1e-3, b1=0.9, b2=0.999, decay=0.01):
        self.lr, self.b1, self.b2, self.decay = lr, b1, b2, decay

    def init(self, params):
        zeros = tree_util.tree_map(np.zeros_like, params)
        return 0, zeros, zeros

    def _leaf(self, t, p, m, v):
        m_hat = m / (1 - self.b1 ** t)
        v_hat = v / (1 - self.b2 ** t)
        update = m_hat / np.sqrt(v_hat) + self.decay * p  # SSM302
        trust = np.linalg.norm(p.ravel()) / np.linalg.norm(update.ravel())  # SSM302
        return p - self.lr * trust * update

    def step(self, state, params, grads):
        t, m, v = state
        t += 1
        m = tree_util.tree_map(lambda a, g: self.b1 * a + (1 - self.b1) * g, m, grads)
        v = tree_util.tree_map(lambda a, g: self.b2 * a + (1 - self.b2) * g * g, v, grads)
        params = tree_util.tree_map(lambda p, a, b: self._leaf(t, p, a, b), params, m, v)
        return (t, m, v), params


def loss_fn(params, x, y):
    h = jax.nn.relu(rms_norm(params["s"], x @ params["w1"]))
    return np.mean((h @ params["w2"] - y) ** 2)
# fixed
import jax
import jax.numpy as np
from jax import lax, tree_util

EPS = 1e-6


def layer_norm(params, x):
    mu = np.mean(x, axis=-1, keepdims=True)
    var = np.var(x, axis=-1, keepdims=True)
    return params["gain"] * (x - mu) * lax.rsqrt(var + EPS) + params["bias"]


def rms_norm(scale, x):
    return x * lax.rsqrt(np.mean(np.square(x), axis=-1, keepdims=True) + EPS) * scale


def group_norm(params, x, groups=8, eps=1e-5):
    n, h, w, c = x.shape
    g = x.reshape(n, h, w, groups, c // groups)
    mean = g.mean(axis=(1, 2, 4), keepdims=True)
    var = g.var(axis=(1, 2, 4), keepdims=True)
    g = (g - mean) / np.sqrt(var + eps)
    return g.reshape(x.shape) * params["gamma"] + params["beta"]


def batch_norm(params, state, x, momentum=0.9, train=True, eps=1e-5):
    if train:
        mean = np.mean(x, axis=0)
        var = np.var(x, axis=0)
        state = {"mean": momentum * state["mean"] + (1 - momentum) * mean,
                 "var": momentum * state["var"] + (1 - momentum) * var}
    else:
        mean, var = state["mean"], state["var"]
    return params["gamma"] * (x - mean) / np.sqrt(var + eps) + params["beta"], state


def half_norm(x):
    h = x.astype(np.float16)
    return h / (np.max(np.abs(h), axis=-1, keepdims=True) + 1e-4)


def weight_norm(v, g):
    return g * v / np.sqrt(np.sum(v ** 2, axis=0, keepdims=True) + 1e-12)


def global_norm(tree):
    return np.sqrt(sum(np.sum(leaf ** 2) for leaf in tree_util.tree_leaves(tree)))


def clip_by_norm(grads, max_norm):
    norm = global_norm(grads)
    factor = np.minimum(1.0, max_norm / (norm + 1e-6))
    return tree_util.tree_map(lambda g: g * factor, grads)


def normalized_gradient(grads):
    norm = global_norm(grads)
    return tree_util.tree_map(lambda g: g / np.maximum(norm, 1e-12), grads)


class Lamb:
    def __init__(self, lr=1e-3, b1=0.9, b2=0.999, decay=0.01):
        self.lr, self.b1, self.b2, self.decay = lr, b1, b2, decay

    def init(self, params):
        zeros = tree_util.tree_map(np.zeros_like, params)
        return 0, zeros, zeros

    def _leaf(self, t, p, m, v):
        m_hat = m / (1 - self.b1 ** t)
        v_hat = v / (1 - self.b2 ** t)
        update = m_hat / (np.sqrt(v_hat) + EPS) + self.decay * p
        p_norm, u_norm = np.linalg.norm(p.ravel()), np.linalg.norm(update.ravel())
        both = (p_norm > 0) & (u_norm > 0)
        trust = np.where(both, p_norm / np.where(both, u_norm, 1.0), 1.0)
        return p - self.lr * trust * update

    def step(self, state, params, grads):
        t, m, v = state
        t += 1
        m = tree_util.tree_map(lambda a, g: self.b1 * a + (1 - self.b1) * g, m, grads)
        v = tree_util.tree_map(lambda a, g: self.b2 * a + (1 - self.b2) * g * g, v, grads)
        params = tree_util.tree_map(lambda p, a, b: self._leaf(t, p, a, b), params, m, v)
        return (t, m, v), params


def loss_fn(params, x, y):
    h = jax.nn.relu(rms_norm(params["s"], x @ params["w1"]))
    return np.mean((h @ params["w2"] - y) ** 2)
