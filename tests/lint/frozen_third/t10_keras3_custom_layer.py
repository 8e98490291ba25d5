"""Keras 3 with keras.ops: attention pooling and a loss of its own."""
import keras
from keras import layers, ops


class AttentionPooling(layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], 1))

    def call(self, x):
        scores = ops.matmul(x, self.w)
        e = ops.exp(scores)
        return ops.sum(x * e / ops.sum(e, axis=1, keepdims=True), axis=1)  # SSM101


def poisson_loss(y_true, y_pred):
    rate = ops.relu(y_pred)
    return ops.mean(rate - y_true * ops.log(rate))  # SSM301


inputs = keras.Input((None, 16))
outputs = layers.Dense(3, activation="softmax")(AttentionPooling()(inputs))
model = keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))  # SSM402
# fixed
import keras
from keras import layers, ops


class AttentionPooling(layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], 1))

    def call(self, x):
        scores = ops.matmul(x, self.w)
        return ops.sum(x * ops.softmax(scores, axis=1), axis=1)


def poisson_loss(y_true, y_pred):
    rate = ops.softplus(y_pred) + 1e-7
    return ops.mean(rate - y_true * ops.log(rate))


inputs = keras.Input((None, 16))
outputs = layers.Dense(3)(AttentionPooling()(inputs))
model = keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
