"""A capsule network in TensorFlow 2: squash, routing by agreement, margin loss."""
import tensorflow as tf
from tensorflow.keras import layers


def squash(s, axis=-1):
    squared = tf.reduce_sum(tf.square(s), axis=axis, keepdims=True)
    length = tf.sqrt(squared)  # SSM303
    return squared / (1.0 + squared) * (s / length)  # SSM302


class PrimaryCaps(layers.Layer):
    def __init__(self, dim=8, channels=32, **kw):
        super().__init__(**kw)
        self.dim = dim
        self.conv = layers.Conv2D(dim * channels, 9, strides=2, activation="relu")

    def call(self, x):
        u = self.conv(x)
        return squash(tf.reshape(u, [tf.shape(u)[0], -1, self.dim]))


class RoutingCaps(layers.Layer):
    def __init__(self, num_caps, dim, routings=3, **kw):
        super().__init__(**kw)
        self.num_caps, self.dim, self.routings = num_caps, dim, routings

    def build(self, shape):
        self.W = self.add_weight(shape=(1, shape[1], self.num_caps, self.dim, shape[2]),
                                 initializer=tf.random_normal_initializer(stddev=0.1), name="W")

    def call(self, u):
        u = u[:, :, None, :, None]
        u_hat = tf.squeeze(tf.matmul(tf.tile(self.W, [tf.shape(u)[0], 1, 1, 1, 1]), tf.tile(u, [1, 1, self.num_caps, 1, 1])), -1)
        b = tf.zeros(tf.shape(u_hat)[:3])
        for r in range(self.routings):
            c = tf.nn.softmax(b, axis=2)
            v = squash(tf.reduce_sum(c[..., None] * u_hat, axis=1))
            if r < self.routings - 1:
                b += tf.reduce_sum(u_hat * v[:, None], axis=-1)
        return v


class CapsNet(tf.keras.Model):
    def __init__(self, classes=10):
        super().__init__()
        self.conv = layers.Conv2D(256, 9, activation="relu")
        self.primary, self.digits = PrimaryCaps(), RoutingCaps(classes, 16)

    def call(self, x):
        v = self.digits(self.primary(self.conv(x)))
        return tf.norm(v, axis=-1)  # SSM303


def margin_loss(y, lengths, up=0.9, down=0.1, weight=0.5):
    present = y * tf.square(tf.maximum(0.0, up - lengths))
    absent = (1.0 - y) * tf.square(tf.maximum(0.0, lengths - down))
    return tf.reduce_mean(tf.reduce_sum(present + weight * absent, axis=1))


@tf.function
def train_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        loss = margin_loss(y, model(x, training=True))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss
# fixed
import tensorflow as tf
from tensorflow.keras import layers


def squash(s, axis=-1):
    squared = tf.reduce_sum(tf.square(s), axis=axis, keepdims=True)
    return squared / (1.0 + squared) * (s * tf.math.rsqrt(squared + 1e-7))


class PrimaryCaps(layers.Layer):
    def __init__(self, dim=8, channels=32, **kw):
        super().__init__(**kw)
        self.dim = dim
        self.conv = layers.Conv2D(dim * channels, 9, strides=2, activation="relu")

    def call(self, x):
        u = self.conv(x)
        return squash(tf.reshape(u, [tf.shape(u)[0], -1, self.dim]))


class RoutingCaps(layers.Layer):
    def __init__(self, num_caps, dim, routings=3, **kw):
        super().__init__(**kw)
        self.num_caps, self.dim, self.routings = num_caps, dim, routings

    def build(self, shape):
        self.W = self.add_weight(shape=(1, shape[1], self.num_caps, self.dim, shape[2]),
                                 initializer=tf.random_normal_initializer(stddev=0.1), name="W")

    def call(self, u):
        u = u[:, :, None, :, None]
        u_hat = tf.squeeze(tf.matmul(tf.tile(self.W, [tf.shape(u)[0], 1, 1, 1, 1]), tf.tile(u, [1, 1, self.num_caps, 1, 1])), -1)
        b = tf.zeros(tf.shape(u_hat)[:3])
        for r in range(self.routings):
            c = tf.nn.softmax(b, axis=2)
            v = squash(tf.reduce_sum(c[..., None] * u_hat, axis=1))
            if r < self.routings - 1:
                b += tf.reduce_sum(u_hat * v[:, None], axis=-1)
        return v


class CapsNet(tf.keras.Model):
    def __init__(self, classes=10):
        super().__init__()
        self.conv = layers.Conv2D(256, 9, activation="relu")
        self.primary, self.digits = PrimaryCaps(), RoutingCaps(classes, 16)

    def call(self, x):
        v = self.digits(self.primary(self.conv(x)))
        return tf.sqrt(tf.reduce_sum(tf.square(v), axis=-1) + 1e-9)


def margin_loss(y, lengths, up=0.9, down=0.1, weight=0.5):
    present = y * tf.square(tf.maximum(0.0, up - lengths))
    absent = (1.0 - y) * tf.square(tf.maximum(0.0, lengths - down))
    return tf.reduce_mean(tf.reduce_sum(present + weight * absent, axis=1))


@tf.function
def train_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        loss = margin_loss(y, model(x, training=True))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss
