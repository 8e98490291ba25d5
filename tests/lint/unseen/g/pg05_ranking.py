"""Learning to rank, TensorFlow 1: ListNet and RankNet losses and NDCG on queries of fixed size."""
from __future__ import division
import math
import tensorflow as tf

DOCS, FEATURES = 40, 136


def scorer(x, reuse=False):
    with tf.variable_scope("scorer", reuse=reuse):
        net = tf.reshape(x, [-1, FEATURES])
        for units in [256, 128]:
            net = tf.nn.elu(tf.layers.dense(net, units))
        return tf.reshape(tf.layers.dense(net, 1), [-1, DOCS])


def listnet(scores, relevance):
    truth = tf.nn.softmax(relevance)
    guess = tf.nn.softmax(scores)
    return -tf.reduce_mean(tf.reduce_sum(truth * tf.log(guess), axis=1))  # SSM201


def ranknet(scores, relevance):
    s = tf.expand_dims(scores, 2) - tf.expand_dims(scores, 1)
    r = tf.expand_dims(relevance, 2) - tf.expand_dims(relevance, 1)
    better = tf.to_float(r > 0)
    cost = tf.log(1 + tf.exp(-s))  # SSM206
    return tf.reduce_sum(better * cost) / tf.maximum(tf.reduce_sum(better), 1.0)


def dcg(gains, k):
    discounts = tf.constant([1 / math.log(i + 2, 2) for i in range(k)], tf.float32)
    return tf.reduce_sum(gains[:, :k] * discounts, 1)


def ndcg(scores, relevance, k=10):
    gain = tf.pow(2.0, relevance) - 1
    best, _ = tf.nn.top_k(gain, k)
    _, order = tf.nn.top_k(scores, k)
    rows = tf.tile(tf.expand_dims(tf.range(tf.shape(scores)[0]), 1), [1, k])
    found = tf.gather_nd(gain, tf.stack([rows, order], 2))
    return tf.reduce_mean(dcg(found, k) / dcg(best, k))  # SSM302


x = tf.placeholder(tf.float32, [None, DOCS, FEATURES])
y = tf.placeholder(tf.float32, [None, DOCS])
s = scorer(x)
loss = listnet(s, y) + 0.1 * ranknet(s, y)
metric = ndcg(s, y)
train_op = tf.train.AdagradOptimizer(0.01).minimize(loss)
# fixed
from __future__ import division
import math
import tensorflow as tf

DOCS, FEATURES = 40, 136


def scorer(x, reuse=False):
    with tf.variable_scope("scorer", reuse=reuse):
        net = tf.reshape(x, [-1, FEATURES])
        for units in [256, 128]:
            net = tf.nn.elu(tf.layers.dense(net, units))
        return tf.reshape(tf.layers.dense(net, 1), [-1, DOCS])


def listnet(scores, relevance):
    truth = tf.nn.softmax(relevance)
    log_guess = tf.nn.log_softmax(scores)
    return -tf.reduce_mean(tf.reduce_sum(truth * log_guess, axis=1))


def ranknet(scores, relevance):
    s = tf.expand_dims(scores, 2) - tf.expand_dims(scores, 1)
    r = tf.expand_dims(relevance, 2) - tf.expand_dims(relevance, 1)
    better = tf.to_float(r > 0)
    cost = tf.nn.softplus(-s)
    return tf.reduce_sum(better * cost) / tf.maximum(tf.reduce_sum(better), 1.0)


def dcg(gains, k):
    discounts = tf.constant([1 / math.log(i + 2, 2) for i in range(k)], tf.float32)
    return tf.reduce_sum(gains[:, :k] * discounts, 1)


def ndcg(scores, relevance, k=10):
    gain = tf.pow(2.0, relevance) - 1
    best, _ = tf.nn.top_k(gain, k)
    _, order = tf.nn.top_k(scores, k)
    rows = tf.tile(tf.expand_dims(tf.range(tf.shape(scores)[0]), 1), [1, k])
    found = tf.gather_nd(gain, tf.stack([rows, order], 2))
    ideal = dcg(best, k)
    return tf.reduce_mean(dcg(found, k) / tf.where(ideal > 0, ideal, tf.ones_like(ideal)))


x = tf.placeholder(tf.float32, [None, DOCS, FEATURES])
y = tf.placeholder(tf.float32, [None, DOCS])
s = scorer(x)
loss = listnet(s, y) + 0.1 * ranknet(s, y)
metric = ndcg(s, y)
train_op = tf.train.AdagradOptimizer(0.01).minimize(loss)
