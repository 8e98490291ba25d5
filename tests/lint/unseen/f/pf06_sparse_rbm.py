"""A restricted Boltzmann machine that pretrains a sparse autoencoder, TensorFlow 1."""
import numpy as np
import tensorflow as tf

config = {"visible": 784, "hidden": 196, "rho": 0.05, "beta": 3.0, "decay": 1e-4, "lr": 0.01, "batch": 64}


def sample_prob(probs):
    return tf.nn.relu(tf.sign(probs - tf.random_uniform(tf.shape(probs))))


class RBM(object):
    def __init__(self, n_visible, n_hidden):
        bound = 4.0 * np.sqrt(6.0 / (n_visible + n_hidden))
        self.W = tf.Variable(tf.random_uniform([n_visible, n_hidden], -bound, bound), name="W")
        self.hb = tf.Variable(tf.zeros([n_hidden]), name="hb")
        self.vb = tf.Variable(tf.zeros([n_visible]), name="vb")

    def propup(self, v):
        return tf.nn.sigmoid(tf.matmul(v, self.W) + self.hb)

    def propdown(self, h):
        return tf.nn.sigmoid(tf.matmul(h, tf.transpose(self.W)) + self.vb)

    def free_energy(self, v):
        wx_b = tf.matmul(v, self.W) + self.hb
        hidden_term = tf.reduce_sum(tf.log(1 + tf.exp(wx_b)), axis=1)  # SSM206
        return -hidden_term - tf.reduce_sum(v * self.vb, axis=1)

    def cost(self, v):
        v_neg = tf.stop_gradient(sample_prob(self.propdown(sample_prob(self.propup(v)))))
        return tf.reduce_mean(self.free_energy(v)) - tf.reduce_mean(self.free_energy(v_neg))

    def pseudo_likelihood(self, v, i, n_visible):
        flip = tf.one_hot(i, n_visible)
        v_flip = v * (1 - flip) + (1 - v) * flip
        delta = self.free_energy(v_flip) - self.free_energy(v)
        return tf.reduce_mean(n_visible * tf.log(tf.nn.sigmoid(delta)))  # SSM202


def kl_sparsity(rho, activations):
    rho_hat = tf.reduce_mean(activations, axis=0)
    kl = rho * tf.log(rho / rho_hat)  # SSM302
    kl += (1 - rho) * tf.log((1 - rho) / (1 - rho_hat))  # SSM302
    return tf.reduce_sum(kl)


def autoencoder_cost(rbm, x, cfg):
    h = rbm.propup(x)
    x_hat = rbm.propdown(h)
    mse = tf.reduce_mean(tf.reduce_sum(tf.square(x - x_hat), axis=1)) / 2.0
    return mse + cfg["decay"] * tf.nn.l2_loss(rbm.W) + cfg["beta"] * kl_sparsity(cfg["rho"], h)


x = tf.placeholder(tf.float32, [None, config["visible"]])
pixel = tf.placeholder(tf.int32, [])
rbm = RBM(config["visible"], config["hidden"])
pretrain = tf.train.GradientDescentOptimizer(config["lr"]).minimize(rbm.cost(x))
monitor = rbm.pseudo_likelihood(x, pixel, config["visible"])
finetune = tf.train.AdamOptimizer(1e-3).minimize(autoencoder_cost(rbm, x, config))


def fit(sess, data, epochs=15):
    for epoch in range(epochs):
        op = pretrain if epoch < 10 else finetune
        for start in range(0, len(data), config["batch"]):
            sess.run(op, {x: data[start:start + config["batch"]]})
        print(epoch, sess.run(monitor, {x: data[:1000], pixel: epoch % config["visible"]}))
# fixed
import numpy as np
import tensorflow as tf

config = {"visible": 784, "hidden": 196, "rho": 0.05, "beta": 3.0, "decay": 1e-4, "lr": 0.01, "batch": 64}


def sample_prob(probs):
    return tf.nn.relu(tf.sign(probs - tf.random_uniform(tf.shape(probs))))


class RBM(object):
    def __init__(self, n_visible, n_hidden):
        bound = 4.0 * np.sqrt(6.0 / (n_visible + n_hidden))
        self.W = tf.Variable(tf.random_uniform([n_visible, n_hidden], -bound, bound), name="W")
        self.hb = tf.Variable(tf.zeros([n_hidden]), name="hb")
        self.vb = tf.Variable(tf.zeros([n_visible]), name="vb")

    def propup(self, v):
        return tf.nn.sigmoid(tf.matmul(v, self.W) + self.hb)

    def propdown(self, h):
        return tf.nn.sigmoid(tf.matmul(h, tf.transpose(self.W)) + self.vb)

    def free_energy(self, v):
        wx_b = tf.matmul(v, self.W) + self.hb
        hidden_term = tf.reduce_sum(tf.nn.softplus(wx_b), axis=1)
        return -hidden_term - tf.reduce_sum(v * self.vb, axis=1)

    def cost(self, v):
        v_neg = tf.stop_gradient(sample_prob(self.propdown(sample_prob(self.propup(v)))))
        return tf.reduce_mean(self.free_energy(v)) - tf.reduce_mean(self.free_energy(v_neg))

    def pseudo_likelihood(self, v, i, n_visible):
        flip = tf.one_hot(i, n_visible)
        v_flip = v * (1 - flip) + (1 - v) * flip
        delta = self.free_energy(v_flip) - self.free_energy(v)
        return tf.reduce_mean(n_visible * tf.log_sigmoid(delta))


def kl_sparsity(rho, activations):
    rho_hat = tf.clip_by_value(tf.reduce_mean(activations, axis=0), 1e-6, 1 - 1e-6)
    kl = rho * tf.log(rho / rho_hat)
    kl += (1 - rho) * tf.log((1 - rho) / (1 - rho_hat))
    return tf.reduce_sum(kl)


def autoencoder_cost(rbm, x, cfg):
    h = rbm.propup(x)
    x_hat = rbm.propdown(h)
    mse = tf.reduce_mean(tf.reduce_sum(tf.square(x - x_hat), axis=1)) / 2.0
    return mse + cfg["decay"] * tf.nn.l2_loss(rbm.W) + cfg["beta"] * kl_sparsity(cfg["rho"], h)


x = tf.placeholder(tf.float32, [None, config["visible"]])
pixel = tf.placeholder(tf.int32, [])
rbm = RBM(config["visible"], config["hidden"])
pretrain = tf.train.GradientDescentOptimizer(config["lr"]).minimize(rbm.cost(x))
monitor = rbm.pseudo_likelihood(x, pixel, config["visible"])
finetune = tf.train.AdamOptimizer(1e-3).minimize(autoencoder_cost(rbm, x, config))


def fit(sess, data, epochs=15):
    for epoch in range(epochs):
        op = pretrain if epoch < 10 else finetune
        for start in range(0, len(data), config["batch"]):
            sess.run(op, {x: data[start:start + config["batch"]]})
        print(epoch, sess.run(monitor, {x: data[:1000], pixel: epoch % config["visible"]}))
