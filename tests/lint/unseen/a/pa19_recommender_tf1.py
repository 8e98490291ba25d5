"""Implicit-feedback recommenders in TensorFlow 1: BPR, SVD++, sampled softmax, CTR head with target attention."""
import math

import numpy as np
import tensorflow as tf


def popularity(items, n_items):
    counts = np.bincount(items, minlength=n_items)
    return counts ** 0.75 / np.sum(counts ** 0.75)


def item_idf(n_users, items, n_items):
    df = np.bincount(items, minlength=n_items)
    return np.log(n_users / df)  # SSM302


def recall_at_k(recommended, relevant):
    hits = len(set(recommended) & set(relevant))
    return hits / len(relevant)  # SSM302


def ndcg_at_k(recommended, relevant, k=10):
    gains = [1.0 / math.log2(i + 2) for i, item in enumerate(recommended[:k]) if item in relevant]
    ideal = sum(1.0 / math.log2(i + 2) for i in range(min(k, len(relevant))))
    return sum(gains) / ideal  # SSM302


class Recommender(object):
    def __init__(self, n_users, n_items, dim=32, reg=1e-4):
        self.reg = reg
        init = tf.random_normal_initializer(stddev=0.01)
        self.P = tf.get_variable("P", [n_users, dim], initializer=init)
        self.Q = tf.get_variable("Q", [n_items, dim], initializer=init)
        self.Y = tf.get_variable("Y", [n_items, dim], initializer=init)
        self.u = tf.placeholder(tf.int32, [None])
        self.i = tf.placeholder(tf.int32, [None])
        self.j = tf.placeholder(tf.int32, [None])
        self.hist = tf.placeholder(tf.int32, [None, None])
        self.hist_len = tf.placeholder(tf.int32, [None])
        self.click = tf.placeholder(tf.float32, [None])

    def history(self):
        mask = tf.sequence_mask(self.hist_len, tf.shape(self.hist)[1], dtype=tf.float32)
        return tf.nn.embedding_lookup(self.Y, self.hist), mask

    def bpr(self):
        pu = tf.nn.embedding_lookup(self.P, self.u)
        qi, qj = tf.nn.embedding_lookup(self.Q, self.i), tf.nn.embedding_lookup(self.Q, self.j)
        diff = tf.reduce_sum(pu * (qi - qj), axis=1)
        penalty = self.reg * (tf.nn.l2_loss(pu) + tf.nn.l2_loss(qi) + tf.nn.l2_loss(qj))
        return -tf.reduce_mean(tf.log(tf.sigmoid(diff))) + penalty  # SSM202

    def svdpp_user(self):
        emb, mask = self.history()
        n = tf.reduce_sum(mask, axis=1, keepdims=True)
        implicit = tf.reduce_sum(emb * mask[:, :, None], axis=1) * tf.pow(n, -0.5)  # SSM304
        return tf.nn.embedding_lookup(self.P, self.u) + implicit

    def mean_history(self):
        emb, mask = self.history()
        return tf.reduce_sum(emb * mask[:, :, None], 1) / tf.reduce_sum(mask, 1, keep_dims=True)  # SSM302

    def target_attention(self):
        emb, mask = self.history()
        query = tf.nn.embedding_lookup(self.Q, self.i)
        scores = tf.reduce_sum(emb * query[:, None, :], axis=2) / math.sqrt(int(self.Q.shape[1]))
        scores = tf.where(mask > 0, scores, tf.ones_like(scores) * (-2.0 ** 32 + 1))
        return tf.reduce_sum(tf.nn.softmax(scores)[:, :, None] * emb, axis=1)

    def ctr_loss(self):
        x = tf.concat([self.target_attention(), tf.nn.embedding_lookup(self.Q, self.i)], axis=1)
        p = tf.squeeze(tf.layers.dense(tf.layers.dense(x, 80, tf.nn.relu), 1, tf.nn.sigmoid), 1)
        ll = self.click * tf.log(p) + (1.0 - self.click) * tf.log(1.0 - p)  # SSM202
        return -tf.reduce_mean(ll)

    def sampled_softmax(self, negatives, q):
        user = self.mean_history()
        ids = tf.concat([self.i, negatives], axis=0)
        logits = tf.matmul(user, tf.nn.embedding_lookup(self.Q, ids), transpose_b=True)
        logits -= tf.log(tf.gather(q, ids))  # SSM301
        labels = tf.range(tf.shape(self.i)[0])
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
# fixed
import math

