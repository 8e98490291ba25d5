"""A conditional restricted Boltzmann machine with CD-1 for motion data, TensorFlow 1."""
import numpy as np
import tensorflow as tf


def sample_bernoulli(probs):
    return tf.nn.relu(tf.sign(probs - tf.random_uniform(tf.shape(probs))))


def logistic(a):
    return 1.0 / (1.0 + tf.exp(-a))  # SSM110


class CRBM(object):
    def __init__(self, num_vis, num_hid, order, lr=1e-3):
        self.num_vis = num_vis
        self.v = tf.placeholder(tf.float32, [None, num_vis])
        self.cond = tf.placeholder(tf.float32, [None, num_vis * order])
        self.W = tf.Variable(tf.random_normal([num_vis, num_hid], 0, 0.01))
        self.A = tf.Variable(tf.random_normal([num_vis * order, num_vis], 0, 0.01))
        self.B = tf.Variable(tf.random_normal([num_vis * order, num_hid], 0, 0.01))
        self.bv, self.bh = tf.Variable(tf.zeros([num_vis])), tf.Variable(tf.zeros([num_hid]))

        h_prob = self.hidden(self.v)
        self.v_prob = self.visible(sample_bernoulli(h_prob))
        v_model = tf.stop_gradient(sample_bernoulli(self.v_prob))
        self.cost = tf.reduce_mean(self.free_energy(self.v) - self.free_energy(v_model))
        self.train_op = tf.train.GradientDescentOptimizer(lr).minimize(self.cost)
        self.monitor = self.pseudo_likelihood()

    def hidden(self, v):
        return logistic(tf.matmul(v, self.W) + tf.matmul(self.cond, self.B) + self.bh)

    def visible(self, h):
        return logistic(tf.matmul(h, self.W, transpose_b=True) + tf.matmul(self.cond, self.A) + self.bv)

    def free_energy(self, v):
        act = tf.matmul(v, self.W) + tf.matmul(self.cond, self.B) + self.bh
        bias = tf.reduce_sum(v * (tf.matmul(self.cond, self.A) + self.bv), axis=1)
        return -bias - tf.reduce_sum(tf.log(1 + tf.exp(act)), axis=1)  # SSM206

    def pseudo_likelihood(self):
        bit = tf.random_uniform([], 0, self.num_vis, dtype=tf.int32)
        flip = tf.one_hot(bit, self.num_vis)
        flipped = self.v * (1 - flip) + (1 - self.v) * flip
        fe, fe_flipped = self.free_energy(self.v), self.free_energy(flipped)
        return tf.reduce_mean(self.num_vis * tf.log(tf.sigmoid(fe_flipped - fe)))  # SSM202


def windows(motion, order):
    rows = range(order, len(motion))
    past = np.stack([motion[t - order:t].ravel() for t in rows])
    return motion[order:], past


def fit(model, motion, order, epochs=50, batch=64):
    target, past = windows(motion, order)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for epoch in range(epochs):
            perm = np.random.permutation(len(target))
            for i in range(0, len(perm), batch):
                feed = {model.v: target[perm[i:i + batch]], model.cond: past[perm[i:i + batch]]}
                sess.run(model.train_op, feed)
            print(epoch, sess.run(model.monitor, {model.v: target, model.cond: past}))
# fixed
import numpy as np
import tensorflow as tf


def sample_bernoulli(probs):
    return tf.nn.relu(tf.sign(probs - tf.random_uniform(tf.shape(probs))))


def logistic(a):
    return tf.sigmoid(a)


class CRBM(object):
    def __init__(self, num_vis, num_hid, order, lr=1e-3):
        self.num_vis = num_vis
        self.v = tf.placeholder(tf.float32, [None, num_vis])
        self.cond = tf.placeholder(tf.float32, [None, num_vis * order])
        self.W = tf.Variable(tf.random_normal([num_vis, num_hid], 0, 0.01))
        self.A = tf.Variable(tf.random_normal([num_vis * order, num_vis], 0, 0.01))
        self.B = tf.Variable(tf.random_normal([num_vis * order, num_hid], 0, 0.01))
        self.bv, self.bh = tf.Variable(tf.zeros([num_vis])), tf.Variable(tf.zeros([num_hid]))

        h_prob = self.hidden(self.v)
        self.v_prob = self.visible(sample_bernoulli(h_prob))
        v_model = tf.stop_gradient(sample_bernoulli(self.v_prob))
        self.cost = tf.reduce_mean(self.free_energy(self.v) - self.free_energy(v_model))
        self.train_op = tf.train.GradientDescentOptimizer(lr).minimize(self.cost)
        self.monitor = self.pseudo_likelihood()

    def hidden(self, v):
        return logistic(tf.matmul(v, self.W) + tf.matmul(self.cond, self.B) + self.bh)

    def visible(self, h):
        return logistic(tf.matmul(h, self.W, transpose_b=True) + tf.matmul(self.cond, self.A) + self.bv)

    def free_energy(self, v):
        act = tf.matmul(v, self.W) + tf.matmul(self.cond, self.B) + self.bh
        bias = tf.reduce_sum(v * (tf.matmul(self.cond, self.A) + self.bv), axis=1)
        return -bias - tf.reduce_sum(tf.nn.softplus(act), axis=1)

    def pseudo_likelihood(self):
        bit = tf.random_uniform([], 0, self.num_vis, dtype=tf.int32)
        flip = tf.one_hot(bit, self.num_vis)
        flipped = self.v * (1 - flip) + (1 - self.v) * flip
        fe, fe_flipped = self.free_energy(self.v), self.free_energy(flipped)
        return tf.reduce_mean(-self.num_vis * tf.nn.softplus(fe - fe_flipped))


def windows(motion, order):
    rows = range(order, len(motion))
    past = np.stack([motion[t - order:t].ravel() for t in rows])
    return motion[order:], past


def fit(model, motion, order, epochs=50, batch=64):
    target, past = windows(motion, order)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for epoch in range(epochs):
            perm = np.random.permutation(len(target))
            for i in range(0, len(perm), batch):
                feed = {model.v: target[perm[i:i + batch]], model.cond: past[perm[i:i + batch]]}
                sess.run(model.train_op, feed)
            print(epoch, sess.run(model.monitor, {model.v: target, model.cond: past}))
