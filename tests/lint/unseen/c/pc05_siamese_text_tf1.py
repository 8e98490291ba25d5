"""A siamese LSTM for pairs of sentences with a contrastive loss, in TensorFlow 1."""
import tensorflow as tf


def l2(x):
    return tf.sqrt(tf.reduce_sum(tf.square(x), 1, keep_dims=True))  # SSM303


class SiameseLSTM(object):
    """Two sentences through one bidirectional LSTM; the distance of the two codes."""

    def __init__(self, sequence_length, vocab_size, embedding_size, hidden_units, l2_reg_lambda, batch_size):
        self.input_x1 = tf.placeholder(tf.int32, [None, sequence_length], name="input_x1")
        self.input_x2 = tf.placeholder(tf.int32, [None, sequence_length], name="input_x2")
        self.input_y = tf.placeholder(tf.float32, [None], name="input_y")
        self.dropout_keep_prob = tf.placeholder(tf.float32, name="dropout_keep_prob")

        with tf.name_scope("embedding"):
            self.W = tf.Variable(tf.random_uniform([vocab_size, embedding_size], -1.0, 1.0), name="W")
            x1 = tf.nn.embedding_lookup(self.W, self.input_x1)
            x2 = tf.nn.embedding_lookup(self.W, self.input_x2)

        with tf.name_scope("output"):
            self.out1 = self.encode(x1, "side1", hidden_units)
            self.out2 = self.encode(x2, "side1", hidden_units)
            diff = tf.subtract(self.out1, self.out2)
            self.distance = tf.sqrt(tf.reduce_sum(tf.square(diff), 1, keep_dims=True))  # SSM303
            self.distance = tf.div(self.distance, tf.add(l2(self.out1), l2(self.out2)))  # SSM302
            self.distance = tf.reshape(self.distance, [-1], name="distance")

        with tf.name_scope("loss"):
            self.loss = self.contrastive_loss(self.input_y, self.distance, batch_size)
        with tf.name_scope("accuracy"):
            self.temp_sim = tf.subtract(tf.ones_like(self.distance), tf.rint(self.distance))
            self.accuracy = tf.reduce_mean(tf.cast(tf.equal(self.temp_sim, self.input_y), "float"))

    def encode(self, x, scope, n_hidden):
        with tf.variable_scope(scope, reuse=tf.AUTO_REUSE):
            cell = tf.nn.rnn_cell.BasicLSTMCell(n_hidden)
            outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
            return tf.nn.relu(tf.layers.dense(outputs[:, -1], n_hidden, name="proj"))

    def contrastive_loss(self, y, d, batch_size):
        similar = y * tf.square(d)
        different = (1 - y) * tf.square(tf.maximum((1 - d), 0))
        return tf.reduce_sum(similar + different) / batch_size / 2
# fixed
import tensorflow as tf


def safe_norm(x, eps=1e-8):
    return tf.sqrt(tf.reduce_sum(tf.square(x), 1, keep_dims=True) + eps)


class SiameseLSTM(object):
    """Two sentences through one bidirectional LSTM; the distance of the two codes."""

    def __init__(self, sequence_length, vocab_size, embedding_size, hidden_units, l2_reg_lambda, batch_size):
        self.input_x1 = tf.placeholder(tf.int32, [None, sequence_length], name="input_x1")
        self.input_x2 = tf.placeholder(tf.int32, [None, sequence_length], name="input_x2")
        self.input_y = tf.placeholder(tf.float32, [None], name="input_y")
        self.dropout_keep_prob = tf.placeholder(tf.float32, name="dropout_keep_prob")

        with tf.name_scope("embedding"):
            self.W = tf.Variable(tf.random_uniform([vocab_size, embedding_size], -1.0, 1.0), name="W")
            x1 = tf.nn.embedding_lookup(self.W, self.input_x1)
            x2 = tf.nn.embedding_lookup(self.W, self.input_x2)

        with tf.name_scope("output"):
            self.out1 = self.encode(x1, "side1", hidden_units)
            self.out2 = self.encode(x2, "side1", hidden_units)
            self.distance = safe_norm(tf.subtract(self.out1, self.out2))
            self.distance = tf.div(self.distance, tf.add(safe_norm(self.out1), safe_norm(self.out2)))
            self.distance = tf.reshape(self.distance, [-1], name="distance")

        with tf.name_scope("loss"):
            self.loss = self.contrastive_loss(self.input_y, self.distance, batch_size)
        with tf.name_scope("accuracy"):
            self.temp_sim = tf.subtract(tf.ones_like(self.distance), tf.rint(self.distance))
            self.accuracy = tf.reduce_mean(tf.cast(tf.equal(self.temp_sim, self.input_y), "float"))

    def encode(self, x, scope, n_hidden):
        with tf.variable_scope(scope, reuse=tf.AUTO_REUSE):
            cell = tf.nn.rnn_cell.BasicLSTMCell(n_hidden)
            outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
            return tf.nn.relu(tf.layers.dense(outputs[:, -1], n_hidden, name="proj"))

    def contrastive_loss(self, y, d, batch_size):
        similar = y * tf.square(d)
        different = (1 - y) * tf.square(tf.maximum((1 - d), 0))
        return tf.reduce_sum(similar + different) / batch_size / 2
