"""The entropy bonus of an actor with a Gaussian and a categorical head."""
import tensorflow as tf


class ACNet(object):
    def __init__(self, n_actions):
        self.s = tf.placeholder(tf.float32, [None, 4], "S")
        self.a_his = tf.placeholder(tf.int32, [None], "A")
        self.advantage = tf.placeholder(tf.float32, [None, 1])
        self.a_prob, self.v = self._build_net(n_actions)
        log_prob = tf.reduce_sum(tf.log(self.a_prob) * tf.one_hot(self.a_his, n_actions), axis=1)  # SSM201
        exp_v = log_prob * tf.stop_gradient(self.advantage)
        entropy = -tf.reduce_sum(self.a_prob * tf.log(self.a_prob), axis=1)  # SSM201
        self.a_loss = tf.reduce_mean(-(0.01 * entropy + exp_v))

    def _build_net(self, n_actions):
        l_a = tf.layers.dense(self.s, 200, tf.nn.relu6, name="la")
        a_prob = tf.layers.dense(l_a, n_actions, tf.nn.softmax, name="ap")
        v = tf.layers.dense(l_a, 1, name="v")
        return a_prob, v


# fixed
import tensorflow as tf


class ACNet(object):
    def __init__(self, n_actions):
        self.s = tf.placeholder(tf.float32, [None, 4], "S")
        self.a_his = tf.placeholder(tf.int32, [None], "A")
        self.advantage = tf.placeholder(tf.float32, [None, 1])
        self.a_prob, self.v = self._build_net(n_actions)
        log_prob = tf.reduce_sum(tf.log(self.a_prob + 1e-5) * tf.one_hot(self.a_his, n_actions), axis=1)
        exp_v = log_prob * tf.stop_gradient(self.advantage)
        entropy = -tf.reduce_sum(self.a_prob * tf.log(self.a_prob + 1e-5), axis=1)
        self.a_loss = tf.reduce_mean(-(0.01 * entropy + exp_v))

    def _build_net(self, n_actions):
        l_a = tf.layers.dense(self.s, 200, tf.nn.relu6, name="la")
        a_prob = tf.layers.dense(l_a, n_actions, tf.nn.softmax, name="ap")
        v = tf.layers.dense(l_a, 1, name="v")
        return a_prob, v
