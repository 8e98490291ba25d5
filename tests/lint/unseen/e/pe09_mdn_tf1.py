"""A mixture density network for the inverse sinusoid, in the manner of the blog posts (TensorFlow 1)."""
import math

import numpy as np
import tensorflow as tf

NHIDDEN = 24
STDEV = 0.5
KMIX = 24
NOUT = KMIX * 3

NSAMPLE = 2500
y_data = np.float32(np.random.uniform(-10.5, 10.5, (1, NSAMPLE))).T
r_data = np.float32(np.random.normal(size=(NSAMPLE, 1)))
x_data = np.float32(np.sin(0.75 * y_data) * 7.0 + y_data * 0.5 + r_data * 1.0)

x = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="x")
y = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="y")

Wh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=STDEV, dtype=tf.float32))
bh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=STDEV, dtype=tf.float32))
Wo = tf.Variable(tf.random_normal([NHIDDEN, NOUT], stddev=STDEV, dtype=tf.float32))
bo = tf.Variable(tf.random_normal([1, NOUT], stddev=STDEV, dtype=tf.float32))

hidden_layer = tf.nn.tanh(tf.matmul(x, Wh) + bh)
output = tf.matmul(hidden_layer, Wo) + bo

one_div_sqrt_two_pi = 1 / math.sqrt(2 * math.pi)


def get_mixture_coef(output):
    out_pi, out_sigma, out_mu = tf.split(output, 3, axis=1)
    out_pi = tf.exp(out_pi)
    out_pi = out_pi / tf.reduce_sum(out_pi, 1, keep_dims=True)  # SSM101
    out_sigma = tf.exp(out_sigma)  # SSM505
    return out_pi, out_sigma, out_mu


def tf_normal(y, mu, sigma):
    result = (y - mu) / sigma
    result = -tf.square(result) / 2
    return tf.exp(result) / sigma * one_div_sqrt_two_pi


def get_lossfunc(out_pi, out_sigma, out_mu, y):
    result = tf_normal(y, out_mu, out_sigma)
    result = tf.multiply(result, out_pi)
    result = tf.reduce_sum(result, 1, keep_dims=True)
    return tf.reduce_mean(-tf.log(result))  # SSM301


out_pi, out_sigma, out_mu = get_mixture_coef(output)
lossfunc = get_lossfunc(out_pi, out_sigma, out_mu, y)
train_op = tf.train.AdamOptimizer(learning_rate=0.005).minimize(lossfunc)

sess = tf.InteractiveSession()
sess.run(tf.global_variables_initializer())

NEPOCH = 10000
loss = np.zeros(NEPOCH)
for i in range(NEPOCH):
    sess.run(train_op, feed_dict={x: x_data, y: y_data})
    loss[i] = sess.run(lossfunc, feed_dict={x: x_data, y: y_data})
# fixed
import math

import numpy as np
import tensorflow as tf

NHIDDEN = 24
STDEV = 0.5
KMIX = 24
NOUT = KMIX * 3

NSAMPLE = 2500
y_data = np.float32(np.random.uniform(-10.5, 10.5, (1, NSAMPLE))).T
r_data = np.float32(np.random.normal(size=(NSAMPLE, 1)))
x_data = np.float32(np.sin(0.75 * y_data) * 7.0 + y_data * 0.5 + r_data * 1.0)

x = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="x")
y = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="y")

Wh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=STDEV, dtype=tf.float32))
bh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=STDEV, dtype=tf.float32))
Wo = tf.Variable(tf.random_normal([NHIDDEN, NOUT], stddev=STDEV, dtype=tf.float32))
bo = tf.Variable(tf.random_normal([1, NOUT], stddev=STDEV, dtype=tf.float32))

hidden_layer = tf.nn.tanh(tf.matmul(x, Wh) + bh)
output = tf.matmul(hidden_layer, Wo) + bo

one_div_sqrt_two_pi = 1 / math.sqrt(2 * math.pi)


def get_mixture_coef(output):
    out_pi, out_sigma, out_mu = tf.split(output, 3, axis=1)
    log_pi = tf.nn.log_softmax(out_pi)
    out_sigma = tf.clip_by_value(out_sigma, -7.0, 7.0)
    return log_pi, out_sigma, out_mu


def tf_log_normal(y, mu, log_sigma):
    result = (y - mu) * tf.exp(-log_sigma)
    return -tf.square(result) / 2 - log_sigma + math.log(one_div_sqrt_two_pi)


def get_lossfunc(log_pi, log_sigma, out_mu, y):
    result = tf_log_normal(y, out_mu, log_sigma) + log_pi
    return -tf.reduce_mean(tf.reduce_logsumexp(result, axis=1))


log_pi, log_sigma, out_mu = get_mixture_coef(output)
lossfunc = get_lossfunc(log_pi, log_sigma, out_mu, y)
train_op = tf.train.AdamOptimizer(learning_rate=0.005).minimize(lossfunc)

sess = tf.InteractiveSession()
sess.run(tf.global_variables_initializer())

NEPOCH = 10000
loss = np.zeros(NEPOCH)
for i in range(NEPOCH):
    sess.run(train_op, feed_dict={x: x_data, y: y_data})
    loss[i] = sess.run(lossfunc, feed_dict={x: x_data, y: y_data})
