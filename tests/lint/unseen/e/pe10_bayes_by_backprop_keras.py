"""Bayes by backprop: a variational dense layer, a scale-mixture prior, and the uncertainty of its predictions (Keras)."""
import math

import numpy as np
import tensorflow as tf
from tensorflow.keras import Model, layers

PRIOR = {"pi": 0.5, "sigma1": 0.1, "sigma2": 5e-4}
HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)


def normal_log_prob(w, mu, sigma):
    return -HALF_LOG_2PI - tf.math.log(sigma) - 0.5 * tf.square((w - mu) / sigma)


def gaussian(w, sigma):
    return tf.exp(-0.5 * tf.square(w / sigma)) / (sigma * math.sqrt(2.0 * math.pi))


def prior_log_prob(w):
    mixture = PRIOR["pi"] * gaussian(w, PRIOR["sigma1"]) + (1.0 - PRIOR["pi"]) * gaussian(w, PRIOR["sigma2"])
    return tf.reduce_sum(tf.math.log(mixture))  # SSM301


class VariationalDense(layers.Layer):
    def __init__(self, units, kl_weight, activation=None):
        super().__init__()
        self.units, self.kl_weight = units, kl_weight
        self.activation = tf.keras.activations.get(activation)

    def build(self, input_shape):
        shape = (int(input_shape[-1]), self.units)
        self.mu = self.add_weight(name="mu", shape=shape, initializer="glorot_uniform")
        self.rho = self.add_weight(name="rho", shape=shape, initializer=tf.keras.initializers.Constant(-4.0))
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")

    def call(self, inputs):
        sigma = 1e-6 + tf.math.log(1.0 + tf.exp(self.rho))  # SSM206
        kernel = self.mu + sigma * tf.random.normal(tf.shape(self.mu))
        posterior = tf.reduce_sum(normal_log_prob(kernel, self.mu, sigma))
        self.add_loss(self.kl_weight * (posterior - prior_log_prob(kernel)))
        return self.activation(tf.matmul(inputs, kernel) + self.bias)


class BayesNet(Model):
    def __init__(self, classes, n_train, hidden=200):
        super().__init__()
        self.h1 = VariationalDense(hidden, 1.0 / n_train, activation="relu")
        self.h2 = VariationalDense(hidden, 1.0 / n_train, activation="relu")
        self.out = VariationalDense(classes, 1.0 / n_train)

    def call(self, x):
        return self.out(self.h2(self.h1(x)))


def predict_with_uncertainty(model, x, samples=20):
    draws = tf.stack([tf.nn.softmax(model(x), axis=-1) for _ in range(samples)])
    p = tf.reduce_mean(draws, axis=0)
    entropy = -tf.reduce_sum(p * tf.math.log(p), axis=-1)  # SSM301
    return tf.argmax(p, axis=-1), entropy / math.log(p.shape[-1])


def train(x_train, y_train, classes=10):
    model = BayesNet(classes, len(x_train))
    model.compile(
        optimizer=tf.keras.optimizers.Adam(1e-3),
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(np.asarray(x_train, dtype=np.float32) / 126.0, y_train, batch_size=128, epochs=20)
    return model
# fixed
import math

import numpy as np
import tensorflow as tf
from tensorflow.keras import Model, layers

PRIOR = {"pi": 0.5, "sigma1": 0.1, "sigma2": 5e-4}
HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)


def normal_log_prob(w, mu, sigma):
    return -HALF_LOG_2PI - tf.math.log(sigma) - 0.5 * tf.square((w - mu) / sigma)


def prior_log_prob(w):
    wide = math.log(PRIOR["pi"]) + normal_log_prob(w, 0.0, PRIOR["sigma1"])
    narrow = math.log(1.0 - PRIOR["pi"]) + normal_log_prob(w, 0.0, PRIOR["sigma2"])
    return tf.reduce_sum(tf.reduce_logsumexp(tf.stack([wide, narrow]), axis=0))


class VariationalDense(layers.Layer):
    def __init__(self, units, kl_weight, activation=None):
        super().__init__()
        self.units, self.kl_weight = units, kl_weight
        self.activation = tf.keras.activations.get(activation)

    def build(self, input_shape):
        shape = (int(input_shape[-1]), self.units)
        self.mu = self.add_weight(name="mu", shape=shape, initializer="glorot_uniform")
        self.rho = self.add_weight(name="rho", shape=shape, initializer=tf.keras.initializers.Constant(-4.0))
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")

    def call(self, inputs):
        sigma = 1e-6 + tf.math.softplus(self.rho)
        kernel = self.mu + sigma * tf.random.normal(tf.shape(self.mu))
        posterior = tf.reduce_sum(normal_log_prob(kernel, self.mu, sigma))
        self.add_loss(self.kl_weight * (posterior - prior_log_prob(kernel)))
        return self.activation(tf.matmul(inputs, kernel) + self.bias)


class BayesNet(Model):
    def __init__(self, classes, n_train, hidden=200):
        super().__init__()
        self.h1 = VariationalDense(hidden, 1.0 / n_train, activation="relu")
        self.h2 = VariationalDense(hidden, 1.0 / n_train, activation="relu")
        self.out = VariationalDense(classes, 1.0 / n_train)

    def call(self, x):
        return self.out(self.h2(self.h1(x)))


def predict_with_uncertainty(model, x, samples=20):
    draws = tf.stack([tf.nn.softmax(model(x), axis=-1) for _ in range(samples)])
    p = tf.reduce_mean(draws, axis=0)
    entropy = -tf.reduce_sum(tf.math.xlogy(p, p), axis=-1)
    return tf.argmax(p, axis=-1), entropy / math.log(p.shape[-1])


def train(x_train, y_train, classes=10):
    model = BayesNet(classes, len(x_train))
    model.compile(
        optimizer=tf.keras.optimizers.Adam(1e-3),
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(np.asarray(x_train, dtype=np.float32) / 126.0, y_train, batch_size=128, epochs=20)
    return model
