"""Capsules with routing by agreement as Keras layers, TensorFlow 2."""
import tensorflow as tf
from tensorflow.keras import layers, models


def squash(vectors, axis=-1):
    s_squared_norm = tf.reduce_sum(tf.square(vectors), axis=axis, keepdims=True)
    scale = s_squared_norm / (1.0 + s_squared_norm)
    norm = tf.sqrt(s_squared_norm)  # SSM303
    return scale * vectors / norm  # SSM302


class Length(layers.Layer):
    def call(self, inputs):
        return tf.norm(inputs, axis=-1)  # SSM303


class CapsuleLayer(layers.Layer):
    def __init__(self, num_capsule, dim_capsule, routings=3, **kwargs):
        super().__init__(**kwargs)
        self.num_capsule, self.dim_capsule, self.routings = num_capsule, dim_capsule, routings

    def build(self, input_shape):
        n, d = input_shape[1], input_shape[2]
        self.W = self.add_weight(shape=[self.num_capsule, n, self.dim_capsule, d],
                                 initializer="glorot_uniform", name="W")

    def call(self, inputs):
        u_hat = tf.einsum("jnod,bnd->bjno", self.W, inputs)
        b = tf.zeros_like(u_hat[..., 0])
        for r in range(self.routings):
            c = tf.nn.softmax(b, axis=1)
            v = squash(tf.reduce_sum(c[..., None] * u_hat, axis=2))
            if r < self.routings - 1:
                b = b + tf.einsum("bjo,bjno->bjn", v, u_hat)
        return v


def margin_loss(y_true, y_pred):
    present = y_true * tf.square(tf.maximum(0.0, 0.9 - y_pred))
    absent = 0.5 * (1 - y_true) * tf.square(tf.maximum(0.0, y_pred - 0.1))
    return tf.reduce_mean(tf.reduce_sum(present + absent, axis=1))


def build(input_shape=(28, 28, 1), n_class=10):
    x = layers.Input(shape=input_shape)
    conv = layers.Conv2D(256, 9, activation="relu")(x)
    primary = layers.Conv2D(256, 9, strides=2, activation="relu")(conv)
    primary = layers.Lambda(squash)(layers.Reshape([-1, 8])(primary))
    digits = CapsuleLayer(n_class, 16)(primary)
    model = models.Model(x, Length()(digits))
    model.compile("adam", loss=margin_loss, metrics=["accuracy"])
    return model
# fixed
import tensorflow as tf
from tensorflow.keras import backend as K, layers, models


def squash(vectors, axis=-1):
    s_squared_norm = tf.reduce_sum(tf.square(vectors), axis=axis, keepdims=True)
    scale = s_squared_norm / (1.0 + s_squared_norm)
    norm = tf.sqrt(s_squared_norm + K.epsilon())
    return scale * vectors / norm


class Length(layers.Layer):
    def call(self, inputs):
        return tf.sqrt(tf.reduce_sum(tf.square(inputs), axis=-1) + K.epsilon())


class CapsuleLayer(layers.Layer):
    def __init__(self, num_capsule, dim_capsule, routings=3, **kwargs):
        super().__init__(**kwargs)
        self.num_capsule, self.dim_capsule, self.routings = num_capsule, dim_capsule, routings

    def build(self, input_shape):
        n, d = input_shape[1], input_shape[2]
        self.W = self.add_weight(shape=[self.num_capsule, n, self.dim_capsule, d],
                                 initializer="glorot_uniform", name="W")

    def call(self, inputs):
        u_hat = tf.einsum("jnod,bnd->bjno", self.W, inputs)
        b = tf.zeros_like(u_hat[..., 0])
        for r in range(self.routings):
            c = tf.nn.softmax(b, axis=1)
            v = squash(tf.reduce_sum(c[..., None] * u_hat, axis=2))
            if r < self.routings - 1:
                b = b + tf.einsum("bjo,bjno->bjn", v, u_hat)
        return v


def margin_loss(y_true, y_pred):
    present = y_true * tf.square(tf.maximum(0.0, 0.9 - y_pred))
    absent = 0.5 * (1 - y_true) * tf.square(tf.maximum(0.0, y_pred - 0.1))
    return tf.reduce_mean(tf.reduce_sum(present + absent, axis=1))


def build(input_shape=(28, 28, 1), n_class=10):
    x = layers.Input(shape=input_shape)
    conv = layers.Conv2D(256, 9, activation="relu")(x)
    primary = layers.Conv2D(256, 9, strides=2, activation="relu")(conv)
    primary = layers.Lambda(squash)(layers.Reshape([-1, 8])(primary))
    digits = CapsuleLayer(n_class, 16)(primary)
    model = models.Model(x, Length()(digits))
    model.compile("adam", loss=margin_loss, metrics=["accuracy"])
    return model
