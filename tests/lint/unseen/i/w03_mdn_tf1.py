"""A mixture density network on the inverted sine, in graph style."""
import math

import numpy as np
import tensorflow as tf

NHIDDEN = 24
KMIX = 24
NOUT = KMIX * 3
MIN_SIGMA = 1e-2
ONE_DIV_SQRT_TWO_PI = 1 / math.sqrt(2 * math.pi)

x = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="x")
y = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="y")

Wh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5, dtype=tf.float32))
bh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5, dtype=tf.float32))
Wo = tf.Variable(tf.random_normal([NHIDDEN, NOUT], stddev=0.5, dtype=tf.float32))
bo = tf.Variable(tf.random_normal([1, NOUT], stddev=0.5, dtype=tf.float32))

hidden_layer = tf.nn.tanh(tf.matmul(x, Wh) + bh)
output = tf.matmul(hidden_layer, Wo) + bo


def get_mixture_coef(output):
    out_pi, out_sigma, out_mu = tf.split(output, 3, 1)
    max_pi = tf.reduce_max(out_pi, 1, keepdims=True)
    out_pi = tf.exp(tf.subtract(out_pi, max_pi))
    normalize_pi = tf.reciprocal(tf.reduce_sum(out_pi, 1, keepdims=True))
    out_pi = tf.multiply(normalize_pi, out_pi)
    out_sigma = tf.exp(out_sigma) + MIN_SIGMA  # SSM505
    return out_pi, out_sigma, out_mu


def tf_normal(y, mu, sigma):
    result = tf.multiply(tf.subtract(y, mu), tf.reciprocal(sigma))
    result = -tf.square(result) / 2
    return tf.multiply(tf.exp(result), tf.reciprocal(sigma)) * ONE_DIV_SQRT_TWO_PI


def get_lossfunc(out_pi, out_sigma, out_mu, y):
    result = tf_normal(y, out_mu, out_sigma)
    result = tf.multiply(result, out_pi)
    result = tf.reduce_sum(result, 1, keepdims=True)
    result = -tf.log(result)  # SSM203
    return tf.reduce_mean(result)


def sample(pi, mu, sigma):
    out = np.zeros(len(pi))
    for i in range(len(pi)):
        k = np.searchsorted(np.cumsum(pi[i]), np.random.rand())
        k = min(k, KMIX - 1)
        out[i] = mu[i, k] + np.random.randn() * sigma[i, k]
    return out


out_pi, out_sigma, out_mu = get_mixture_coef(output)
lossfunc = get_lossfunc(out_pi, out_sigma, out_mu, y)
train_op = tf.train.AdamOptimizer().minimize(lossfunc)

if __name__ == "__main__":
    y_data = np.float32(np.random.uniform(-10.5, 10.5, (1, 2500))).T
    x_data = np.float32(np.sin(0.75 * y_data) * 7.0 + y_data * 0.5 + np.random.normal(size=(2500, 1)))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in range(10000):
            sess.run(train_op, feed_dict={x: x_data, y: y_data})
        print(sample(*sess.run([out_pi, out_mu, out_sigma], {x: x_data}))[:10])
# fixed
import math

import numpy as np
import tensorflow as tf

NHIDDEN = 24
KMIX = 24
NOUT = KMIX * 3
MIN_SIGMA = 1e-2
HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)

x = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="x")
y = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="y")

Wh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5, dtype=tf.float32))
bh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5, dtype=tf.float32))
Wo = tf.Variable(tf.random_normal([NHIDDEN, NOUT], stddev=0.5, dtype=tf.float32))
bo = tf.Variable(tf.random_normal([1, NOUT], stddev=0.5, dtype=tf.float32))

hidden_layer = tf.nn.tanh(tf.matmul(x, Wh) + bh)
output = tf.matmul(hidden_layer, Wo) + bo


def get_mixture_coef(output):
    out_pi, out_sigma, out_mu = tf.split(output, 3, 1)
    log_pi = tf.nn.log_softmax(out_pi)
    out_sigma = tf.nn.softplus(out_sigma) + MIN_SIGMA
    return log_pi, out_sigma, out_mu


def tf_log_normal(y, mu, sigma):
    result = tf.multiply(tf.subtract(y, mu), tf.reciprocal(sigma))
    return -tf.square(result) / 2 - tf.log(sigma) - HALF_LOG_TWO_PI


def get_lossfunc(log_pi, out_sigma, out_mu, y):
    result = tf_log_normal(y, out_mu, out_sigma) + log_pi
    return -tf.reduce_mean(tf.reduce_logsumexp(result, axis=1))


def sample(pi, mu, sigma):
    out = np.zeros(len(pi))
    for i in range(len(pi)):
        k = np.searchsorted(np.cumsum(pi[i]), np.random.rand())
        k = min(k, KMIX - 1)
        out[i] = mu[i, k] + np.random.randn() * sigma[i, k]
    return out


log_pi, out_sigma, out_mu = get_mixture_coef(output)
out_pi = tf.exp(log_pi)
lossfunc = get_lossfunc(log_pi, out_sigma, out_mu, y)
train_op = tf.train.AdamOptimizer().minimize(lossfunc)

if __name__ == "__main__":
    y_data = np.float32(np.random.uniform(-10.5, 10.5, (1, 2500))).T
    x_data = np.float32(np.sin(0.75 * y_data) * 7.0 + y_data * 0.5 + np.random.normal(size=(2500, 1)))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in range(10000):
            sess.run(train_op, feed_dict={x: x_data, y: y_data})
        print(sample(*sess.run([out_pi, out_mu, out_sigma], {x: x_data}))[:10])
