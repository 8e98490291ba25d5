"""Energy model of binary images, noise contrastive and annealed sampling (TensorFlow 1)."""
import numpy as np
import tensorflow as tf

D, H, RATIO = 784, 200, 5
LOG_NOISE = -D * np.log(2.0)

W = tf.get_variable("W", [D, H], initializer=tf.random_normal_initializer(stddev=0.01))
b = tf.get_variable("b", [H], initializer=tf.zeros_initializer())
a = tf.get_variable("a", [D], initializer=tf.zeros_initializer())
log_z = tf.get_variable("log_z", [], initializer=tf.constant_initializer(543.0))


def free_energy(v):
    wx_b = tf.matmul(v, W) + b
    hidden = tf.reduce_sum(tf.nn.softplus(wx_b), axis=1)
    return -tf.squeeze(tf.matmul(v, tf.expand_dims(a, 1)), 1) - hidden


def posterior(v):
    model = tf.exp(-free_energy(v) - log_z)  # SSM505
    noise = RATIO * tf.exp(tf.constant(LOG_NOISE, tf.float32))
    return model / (model + noise)  # SSM302


def nce(data, noise):
    real, fake = posterior(data), posterior(noise)
    return -tf.reduce_mean(tf.log(real)) - RATIO * tf.reduce_mean(tf.log(1 - fake))  # SSM301


def estimate_log_z(log_weights):
    count = tf.to_float(tf.size(log_weights))
    return tf.reduce_logsumexp(log_weights) - tf.log(count) + D * np.log(2.0)


images = tf.placeholder(tf.float32, [None, D])
shape = tf.stack([RATIO * tf.shape(images)[0], D])
uniform = tf.to_float(tf.random_uniform(shape) < 0.5)
objective = nce(images, uniform)
train = tf.train.GradientDescentOptimizer(0.01).minimize(objective)
# fixed
import numpy as np
import tensorflow as tf

D, H, RATIO = 784, 200, 5
LOG_NOISE = -D * np.log(2.0)

W = tf.get_variable("W", [D, H], initializer=tf.random_normal_initializer(stddev=0.01))
b = tf.get_variable("b", [H], initializer=tf.zeros_initializer())
a = tf.get_variable("a", [D], initializer=tf.zeros_initializer())
log_z = tf.get_variable("log_z", [], initializer=tf.constant_initializer(543.0))


def free_energy(v):
    wx_b = tf.matmul(v, W) + b
    hidden = tf.reduce_sum(tf.nn.softplus(wx_b), axis=1)
    return -tf.squeeze(tf.matmul(v, tf.expand_dims(a, 1)), 1) - hidden


def log_ratio(v):
    return -free_energy(v) - log_z - (LOG_NOISE + np.log(RATIO))


def nce(data, noise):
    real, fake = log_ratio(data), log_ratio(noise)
    return -tf.reduce_mean(tf.log_sigmoid(real)) - RATIO * tf.reduce_mean(tf.log_sigmoid(-fake))


def estimate_log_z(log_weights):
    count = tf.to_float(tf.size(log_weights))
    return tf.reduce_logsumexp(log_weights) - tf.log(count) + D * np.log(2.0)


images = tf.placeholder(tf.float32, [None, D])
shape = tf.stack([RATIO * tf.shape(images)[0], D])
uniform = tf.to_float(tf.random_uniform(shape) < 0.5)
objective = nce(images, uniform)
train = tf.train.GradientDescentOptimizer(0.01).minimize(objective)
