"""One worker's network of A3C and a running mean of the rewards, in TensorFlow 1."""
import numpy as np
import scipy.signal
import tensorflow as tf
import tensorflow.contrib.slim as slim


def discount(x, gamma):
    return scipy.signal.lfilter([1], [1, -gamma], x[::-1], axis=0)[::-1]


class RunningStat:
    def __init__(self, clip=5.0):
        self.count, self.total, self.total_sq, self.clip = 0, 0.0, 0.0, clip

    def push(self, rewards):
        self.count += len(rewards)
        self.total += float(np.sum(rewards))
        self.total_sq += float(np.sum(np.square(rewards)))

    def scale(self, rewards):
        if self.count < 2:
            return rewards
        mean = self.total / self.count
        var = self.total_sq / self.count - mean ** 2  # SSM504
        std = np.sqrt(max(var, 1e-4))
        return np.clip((np.asarray(rewards) - mean) / std, -self.clip, self.clip)


class AC_Network():
    def __init__(self, s_size, a_size, scope, trainer):
        with tf.variable_scope(scope):
            self.inputs = tf.placeholder(shape=[None, s_size], dtype=tf.float32)
            hidden = slim.fully_connected(self.inputs, 256, activation_fn=tf.nn.elu)
            self.policy = slim.fully_connected(
                hidden, a_size, activation_fn=tf.nn.softmax,
                weights_initializer=slim.variance_scaling_initializer(0.01), biases_initializer=None)
            self.value = slim.fully_connected(hidden, 1, activation_fn=None, biases_initializer=None)

            self.actions = tf.placeholder(shape=[None], dtype=tf.int32)
            self.actions_onehot = tf.one_hot(self.actions, a_size, dtype=tf.float32)
            self.target_v = tf.placeholder(shape=[None], dtype=tf.float32)
            self.advantages = tf.placeholder(shape=[None], dtype=tf.float32)

            self.responsible_outputs = tf.reduce_sum(self.policy * self.actions_onehot, [1])
            self.value_loss = 0.5 * tf.reduce_sum(tf.square(self.target_v - tf.reshape(self.value, [-1])))
            self.entropy = -tf.reduce_sum(self.policy * tf.log(self.policy))  # SSM201
            self.policy_loss = -tf.reduce_sum(tf.log(self.responsible_outputs) * self.advantages)  # SSM201
            self.loss = 0.5 * self.value_loss + self.policy_loss - self.entropy * 0.01

            local_vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope)
            gradients = tf.gradients(self.loss, local_vars)
            grads, self.grad_norms = tf.clip_by_global_norm(gradients, 40.0)
            self.apply_grads = trainer.apply_gradients(zip(grads, local_vars))
# fixed
import numpy as np
import scipy.signal
import tensorflow as tf
import tensorflow.contrib.slim as slim


def discount(x, gamma):
    return scipy.signal.lfilter([1], [1, -gamma], x[::-1], axis=0)[::-1]


class RunningStat:
    def __init__(self, clip=5.0):
        self.count, self.mean, self.m2, self.clip = 0, 0.0, 0.0, clip

    def push(self, rewards):
        for r in rewards:
            self.count += 1
            delta = float(r) - self.mean
            self.mean += delta / self.count
            self.m2 += delta * (float(r) - self.mean)

    def scale(self, rewards):
        if self.count < 2:
            return rewards
        var = self.m2 / self.count
        std = np.sqrt(max(var, 1e-4))
        return np.clip((np.asarray(rewards) - self.mean) / std, -self.clip, self.clip)


class AC_Network():
    def __init__(self, s_size, a_size, scope, trainer):
        with tf.variable_scope(scope):
            self.inputs = tf.placeholder(shape=[None, s_size], dtype=tf.float32)
            hidden = slim.fully_connected(self.inputs, 256, activation_fn=tf.nn.elu)
            logits = slim.fully_connected(
                hidden, a_size, activation_fn=None,
                weights_initializer=slim.variance_scaling_initializer(0.01), biases_initializer=None)
            self.policy = tf.nn.softmax(logits)
            log_policy = tf.nn.log_softmax(logits)
            self.value = slim.fully_connected(hidden, 1, activation_fn=None, biases_initializer=None)

            self.actions = tf.placeholder(shape=[None], dtype=tf.int32)
            self.actions_onehot = tf.one_hot(self.actions, a_size, dtype=tf.float32)
            self.target_v = tf.placeholder(shape=[None], dtype=tf.float32)
            self.advantages = tf.placeholder(shape=[None], dtype=tf.float32)

            responsible_log = tf.reduce_sum(log_policy * self.actions_onehot, [1])
            self.value_loss = 0.5 * tf.reduce_sum(tf.square(self.target_v - tf.reshape(self.value, [-1])))
            self.entropy = -tf.reduce_sum(self.policy * log_policy)
            self.policy_loss = -tf.reduce_sum(responsible_log * self.advantages)
            self.loss = 0.5 * self.value_loss + self.policy_loss - self.entropy * 0.01

            local_vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope)
            gradients = tf.gradients(self.loss, local_vars)
            grads, self.grad_norms = tf.clip_by_global_norm(gradients, 40.0)
            self.apply_grads = trainer.apply_gradients(zip(grads, local_vars))
