"""Probabilistic demand forecasts with Keras (TensorFlow 2): quantile, Gaussian CRPS and masked losses."""
import math
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95]


def quantile_model(features):
    inputs = keras.Input((features,))
    h = layers.Dense(64, activation="relu")(inputs)
    first = layers.Dense(1)(h)
    steps = layers.Dense(len(QUANTILES) - 1, activation="softplus")(h)
    outputs = layers.Concatenate()([first, first + tf.cumsum(steps, axis=1)])
    return keras.Model(inputs, outputs)


def pinball(y_true, y_pred):
    tau = tf.constant(QUANTILES)
    e = y_true - y_pred
    return tf.reduce_mean(tf.maximum(tau * e, (tau - 1) * e))


class GaussianHead(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.mu = layers.Dense(1)
        self.sigma = layers.Dense(1, activation="relu")

    def call(self, h):
        return self.mu(h), self.sigma(h)


def crps(y, mu, sigma):
    z = (y - mu) / sigma  # SSM302
    pdf = tf.exp(-0.5 * z ** 2) / math.sqrt(2 * math.pi)
    cdf = 0.5 * (1 + tf.math.erf(z / math.sqrt(2.0)))
    return tf.reduce_mean(sigma * (z * (2 * cdf - 1) + 2 * pdf - 1 / math.sqrt(math.pi)))


def coverage(y, low, high, open_days):
    inside = tf.cast((y >= low) & (y <= high), tf.float32) * open_days
    return tf.reduce_sum(inside, axis=1) / tf.reduce_sum(open_days, axis=1)  # SSM302


model = quantile_model(24)
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=pinball)
# fixed
import math
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95]


def quantile_model(features):
    inputs = keras.Input((features,))
    h = layers.Dense(64, activation="relu")(inputs)
    first = layers.Dense(1)(h)
    steps = layers.Dense(len(QUANTILES) - 1, activation="softplus")(h)
    outputs = layers.Concatenate()([first, first + tf.cumsum(steps, axis=1)])
    return keras.Model(inputs, outputs)


def pinball(y_true, y_pred):
    tau = tf.constant(QUANTILES)
    e = y_true - y_pred
    return tf.reduce_mean(tf.maximum(tau * e, (tau - 1) * e))


class GaussianHead(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.mu = layers.Dense(1)
        self.sigma = layers.Dense(1, activation="softplus")

    def call(self, h):
        return self.mu(h), self.sigma(h) + 1e-3


def crps(y, mu, sigma):
    z = (y - mu) / sigma
    pdf = tf.exp(-0.5 * z ** 2) / math.sqrt(2 * math.pi)
    cdf = 0.5 * (1 + tf.math.erf(z / math.sqrt(2.0)))
    return tf.reduce_mean(sigma * (z * (2 * cdf - 1) + 2 * pdf - 1 / math.sqrt(math.pi)))


def coverage(y, low, high, open_days):
    inside = tf.cast((y >= low) & (y <= high), tf.float32) * open_days
    return tf.math.divide_no_nan(tf.reduce_sum(inside, axis=1), tf.reduce_sum(open_days, axis=1))


model = quantile_model(24)
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=pinball)
