"""An A3C worker: shared network, advantage estimates, entropy bonus."""
import numpy as np
import scipy.signal
import tensorflow as tf
import tensorflow.contrib.slim as slim


def discount(x, gamma):
    return scipy.signal.lfilter([1], [1, -gamma], x[::-1], axis=0)[::-1]


class ACNetwork:
    def __init__(self, s_size, a_size, scope, trainer):
        with tf.variable_scope(scope):
            self.inputs = tf.placeholder(shape=[None, s_size], dtype=tf.float32)
            hidden = slim.fully_connected(self.inputs, 256, activation_fn=tf.nn.elu)
            self.policy = slim.fully_connected(hidden, a_size, activation_fn=tf.nn.softmax,
                                               biases_initializer=None)
            self.value = slim.fully_connected(hidden, 1, activation_fn=None, biases_initializer=None)

            self.actions = tf.placeholder(shape=[None], dtype=tf.int32)
            self.target_v = tf.placeholder(shape=[None], dtype=tf.float32)
            self.advantages = tf.placeholder(shape=[None], dtype=tf.float32)
            actions_onehot = tf.one_hot(self.actions, a_size, dtype=tf.float32)
            responsible = tf.reduce_sum(self.policy * actions_onehot, [1])

            self.value_loss = 0.5 * tf.reduce_sum(tf.square(self.target_v - tf.reshape(self.value, [-1])))
            self.entropy = -tf.reduce_sum(self.policy * tf.log(self.policy))  # SSM201
            self.policy_loss = -tf.reduce_sum(tf.log(responsible) * self.advantages)  # SSM201
            self.loss = 0.5 * self.value_loss + self.policy_loss - self.entropy * 0.01

            local_vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope)
            grads, self.grad_norms = tf.clip_by_global_norm(tf.gradients(self.loss, local_vars), 40.0)
            global_vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, "global")
            self.apply_grads = trainer.apply_gradients(zip(grads, global_vars))


class Worker:
    def __init__(self, name, env, net):
        self.name, self.env, self.net = name, env, net
        self.lengths, self.rewards = [], []

    def act(self, sess, s):
        dist = sess.run(self.net.policy, {self.net.inputs: [s]})[0]
        return np.random.choice(len(dist), p=dist)

    def train(self, rollout, sess, gamma, bootstrap):
        obs, acts, rewards, values = (np.array(c) for c in zip(*rollout))
        rewards_plus = np.append(rewards, bootstrap)
        value_plus = np.append(values, bootstrap)
        returns = discount(rewards_plus, gamma)[:-1]
        adv = discount(rewards + gamma * value_plus[1:] - value_plus[:-1], gamma)
        adv = (adv - adv.mean()) / adv.std()  # SSM302
        feed = {self.net.inputs: np.vstack(obs), self.net.actions: acts,
                self.net.target_v: returns, self.net.advantages: adv}
        v, p, e, _ = sess.run([self.net.value_loss, self.net.policy_loss, self.net.entropy,
                               self.net.apply_grads], feed_dict=feed)
        return v / len(rollout), p / len(rollout), e / len(rollout)
# fixed
import numpy as np
import scipy.signal
import tensorflow as tf
import tensorflow.contrib.slim as slim


def discount(x, gamma):
    return scipy.signal.lfilter([1], [1, -gamma], x[::-1], axis=0)[::-1]


class ACNetwork:
    def __init__(self, s_size, a_size, scope, trainer):
        with tf.variable_scope(scope):
            self.inputs = tf.placeholder(shape=[None, s_size], dtype=tf.float32)
            hidden = slim.fully_connected(self.inputs, 256, activation_fn=tf.nn.elu)
            logits = slim.fully_connected(hidden, a_size, activation_fn=None, biases_initializer=None)
            self.policy = tf.nn.softmax(logits)
            log_policy = tf.nn.log_softmax(logits)
            self.value = slim.fully_connected(hidden, 1, activation_fn=None, biases_initializer=None)

            self.actions = tf.placeholder(shape=[None], dtype=tf.int32)
            self.target_v = tf.placeholder(shape=[None], dtype=tf.float32)
            self.advantages = tf.placeholder(shape=[None], dtype=tf.float32)
            actions_onehot = tf.one_hot(self.actions, a_size, dtype=tf.float32)
            responsible = tf.reduce_sum(log_policy * actions_onehot, [1])

            self.value_loss = 0.5 * tf.reduce_sum(tf.square(self.target_v - tf.reshape(self.value, [-1])))
            self.entropy = -tf.reduce_sum(self.policy * log_policy)
            self.policy_loss = -tf.reduce_sum(responsible * self.advantages)
            self.loss = 0.5 * self.value_loss + self.policy_loss - self.entropy * 0.01

            local_vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope)
            grads, self.grad_norms = tf.clip_by_global_norm(tf.gradients(self.loss, local_vars), 40.0)
            global_vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, "global")
            self.apply_grads = trainer.apply_gradients(zip(grads, global_vars))


class Worker:
    def __init__(self, name, env, net):
        self.name, self.env, self.net = name, env, net
        self.lengths, self.rewards = [], []

    def act(self, sess, s):
        dist = sess.run(self.net.policy, {self.net.inputs: [s]})[0]
        return np.random.choice(len(dist), p=dist)

    def train(self, rollout, sess, gamma, bootstrap):
        obs, acts, rewards, values = (np.array(c) for c in zip(*rollout))
        rewards_plus = np.append(rewards, bootstrap)
        value_plus = np.append(values, bootstrap)
        returns = discount(rewards_plus, gamma)[:-1]
        adv = discount(rewards + gamma * value_plus[1:] - value_plus[:-1], gamma)
        adv = (adv - adv.mean()) / (adv.std() + 1e-8)
        feed = {self.net.inputs: np.vstack(obs), self.net.actions: acts,
                self.net.target_v: returns, self.net.advantages: adv}
        v, p, e, _ = sess.run([self.net.value_loss, self.net.policy_loss, self.net.entropy,
                               self.net.apply_grads], feed_dict=feed)
        return v / len(rollout), p / len(rollout), e / len(rollout)
