"""The free energy of a restricted Boltzmann machine."""
import tensorflow as tf


class RBM:
    def __init__(self, visible, hidden):
        self.w = tf.Variable(tf.random_normal([visible, hidden], stddev=0.01))
        self.bv = tf.Variable(tf.zeros([visible]))
        self.bh = tf.Variable(tf.zeros([hidden]))

    def free_energy(self, v):
        wx_b = tf.matmul(v, self.w) + self.bh
        vbias = tf.matmul(v, tf.expand_dims(self.bv, 1))
        return -tf.reduce_sum(tf.log(1 + tf.exp(wx_b)), 1) - vbias  # SSM206


# fixed
import tensorflow as tf


class RBM:
    def __init__(self, visible, hidden):
        self.w = tf.Variable(tf.random_normal([visible, hidden], stddev=0.01))
        self.bv = tf.Variable(tf.zeros([visible]))
        self.bh = tf.Variable(tf.zeros([hidden]))

    def free_energy(self, v):
        wx_b = tf.matmul(v, self.w) + self.bh
        vbias = tf.matmul(v, tf.expand_dims(self.bv, 1))
        return -tf.reduce_sum(tf.nn.softplus(wx_b), 1) - vbias
