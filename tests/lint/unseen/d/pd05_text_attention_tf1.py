"""Text classifier: convolution, attention pooling by hand and tf-idf features."""
import numpy as np
import tensorflow as tf


def idf_weights(docs, vocab):
    df = np.zeros(len(vocab))
    for doc in docs:
        for word in set(doc):
            if word in vocab:
                df[vocab[word]] += 1
    return np.log(len(docs) / df)  # SSM302


def tfidf(docs, vocab, idf):
    out = np.zeros((len(docs), len(vocab)), dtype=np.float32)
    for i, doc in enumerate(docs):
        for word in doc:
            if word in vocab:
                out[i, vocab[word]] += 1.0 / len(doc)
    return out * idf


class TextAttention(object):
    def __init__(self, vocab_size, embed_dim, n_filters, n_classes, max_len):
        self.input_x = tf.placeholder(tf.int32, [None, max_len], name="input_x")
        self.input_tfidf = tf.placeholder(tf.float32, [None, vocab_size], name="input_tfidf")
        self.input_y = tf.placeholder(tf.float32, [None, n_classes], name="input_y")
        self.keep = tf.placeholder(tf.float32, name="keep")

        with tf.name_scope("embedding"):
            E = tf.Variable(tf.random_uniform([vocab_size, embed_dim], -1.0, 1.0))
            embedded = tf.nn.embedding_lookup(E, self.input_x)
            mask = tf.cast(tf.not_equal(self.input_x, 0), tf.float32)

        conv = tf.layers.conv1d(embedded, n_filters, 3, padding="same", activation=tf.nn.relu)

        with tf.name_scope("attention"):
            u = tf.layers.dense(conv, n_filters)
            query = tf.get_variable("query", [n_filters])
            scores = tf.reduce_sum(u * query, axis=2)
            e = tf.exp(scores) * mask
            alpha = e / tf.reduce_sum(e, axis=1, keepdims=True)  # SSM101
            pooled = tf.reduce_sum(conv * tf.expand_dims(alpha, -1), axis=1)

        with tf.name_scope("output"):
            wide = tf.layers.dense(self.input_tfidf, 64, activation=tf.nn.relu)
            features = tf.nn.dropout(tf.concat([pooled, wide], 1), self.keep)
            self.scores = tf.layers.dense(features, n_classes)
            self.probs = tf.nn.softmax(self.scores)
            self.predictions = tf.argmax(self.probs, 1)

        with tf.name_scope("loss"):
            losses = tf.nn.softmax_cross_entropy_with_logits(labels=self.input_y, logits=self.probs)  # SSM402
            self.loss = tf.reduce_mean(losses)
            hits = tf.equal(self.predictions, tf.argmax(self.input_y, 1))
            self.accuracy = tf.reduce_mean(tf.cast(hits, "float"))


def build(config, vocab):
    model = TextAttention(len(vocab), config["dim"], config["filters"], config["classes"], config["max_len"])
    step = tf.Variable(0, trainable=False)
    rate = tf.train.exponential_decay(config["lr"], step, 1000, 0.95)
    train_op = tf.train.AdamOptimizer(rate).minimize(model.loss, global_step=step)
    return model, train_op
# fixed
import numpy as np
import tensorflow as tf


def idf_weights(docs, vocab):
    df = np.zeros(len(vocab))
    for doc in docs:
        for word in set(doc):
            if word in vocab:
                df[vocab[word]] += 1
    return np.log((1 + len(docs)) / (1 + df)) + 1


def tfidf(docs, vocab, idf):
    out = np.zeros((len(docs), len(vocab)), dtype=np.float32)
    for i, doc in enumerate(docs):
        for word in doc:
            if word in vocab:
                out[i, vocab[word]] += 1.0 / len(doc)
    return out * idf


class TextAttention(object):
    def __init__(self, vocab_size, embed_dim, n_filters, n_classes, max_len):
        self.input_x = tf.placeholder(tf.int32, [None, max_len], name="input_x")
        self.input_tfidf = tf.placeholder(tf.float32, [None, vocab_size], name="input_tfidf")
        self.input_y = tf.placeholder(tf.float32, [None, n_classes], name="input_y")
        self.keep = tf.placeholder(tf.float32, name="keep")

        with tf.name_scope("embedding"):
            E = tf.Variable(tf.random_uniform([vocab_size, embed_dim], -1.0, 1.0))
            embedded = tf.nn.embedding_lookup(E, self.input_x)
            mask = tf.cast(tf.not_equal(self.input_x, 0), tf.float32)

        conv = tf.layers.conv1d(embedded, n_filters, 3, padding="same", activation=tf.nn.relu)

        with tf.name_scope("attention"):
            u = tf.layers.dense(conv, n_filters)
            query = tf.get_variable("query", [n_filters])
            scores = tf.reduce_sum(u * query, axis=2)
            scores += (1.0 - mask) * -1e9
            alpha = tf.nn.softmax(scores, axis=1) * mask
            pooled = tf.reduce_sum(conv * tf.expand_dims(alpha, -1), axis=1)

        with tf.name_scope("output"):
            wide = tf.layers.dense(self.input_tfidf, 64, activation=tf.nn.relu)
            features = tf.nn.dropout(tf.concat([pooled, wide], 1), self.keep)
            self.scores = tf.layers.dense(features, n_classes)
            self.probs = tf.nn.softmax(self.scores)
            self.predictions = tf.argmax(self.probs, 1)

        with tf.name_scope("loss"):
            losses = tf.nn.softmax_cross_entropy_with_logits(labels=self.input_y, logits=self.scores)
            self.loss = tf.reduce_mean(losses)
            hits = tf.equal(self.predictions, tf.argmax(self.input_y, 1))
            self.accuracy = tf.reduce_mean(tf.cast(hits, "float"))


def build(config, vocab):
    model = TextAttention(len(vocab), config["dim"], config["filters"], config["classes"], config["max_len"])
    step = tf.Variable(0, trainable=False)
    rate = tf.train.exponential_decay(config["lr"], step, 1000, 0.95)
    train_op = tf.train.AdamOptimizer(rate).minimize(model.loss, global_step=step)
    return model, train_op
