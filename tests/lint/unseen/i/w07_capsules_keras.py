"""A capsule network on MNIST with dynamic routing in Keras."""
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras import initializers, layers, models, optimizers


def squash(vectors, axis=-1):
    norm = tf.norm(vectors, axis=axis, keepdims=True)  # SSM303
    scale = norm ** 2 / (1 + norm ** 2)
    return scale * vectors / norm  # SSM302


class Length(layers.Layer):
    def call(self, inputs, **kwargs):
        return tf.sqrt(tf.reduce_sum(tf.square(inputs), -1) + K.epsilon())


class CapsuleLayer(layers.Layer):
    def __init__(self, num_capsule, dim_capsule, routings=3, **kwargs):
        super().__init__(**kwargs)
        self.num_capsule = num_capsule
        self.dim_capsule = dim_capsule
        self.routings = routings

    def build(self, input_shape):
        self.W = self.add_weight(
            shape=[self.num_capsule, input_shape[1], self.dim_capsule, input_shape[2]],
            initializer=initializers.GlorotUniform(), name="W")

    def call(self, inputs, training=None):
        u_hat = tf.einsum("jidk,bik->bjid", self.W, inputs)
        b = tf.zeros_like(u_hat[..., 0])
        for i in range(self.routings):
            c = tf.nn.softmax(b, axis=1)
            v = squash(tf.einsum("bji,bjid->bjd", c, u_hat))
            if i < self.routings - 1:
                b += tf.einsum("bjd,bjid->bji", v, u_hat)
        return v


def primary_capsules(x, dim_capsule, n_channels):
    x = layers.Conv2D(dim_capsule * n_channels, 9, strides=2, activation="relu")(x)
    x = layers.Reshape((-1, dim_capsule))(x)
    return layers.Lambda(squash)(x)


def margin_loss(y_true, y_pred):
    present = y_true * tf.square(tf.maximum(0.0, 0.9 - y_pred))
    absent = 0.5 * (1 - y_true) * tf.square(tf.maximum(0.0, y_pred - 0.1))
    return tf.reduce_mean(tf.reduce_sum(present + absent, 1))


def build(n_class=10, routings=3):
    x = layers.Input((28, 28, 1))
    h = layers.Conv2D(256, 9, activation="relu")(x)
    primary = primary_capsules(h, dim_capsule=8, n_channels=32)
    digits = CapsuleLayer(n_class, 16, routings)(primary)
    return models.Model(x, Length(name="capsnet")(digits))


if __name__ == "__main__":
    (x_train, y_train), test = tf.keras.datasets.mnist.load_data()
    x_train = x_train[..., None].astype("float32") / 255.0
    y_train = tf.keras.utils.to_categorical(y_train)
    model = build()
    model.compile(optimizers.Adam(1e-3), loss=margin_loss, metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=100, epochs=50, validation_split=0.1)
# fixed
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras import initializers, layers, models, optimizers


def squash(vectors, axis=-1):
    squared = tf.reduce_sum(tf.square(vectors), axis, keepdims=True)
    scale = squared / (1 + squared) / tf.sqrt(squared + K.epsilon())
    return scale * vectors


class Length(layers.Layer):
    def call(self, inputs, **kwargs):
        return tf.sqrt(tf.reduce_sum(tf.square(inputs), -1) + K.epsilon())


class CapsuleLayer(layers.Layer):
    def __init__(self, num_capsule, dim_capsule, routings=3, **kwargs):
        super().__init__(**kwargs)
        self.num_capsule = num_capsule
        self.dim_capsule = dim_capsule
        self.routings = routings

    def build(self, input_shape):
        self.W = self.add_weight(
            shape=[self.num_capsule, input_shape[1], self.dim_capsule, input_shape[2]],
            initializer=initializers.GlorotUniform(), name="W")

    def call(self, inputs, training=None):
        u_hat = tf.einsum("jidk,bik->bjid", self.W, inputs)
        b = tf.zeros_like(u_hat[..., 0])
        for i in range(self.routings):
            c = tf.nn.softmax(b, axis=1)
            v = squash(tf.einsum("bji,bjid->bjd", c, u_hat))
            if i < self.routings - 1:
                b += tf.einsum("bjd,bjid->bji", v, u_hat)
        return v


def primary_capsules(x, dim_capsule, n_channels):
    x = layers.Conv2D(dim_capsule * n_channels, 9, strides=2, activation="relu")(x)
    x = layers.Reshape((-1, dim_capsule))(x)
    return layers.Lambda(squash)(x)


def margin_loss(y_true, y_pred):
    present = y_true * tf.square(tf.maximum(0.0, 0.9 - y_pred))
    absent = 0.5 * (1 - y_true) * tf.square(tf.maximum(0.0, y_pred - 0.1))
    return tf.reduce_mean(tf.reduce_sum(present + absent, 1))


def build(n_class=10, routings=3):
    x = layers.Input((28, 28, 1))
    h = layers.Conv2D(256, 9, activation="relu")(x)
    primary = primary_capsules(h, dim_capsule=8, n_channels=32)
    digits = CapsuleLayer(n_class, 16, routings)(primary)
    return models.Model(x, Length(name="capsnet")(digits))


if __name__ == "__main__":
    (x_train, y_train), test = tf.keras.datasets.mnist.load_data()
    x_train = x_train[..., None].astype("float32") / 255.0
    y_train = tf.keras.utils.to_categorical(y_train)
    model = build()
    model.compile(optimizers.Adam(1e-3), loss=margin_loss, metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=100, epochs=50, validation_split=0.1)
