"""A sentence classifier with attention in TensorFlow 2: half-precision scores, pooling by hand, a layer norm by hand."""
import tensorflow as tf
from tensorflow.keras import layers


class LayerNorm(layers.Layer):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.gain = self.add_weight(shape=(dim,), initializer="ones")
        self.bias = self.add_weight(shape=(dim,), initializer="zeros")
        self.eps = eps

    def call(self, x):
        mean, var = tf.nn.moments(x, axes=[-1], keepdims=True)
        return (x - mean) * tf.math.rsqrt(var + self.eps) * self.gain + self.bias


class SelfAttention(layers.Layer):
    def __init__(self, dim):
        super().__init__()
        self.q, self.k, self.v = layers.Dense(dim), layers.Dense(dim), layers.Dense(dim)
        self.dim = dim

    def call(self, x, pad):
        scores = tf.matmul(self.q(x), self.k(x), transpose_b=True) / tf.sqrt(float(self.dim))
        scores = tf.cast(scores, tf.float16)
        scores += tf.cast(pad[:, None, :], tf.float16) * -1e9  # SSM502
        weights = tf.cast(tf.nn.softmax(scores), tf.float32)
        return tf.matmul(weights, self.v(x))


class AttentionPooling(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.w1, self.w2 = layers.Dense(units, activation="tanh"), layers.Dense(1, use_bias=False)

    def call(self, h, keep):
        score = self.w2(self.w1(h))
        e = tf.exp(score) * keep[..., None]
        alpha = e / tf.reduce_sum(e, axis=1, keepdims=True)  # SSM101
        return tf.reduce_sum(alpha * h, axis=1)


class Classifier(tf.keras.Model):
    def __init__(self, vocab, dim, classes):
        super().__init__()
        self.emb = layers.Embedding(vocab, dim)
        self.att, self.norm = SelfAttention(dim), LayerNorm(dim)
        self.pool, self.out = AttentionPooling(dim), layers.Dense(classes)

    def call(self, tokens):
        pad = tf.equal(tokens, 0)
        x = self.emb(tokens)
        x = self.norm(x + self.att(x, pad))
        return self.out(self.pool(x, tf.cast(~pad, tf.float32)))


def train(data, vocab, classes, epochs=5):
    model = Classifier(vocab, 128, classes)
    schedule = tf.keras.optimizers.schedules.ExponentialDecay(1e-3, 1000, 0.9)
    optimizer = tf.keras.optimizers.Adam(schedule)
    model.compile(optimizer, loss=tf.keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])  # SSM403
    model.fit(data, epochs=epochs)
    return model
# fixed
import tensorflow as tf
from tensorflow.keras import layers


class LayerNorm(layers.Layer):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.gain = self.add_weight(shape=(dim,), initializer="ones")
        self.bias = self.add_weight(shape=(dim,), initializer="zeros")
        self.eps = eps

    def call(self, x):
        mean, var = tf.nn.moments(x, axes=[-1], keepdims=True)
        return (x - mean) * tf.math.rsqrt(var + self.eps) * self.gain + self.bias


class SelfAttention(layers.Layer):
    def __init__(self, dim):
        super().__init__()
        self.q, self.k, self.v = layers.Dense(dim), layers.Dense(dim), layers.Dense(dim)
        self.dim = dim

    def call(self, x, pad):
        scores = tf.matmul(self.q(x), self.k(x), transpose_b=True) / tf.sqrt(float(self.dim))
        scores += tf.cast(pad[:, None, :], tf.float32) * -1e9
        weights = tf.nn.softmax(scores)
        return tf.matmul(weights, self.v(x))


class AttentionPooling(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.w1, self.w2 = layers.Dense(units, activation="tanh"), layers.Dense(1, use_bias=False)

    def call(self, h, keep):
        score = self.w2(self.w1(h))
        score = score + (1.0 - keep[..., None]) * -1e9
        alpha = tf.nn.softmax(score, axis=1)
        return tf.reduce_sum(alpha * h, axis=1)


class Classifier(tf.keras.Model):
    def __init__(self, vocab, dim, classes):
        super().__init__()
        self.emb = layers.Embedding(vocab, dim)
        self.att, self.norm = SelfAttention(dim), LayerNorm(dim)
        self.pool, self.out = AttentionPooling(dim), layers.Dense(classes)

    def call(self, tokens):
        pad = tf.equal(tokens, 0)
        x = self.emb(tokens)
        x = self.norm(x + self.att(x, pad))
        return self.out(self.pool(x, tf.cast(~pad, tf.float32)))


def train(data, vocab, classes, epochs=5):
    model = Classifier(vocab, 128, classes)
    schedule = tf.keras.optimizers.schedules.ExponentialDecay(1e-3, 1000, 0.9)
    optimizer = tf.keras.optimizers.Adam(schedule)
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss=loss, metrics=["accuracy"])
    model.fit(data, epochs=epochs)
    return model
