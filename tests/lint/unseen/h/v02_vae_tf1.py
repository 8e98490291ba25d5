"""A variational autoencoder as a class in TensorFlow 1."""
import numpy as np
import tensorflow as tf


def xavier_init(fan_in, fan_out, constant=1):
    low = -constant * np.sqrt(6.0 / (fan_in + fan_out))
    return tf.random_uniform((fan_in, fan_out), minval=low, maxval=-low, dtype=tf.float32)


class VariationalAutoencoder(object):
    def __init__(self, architecture, learning_rate=0.001, batch_size=100):
        self.arch = architecture
        self.batch_size = batch_size
        self.x = tf.placeholder(tf.float32, [None, architecture["n_input"]])
        self._create_network()
        self._create_loss()
        self.optimizer = tf.train.AdamOptimizer(learning_rate).minimize(self.cost)
        self.sess = tf.InteractiveSession()
        self.sess.run(tf.global_variables_initializer())

    def _layer(self, inputs, n_in, n_out):
        W = tf.Variable(xavier_init(n_in, n_out))
        b = tf.Variable(tf.zeros([n_out], dtype=tf.float32))
        return tf.add(tf.matmul(inputs, W), b)

    def _create_network(self):
        a = self.arch
        h = tf.nn.softplus(self._layer(self.x, a["n_input"], a["n_hidden"]))
        self.z_mean = self._layer(h, a["n_hidden"], a["n_z"])
        self.z_log_sigma_sq = self._layer(h, a["n_hidden"], a["n_z"])
        eps = tf.random_normal((self.batch_size, a["n_z"]), 0, 1, dtype=tf.float32)
        std = tf.exp(0.5 * self.z_log_sigma_sq)  # SSM505
        self.z = tf.add(self.z_mean, tf.multiply(std, eps))
        g = tf.nn.softplus(self._layer(self.z, a["n_z"], a["n_hidden"]))
        self.x_reconstr_mean = tf.nn.sigmoid(self._layer(g, a["n_hidden"], a["n_input"]))

    def _create_loss(self):
        reconstr_loss = -tf.reduce_sum(
            self.x * tf.log(self.x_reconstr_mean) + (1 - self.x) * tf.log(1 - self.x_reconstr_mean), 1)  # SSM202
        latent_loss = -0.5 * tf.reduce_sum(1 + self.z_log_sigma_sq - tf.square(self.z_mean)
                                           - tf.exp(self.z_log_sigma_sq), 1)  # SSM505
        self.cost = tf.reduce_mean(reconstr_loss + latent_loss)

    def partial_fit(self, X):
        _, cost = self.sess.run((self.optimizer, self.cost), feed_dict={self.x: X})
        return cost

    def reconstruct(self, X):
        return self.sess.run(self.x_reconstr_mean, feed_dict={self.x: X})


def train(vae, data, n_samples, epochs=75):
    for epoch in range(epochs):
        avg_cost = 0.
        for _ in range(n_samples // vae.batch_size):
            batch, _ = data.next_batch(vae.batch_size)
            avg_cost += vae.partial_fit(batch) / n_samples * vae.batch_size
        print("Epoch: %04d cost= %.9f" % (epoch + 1, avg_cost))
# fixed
import numpy as np
import tensorflow as tf


def xavier_init(fan_in, fan_out, constant=1):
    low = -constant * np.sqrt(6.0 / (fan_in + fan_out))
    return tf.random_uniform((fan_in, fan_out), minval=low, maxval=-low, dtype=tf.float32)


class VariationalAutoencoder(object):
    def __init__(self, architecture, learning_rate=0.001, batch_size=100):
        self.arch = architecture
        self.batch_size = batch_size
        self.x = tf.placeholder(tf.float32, [None, architecture["n_input"]])
        self._create_network()
        self._create_loss()
        self.optimizer = tf.train.AdamOptimizer(learning_rate).minimize(self.cost)
        self.sess = tf.InteractiveSession()
        self.sess.run(tf.global_variables_initializer())

    def _layer(self, inputs, n_in, n_out):
        W = tf.Variable(xavier_init(n_in, n_out))
        b = tf.Variable(tf.zeros([n_out], dtype=tf.float32))
        return tf.add(tf.matmul(inputs, W), b)

    def _create_network(self):
        a = self.arch
        h = tf.nn.softplus(self._layer(self.x, a["n_input"], a["n_hidden"]))
        self.z_mean = self._layer(h, a["n_hidden"], a["n_z"])
        self.z_log_sigma_sq = tf.clip_by_value(self._layer(h, a["n_hidden"], a["n_z"]), -20.0, 10.0)
        eps = tf.random_normal((self.batch_size, a["n_z"]), 0, 1, dtype=tf.float32)
        std = tf.exp(0.5 * self.z_log_sigma_sq)
        self.z = tf.add(self.z_mean, tf.multiply(std, eps))
        g = tf.nn.softplus(self._layer(self.z, a["n_z"], a["n_hidden"]))
        self.x_logits = self._layer(g, a["n_hidden"], a["n_input"])
        self.x_reconstr_mean = tf.nn.sigmoid(self.x_logits)

    def _create_loss(self):
        reconstr_loss = tf.reduce_sum(
            tf.nn.sigmoid_cross_entropy_with_logits(labels=self.x, logits=self.x_logits), 1)
        latent_loss = -0.5 * tf.reduce_sum(1 + self.z_log_sigma_sq - tf.square(self.z_mean)
                                           - tf.exp(self.z_log_sigma_sq), 1)
        self.cost = tf.reduce_mean(reconstr_loss + latent_loss)

    def partial_fit(self, X):
        _, cost = self.sess.run((self.optimizer, self.cost), feed_dict={self.x: X})
        return cost

    def reconstruct(self, X):
        return self.sess.run(self.x_reconstr_mean, feed_dict={self.x: X})


def train(vae, data, n_samples, epochs=75):
    for epoch in range(epochs):
        avg_cost = 0.
        for _ in range(n_samples // vae.batch_size):
            batch, _ = data.next_batch(vae.batch_size)
            avg_cost += vae.partial_fit(batch) / n_samples * vae.batch_size
        print("Epoch: %04d cost= %.9f" % (epoch + 1, avg_cost))