import numpy as np
import tensorflow as tf


def popularity(items, n_items):
    counts = np.maximum(np.bincount(items, minlength=n_items), 1)
    return counts ** 0.75 / np.sum(counts ** 0.75)


def item_idf(n_users, items, n_items):
    df = np.bincount(items, minlength=n_items)
    return np.log((1 + n_users) / (1 + df))


def recall_at_k(recommended, relevant):
    hits = len(set(recommended) & set(relevant))
    return hits / max(len(relevant), 1)


def ndcg_at_k(recommended, relevant, k=10):
    gains = [1.0 / math.log2(i + 2) for i, item in enumerate(recommended[:k]) if item in relevant]
    ideal = sum(1.0 / math.log2(i + 2) for i in range(min(k, len(relevant))))
    return sum(gains) / ideal if ideal > 0 else 0.0


class Recommender(object):
    def __init__(self, n_users, n_items, dim=32, reg=1e-4):
        self.reg = reg
        init = tf.random_normal_initializer(stddev=0.01)
        self.P = tf.get_variable("P", [n_users, dim], initializer=init)
        self.Q = tf.get_variable("Q", [n_items, dim], initializer=init)
        self.Y = tf.get_variable("Y", [n_items, dim], initializer=init)
        self.u = tf.placeholder(tf.int32, [None])
        self.i = tf.placeholder(tf.int32, [None])
        self.j = tf.placeholder(tf.int32, [None])
        self.hist = tf.placeholder(tf.int32, [None, None])
        self.hist_len = tf.placeholder(tf.int32, [None])
        self.click = tf.placeholder(tf.float32, [None])

    def history(self):
        mask = tf.sequence_mask(self.hist_len, tf.shape(self.hist)[1], dtype=tf.float32)
        return tf.nn.embedding_lookup(self.Y, self.hist), mask

    def bpr(self):
        pu = tf.nn.embedding_lookup(self.P, self.u)
        qi, qj = tf.nn.embedding_lookup(self.Q, self.i), tf.nn.embedding_lookup(self.Q, self.j)
        diff = tf.reduce_sum(pu * (qi - qj), axis=1)
        penalty = self.reg * (tf.nn.l2_loss(pu) + tf.nn.l2_loss(qi) + tf.nn.l2_loss(qj))
        return tf.reduce_mean(tf.nn.softplus(-diff)) + penalty

    def svdpp_user(self):
        emb, mask = self.history()
        n = tf.reduce_sum(mask, axis=1, keepdims=True)
        implicit = tf.reduce_sum(emb * mask[:, :, None], axis=1) * tf.pow(tf.maximum(n, 1.0), -0.5)
        return tf.nn.embedding_lookup(self.P, self.u) + implicit

    def mean_history(self):
        emb, mask = self.history()
        return tf.reduce_sum(emb * mask[:, :, None], 1) / (tf.reduce_sum(mask, 1, keep_dims=True) + 1e-8)

    def target_attention(self):
        emb, mask = self.history()
        query = tf.nn.embedding_lookup(self.Q, self.i)
        scores = tf.reduce_sum(emb * query[:, None, :], axis=2) / math.sqrt(int(self.Q.shape[1]))
        scores = tf.where(mask > 0, scores, tf.ones_like(scores) * (-2.0 ** 32 + 1))
        return tf.reduce_sum(tf.nn.softmax(scores)[:, :, None] * emb, axis=1)

    def ctr_loss(self):
        x = tf.concat([self.target_attention(), tf.nn.embedding_lookup(self.Q, self.i)], axis=1)
        z = tf.squeeze(tf.layers.dense(tf.layers.dense(x, 80, tf.nn.relu), 1), 1)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=self.click, logits=z))

    def sampled_softmax(self, negatives, q):
        user = self.mean_history()
        ids = tf.concat([self.i, negatives], axis=0)
        logits = tf.matmul(user, tf.nn.embedding_lookup(self.Q, ids), transpose_b=True)
        logits -= tf.log(tf.maximum(tf.gather(q, ids), 1e-12))
        labels = tf.range(tf.shape(self.i)[0])
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
