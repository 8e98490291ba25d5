"""Capsule network layers with routing by agreement, tf.keras."""
import tensorflow as tf
from tensorflow.keras import backend as K, initializers, layers, models


def squash(vectors, axis=-1):
    s_squared_norm = tf.reduce_sum(tf.square(vectors), axis, keepdims=True)
    s_norm = tf.sqrt(s_squared_norm)  # SSM303
    return s_squared_norm / (1 + s_squared_norm) * (vectors / s_norm)  # SSM302


class Length(layers.Layer):
    def call(self, inputs):
        return tf.sqrt(tf.reduce_sum(tf.square(inputs), -1))  # SSM303


class CapsuleLayer(layers.Layer):
    def __init__(self, num_capsule, dim_capsule, routings=3, **kwargs):
        super().__init__(**kwargs)
        self.num_capsule = num_capsule
        self.dim_capsule = dim_capsule
        self.routings = routings

    def build(self, input_shape):
        shape = [self.num_capsule, input_shape[1], self.dim_capsule, input_shape[2]]
        self.W = self.add_weight(shape=shape, initializer=initializers.get("glorot_uniform"), name="W")

    def call(self, inputs):
        inputs_hat = tf.einsum("jidk,bik->bjid", self.W, inputs)
        b = tf.zeros(tf.shape(inputs_hat)[:3])
        for i in range(self.routings):
            c = tf.nn.softmax(b, axis=1)
            outputs = squash(tf.einsum("bji,bjid->bjd", c, inputs_hat))
            if i < self.routings - 1:
                b += tf.einsum("bjd,bjid->bji", outputs, inputs_hat)
        return outputs


def primary_caps(inputs, dim_capsule, n_channels):
    conv = layers.Conv2D(dim_capsule * n_channels, 9, strides=2, activation="relu")(inputs)
    return layers.Lambda(squash)(layers.Reshape((-1, dim_capsule))(conv))


def margin_loss(y_true, y_pred):
    present = y_true * tf.square(tf.maximum(0.0, 0.9 - y_pred))
    absent = 0.5 * (1 - y_true) * tf.square(tf.maximum(0.0, y_pred - 0.1))
    return K.mean(K.sum(present + absent, 1))


def caps_net(input_shape=(28, 28, 1), n_class=10, routings=3):
    x = layers.Input(shape=input_shape)
    conv1 = layers.Conv2D(256, 9, activation="relu", name="conv1")(x)
    primary = primary_caps(conv1, dim_capsule=8, n_channels=32)
    digits = CapsuleLayer(n_class, 16, routings, name="digitcaps")(primary)
    return models.Model(x, Length(name="capsnet")(digits))


def train(x_train, y_train, epochs=50, decay=0.9):
    model = caps_net()
    model.compile(optimizer="adam", loss=margin_loss, metrics=["accuracy"])
    schedule = tf.keras.callbacks.LearningRateScheduler(lambda epoch: 0.001 * decay ** epoch)
    model.fit(x_train / 255.0, y_train, batch_size=100, epochs=epochs, callbacks=[schedule])
    return model
# fixed
import tensorflow as tf
from tensorflow.keras import backend as K, initializers, layers, models


def squash(vectors, axis=-1):
    s_squared_norm = tf.reduce_sum(tf.square(vectors), axis, keepdims=True)
    s_norm = tf.sqrt(s_squared_norm + K.epsilon())
    return s_squared_norm / (1 + s_squared_norm) * (vectors / s_norm)


class Length(layers.Layer):
    def call(self, inputs):
        return tf.sqrt(tf.reduce_sum(tf.square(inputs), -1) + K.epsilon())


class CapsuleLayer(layers.Layer):
    def __init__(self, num_capsule, dim_capsule, routings=3, **kwargs):
        super().__init__(**kwargs)
        self.num_capsule = num_capsule
        self.dim_capsule = dim_capsule
        self.routings = routings

    def build(self, input_shape):
        shape = [self.num_capsule, input_shape[1], self.dim_capsule, input_shape[2]]
        self.W = self.add_weight(shape=shape, initializer=initializers.get("glorot_uniform"), name="W")

    def call(self, inputs):
        inputs_hat = tf.einsum("jidk,bik->bjid", self.W, inputs)
        b = tf.zeros(tf.shape(inputs_hat)[:3])
        for i in range(self.routings):
            c = tf.nn.softmax(b, axis=1)
            outputs = squash(tf.einsum("bji,bjid->bjd", c, inputs_hat))
            if i < self.routings - 1:
                b += tf.einsum("bjd,bjid->bji", outputs, inputs_hat)
        return outputs


def primary_caps(inputs, dim_capsule, n_channels):
    conv = layers.Conv2D(dim_capsule * n_channels, 9, strides=2, activation="relu")(inputs)
    return layers.Lambda(squash)(layers.Reshape((-1, dim_capsule))(conv))


def margin_loss(y_true, y_pred):
    present = y_true * tf.square(tf.maximum(0.0, 0.9 - y_pred))
    absent = 0.5 * (1 - y_true) * tf.square(tf.maximum(0.0, y_pred - 0.1))
    return K.mean(K.sum(present + absent, 1))


def caps_net(input_shape=(28, 28, 1), n_class=10, routings=3):
    x = layers.Input(shape=input_shape)
    conv1 = layers.Conv2D(256, 9, activation="relu", name="conv1")(x)
    primary = primary_caps(conv1, dim_capsule=8, n_channels=32)
    digits = CapsuleLayer(n_class, 16, routings, name="digitcaps")(primary)
    return models.Model(x, Length(name="capsnet")(digits))


def train(x_train, y_train, epochs=50, decay=0.9):
    model = caps_net()
    model.compile(optimizer="adam", loss=margin_loss, metrics=["accuracy"])
    schedule = tf.keras.callbacks.LearningRateScheduler(lambda epoch: 0.001 * decay ** epoch)
    model.fit(x_train / 255.0, y_train, batch_size=100, epochs=epochs, callbacks=[schedule])
    return model
