"""A variational autoencoder as a class with a TensorFlow 1 session of its own."""
import numpy as np
import tensorflow as tf


def xavier_init(fan_in, fan_out, constant=1):
    bound = constant * np.sqrt(6.0 / (fan_in + fan_out))
    return tf.random_uniform((fan_in, fan_out), minval=-bound, maxval=bound, dtype=tf.float32)


class VariationalAutoencoder(object):
    def __init__(self, n_input=784, n_hidden=500, n_z=20, batch_size=100, learning_rate=1e-3):
        self.n_z, self.batch_size = n_z, batch_size
        self.x = tf.placeholder(tf.float32, [None, n_input])
        self._create_network(n_input, n_hidden)
        self._create_loss(learning_rate)
        self.sess = tf.InteractiveSession()
        self.sess.run(tf.global_variables_initializer())

    def _dense(self, x, n_in, n_out):
        return tf.add(tf.matmul(x, tf.Variable(xavier_init(n_in, n_out))), tf.Variable(tf.zeros([n_out])))

    def _create_network(self, n_input, n_hidden):
        h = tf.nn.softplus(self._dense(self.x, n_input, n_hidden))
        self.z_mean = self._dense(h, n_hidden, self.n_z)
        self.z_log_sigma_sq = self._dense(h, n_hidden, self.n_z)
        eps = tf.random_normal((self.batch_size, self.n_z), 0, 1, dtype=tf.float32)
        self.z = self.z_mean + tf.exp(0.5 * self.z_log_sigma_sq) * eps  # SSM505
        g = tf.nn.softplus(self._dense(self.z, self.n_z, n_hidden))
        self.x_reconstr_mean = tf.nn.sigmoid(self._dense(g, n_hidden, n_input))

    def _create_loss(self, learning_rate):
        reconstr_loss = -tf.reduce_sum(
            self.x * tf.log(1e-10 + self.x_reconstr_mean)
            + (1 - self.x) * tf.log(1e-10 + 1 - self.x_reconstr_mean),  # SSM501
            1)
        latent_loss = -0.5 * tf.reduce_sum(
            1 + self.z_log_sigma_sq
            - tf.square(self.z_mean)
            - tf.exp(self.z_log_sigma_sq), 1)  # SSM505
        self.cost = tf.reduce_mean(reconstr_loss + latent_loss)
        self.optimizer = tf.train.AdamOptimizer(learning_rate=learning_rate).minimize(self.cost)

    def partial_fit(self, X):
        _, cost = self.sess.run((self.optimizer, self.cost), feed_dict={self.x: X})
        return cost

    def generate(self):
        return self.sess.run(self.x_reconstr_mean, {self.z: np.random.normal(size=(self.batch_size, self.n_z))})


def train(network, data, n_samples, epochs=10):
    for epoch in range(epochs):
        avg_cost = 0.0
        for _ in range(n_samples // network.batch_size):
            batch, _ = data.next_batch(network.batch_size)
            avg_cost += network.partial_fit(batch) / n_samples * network.batch_size
        print("epoch %04d cost %.9f" % (epoch + 1, avg_cost))
# fixed
import numpy as np
import tensorflow as tf


def xavier_init(fan_in, fan_out, constant=1):
    bound = constant * np.sqrt(6.0 / (fan_in + fan_out))
    return tf.random_uniform((fan_in, fan_out), minval=-bound, maxval=bound, dtype=tf.float32)


class VariationalAutoencoder(object):
    def __init__(self, n_input=784, n_hidden=500, n_z=20, batch_size=100, learning_rate=1e-3):
        self.n_z, self.batch_size = n_z, batch_size
        self.x = tf.placeholder(tf.float32, [None, n_input])
        self._create_network(n_input, n_hidden)
        self._create_loss(learning_rate)
        self.sess = tf.InteractiveSession()
        self.sess.run(tf.global_variables_initializer())

    def _dense(self, x, n_in, n_out):
        return tf.add(tf.matmul(x, tf.Variable(xavier_init(n_in, n_out))), tf.Variable(tf.zeros([n_out])))

    def _create_network(self, n_input, n_hidden):
        h = tf.nn.softplus(self._dense(self.x, n_input, n_hidden))
        self.z_mean = self._dense(h, n_hidden, self.n_z)
        self.z_log_sigma_sq = tf.clip_by_value(self._dense(h, n_hidden, self.n_z), -20.0, 10.0)
        eps = tf.random_normal((self.batch_size, self.n_z), 0, 1, dtype=tf.float32)
        self.z = self.z_mean + tf.exp(0.5 * self.z_log_sigma_sq) * eps
        g = tf.nn.softplus(self._dense(self.z, self.n_z, n_hidden))
        self.x_logits = self._dense(g, n_hidden, n_input)
        self.x_reconstr_mean = tf.nn.sigmoid(self.x_logits)

    def _create_loss(self, learning_rate):
        reconstr_loss = tf.reduce_sum(
            tf.nn.sigmoid_cross_entropy_with_logits(labels=self.x, logits=self.x_logits), 1)
        latent_loss = -0.5 * tf.reduce_sum(
            1 + self.z_log_sigma_sq
            - tf.square(self.z_mean)
            - tf.exp(self.z_log_sigma_sq), 1)
        self.cost = tf.reduce_mean(reconstr_loss + latent_loss)
        self.optimizer = tf.train.AdamOptimizer(learning_rate=learning_rate).minimize(self.cost)

    def partial_fit(self, X):
        _, cost = self.sess.run((self.optimizer, self.cost), feed_dict={self.x: X})
        return cost

    def generate(self):
        return self.sess.run(self.x_reconstr_mean, {self.z: np.random.normal(size=(self.batch_size, self.n_z))})


def train(network, data, n_samples, epochs=10):
    for epoch in range(epochs):
        avg_cost = 0.0
        for _ in range(n_samples // network.batch_size):
            batch, _ = data.next_batch(network.batch_size)
            avg_cost += network.partial_fit(batch) / n_samples * network.batch_size
        print("epoch %04d cost %.9f" % (epoch + 1, avg_cost))
