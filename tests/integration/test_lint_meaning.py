"""Rewrites to SciPy, torch, JAX and TensorFlow: before and after are the same function."""

import lint_meaning
import numpy as np
import pytest

pytestmark = pytest.mark.integration

SCIPY = [
    ("np.exp(x) / np.sum(np.exp(x))", "any", "scipy.special.softmax(x)"),
    ("np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)", "any", "scipy.special.softmax(x, axis=1)"),
    ("np.log(np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True))", "any", "scipy.special.log_softmax(x, axis=1)"),
    ("np.log(scipy.special.softmax(x, axis=-1))", "any", "scipy.special.log_softmax(x, axis=-1)"),
    ("np.log(scipy.special.softmax(x))", "any", "scipy.special.log_softmax(x)"),
    ("np.log(np.sum(np.exp(x), axis=0))", "any", "scipy.special.logsumexp(x, axis=0)"),
    ("1 / (1 + np.exp(-x))", "any", "scipy.special.expit(x)"),
    ("np.log(scipy.special.expit(x))", "any", "scipy.special.log_expit(x)"),
    ("np.log(1 - scipy.special.expit(x))", "small", "scipy.special.log_expit(-x)"),
    ("1 - scipy.special.expit(x)", "small", "scipy.special.expit(-x)"),
]
TORCH = [
    ("torch.exp(x) / torch.exp(x).sum(dim=1, keepdim=True)", "any", "torch.softmax(x, dim=1)"),
    ("torch.log(torch.softmax(x, dim=1))", "any", "torch.log_softmax(x, dim=1)"),
    ("x.softmax(dim=-1).log()", "any", "torch.log_softmax(x, dim=-1)"),
    ("torch.log(torch.exp(x).sum(dim=1))", "any", "torch.logsumexp(x, dim=1)"),
    ("x.exp().sum(1, keepdim=True).log()", "any", "torch.logsumexp(x, dim=1, keepdim=True)"),
    ("1 / (1 + torch.exp(-x))", "any", "torch.sigmoid(x)"),
    ("torch.log(torch.sigmoid(x))", "any", "torch.nn.functional.logsigmoid(x)"),
    ("torch.log(1 - torch.sigmoid(x))", "small", "torch.nn.functional.logsigmoid(-x)"),
    ("1 - torch.sigmoid(x)", "small", "torch.sigmoid(-x)"),
    ("torch.log(1 + torch.exp(x))", "any", "torch.nn.functional.softplus(x, threshold=40)"),
    ("torch.log(1 - torch.exp(x))", "below 0", "torch.log(-torch.expm1(x))"),
    ("torch.log(1 + x)", "above -1", "torch.log1p(x)"),
    ("torch.exp(x) - 1", "any", "torch.expm1(x)"),
    ("1 - x.exp()", "below 0", "(-torch.expm1(x))"),
]
JAX = [
    ("jnp.exp(x) / jnp.sum(jnp.exp(x), axis=1, keepdims=True)", "any", "jax.nn.softmax(x, axis=1)"),
    ("jnp.log(jax.nn.softmax(x))", "any", "jax.nn.log_softmax(x)"),
    ("jnp.log(jnp.sum(jnp.exp(x)))", "any", "jax.nn.logsumexp(x)"),
    ("jnp.log(jnp.sum(jnp.exp(x), axis=1))", "any", "jax.nn.logsumexp(x, axis=1)"),
    ("1 / (1 + jnp.exp(-x))", "any", "jax.nn.sigmoid(x)"),
    ("jnp.log(jax.nn.sigmoid(x))", "any", "jax.nn.log_sigmoid(x)"),
    ("1 - jax.nn.sigmoid(x)", "small", "jax.nn.sigmoid(-x)"),
    ("jnp.log(1 + jnp.exp(x))", "any", "jax.nn.softplus(x)"),
    ("jnp.log(1 - jnp.exp(x))", "below 0", "jnp.log(-jnp.expm1(x))"),
    ("jnp.log(1 + x)", "above -1", "jnp.log1p(x)"),
    ("jnp.exp(x) - 1", "any", "jnp.expm1(x)"),
    ("jnp.mean(x**2, axis=0) - jnp.mean(x, axis=0) ** 2", "any", "jnp.var(x, axis=0)"),
]

