"""Clustering in a graph: k-means by segments and a spherical mixture by gradient (TensorFlow 1)."""
import math

import numpy as np
import tensorflow as tf

K = 10
DIM = 64
POINTS = 5000


def sq_distances(points, centers):
    diff = tf.expand_dims(points, 1) - tf.expand_dims(centers, 0)
    return tf.reduce_sum(tf.square(diff), axis=2)


def kmeans_graph(points, centers):
    assignment = tf.argmin(sq_distances(points, centers), axis=1)
    sums = tf.unsorted_segment_sum(points, assignment, K)
    counts = tf.unsorted_segment_sum(tf.ones([POINTS, 1]), assignment, K)
    means = sums / counts  # SSM302
    moved = tf.reduce_max(tf.abs(means - centers))
    return assignment, tf.assign(centers, means), moved


class SphericalMixture:
    def __init__(self, points, start):
        self.mu = tf.Variable(start, name="mu")
        self.weight_logits = tf.Variable(tf.zeros([K]), name="weight_logits")
        raw = tf.Variable(tf.ones([K]), name="raw_scale")
        sigma = tf.nn.softplus(raw) + 1e-2
        log_normal = -0.5 * sq_distances(points, self.mu) / tf.square(sigma)
        log_normal -= DIM * (tf.log(sigma) + 0.5 * math.log(2 * math.pi))
        joint = log_normal + tf.nn.log_softmax(self.weight_logits)
        density = tf.exp(joint)
        self.resp = density / tf.reduce_sum(density, axis=1, keep_dims=True)  # SSM101
        self.nll = -tf.reduce_mean(tf.log(tf.reduce_sum(density, axis=1)))  # SSM203
        self.train_op = tf.train.AdamOptimizer(1e-2).minimize(self.nll)


def run(data, seed=0):
    rng = np.random.RandomState(seed)
    start = data[rng.choice(POINTS, K, replace=False)].astype(np.float32)
    points = tf.constant(data, dtype=tf.float32)
    centers = tf.Variable(start, name="centers")
    assignment, update, moved = kmeans_graph(points, centers)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in range(100):
            shift, _ = sess.run([moved, update])
            if shift < 1e-4:
                break
        found = sess.run(centers)
        mixture = SphericalMixture(points, found)
        sess.run(tf.global_variables_initializer())
        for i in range(500):
            _, nll = sess.run([mixture.train_op, mixture.nll])
            if i % 50 == 0:
                print("step", i, "nll", nll)
        return sess.run(mixture.resp)
# fixed
import math

import numpy as np
import tensorflow as tf

K = 10
DIM = 64
POINTS = 5000


def sq_distances(points, centers):
    diff = tf.expand_dims(points, 1) - tf.expand_dims(centers, 0)
    return tf.reduce_sum(tf.square(diff), axis=2)


def kmeans_graph(points, centers):
    assignment = tf.argmin(sq_distances(points, centers), axis=1)
    sums = tf.unsorted_segment_sum(points, assignment, K)
    counts = tf.unsorted_segment_sum(tf.ones([POINTS, 1]), assignment, K)
    means = tf.where(tf.tile(counts > 0, [1, DIM]), sums / tf.maximum(counts, 1.0), centers)
    moved = tf.reduce_max(tf.abs(means - centers))
    return assignment, tf.assign(centers, means), moved


class SphericalMixture:
    def __init__(self, points, start):
        self.mu = tf.Variable(start, name="mu")
        self.weight_logits = tf.Variable(tf.zeros([K]), name="weight_logits")
        raw = tf.Variable(tf.ones([K]), name="raw_scale")
        sigma = tf.nn.softplus(raw) + 1e-2
        log_normal = -0.5 * sq_distances(points, self.mu) / tf.square(sigma)
        log_normal -= DIM * (tf.log(sigma) + 0.5 * math.log(2 * math.pi))
        joint = log_normal + tf.nn.log_softmax(self.weight_logits)
        self.resp = tf.nn.softmax(joint)
        self.nll = -tf.reduce_mean(tf.reduce_logsumexp(joint, axis=1))
        self.train_op = tf.train.AdamOptimizer(1e-2).minimize(self.nll)


def run(data, seed=0):
    rng = np.random.RandomState(seed)
    start = data[rng.choice(POINTS, K, replace=False)].astype(np.float32)
    points = tf.constant(data, dtype=tf.float32)
    centers = tf.Variable(start, name="centers")
    assignment, update, moved = kmeans_graph(points, centers)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in range(100):
            shift, _ = sess.run([moved, update])
            if shift < 1e-4:
                break
        found = sess.run(centers)
        mixture = SphericalMixture(points, found)
        sess.run(tf.global_variables_initializer())
        for i in range(500):
            _, nll = sess.run([mixture.train_op, mixture.nll])
            if i % 50 == 0:
                print("step", i, "nll", nll)
        return sess.run(mixture.resp)
