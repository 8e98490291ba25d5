"""A capsule network in Keras: squash, routing, the length of a capsule and the margin loss."""
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers


def squash(vectors, axis=-1):
    s_squared_norm = K.sum(K.square(vectors), axis, keepdims=True)
    norm = K.sqrt(s_squared_norm)  # SSM303
    return s_squared_norm / (1 + s_squared_norm) * (vectors / norm)  # SSM302


def softmax(x, axis=-1):
    ex = K.exp(x - K.max(x, axis=axis, keepdims=True))
    return ex / K.sum(ex, axis=axis, keepdims=True)


class Length(layers.Layer):
    def call(self, inputs, **kwargs):
        return K.sqrt(K.sum(K.square(inputs), -1) + K.epsilon())


class Routing(layers.Layer):
    def __init__(self, num_capsule, dim_capsule, routings=3, **kwargs):
        super().__init__(**kwargs)
        self.num_capsule, self.dim_capsule, self.routings = num_capsule, dim_capsule, routings

    def build(self, input_shape):
        self.W = self.add_weight(name="W", shape=[self.num_capsule, input_shape[1], self.dim_capsule,
                                                  input_shape[2]], initializer="glorot_uniform")

    def call(self, inputs):
        hat = tf.einsum("jiok,bik->bjio", self.W, inputs)
        b = K.zeros_like(hat[..., 0])
        for i in range(self.routings):
            c = softmax(b, axis=1)
            out = squash(K.sum(c[..., None] * hat, axis=2))
            if i < self.routings - 1:
                b += K.sum(out[:, :, None] * hat, axis=-1)
        return out


def margin_loss(y_true, y_pred):
    present = y_true * K.square(K.maximum(0., 0.9 - y_pred))
    absent = 0.5 * (1 - y_true) * K.square(K.maximum(0., y_pred - 0.1))
    return K.mean(K.sum(present + absent, 1))


def build():
    x = layers.Input(shape=(28, 28, 1))
    h = layers.Conv2D(256, 9, activation="relu")(x)
    h = layers.Conv2D(256, 9, strides=2, activation="relu")(h)
    primary = layers.Lambda(squash)(layers.Reshape((-1, 8))(h))
    return keras.Model(x, Length()(Routing(10, 16)(primary)))


def main():
    (x_train, y_train), _ = keras.datasets.mnist.load_data()
    x_train = x_train.reshape(-1, 28, 28, 1).astype("float32")
    x_train = (x_train - x_train.mean(axis=0)) / x_train.std(axis=0)  # SSM302
    model = build()
    decay = keras.callbacks.LearningRateScheduler(lambda e: 1e-3 * np.exp(-0.1 * e))
    model.compile(optimizer="adam", loss=margin_loss, metrics=["accuracy"])
    model.fit(x_train, keras.utils.to_categorical(y_train), batch_size=100, epochs=30, callbacks=[decay])


if __name__ == "__main__":
    main()
# fixed
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers


def squash(vectors, axis=-1):
    s_squared_norm = K.sum(K.square(vectors), axis, keepdims=True)
    norm = K.sqrt(s_squared_norm + K.epsilon())
    return s_squared_norm / (1 + s_squared_norm) * (vectors / norm)


def softmax(x, axis=-1):
    ex = K.exp(x - K.max(x, axis=axis, keepdims=True))
    return ex / K.sum(ex, axis=axis, keepdims=True)


class Length(layers.Layer):
    def call(self, inputs, **kwargs):
        return K.sqrt(K.sum(K.square(inputs), -1) + K.epsilon())


class Routing(layers.Layer):
    def __init__(self, num_capsule, dim_capsule, routings=3, **kwargs):
        super().__init__(**kwargs)
        self.num_capsule, self.dim_capsule, self.routings = num_capsule, dim_capsule, routings

    def build(self, input_shape):
        self.W = self.add_weight(name="W", shape=[self.num_capsule, input_shape[1], self.dim_capsule,
                                                  input_shape[2]], initializer="glorot_uniform")

    def call(self, inputs):
        hat = tf.einsum("jiok,bik->bjio", self.W, inputs)
        b = K.zeros_like(hat[..., 0])
        for i in range(self.routings):
            c = softmax(b, axis=1)
            out = squash(K.sum(c[..., None] * hat, axis=2))
            if i < self.routings - 1:
                b += K.sum(out[:, :, None] * hat, axis=-1)
        return out


def margin_loss(y_true, y_pred):
    present = y_true * K.square(K.maximum(0., 0.9 - y_pred))
    absent = 0.5 * (1 - y_true) * K.square(K.maximum(0., y_pred - 0.1))
    return K.mean(K.sum(present + absent, 1))


def build():
    x = layers.Input(shape=(28, 28, 1))
    h = layers.Conv2D(256, 9, activation="relu")(x)
    h = layers.Conv2D(256, 9, strides=2, activation="relu")(h)
    primary = layers.Lambda(squash)(layers.Reshape((-1, 8))(h))
    return keras.Model(x, Length()(Routing(10, 16)(primary)))


def main():
    (x_train, y_train), _ = keras.datasets.mnist.load_data()
    x_train = x_train.reshape(-1, 28, 28, 1).astype("float32")
    scale = x_train.std(axis=0)
    scale[scale == 0] = 1.0
    x_train = (x_train - x_train.mean(axis=0)) / scale
    model = build()
    decay = keras.callbacks.LearningRateScheduler(lambda e: 1e-3 * np.exp(-0.1 * e))
    model.compile(optimizer="adam", loss=margin_loss, metrics=["accuracy"])
    model.fit(x_train, keras.utils.to_categorical(y_train), batch_size=100, epochs=30, callbacks=[decay])


if __name__ == "__main__":
    main()
