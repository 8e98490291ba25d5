"""An advantage actor-critic for discrete actions, TensorFlow 1 with slim layers."""
import numpy as np
import scipy.signal
import tensorflow as tf
import tensorflow.contrib.slim as slim


def discount(x, gamma):
    return scipy.signal.lfilter([1], [1, -gamma], x[::-1], axis=0)[::-1]


def normalized_columns_initializer(std=1.0):
    def _initializer(shape, dtype=None, partition_info=None):
        out = np.random.randn(*shape).astype(np.float32)
        out *= std / np.sqrt(np.square(out).sum(axis=0, keepdims=True))
        return tf.constant(out)
    return _initializer


class ACNetwork(object):
    def __init__(self, s_size, a_size, trainer, beta=0.01):
        self.inputs = tf.placeholder(shape=[None, s_size], dtype=tf.float32)
        hidden = slim.fully_connected(self.inputs, 256, activation_fn=tf.nn.elu)
        self.policy = slim.fully_connected(hidden, a_size,
                                           activation_fn=tf.nn.softmax,
                                           weights_initializer=normalized_columns_initializer(0.01),
                                           biases_initializer=None)
        self.value = slim.fully_connected(hidden, 1, activation_fn=None)

        self.actions = tf.placeholder(shape=[None], dtype=tf.int32)
        self.target_v = tf.placeholder(shape=[None], dtype=tf.float32)
        self.advantages = tf.placeholder(shape=[None], dtype=tf.float32)
        onehot = tf.one_hot(self.actions, a_size, dtype=tf.float32)
        responsible = tf.reduce_sum(self.policy * onehot, [1])
        policy_loss = -tf.reduce_sum(tf.log(responsible) * self.advantages)  # SSM201
        entropy = -tf.reduce_sum(self.policy * tf.log(self.policy))  # SSM201
        value_loss = 0.5 * tf.reduce_sum(tf.square(self.target_v - tf.reshape(self.value, [-1])))
        self.loss = 0.5 * value_loss + policy_loss - beta * entropy

        variables = tf.trainable_variables()
        grads, self.grad_norm = tf.clip_by_global_norm(tf.gradients(self.loss, variables), 40.0)
        self.apply_grads = trainer.apply_gradients(zip(grads, variables))


def train_on_episode(sess, net, episode, bootstrap, gamma=0.99, lam=0.95):
    observations, actions, rewards, values = (np.array(column) for column in zip(*episode))
    returns = discount(np.append(rewards, bootstrap), gamma)[:-1]
    deltas = rewards + gamma * np.append(values[1:], bootstrap) - values
    advantages = discount(deltas, gamma * lam)
    advantages = (advantages - advantages.mean()) / advantages.std()  # SSM302
    loss, _ = sess.run([net.loss, net.apply_grads], {
        net.inputs: np.vstack(observations), net.actions: actions,
        net.target_v: returns, net.advantages: advantages})
    return loss / len(episode)
# fixed
import numpy as np
import scipy.signal
import tensorflow as tf
import tensorflow.contrib.slim as slim


def discount(x, gamma):
    return scipy.signal.lfilter([1], [1, -gamma], x[::-1], axis=0)[::-1]


def normalized_columns_initializer(std=1.0):
    def _initializer(shape, dtype=None, partition_info=None):
        out = np.random.randn(*shape).astype(np.float32)
        out *= std / np.sqrt(np.square(out).sum(axis=0, keepdims=True))
        return tf.constant(out)
    return _initializer


class ACNetwork(object):
    def __init__(self, s_size, a_size, trainer, beta=0.01):
        self.inputs = tf.placeholder(shape=[None, s_size], dtype=tf.float32)
        hidden = slim.fully_connected(self.inputs, 256, activation_fn=tf.nn.elu)
        logits = slim.fully_connected(hidden, a_size,
                                      activation_fn=None,
                                      weights_initializer=normalized_columns_initializer(0.01),
                                      biases_initializer=None)
        self.policy = tf.nn.softmax(logits)
        log_policy = tf.nn.log_softmax(logits)
        self.value = slim.fully_connected(hidden, 1, activation_fn=None)

        self.actions = tf.placeholder(shape=[None], dtype=tf.int32)
        self.target_v = tf.placeholder(shape=[None], dtype=tf.float32)
        self.advantages = tf.placeholder(shape=[None], dtype=tf.float32)
        onehot = tf.one_hot(self.actions, a_size, dtype=tf.float32)
        responsible = tf.reduce_sum(log_policy * onehot, [1])
        policy_loss = -tf.reduce_sum(responsible * self.advantages)
        entropy = -tf.reduce_sum(self.policy * log_policy)
        value_loss = 0.5 * tf.reduce_sum(tf.square(self.target_v - tf.reshape(self.value, [-1])))
        self.loss = 0.5 * value_loss + policy_loss - beta * entropy

        variables = tf.trainable_variables()
        grads, self.grad_norm = tf.clip_by_global_norm(tf.gradients(self.loss, variables), 40.0)
        self.apply_grads = trainer.apply_gradients(zip(grads, variables))


def train_on_episode(sess, net, episode, bootstrap, gamma=0.99, lam=0.95):
    observations, actions, rewards, values = (np.array(column) for column in zip(*episode))
    returns = discount(np.append(rewards, bootstrap), gamma)[:-1]
    deltas = rewards + gamma * np.append(values[1:], bootstrap) - values
    advantages = discount(deltas, gamma * lam)
    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    loss, _ = sess.run([net.loss, net.apply_grads], {
        net.inputs: np.vstack(observations), net.actions: actions,
        net.target_v: returns, net.advantages: advantages})
    return loss / len(episode)