TENSORFLOW = [
    ("tf.exp(x) / tf.reduce_sum(tf.exp(x), axis=1, keepdims=True)", "any", "tf.nn.softmax(x, axis=1)"),
    ("tf.math.log(tf.nn.softmax(x))", "any", "tf.nn.log_softmax(x)"),
    ("tf.math.log(tf.nn.softmax(x, axis=0))", "any", "tf.nn.log_softmax(x, axis=0)"),
    ("tf.math.log(tf.reduce_sum(tf.exp(x)))", "any", "tf.reduce_logsumexp(x)"),
    ("tf.math.log(tf.reduce_sum(tf.exp(x), axis=1))", "any", "tf.reduce_logsumexp(x, axis=1)"),
    ("tf.math.log(tf.reduce_sum(tf.exp(x), 1, keepdims=True))", "any", "tf.reduce_logsumexp(x, axis=1, keepdims=True)"),
    ("1 / (1 + tf.exp(-x))", "any", "tf.sigmoid(x)"),
    ("tf.math.log(tf.sigmoid(x))", "any", "tf.math.log_sigmoid(x)"),
    ("tf.math.log(tf.nn.sigmoid(x))", "any", "tf.math.log_sigmoid(x)"),
    ("tf.math.log(1 - tf.sigmoid(x))", "small", "tf.math.log_sigmoid(-x)"),
    ("1 - tf.sigmoid(x)", "small", "tf.sigmoid(-x)"),
    ("tf.math.log(1 + tf.exp(x))", "any", "tf.nn.softplus(x)"),
    ("tf.math.log(1 - tf.exp(x))", "below 0", "tf.math.log(-tf.math.expm1(x))"),
    ("tf.math.log(1 + x)", "above -1", "tf.math.log1p(x)"),
    ("tf.math.log(1 - x)", "below 1", "tf.math.log1p(-x)"),
    ("tf.exp(x) - 1", "any", "tf.math.expm1(x)"),
]
TENSORFLOW_1 = [
    ("tf.log(tf.nn.softmax(x))", "any", "tf.nn.log_softmax(x)"),
    ("tf.log(tf.reduce_sum(tf.exp(x), 1))", "any", "tf.reduce_logsumexp(x, axis=1)"),
    ("tf.log(tf.sigmoid(x))", "any", "tf.math.log_sigmoid(x)"),
    ("tf.log(1. + tf.exp(x))", "any", "tf.nn.softplus(x)"),
    ("tf.log(1. - tf.exp(x))", "below 0", "tf.math.log(-tf.math.expm1(x))"),
    ("tf.log(1. + x)", "above -1", "tf.math.log1p(x)"),
    ("tf.exp(x) - 1.", "any", "tf.math.expm1(x)"),
    ("1. / (1. + tf.exp(-x))", "any", "tf.sigmoid(x)"),
]


@pytest.mark.parametrize(("expression", "domain", "spelled"), SCIPY)
def test_scipy(expression, domain, spelled):
    pytest.importorskip("scipy", reason="scipy is not part of the test extra")
    prelude = "import numpy as np" + ("\nimport scipy.special" if "scipy" in expression else "")
    lint_meaning.check(prelude, expression, domain, spelled)


@pytest.mark.parametrize(("expression", "domain", "spelled"), TORCH)
def test_torch(expression, domain, spelled):
    pytest.importorskip("torch", reason="torch is not part of the test extra")
    import torch

    lint_meaning.check("import torch", expression, domain, spelled, to=torch.from_numpy, dtypes=(np.float32,))


@pytest.mark.parametrize(("expression", "domain", "spelled"), JAX)
def test_jax(expression, domain, spelled):
    pytest.importorskip("jax", reason="jax is not part of the test extra")
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    prelude = "import jax\nimport jax.numpy as jnp"
    lint_meaning.check(prelude, expression, domain, spelled, to=jnp.asarray, dtypes=(np.float32,))


@pytest.mark.parametrize(("expression", "domain", "spelled"), TENSORFLOW)
def test_tensorflow(expression, domain, spelled):
    pytest.importorskip("tensorflow", reason="tensorflow is not part of the test extra")
    import tensorflow as tf

    lint_meaning.check("import tensorflow as tf", expression, domain, spelled, to=tf.constant, dtypes=(np.float32,))


@pytest.mark.parametrize(("expression", "domain", "spelled"), TENSORFLOW_1)
def test_tensorflow_1(expression, domain, spelled):
    pytest.importorskip("tensorflow", reason="tensorflow is not part of the test extra")
    import tensorflow as tf

    lint_meaning.check("import tensorflow.compat.v1 as tf", expression, domain, spelled, to=tf.constant, dtypes=(np.float32,))
