"""A text classifier with attention over words and a masked average in Keras."""
import numpy as np
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import initializers, layers

config = {"vocab": 20000, "maxlen": 400, "dim": 128, "classes": 20, "units": 64}


class AttentionWithContext(layers.Layer):
    """Hierarchical attention: a score per word against a context vector."""

    def __init__(self, **kwargs):
        self.supports_masking = True
        self.init = initializers.get("glorot_uniform")
        super().__init__(**kwargs)

    def build(self, input_shape):
        dim = input_shape[-1]
        self.W = self.add_weight(shape=(dim, dim), initializer=self.init, name="W")
        self.b = self.add_weight(shape=(dim,), initializer="zeros", name="b")
        self.u = self.add_weight(shape=(dim, 1), initializer=self.init, name="u")
        super().build(input_shape)

    def compute_mask(self, inputs, mask=None):
        return None

    def call(self, x, mask=None):
        uit = K.tanh(K.dot(x, self.W) + self.b)
        ait = K.squeeze(K.dot(uit, self.u), -1)
        a = K.exp(ait)
        if mask is not None:
            a *= K.cast(mask, K.floatx())
        a /= K.sum(a, axis=1, keepdims=True) + K.epsilon()  # SSM101
        return K.sum(x * K.expand_dims(a), axis=1)


def build(embedding_matrix):
    words = layers.Input(shape=(config["maxlen"],), dtype="int32")
    x = layers.Embedding(config["vocab"], config["dim"], weights=[embedding_matrix], mask_zero=True)(words)
    x = layers.Bidirectional(layers.GRU(config["units"], return_sequences=True))(x)
    x = AttentionWithContext()(x)
    x = layers.Dropout(0.5)(x)
    out = layers.Dense(config["classes"], activation="softmax")(x)
    model = keras.Model(words, out)
    model.compile("adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["acc"])  # SSM402
    return model


def read_glove(path, word_index):
    matrix = np.random.normal(0, 1 / np.sqrt(config["dim"]), (config["vocab"], config["dim"]))
    with open(path, encoding="utf8") as f:
        for line in f:
            word, *values = line.rstrip().split(" ")
            if word_index.get(word, config["vocab"]) < config["vocab"]:
                matrix[word_index[word]] = np.asarray(values, dtype="float32")
    return matrix


def class_weights(labels):
    counts = np.maximum(np.bincount(labels, minlength=config["classes"]), 1)
    weights = np.log(len(labels) / counts) + 1.0
    return dict(enumerate(weights))


if __name__ == "__main__":
    data = np.load("news20.npz", allow_pickle=True)
    index = data["word_index"].item()
    model = build(read_glove("glove.6B.128d.txt", index))
    model.fit(data["x"], data["y"], epochs=10, batch_size=50,
              class_weight=class_weights(data["y"]), validation_split=0.2)
    probs = model.predict(data["x_test"])
    print("confident:", np.mean(probs.max(axis=1) > 0.9), probs.argmax(axis=1)[:10])
# fixed
import numpy as np
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import initializers, layers

config = {"vocab": 20000, "maxlen": 400, "dim": 128, "classes": 20, "units": 64}


class AttentionWithContext(layers.Layer):
    """Hierarchical attention: a score per word against a context vector."""

    def __init__(self, **kwargs):
        self.supports_masking = True
        self.init = initializers.get("glorot_uniform")
        super().__init__(**kwargs)

    def build(self, input_shape):
        dim = input_shape[-1]
        self.W = self.add_weight(shape=(dim, dim), initializer=self.init, name="W")
        self.b = self.add_weight(shape=(dim,), initializer="zeros", name="b")
        self.u = self.add_weight(shape=(dim, 1), initializer=self.init, name="u")
        super().build(input_shape)

    def compute_mask(self, inputs, mask=None):
        return None

    def call(self, x, mask=None):
        uit = K.tanh(K.dot(x, self.W) + self.b)
        ait = K.squeeze(K.dot(uit, self.u), -1)
        if mask is not None:
            ait += (1.0 - K.cast(mask, K.floatx())) * -1e9
        a = K.softmax(ait, axis=1)
        return K.sum(x * K.expand_dims(a), axis=1)


def build(embedding_matrix):
    words = layers.Input(shape=(config["maxlen"],), dtype="int32")
    x = layers.Embedding(config["vocab"], config["dim"], weights=[embedding_matrix], mask_zero=True)(words)
    x = layers.Bidirectional(layers.GRU(config["units"], return_sequences=True))(x)
    x = AttentionWithContext()(x)
    x = layers.Dropout(0.5)(x)
    out = layers.Dense(config["classes"], activation="softmax")(x)
    model = keras.Model(words, out)
    model.compile("adam", loss=keras.losses.SparseCategoricalCrossentropy(), metrics=["acc"])
    return model


def read_glove(path, word_index):
    matrix = np.random.normal(0, 1 / np.sqrt(config["dim"]), (config["vocab"], config["dim"]))
    with open(path, encoding="utf8") as f:
        for line in f:
            word, *values = line.rstrip().split(" ")
            if word_index.get(word, config["vocab"]) < config["vocab"]:
                matrix[word_index[word]] = np.asarray(values, dtype="float32")
    return matrix


def class_weights(labels):
    counts = np.maximum(np.bincount(labels, minlength=config["classes"]), 1)
    weights = np.log(len(labels) / counts) + 1.0
    return dict(enumerate(weights))


if __name__ == "__main__":
    data = np.load("news20.npz", allow_pickle=True)
    index = data["word_index"].item()
    model = build(read_glove("glove.6B.128d.txt", index))
    model.fit(data["x"], data["y"], epochs=10, batch_size=50,
              class_weight=class_weights(data["y"]), validation_split=0.2)
    probs = model.predict(data["x_test"])
    print("confident:", np.mean(probs.max(axis=1) > 0.9), probs.argmax(axis=1)[:10])
