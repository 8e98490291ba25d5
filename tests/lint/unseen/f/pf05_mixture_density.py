"""Mixture density network on the inverted sine, TensorFlow 1."""
import math

import numpy as np
import tensorflow as tf

NHIDDEN, STDEV, KMIX, NOUT = 24, 0.5, 24, 72
ONE_DIV_SQRT_TWO_PI = 1 / math.sqrt(2 * math.pi)

x = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="x")
y = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="y")

Wh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=STDEV, dtype=tf.float32))
bh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=STDEV, dtype=tf.float32))
Wo = tf.Variable(tf.random_normal([NHIDDEN, NOUT], stddev=STDEV, dtype=tf.float32))
bo = tf.Variable(tf.random_normal([1, NOUT], stddev=STDEV, dtype=tf.float32))

hidden_layer = tf.nn.tanh(tf.matmul(x, Wh) + bh)
output = tf.matmul(hidden_layer, Wo) + bo


def get_mixture_coef(output):
    out_pi, out_sigma, out_mu = tf.split(output, 3, axis=1)
    max_pi = tf.reduce_max(out_pi, 1, keep_dims=True)
    exp_pi = tf.exp(tf.subtract(out_pi, max_pi))
    normalize_pi = tf.reciprocal(tf.reduce_sum(exp_pi, 1, keep_dims=True))
    out_sigma = tf.exp(out_sigma)  # SSM505
    return out_pi, tf.multiply(normalize_pi, exp_pi), out_sigma, out_mu


def tf_normal(y, mu, sigma):
    result = tf.subtract(y, mu)
    result = tf.multiply(result, tf.reciprocal(sigma))
    result = -tf.square(result) / 2
    return tf.multiply(tf.exp(result), tf.reciprocal(sigma)) * ONE_DIV_SQRT_TWO_PI


def get_lossfunc(out_pi, out_sigma, out_mu, y):
    result = tf_normal(y, out_mu, out_sigma)
    result = tf.multiply(result, out_pi)
    result = tf.reduce_sum(result, 1, keep_dims=True)
    result = -tf.log(result)  # SSM301
    return tf.reduce_mean(result)


def sample(logits, mu, sigma, temperature=1.0):
    scaled = logits / temperature  # SSM106
    e = np.exp(scaled - scaled.max())
    k = np.random.choice(len(e), p=e / e.sum())
    return np.random.normal(mu[k], sigma[k] * np.sqrt(temperature))


logits_pi, out_pi, out_sigma, out_mu = get_mixture_coef(output)
lossfunc = get_lossfunc(out_pi, out_sigma, out_mu, y)
train_op = tf.train.AdamOptimizer(0.005).minimize(lossfunc)

NSAMPLE = 2500
y_data = np.float32(np.random.uniform(-10.5, 10.5, (1, NSAMPLE))).T
x_data = np.float32(np.sin(0.75 * y_data) * 7.0 + y_data * 0.5 + np.random.normal(size=(NSAMPLE, 1)))

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(10000):
        _, loss = sess.run([train_op, lossfunc], feed_dict={x: x_data, y: y_data})
    pi, sig, mu = sess.run([logits_pi, out_sigma, out_mu], feed_dict={x: x_data[:10]})
    greedy = [sample(pi[i], mu[i], sig[i], temperature=0) for i in range(10)]
# fixed
import math

import numpy as np
import tensorflow as tf

NHIDDEN, STDEV, KMIX, NOUT = 24, 0.5, 24, 72
HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)

x = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="x")
y = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="y")

Wh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=STDEV, dtype=tf.float32))
bh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=STDEV, dtype=tf.float32))
Wo = tf.Variable(tf.random_normal([NHIDDEN, NOUT], stddev=STDEV, dtype=tf.float32))
bo = tf.Variable(tf.random_normal([1, NOUT], stddev=STDEV, dtype=tf.float32))

hidden_layer = tf.nn.tanh(tf.matmul(x, Wh) + bh)
output = tf.matmul(hidden_layer, Wo) + bo


def get_mixture_coef(output):
    out_pi, out_sigma, out_mu = tf.split(output, 3, axis=1)
    out_log_sigma = tf.clip_by_value(out_sigma, -7.0, 7.0)
    return out_pi, tf.nn.log_softmax(out_pi), out_log_sigma, out_mu


def tf_log_normal(y, mu, log_sigma):
    result = tf.multiply(tf.subtract(y, mu), tf.exp(-log_sigma))
    return -tf.square(result) / 2 - log_sigma - HALF_LOG_TWO_PI


def get_lossfunc(log_pi, log_sigma, out_mu, y):
    result = tf_log_normal(y, out_mu, log_sigma)
    result = -tf.reduce_logsumexp(result + log_pi, 1, keep_dims=True)
    return tf.reduce_mean(result)


def sample(logits, mu, sigma, temperature=1.0):
    if temperature <= 0:
        return mu[np.argmax(logits)]
    scaled = logits / temperature
    e = np.exp(scaled - scaled.max())
    k = np.random.choice(len(e), p=e / e.sum())
    return np.random.normal(mu[k], sigma[k] * np.sqrt(temperature))


logits_pi, log_pi, log_sigma, out_mu = get_mixture_coef(output)
lossfunc = get_lossfunc(log_pi, log_sigma, out_mu, y)
train_op = tf.train.AdamOptimizer(0.005).minimize(lossfunc)

NSAMPLE = 2500
y_data = np.float32(np.random.uniform(-10.5, 10.5, (1, NSAMPLE))).T
x_data = np.float32(np.sin(0.75 * y_data) * 7.0 + y_data * 0.5 + np.random.normal(size=(NSAMPLE, 1)))

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(10000):
        _, loss = sess.run([train_op, lossfunc], feed_dict={x: x_data, y: y_data})
    pi, sig, mu = sess.run([logits_pi, tf.exp(log_sigma), out_mu], feed_dict={x: x_data[:10]})
    greedy = [sample(pi[i], mu[i], sig[i], temperature=0) for i in range(10)]
