"""A variational autoencoder with Bernoulli pixels, as a class in graph style."""
import numpy as np
import tensorflow as tf


def xavier_init(fan_in, fan_out, constant=1):
    low = -constant * np.sqrt(6.0 / (fan_in + fan_out))
    return tf.random_uniform((fan_in, fan_out), minval=low, maxval=-low, dtype=tf.float32)


class VariationalAutoencoder(object):
    def __init__(self, n_input=784, n_hidden=500, n_z=20, learning_rate=0.001, batch_size=100):
        self.n_input, self.n_hidden, self.n_z = n_input, n_hidden, n_z
        self.learning_rate, self.batch_size = learning_rate, batch_size
        self.x = tf.placeholder(tf.float32, [None, n_input])
        self._create_network()
        self._create_loss_optimizer()
        self.sess = tf.InteractiveSession()
        self.sess.run(tf.global_variables_initializer())

    def _dense(self, x, n_in, n_out):
        w = tf.Variable(xavier_init(n_in, n_out))
        b = tf.Variable(tf.zeros([n_out], dtype=tf.float32))
        return tf.add(tf.matmul(x, w), b)

    def _create_network(self):
        hidden = tf.nn.softplus(self._dense(self.x, self.n_input, self.n_hidden))
        self.z_mean = self._dense(hidden, self.n_hidden, self.n_z)
        self.z_log_sigma_sq = self._dense(hidden, self.n_hidden, self.n_z)
        eps = tf.random_normal((self.batch_size, self.n_z), 0, 1, dtype=tf.float32)
        self.z = tf.add(self.z_mean, tf.multiply(tf.exp(0.5 * self.z_log_sigma_sq), eps))  # SSM505
        decoded = tf.nn.softplus(self._dense(self.z, self.n_z, self.n_hidden))
        self.x_reconstr_mean = tf.nn.sigmoid(self._dense(decoded, self.n_hidden, self.n_input))

    def _create_loss_optimizer(self):
        reconstr_loss = -tf.reduce_sum(
            self.x * tf.log(1e-10 + self.x_reconstr_mean)
            + (1 - self.x) * tf.log(1e-10 + 1 - self.x_reconstr_mean),  # SSM501
            1)
        latent_loss = -0.5 * tf.reduce_sum(
            1 + self.z_log_sigma_sq
            - tf.square(self.z_mean)
            - tf.exp(self.z_log_sigma_sq), 1)  # SSM505
        self.cost = tf.reduce_mean(reconstr_loss + latent_loss)
        self.optimizer = tf.train.AdamOptimizer(self.learning_rate).minimize(self.cost)

    def partial_fit(self, batch):
        _, cost = self.sess.run((self.optimizer, self.cost), feed_dict={self.x: batch})
        return cost

    def reconstruct(self, batch):
        return self.sess.run(self.x_reconstr_mean, feed_dict={self.x: batch})


def train(images, epochs=10, batch_size=100):
    vae = VariationalAutoencoder(batch_size=batch_size)
    n_batches = len(images) // batch_size
    for epoch in range(epochs):
        order, total = np.random.permutation(len(images)), 0.0
        for i in range(n_batches):
            total += vae.partial_fit(images[order[i * batch_size:(i + 1) * batch_size]])
        print("epoch %d cost %.4f" % (epoch + 1, total / len(images) * batch_size))
    return vae
# fixed
import numpy as np
import tensorflow as tf


def xavier_init(fan_in, fan_out, constant=1):
    low = -constant * np.sqrt(6.0 / (fan_in + fan_out))
    return tf.random_uniform((fan_in, fan_out), minval=low, maxval=-low, dtype=tf.float32)


class VariationalAutoencoder(object):
    def __init__(self, n_input=784, n_hidden=500, n_z=20, learning_rate=0.001, batch_size=100):
        self.n_input, self.n_hidden, self.n_z = n_input, n_hidden, n_z
        self.learning_rate, self.batch_size = learning_rate, batch_size
        self.x = tf.placeholder(tf.float32, [None, n_input])
        self._create_network()
        self._create_loss_optimizer()
        self.sess = tf.InteractiveSession()
        self.sess.run(tf.global_variables_initializer())

    def _dense(self, x, n_in, n_out):
        w = tf.Variable(xavier_init(n_in, n_out))
        b = tf.Variable(tf.zeros([n_out], dtype=tf.float32))
        return tf.add(tf.matmul(x, w), b)

    def _create_network(self):
        hidden = tf.nn.softplus(self._dense(self.x, self.n_input, self.n_hidden))
        self.z_mean = self._dense(hidden, self.n_hidden, self.n_z)
        self.z_log_sigma_sq = tf.clip_by_value(self._dense(hidden, self.n_hidden, self.n_z), -12.0, 12.0)
        eps = tf.random_normal((self.batch_size, self.n_z), 0, 1, dtype=tf.float32)
        self.z = tf.add(self.z_mean, tf.multiply(tf.exp(0.5 * self.z_log_sigma_sq), eps))
        decoded = tf.nn.softplus(self._dense(self.z, self.n_z, self.n_hidden))
        self.x_logits = self._dense(decoded, self.n_hidden, self.n_input)
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

    def partial_fit(self, batch):
        _, cost = self.sess.run((self.optimizer, self.cost), feed_dict={self.x: batch})
        return cost

    def reconstruct(self, batch):
        return self.sess.run(self.x_reconstr_mean, feed_dict={self.x: batch})


def train(images, epochs=10, batch_size=100):
    vae = VariationalAutoencoder(batch_size=batch_size)
    n_batches = len(images) // batch_size
    for epoch in range(epochs):
        order, total = np.random.permutation(len(images)), 0.0
        for i in range(n_batches):
            total += vae.partial_fit(images[order[i * batch_size:(i + 1) * batch_size]])
        print("epoch %d cost %.4f" % (epoch + 1, total / len(images) * batch_size))
    return vae
