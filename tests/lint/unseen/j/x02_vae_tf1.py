"""A variational autoencoder as a class, after a well-known blog post."""
import numpy as np
import tensorflow as tf


def xavier_init(fan_in, fan_out, constant=1):
    low = -constant * np.sqrt(6.0 / (fan_in + fan_out))
    return tf.random_uniform((fan_in, fan_out), minval=low, maxval=-low, dtype=tf.float32)


class VariationalAutoencoder(object):
    def __init__(self, arch, transfer_fct=tf.nn.softplus, learning_rate=0.001, batch_size=100):
        self.arch = arch
        self.transfer_fct = transfer_fct
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.x = tf.placeholder(tf.float32, [None, arch["n_input"]])
        self._create_network()
        self._create_loss_optimizer()
        self.sess = tf.InteractiveSession()
        self.sess.run(tf.global_variables_initializer())

    def _dense(self, inputs, n_in, n_out):
        return tf.add(tf.matmul(inputs, tf.Variable(xavier_init(n_in, n_out))),
                      tf.Variable(tf.zeros([n_out])))

    def _create_network(self):
        a = self.arch
        h = self.transfer_fct(self._dense(self.x, a["n_input"], a["n_hidden"]))
        self.z_mean = self._dense(h, a["n_hidden"], a["n_z"])
        self.z_log_sigma_sq = self._dense(h, a["n_hidden"], a["n_z"])
        eps = tf.random_normal((self.batch_size, a["n_z"]), 0, 1, dtype=tf.float32)
        self.z = tf.add(self.z_mean, tf.multiply(tf.exp(0.5 * self.z_log_sigma_sq), eps))  # SSM505
        g = self.transfer_fct(self._dense(self.z, a["n_z"], a["n_hidden"]))
        self.x_reconstr_mean = tf.nn.sigmoid(self._dense(g, a["n_hidden"], a["n_input"]))

    def _create_loss_optimizer(self):
        reconstr_loss = -tf.reduce_sum(
            self.x * tf.log(1e-10 + self.x_reconstr_mean)
            + (1 - self.x) * tf.log(1e-10 + 1 - self.x_reconstr_mean), 1)  # SSM501
        latent_loss = -0.5 * tf.reduce_sum(
            1 + self.z_log_sigma_sq - tf.square(self.z_mean) - tf.exp(self.z_log_sigma_sq), 1)  # SSM505
        self.cost = tf.reduce_mean(reconstr_loss + latent_loss)
        self.optimizer = tf.train.AdamOptimizer(learning_rate=self.learning_rate).minimize(self.cost)

    def partial_fit(self, X):
        opt, cost = self.sess.run((self.optimizer, self.cost), feed_dict={self.x: X})
        return cost


def train(data, arch, batch_size=100, training_epochs=10):
    vae = VariationalAutoencoder(arch, batch_size=batch_size)
    total_batch = len(data) // batch_size
    for epoch in range(training_epochs):
        avg_cost = 0.0
        for i in range(total_batch):
            batch = data[i * batch_size:(i + 1) * batch_size]
            avg_cost += vae.partial_fit(batch) / len(data) * batch_size
        print("Epoch:", "%04d" % (epoch + 1), "cost=", "{:.9f}".format(avg_cost))
    return vae
# fixed
import numpy as np
import tensorflow as tf


def xavier_init(fan_in, fan_out, constant=1):
    low = -constant * np.sqrt(6.0 / (fan_in + fan_out))
    return tf.random_uniform((fan_in, fan_out), minval=low, maxval=-low, dtype=tf.float32)


class VariationalAutoencoder(object):
    def __init__(self, arch, transfer_fct=tf.nn.softplus, learning_rate=0.001, batch_size=100):
        self.arch = arch
        self.transfer_fct = transfer_fct
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.x = tf.placeholder(tf.float32, [None, arch["n_input"]])
        self._create_network()
        self._create_loss_optimizer()
        self.sess = tf.InteractiveSession()
        self.sess.run(tf.global_variables_initializer())

    def _dense(self, inputs, n_in, n_out):
        return tf.add(tf.matmul(inputs, tf.Variable(xavier_init(n_in, n_out))),
                      tf.Variable(tf.zeros([n_out])))

    def _create_network(self):
        a = self.arch
        h = self.transfer_fct(self._dense(self.x, a["n_input"], a["n_hidden"]))
        self.z_mean = self._dense(h, a["n_hidden"], a["n_z"])
        self.z_log_sigma_sq = tf.clip_by_value(self._dense(h, a["n_hidden"], a["n_z"]), -20.0, 10.0)
        eps = tf.random_normal((self.batch_size, a["n_z"]), 0, 1, dtype=tf.float32)
        self.z = tf.add(self.z_mean, tf.multiply(tf.exp(0.5 * self.z_log_sigma_sq), eps))
        g = self.transfer_fct(self._dense(self.z, a["n_z"], a["n_hidden"]))
        self.x_logits = self._dense(g, a["n_hidden"], a["n_input"])
        self.x_reconstr_mean = tf.nn.sigmoid(self.x_logits)

    def _create_loss_optimizer(self):
        reconstr_loss = tf.reduce_sum(
            tf.nn.sigmoid_cross_entropy_with_logits(labels=self.x, logits=self.x_logits), 1)
        latent_loss = -0.5 * tf.reduce_sum(
            1 + self.z_log_sigma_sq - tf.square(self.z_mean) - tf.exp(self.z_log_sigma_sq), 1)
        self.cost = tf.reduce_mean(reconstr_loss + latent_loss)
        self.optimizer = tf.train.AdamOptimizer(learning_rate=self.learning_rate).minimize(self.cost)

    def partial_fit(self, X):
        opt, cost = self.sess.run((self.optimizer, self.cost), feed_dict={self.x: X})
        return cost


def train(data, arch, batch_size=100, training_epochs=10):
    vae = VariationalAutoencoder(arch, batch_size=batch_size)
    total_batch = len(data) // batch_size
    for epoch in range(training_epochs):
        avg_cost = 0.0
        for i in range(total_batch):
            batch = data[i * batch_size:(i + 1) * batch_size]
            avg_cost += vae.partial_fit(batch) / len(data) * batch_size
        print("Epoch:", "%04d" % (epoch + 1), "cost=", "{:.9f}".format(avg_cost))
    return vae
