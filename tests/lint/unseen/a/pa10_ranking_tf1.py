"""Learning to rank in TensorFlow 1: RankNet, ListNet, ListMLE, LambdaRank weights, NDCG."""
import numpy as np
import tensorflow as tf


def dcg_np(relevance, k):
    rel = np.asarray(relevance, dtype=np.float64)[:k]
    return np.sum((2 ** rel - 1) / np.log2(np.arange(2, rel.size + 2)))


def ndcg_np(relevance, scores, k=10):
    order = np.argsort(-np.asarray(scores))
    best = dcg_np(sorted(relevance, reverse=True), k)
    return dcg_np(np.asarray(relevance)[order], k) / best  # SSM302


def mean_reciprocal_rank(ranks):
    return sum(1.0 / r for r in ranks) / len(ranks)


class Ranker(object):
    def __init__(self, n_features, hidden=64, sigma=1.0):
        self.sigma = sigma
        self.x = tf.placeholder(tf.float32, [None, None, n_features])
        self.y = tf.placeholder(tf.float32, [None, None])
        self.mask = tf.placeholder(tf.float32, [None, None])
        net = tf.layers.dense(self.x, hidden, activation=tf.nn.relu)
        self.scores = tf.squeeze(tf.layers.dense(net, 1), -1)

    def _pairs(self):
        s = self.scores[:, :, None] - self.scores[:, None, :]
        y = self.y[:, :, None] - self.y[:, None, :]
        m = self.mask[:, :, None] * self.mask[:, None, :]
        return self.sigma * s, tf.to_float(y > 0) * m

    def ranknet(self):
        s, better = self._pairs()
        loss = tf.log(1.0 + tf.exp(-s))  # SSM206
        return tf.reduce_sum(loss * better) / tf.reduce_sum(better)  # SSM302

    def lambdas(self):
        s, better = self._pairs()
        rho = 1.0 / (1.0 + tf.exp(s))  # SSM110
        pos = 1.0 + tf.reduce_sum(tf.to_float(s < 0), axis=2)
        disc = 1.0 / (tf.log(1.0 + pos) / tf.log(2.0))
        gain = tf.pow(2.0, self.y) - 1.0
        top = tf.contrib.framework.sort(gain, direction="DESCENDING")
        ranks = tf.range(1.0, tf.to_float(tf.shape(top)[1]) + 1.0)
        ideal = tf.reduce_sum(top * tf.log(2.0) / tf.log(1.0 + ranks), axis=1)
        delta = tf.abs((gain[:, :, None] - gain[:, None, :]) * (disc[:, :, None] - disc[:, None, :]))
        delta = delta / ideal[:, None, None]  # SSM302
        lam = self.sigma * rho * delta * better
        return tf.reduce_sum(lam, axis=2) - tf.reduce_sum(lam, axis=1)

    def listnet(self):
        target = tf.nn.softmax(self.y)
        top1 = tf.exp(self.scores) / tf.reduce_sum(tf.exp(self.scores), axis=1, keepdims=True)  # SSM101
        xent = -tf.reduce_sum(target * tf.log(top1), axis=1)  # SSM201
        return tf.reduce_mean(xent)

    def listmle(self):
        n = tf.shape(self.y)[1]
        _, order = tf.nn.top_k(self.y, k=n)
        s = tf.batch_gather(self.scores, order)
        tail = tf.log(tf.cumsum(tf.exp(s), axis=1, reverse=True))  # SSM203
        return tf.reduce_mean(tf.reduce_sum(tail - s, axis=1))

    def train_op(self, loss, lr=1e-3, clip=5.0):
        opt = tf.train.AdamOptimizer(lr)
        grads, tvars = zip(*opt.compute_gradients(loss))
        grads, _ = tf.clip_by_global_norm(grads, clip)
        return opt.apply_gradients(zip(grads, tvars))
# fixed
import numpy as np
import tensorflow as tf


def dcg_np(relevance, k):
    rel = np.asarray(relevance, dtype=np.float64)[:k]
    return np.sum((2 ** rel - 1) / np.log2(np.arange(2, rel.size + 2)))


def ndcg_np(relevance, scores, k=10):
    order = np.argsort(-np.asarray(scores))
    best = dcg_np(sorted(relevance, reverse=True), k)
    return dcg_np(np.asarray(relevance)[order], k) / best if best > 0 else 0.0


def mean_reciprocal_rank(ranks):
    return sum(1.0 / r for r in ranks) / len(ranks)


class Ranker(object):
    def __init__(self, n_features, hidden=64, sigma=1.0):
        self.sigma = sigma
        self.x = tf.placeholder(tf.float32, [None, None, n_features])
        self.y = tf.placeholder(tf.float32, [None, None])
        self.mask = tf.placeholder(tf.float32, [None, None])
        net = tf.layers.dense(self.x, hidden, activation=tf.nn.relu)
        self.scores = tf.squeeze(tf.layers.dense(net, 1), -1)

    def _pairs(self):
        s = self.scores[:, :, None] - self.scores[:, None, :]
        y = self.y[:, :, None] - self.y[:, None, :]
        m = self.mask[:, :, None] * self.mask[:, None, :]
        return self.sigma * s, tf.to_float(y > 0) * m

    def ranknet(self):
        s, better = self._pairs()
        loss = tf.nn.softplus(-s)
        return tf.reduce_sum(loss * better) / tf.maximum(tf.reduce_sum(better), 1.0)

    def lambdas(self):
        s, better = self._pairs()
        rho = tf.sigmoid(-s)
        pos = 1.0 + tf.reduce_sum(tf.to_float(s < 0), axis=2)
        disc = 1.0 / (tf.log(1.0 + pos) / tf.log(2.0))
        gain = tf.pow(2.0, self.y) - 1.0
        top = tf.contrib.framework.sort(gain, direction="DESCENDING")
        ranks = tf.range(1.0, tf.to_float(tf.shape(top)[1]) + 1.0)
        ideal = tf.reduce_sum(top * tf.log(2.0) / tf.log(1.0 + ranks), axis=1)
        delta = tf.abs((gain[:, :, None] - gain[:, None, :]) * (disc[:, :, None] - disc[:, None, :]))
        delta = delta / tf.maximum(ideal, 1e-6)[:, None, None]
        lam = self.sigma * rho * delta * better
        return tf.reduce_sum(lam, axis=2) - tf.reduce_sum(lam, axis=1)

    def listnet(self):
        target = tf.nn.softmax(self.y)
        xent = tf.nn.softmax_cross_entropy_with_logits_v2(labels=target, logits=self.scores)
        return tf.reduce_mean(xent)

    def listmle(self):
        n = tf.shape(self.y)[1]
        _, order = tf.nn.top_k(self.y, k=n)
        s = tf.batch_gather(self.scores, order)
        peak = tf.stop_gradient(tf.reduce_max(s, axis=1, keepdims=True))
        tail = peak + tf.log(tf.cumsum(tf.exp(tf.maximum(s - peak, -60.0)), axis=1, reverse=True))
        return tf.reduce_mean(tf.reduce_sum(tail - s, axis=1))

    def train_op(self, loss, lr=1e-3, clip=5.0):
        opt = tf.train.AdamOptimizer(lr)
        grads, tvars = zip(*opt.compute_gradients(loss))
        grads, _ = tf.clip_by_global_norm(grads, clip)
        return opt.apply_gradients(zip(grads, tvars))
