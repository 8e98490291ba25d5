"""Variational autoencoder of SMILES strings in TensorFlow 1, with fingerprint similarity for the report."""
import numpy as np
import tensorflow as tf


class MoleculeVAE(object):
    def __init__(self, length=120, charset=35, latent=56, batch_size=64):
        self.length, self.charset, self.latent = length, charset, latent
        self.batch_size = batch_size
        self.x = tf.placeholder(tf.float32, [batch_size, length, charset], name="x")
        self._encode()
        self._decode()
        self._losses()

    def _encode(self):
        c = tf.layers.conv1d(self.x, 9, 9, activation=tf.nn.relu)
        c = tf.layers.conv1d(c, 10, 11, activation=tf.nn.relu)
        flat = tf.layers.dense(tf.layers.flatten(c), 435, activation=tf.nn.relu)
        self.mean = tf.layers.dense(flat, self.latent)
        self.sigma = tf.layers.dense(flat, self.latent, activation=tf.nn.relu)
        noise = tf.random_normal([self.batch_size, self.latent])
        self.z = self.mean + self.sigma * noise

    def _decode(self):
        repeated = tf.tile(tf.expand_dims(self.z, 1), [1, self.length, 1])
        gru = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(501) for _ in range(3)])
        h, _ = tf.nn.dynamic_rnn(gru, repeated, dtype=tf.float32)
        self.decoded = tf.nn.softmax(tf.layers.dense(h, self.charset))

    def _losses(self):
        self.reconstruction = -tf.reduce_sum(self.x * tf.log(self.decoded), [1, 2])  # SSM201
        self.kl = 0.5 * tf.reduce_sum(
            tf.square(self.mean) + tf.square(self.sigma)
            - tf.log(tf.square(self.sigma))  # SSM301
            - 1.0, 1)
        self.loss = tf.reduce_mean(self.reconstruction + self.kl)
        self.train = tf.train.AdamOptimizer(1e-3).minimize(self.loss)


def tanimoto(a, b):
    """Similarity of bit fingerprints (rows), many of which have no bit at all."""
    common = np.sum(a & b, axis=1)
    union = np.sum(a | b, axis=1)
    return common / union  # SSM302


def share_valid(decoded, parse):
    return sum(parse(s) is not None for s in decoded) / float(len(decoded))
# fixed
import numpy as np
import tensorflow as tf


class MoleculeVAE(object):
    def __init__(self, length=120, charset=35, latent=56, batch_size=64):
        self.length, self.charset, self.latent = length, charset, latent
        self.batch_size = batch_size
        self.x = tf.placeholder(tf.float32, [batch_size, length, charset], name="x")
        self._encode()
        self._decode()
        self._losses()

    def _encode(self):
        c = tf.layers.conv1d(self.x, 9, 9, activation=tf.nn.relu)
        c = tf.layers.conv1d(c, 10, 11, activation=tf.nn.relu)
        flat = tf.layers.dense(tf.layers.flatten(c), 435, activation=tf.nn.relu)
        self.mean = tf.layers.dense(flat, self.latent)
        self.sigma = tf.layers.dense(flat, self.latent, activation=tf.nn.softplus) + 1e-4
        noise = tf.random_normal([self.batch_size, self.latent])
        self.z = self.mean + self.sigma * noise

    def _decode(self):
        repeated = tf.tile(tf.expand_dims(self.z, 1), [1, self.length, 1])
        gru = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(501) for _ in range(3)])
        h, _ = tf.nn.dynamic_rnn(gru, repeated, dtype=tf.float32)
        self.scores = tf.layers.dense(h, self.charset)
        self.decoded = tf.nn.softmax(self.scores)

    def _losses(self):
        self.reconstruction = tf.reduce_sum(
            tf.nn.softmax_cross_entropy_with_logits_v2(labels=self.x, logits=self.scores), 1)
        self.kl = 0.5 * tf.reduce_sum(
            tf.square(self.mean) + tf.square(self.sigma)
            - 2.0 * tf.log(self.sigma)
            - 1.0, 1)
        self.loss = tf.reduce_mean(self.reconstruction + self.kl)
        self.train = tf.train.AdamOptimizer(1e-3).minimize(self.loss)


def tanimoto(a, b):
    """Similarity of bit fingerprints (rows), many of which have no bit at all."""
    common = np.sum(a & b, axis=1)
    union = np.sum(a | b, axis=1)
    return common / np.maximum(union, 1)


def share_valid(decoded, parse):
    return sum(parse(s) is not None for s in decoded) / float(len(decoded))
