"""A mixture density network for an inverse problem, TensorFlow 1."""
import math

import numpy as np
import tensorflow as tf

NHIDDEN = 24
KMIX = 24
NOUT = KMIX * 3
oneDivSqrtTwoPI = 1 / math.sqrt(2 * math.pi)

x = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="x")
y = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="y")

Wh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5))
bh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5))
Wo = tf.Variable(tf.random_normal([NHIDDEN, NOUT], stddev=0.5))
bo = tf.Variable(tf.random_normal([1, NOUT], stddev=0.5))

hidden_layer = tf.nn.tanh(tf.matmul(x, Wh) + bh)
output = tf.matmul(hidden_layer, Wo) + bo


def get_mixture_coef(output):
    out_pi, out_sigma, out_mu = tf.split(output, 3, 1)
    exp_pi = tf.exp(out_pi)
    out_pi = exp_pi / tf.reduce_sum(exp_pi, 1, keep_dims=True)  # SSM101
    out_sigma = tf.exp(out_sigma)  # SSM505
    return out_pi, out_sigma, out_mu


def tf_normal(y, mu, sigma):
    result = (y - mu) / sigma
    result = -tf.square(result) / 2
    return tf.exp(result) / sigma * oneDivSqrtTwoPI


def get_lossfunc(out_pi, out_sigma, out_mu, y):
    result = tf_normal(y, out_mu, out_sigma)
    result = tf.multiply(result, out_pi)
    result = tf.reduce_sum(result, 1, keep_dims=True)
    result = -tf.log(result)  # SSM203
    return tf.reduce_mean(result)


out_pi, out_sigma, out_mu = get_mixture_coef(output)
lossfunc = get_lossfunc(out_pi, out_sigma, out_mu, y)
train_op = tf.train.AdamOptimizer().minimize(lossfunc)

NSAMPLE = 2500
y_data = np.float32(np.random.uniform(-10.5, 10.5, (1, NSAMPLE))).T
r_data = np.float32(np.random.normal(size=(NSAMPLE, 1)))
x_data = np.float32(np.sin(0.75 * y_data) * 7.0 + y_data * 0.5 + r_data * 1.0)

sess = tf.InteractiveSession()
sess.run(tf.global_variables_initializer())
NEPOCH = 10000
loss = np.zeros(NEPOCH)
for i in range(NEPOCH):
    sess.run(train_op, feed_dict={x: x_data, y: y_data})
    loss[i] = sess.run(lossfunc, feed_dict={x: x_data, y: y_data})
print("final loss", loss[-100:].sum() / 100)
# fixed
import math

import numpy as np
import tensorflow as tf

NHIDDEN = 24
KMIX = 24
NOUT = KMIX * 3
logSqrtTwoPI = 0.5 * math.log(2 * math.pi)

x = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="x")
y = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="y")

Wh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5))
bh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5))
Wo = tf.Variable(tf.random_normal([NHIDDEN, NOUT], stddev=0.5))
bo = tf.Variable(tf.random_normal([1, NOUT], stddev=0.5))

hidden_layer = tf.nn.tanh(tf.matmul(x, Wh) + bh)
output = tf.matmul(hidden_layer, Wo) + bo


def get_mixture_coef(output):
    out_pi, out_sigma, out_mu = tf.split(output, 3, 1)
    log_pi = tf.nn.log_softmax(out_pi)
    log_sigma = tf.clip_by_value(out_sigma, -7.0, 7.0)
    return log_pi, log_sigma, out_mu


def tf_log_normal(y, mu, log_sigma):
    result = (y - mu) * tf.exp(-log_sigma)
    return -tf.square(result) / 2 - log_sigma - logSqrtTwoPI


def get_lossfunc(log_pi, log_sigma, out_mu, y):
    result = tf_log_normal(y, out_mu, log_sigma)
    result = -tf.reduce_logsumexp(result + log_pi, 1, keep_dims=True)
    return tf.reduce_mean(result)


log_pi, log_sigma, out_mu = get_mixture_coef(output)
lossfunc = get_lossfunc(log_pi, log_sigma, out_mu, y)
train_op = tf.train.AdamOptimizer().minimize(lossfunc)

NSAMPLE = 2500
y_data = np.float32(np.random.uniform(-10.5, 10.5, (1, NSAMPLE))).T
r_data = np.float32(np.random.normal(size=(NSAMPLE, 1)))
x_data = np.float32(np.sin(0.75 * y_data) * 7.0 + y_data * 0.5 + r_data * 1.0)

sess = tf.InteractiveSession()
sess.run(tf.global_variables_initializer())
NEPOCH = 10000
loss = np.zeros(NEPOCH)
for i in range(NEPOCH):
    sess.run(train_op, feed_dict={x: x_data, y: y_data})
    loss[i] = sess.run(lossfunc, feed_dict={x: x_data, y: y_data})
print("final loss", loss[-100:].sum() / 100)
