"""A variational autoencoder as a class with a dictionary of layer sizes, in TensorFlow 1."""
import numpy as np
import tensorflow as tf


def xavier_init(fan_in, fan_out, constant=1):
    bound = constant * np.sqrt(6.0 / (fan_in + fan_out))
    return tf.random_uniform((fan_in, fan_out), minval=-bound, maxval=bound, dtype=tf.float32)


class VariationalAutoencoder(object):

    def __init__(self, net, transfer_fct=tf.nn.softplus, learning_rate=1e-3, batch_size=100):
        self.net = net
        self.transfer_fct = transfer_fct
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.x = tf.placeholder(tf.float32, [None, net['n_input']])
        self._create_network()
        self._create_loss_optimizer()
        self.sess = tf.InteractiveSession()
        self.sess.run(tf.global_variables_initializer())

    def _dense(self, h, n_in, n_out, name):
        with tf.variable_scope(name):
            W = tf.Variable(xavier_init(n_in, n_out))
            b = tf.Variable(tf.zeros([n_out]))
            return tf.add(tf.matmul(h, W), b)

    def _create_network(self):
        n = self.net
        h = self.transfer_fct(self._dense(self.x, n['n_input'], n['n_hidden'], 'enc1'))
        self.z_mean = self._dense(h, n['n_hidden'], n['n_z'], 'mean')
        self.z_log_sigma_sq = self._dense(h, n['n_hidden'], n['n_z'], 'log_sigma_sq')
        eps = tf.random_normal((self.batch_size, n['n_z']), 0, 1, dtype=tf.float32)
        sigma = tf.exp(0.5 * self.z_log_sigma_sq)  # SSM505
        self.z = tf.add(self.z_mean, tf.multiply(sigma, eps))
        g = self.transfer_fct(self._dense(self.z, n['n_z'], n['n_hidden'], 'dec1'))
        self.x_reconstr_mean = tf.nn.sigmoid(self._dense(g, n['n_hidden'], n['n_input'], 'out'))

    def _create_loss_optimizer(self):
        # 1e-10 so that log(0.0) is not evaluated
        reconstr_loss = -tf.reduce_sum(
            self.x * tf.log(1e-10 + self.x_reconstr_mean)
            + (1 - self.x) * tf.log(1e-10 + 1 - self.x_reconstr_mean), 1)  # SSM501
        latent_loss = -0.5 * tf.reduce_sum(
            1 + self.z_log_sigma_sq
            - tf.square(self.z_mean)
            - tf.exp(self.z_log_sigma_sq), 1)  # SSM505
        self.cost = tf.reduce_mean(reconstr_loss + latent_loss)
        self.optimizer = tf.train.AdamOptimizer(self.learning_rate).minimize(self.cost)

    def partial_fit(self, X):
        _, cost = self.sess.run((self.optimizer, self.cost), feed_dict={self.x: X})
        return cost


def train(vae, images, epochs=75):
    n = len(images)
    for epoch in range(epochs):
        avg_cost = 0.
        for start in range(0, n - vae.batch_size + 1, vae.batch_size):
            avg_cost += vae.partial_fit(images[start:start + vae.batch_size]) / n * vae.batch_size
        print('epoch %d cost %.6f nats %.3f bits' % (epoch, avg_cost, avg_cost / np.log(2)))
# fixed
import numpy as np
import tensorflow as tf


def xavier_init(fan_in, fan_out, constant=1):
    bound = constant * np.sqrt(6.0 / (fan_in + fan_out))
    return tf.random_uniform((fan_in, fan_out), minval=-bound, maxval=bound, dtype=tf.float32)


class VariationalAutoencoder(object):

    def __init__(self, net, transfer_fct=tf.nn.softplus, learning_rate=1e-3, batch_size=100):
        self.net = net
        self.transfer_fct = transfer_fct
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.x = tf.placeholder(tf.float32, [None, net['n_input']])
        self._create_network()
        self._create_loss_optimizer()
        self.sess = tf.InteractiveSession()
        self.sess.run(tf.global_variables_initializer())

    def _dense(self, h, n_in, n_out, name):
        with tf.variable_scope(name):
            W = tf.Variable(xavier_init(n_in, n_out))
            b = tf.Variable(tf.zeros([n_out]))
            return tf.add(tf.matmul(h, W), b)

    def _create_network(self):
        n = self.net
        h = self.transfer_fct(self._dense(self.x, n['n_input'], n['n_hidden'], 'enc1'))
        self.z_mean = self._dense(h, n['n_hidden'], n['n_z'], 'mean')
        raw = self._dense(h, n['n_hidden'], n['n_z'], 'log_sigma_sq')
        self.z_log_sigma_sq = tf.clip_by_value(raw, -12.0, 12.0)
        eps = tf.random_normal((self.batch_size, n['n_z']), 0, 1, dtype=tf.float32)
        sigma = tf.exp(0.5 * self.z_log_sigma_sq)
        self.z = tf.add(self.z_mean, tf.multiply(sigma, eps))
        g = self.transfer_fct(self._dense(self.z, n['n_z'], n['n_hidden'], 'dec1'))
        self.x_logits = self._dense(g, n['n_hidden'], n['n_input'], 'out')
        self.x_reconstr_mean = tf.nn.sigmoid(self.x_logits)

    def _create_loss_optimizer(self):
        reconstr_loss = tf.reduce_sum(
            tf.nn.sigmoid_cross_entropy_with_logits(labels=self.x, logits=self.x_logits), 1)
        latent_loss = -0.5 * tf.reduce_sum(
            1 + self.z_log_sigma_sq
            - tf.square(self.z_mean)
            - tf.exp(self.z_log_sigma_sq), 1)
        self.cost = tf.reduce_mean(reconstr_loss + latent_loss)
        self.optimizer = tf.train.AdamOptimizer(self.learning_rate).minimize(self.cost)

    def partial_fit(self, X):
        _, cost = self.sess.run((self.optimizer, self.cost), feed_dict={self.x: X})
        return cost


def train(vae, images, epochs=75):
    n = len(images)
    for epoch in range(epochs):
        avg_cost = 0.
        for start in range(0, n - vae.batch_size + 1, vae.batch_size):
            avg_cost += vae.partial_fit(images[start:start + vae.batch_size]) / n * vae.batch_size
        print('epoch %d cost %.6f nats %.3f bits' % (epoch, avg_cost, avg_cost / np.log(2)))
