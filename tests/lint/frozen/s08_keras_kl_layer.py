"""The KL divergence of an encoder: exp of an unbounded layer."""
import tensorflow as tf
from tensorflow.keras import layers


class Encoder(layers.Layer):
    def __init__(self, latent):
        super().__init__()
        self.mean = layers.Dense(latent)
        self.log_var = layers.Dense(latent)

    def call(self, inputs):
        z_mean = self.mean(inputs)
        z_log_var = self.log_var(inputs)
        kl = -0.5 * tf.reduce_mean(1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var))  # SSM505
        self.add_loss(kl)
        return z_mean


# fixed
import tensorflow as tf
from tensorflow.keras import layers


class Encoder(layers.Layer):
    def __init__(self, latent):
        super().__init__()
        self.mean = layers.Dense(latent)
        self.log_var = layers.Dense(latent)

    def call(self, inputs):
        z_mean = self.mean(inputs)
        z_log_var = tf.clip_by_value(self.log_var(inputs), -20.0, 20.0)
        kl = -0.5 * tf.reduce_mean(1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var))
        self.add_loss(kl)
        return z_mean
