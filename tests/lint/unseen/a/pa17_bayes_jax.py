"""Bayes by backprop in JAX: softplus scales, mixture prior, predictive scores, concrete dropout, calibration."""
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.scipy.stats import norm


def sigma_of(rho):
    return jnp.log(1.0 + jnp.exp(rho))  # SSM206


def sample_layer(key, layer):
    mu, rho = layer["mu"], layer["rho"]
    return mu + sigma_of(rho) * jax.random.normal(key, mu.shape)


def kl_gaussian(layer, prior_sigma=0.1):
    sigma = sigma_of(layer["rho"])
    ratio = sigma / prior_sigma
    term = 0.5 * (ratio ** 2 + (layer["mu"] / prior_sigma) ** 2 - 1.0) - jnp.log(ratio)  # SSM301
    return term.sum()


def log_scale_mixture(w, pi=0.5, s1=0.1, s2=0.0025):
    p = pi * norm.pdf(w, 0.0, s1) + (1 - pi) * norm.pdf(w, 0.0, s2)
    return jnp.log(p).sum()  # SSM301


def forward(key, params, x):
    keys = jax.random.split(key, len(params))
    for i, (k, layer) in enumerate(zip(keys, params)):
        w = sample_layer(k, layer)
        x = x @ w
        if i + 1 < len(params):
            x = jax.nn.relu(x)
    return x


def heteroscedastic_nll(key, params, x, y):
    mean, log_var = jnp.split(forward(key, params, x), 2, axis=-1)
    precision = jnp.exp(-log_var)  # SSM505
    return 0.5 * jnp.mean(precision * (y - mean) ** 2 + log_var + jnp.log(2 * jnp.pi))


def elbo_loss(params, key, x, y, n_batches):
    nll = heteroscedastic_nll(key, params, x, y)
    return nll + sum(kl_gaussian(p) for p in params) / (n_batches * len(x))


def test_log_likelihood(log_liks):
    return jnp.log(jnp.exp(log_liks).mean(axis=0)).mean()  # SSM204


def mutual_information(logits):
    probs = jax.nn.softmax(logits, axis=-1)
    mean = probs.mean(axis=0)
    total = -jnp.sum(mean * jnp.log(mean), axis=-1)  # SSM301
    inner = -jnp.sum(probs * jnp.log(probs), axis=-1).mean(axis=0)  # SSM201
    return total - inner


def concrete_mask(key, logit_p, shape, temp=0.1):
    u = jax.random.uniform(key, shape)
    z = (logit_p + jnp.log(u) - jnp.log(1.0 - u)) / temp  # SSM301
    return 1.0 - jax.nn.sigmoid(z)  # SSM209


def reliability(confidence, correct, bins=15):
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(which, minlength=bins)
    acc = np.bincount(which, weights=correct, minlength=bins) / count  # SSM302
    conf = np.bincount(which, weights=confidence, minlength=bins) / count  # SSM302
    return np.sum(count * np.abs(acc - conf)) / len(confidence)


def make_step(optimizer: optax.GradientTransformation, n_batches):
    @jax.jit
    def step(params, opt_state, key, x, y):
        loss, grads = jax.value_and_grad(elbo_loss)(params, key, x, y, n_batches)
        updates, opt_state = optimizer.update(grads, opt_state, params)
        return optax.apply_updates(params, updates), opt_state, loss
    return step
# fixed
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.scipy.stats import norm


def sigma_of(rho):
    return jax.nn.softplus(rho) + 1e-6


def sample_layer(key, layer):
    mu, rho = layer["mu"], layer["rho"]
    return mu + sigma_of(rho) * jax.random.normal(key, mu.shape)


def kl_gaussian(layer, prior_sigma=0.1):
    sigma = sigma_of(layer["rho"])
    ratio = sigma / prior_sigma
    term = 0.5 * (ratio ** 2 + (layer["mu"] / prior_sigma) ** 2 - 1.0) - jnp.log(ratio)
    return term.sum()


def log_scale_mixture(w, pi=0.5, s1=0.1, s2=0.0025):
    a = jnp.log(pi) + norm.logpdf(w, 0.0, s1)
    b = jnp.log1p(-pi) + norm.logpdf(w, 0.0, s2)
    return jnp.logaddexp(a, b).sum()


def forward(key, params, x):
    keys = jax.random.split(key, len(params))
    for i, (k, layer) in enumerate(zip(keys, params)):
        w = sample_layer(k, layer)
        x = x @ w
        if i + 1 < len(params):
            x = jax.nn.relu(x)
    return x


def heteroscedastic_nll(key, params, x, y):
    mean, log_var = jnp.split(forward(key, params, x), 2, axis=-1)
    log_var = jnp.clip(log_var, -12.0, 12.0)
    precision = jnp.exp(-log_var)
    return 0.5 * jnp.mean(precision * (y - mean) ** 2 + log_var + jnp.log(2 * jnp.pi))


def elbo_loss(params, key, x, y, n_batches):
    nll = heteroscedastic_nll(key, params, x, y)
    return nll + sum(kl_gaussian(p) for p in params) / (n_batches * len(x))


def test_log_likelihood(log_liks):
    return (jax.nn.logsumexp(log_liks, axis=0) - jnp.log(log_liks.shape[0])).mean()


def mutual_information(logits):
    probs = jax.nn.softmax(logits, axis=-1)
    mean = probs.mean(axis=0)
    total = -jnp.sum(mean * jnp.log(mean + 1e-12), axis=-1)
    inner = -jnp.sum(probs * jax.nn.log_softmax(logits, axis=-1), axis=-1).mean(axis=0)
    return total - inner


def concrete_mask(key, logit_p, shape, temp=0.1):
    u = jax.random.uniform(key, shape, minval=1e-6, maxval=1.0 - 1e-6)
    z = (logit_p + jnp.log(u) - jnp.log1p(-u)) / temp
    return jax.nn.sigmoid(-z)


def reliability(confidence, correct, bins=15):
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(which, minlength=bins)
    safe = np.maximum(count, 1)
    acc = np.bincount(which, weights=correct, minlength=bins) / safe
    conf = np.bincount(which, weights=confidence, minlength=bins) / safe
    return np.sum(count * np.abs(acc - conf)) / len(confidence)


def make_step(optimizer: optax.GradientTransformation, n_batches):
    @jax.jit
    def step(params, opt_state, key, x, y):
        loss, grads = jax.value_and_grad(elbo_loss)(params, key, x, y, n_batches)
        updates, opt_state = optimizer.update(grads, opt_state, params)
        return optax.apply_updates(params, updates), opt_state, loss
    return step
