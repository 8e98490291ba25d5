"""Mixture density network that draws the inverse sine."""
import math

import numpy as np
import tensorflow as tf

NHIDDEN, KMIX, NOUT = 24, 24, 72

x = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="x")
y = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="y")

Wh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5, dtype=tf.float32))
bh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5, dtype=tf.float32))
Wo = tf.Variable(tf.random_normal([NHIDDEN, NOUT], stddev=0.5, dtype=tf.float32))
bo = tf.Variable(tf.random_normal([1, NOUT], stddev=0.5, dtype=tf.float32))
output = tf.matmul(tf.nn.tanh(tf.matmul(x, Wh) + bh), Wo) + bo


def get_mixture_coef(output):
    out_pi, out_sigma, out_mu = tf.split(output, 3, axis=1)
    out_pi = tf.exp(out_pi)
    normalize_pi = tf.reduce_sum(out_pi, 1, keep_dims=True)
    out_pi = out_pi / normalize_pi  # SSM101
    out_sigma = tf.nn.elu(out_sigma) + 1.0
    return out_pi, out_sigma, out_mu


def get_lossfunc(pi, sigma, mu, y):
    kernel = tf.exp(-tf.square((y - mu) / sigma) / 2) / (sigma * math.sqrt(2 * math.pi))  # SSM302
    likelihood = tf.reduce_sum(pi * kernel, 1, keep_dims=True)
    return tf.reduce_mean(-tf.log(likelihood))  # SSM203


out_pi, out_sigma, out_mu = get_mixture_coef(output)
lossfunc = get_lossfunc(out_pi, out_sigma, out_mu, y)
train_op = tf.train.AdamOptimizer().minimize(lossfunc)


def generate_ensemble(pi, mu, sigma, m=10):
    n = len(pi)
    result = np.zeros((n, m))
    for j in range(m):
        for i in range(n):
            idx = min(int(np.searchsorted(np.cumsum(pi[i]), np.random.rand())), KMIX - 1)
            result[i, j] = mu[i, idx] + np.random.randn() * sigma[i, idx]
    return result


NSAMPLE = 2500
y_data = np.float32(np.random.uniform(-10.5, 10.5, (NSAMPLE, 1)))
x_data = np.float32(np.sin(0.75 * y_data) * 7.0 + y_data * 0.5 + np.random.normal(size=(NSAMPLE, 1)))

sess = tf.InteractiveSession()
sess.run(tf.global_variables_initializer())
loss = np.zeros(10000)
for i in range(10000):
    _, loss[i] = sess.run([train_op, lossfunc], feed_dict={x: x_data, y: y_data})

x_test = np.linspace(-15, 15, 1000, dtype=np.float32).reshape(-1, 1)
pi, sigma, mu = sess.run([out_pi, out_sigma, out_mu], feed_dict={x: x_test})
samples = generate_ensemble(pi, mu, sigma)
print("final loss", loss[-1], "spread", samples.std())
# fixed
import math

import numpy as np
import tensorflow as tf

NHIDDEN, KMIX, NOUT = 24, 24, 72

x = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="x")
y = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="y")

Wh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5, dtype=tf.float32))
bh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5, dtype=tf.float32))
Wo = tf.Variable(tf.random_normal([NHIDDEN, NOUT], stddev=0.5, dtype=tf.float32))
bo = tf.Variable(tf.random_normal([1, NOUT], stddev=0.5, dtype=tf.float32))
output = tf.matmul(tf.nn.tanh(tf.matmul(x, Wh) + bh), Wo) + bo


def get_mixture_coef(output):
    out_pi, out_sigma, out_mu = tf.split(output, 3, axis=1)
    log_pi = tf.nn.log_softmax(out_pi)
    out_sigma = tf.nn.softplus(out_sigma) + 1e-3
    return log_pi, out_sigma, out_mu


def get_lossfunc(log_pi, sigma, mu, y):
    log_kernel = -tf.square((y - mu) / sigma) / 2 - tf.log(sigma) - 0.5 * math.log(2 * math.pi)
    return tf.reduce_mean(-tf.reduce_logsumexp(log_pi + log_kernel, 1))


log_pi, out_sigma, out_mu = get_mixture_coef(output)
out_pi = tf.exp(log_pi)
lossfunc = get_lossfunc(log_pi, out_sigma, out_mu, y)
train_op = tf.train.AdamOptimizer().minimize(lossfunc)


def generate_ensemble(pi, mu, sigma, m=10):
    n = len(pi)
    result = np.zeros((n, m))
    for j in range(m):
        for i in range(n):
            idx = min(int(np.searchsorted(np.cumsum(pi[i]), np.random.rand())), KMIX - 1)
            result[i, j] = mu[i, idx] + np.random.randn() * sigma[i, idx]
    return result


NSAMPLE = 2500
y_data = np.float32(np.random.uniform(-10.5, 10.5, (NSAMPLE, 1)))
x_data = np.float32(np.sin(0.75 * y_data) * 7.0 + y_data * 0.5 + np.random.normal(size=(NSAMPLE, 1)))

sess = tf.InteractiveSession()
sess.run(tf.global_variables_initializer())
loss = np.zeros(10000)
for i in range(10000):
    _, loss[i] = sess.run([train_op, lossfunc], feed_dict={x: x_data, y: y_data})

x_test = np.linspace(-15, 15, 1000, dtype=np.float32).reshape(-1, 1)
pi, sigma, mu = sess.run([out_pi, out_sigma, out_mu], feed_dict={x: x_test})
samples = generate_ensemble(pi, mu, sigma)
print("final loss", loss[-1], "spread", samples.std())
