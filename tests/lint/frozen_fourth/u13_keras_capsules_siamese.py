"""Keras layers: capsules, a Siamese distance, and a classifier that says softmax twice."""
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras import layers, losses, models


def squash(s, axis=-1):
    n2 = K.sum(K.square(s), axis, keepdims=True)
    return n2 / (1 + n2) * s / K.sqrt(n2)  # SSM303


class Length(layers.Layer):
    def call(self, inputs):
        return K.sqrt(K.sum(K.square(inputs), -1))  # SSM303


class AttentionPool(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 1))
        self.built = True

    def call(self, x, mask=None):
        a = K.exp(K.tanh(K.dot(x, self.w)))
        if mask is not None:
            a *= K.cast(mask, K.floatx())[..., None]
        a /= K.sum(a, axis=1, keepdims=True)  # SSM302
        return K.sum(x * a, axis=1)


def euclidean(pair):
    a, b = pair
    return K.sqrt(K.sum(K.square(a - b), axis=1, keepdims=True))  # SSM303


left, right = layers.Input((64,)), layers.Input((64,))
distance = layers.Lambda(euclidean)([left, right])
siamese = models.Model([left, right], distance)

classifier = models.Sequential()
classifier.add(layers.Dense(128, activation="relu", input_shape=(64,)))
classifier.add(layers.Dense(10, activation="softmax"))
classifier.add(layers.Softmax())  # SSM104
classifier.compile("adam", loss=losses.SparseCategoricalCrossentropy(from_logits=False))

tagger = models.Sequential([layers.Dense(32, activation="relu"), layers.Dense(1)])
tagger.compile("adam", loss="binary_crossentropy")  # SSM403
# fixed
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras import layers, losses, models


def squash(s, axis=-1):
    n2 = K.sum(K.square(s), axis, keepdims=True)
    return n2 / (1 + n2) * s / K.sqrt(n2 + K.epsilon())


class Length(layers.Layer):
    def call(self, inputs):
        return K.sqrt(K.sum(K.square(inputs), -1) + K.epsilon())


class AttentionPool(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 1))
        self.built = True

    def call(self, x, mask=None):
        a = K.exp(K.tanh(K.dot(x, self.w)))
        if mask is not None:
            a *= K.cast(mask, K.floatx())[..., None]
        a /= K.sum(a, axis=1, keepdims=True) + K.epsilon()
        return K.sum(x * a, axis=1)


def euclidean(pair):
    a, b = pair
    return K.sqrt(K.maximum(K.sum(K.square(a - b), axis=1, keepdims=True), K.epsilon()))


left, right = layers.Input((64,)), layers.Input((64,))
distance = layers.Lambda(euclidean)([left, right])
siamese = models.Model([left, right], distance)

classifier = models.Sequential()
classifier.add(layers.Dense(128, activation="relu", input_shape=(64,)))
classifier.add(layers.Dense(10))
classifier.compile("adam", loss=losses.SparseCategoricalCrossentropy(from_logits=True))

tagger = models.Sequential([layers.Dense(32, activation="relu"), layers.Dense(1, activation="sigmoid")])
tagger.compile("adam", loss="binary_crossentropy")
