"""A mixture density network for a one-dimensional inverse problem, TensorFlow 1."""
import math

import numpy as np
import tensorflow as tf

NHIDDEN, KMIX, NSAMPLE, NEPOCH = 24, 24, 2500, 10000
ONE_DIV_SQRT_TWO_PI = 1 / math.sqrt(2 * math.pi)

y_data = np.float32(np.random.uniform(-10.5, 10.5, (1, NSAMPLE))).T
x_data = np.float32(np.sin(0.75 * y_data) * 7.0 + y_data * 0.5 + np.random.normal(size=(NSAMPLE, 1)))

x = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="x")
y = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="y")
Wh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5))
bh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5))
Wo = tf.Variable(tf.random_normal([NHIDDEN, KMIX * 3], stddev=0.5))
bo = tf.Variable(tf.random_normal([1, KMIX * 3], stddev=0.5))

output = tf.matmul(tf.nn.tanh(tf.matmul(x, Wh) + bh), Wo) + bo


def get_mixture_coef(output):
    out_pi, out_log_sigma, out_mu = tf.split(output, 3, axis=1)
    max_pi = tf.reduce_max(out_pi, 1, keep_dims=True)
    e = tf.exp(out_pi - max_pi)
    pi = tf.multiply(tf.reciprocal(tf.reduce_sum(e, 1, keep_dims=True)), e)
    return pi, out_log_sigma, out_mu


def normal_density(y, mu, log_sigma):
    inverse = tf.exp(-log_sigma)  # SSM505
    z = (y - mu) * inverse
    return tf.exp(-tf.square(z) / 2) * inverse * ONE_DIV_SQRT_TWO_PI


def get_lossfunc(pi, log_sigma, mu, y):
    kernel = normal_density(y, mu, log_sigma)
    result = tf.reduce_sum(tf.multiply(kernel, pi), 1, keep_dims=True)
    return tf.reduce_mean(-tf.log(result))  # SSM203


pi, log_sigma, mu = get_mixture_coef(output)
lossfunc = get_lossfunc(pi, log_sigma, mu, y)
train_op = tf.train.AdamOptimizer().minimize(lossfunc)


def sharpen(logits, temperature):
    z = logits / temperature  # SSM106
    z = z - z.max(axis=1, keepdims=True)
    p = np.exp(z)
    return p / p.sum(axis=1, keepdims=True)


sess = tf.InteractiveSession()
sess.run(tf.global_variables_initializer())
history = np.zeros(NEPOCH)
for i in range(NEPOCH):
    _, history[i] = sess.run([train_op, lossfunc], feed_dict={x: x_data, y: y_data})
# fixed
import math

import numpy as np
import tensorflow as tf

NHIDDEN, KMIX, NSAMPLE, NEPOCH = 24, 24, 2500, 10000
ONE_DIV_SQRT_TWO_PI = 1 / math.sqrt(2 * math.pi)

y_data = np.float32(np.random.uniform(-10.5, 10.5, (1, NSAMPLE))).T
x_data = np.float32(np.sin(0.75 * y_data) * 7.0 + y_data * 0.5 + np.random.normal(size=(NSAMPLE, 1)))

x = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="x")
y = tf.placeholder(dtype=tf.float32, shape=[None, 1], name="y")
Wh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5))
bh = tf.Variable(tf.random_normal([1, NHIDDEN], stddev=0.5))
Wo = tf.Variable(tf.random_normal([NHIDDEN, KMIX * 3], stddev=0.5))
bo = tf.Variable(tf.random_normal([1, KMIX * 3], stddev=0.5))

output = tf.matmul(tf.nn.tanh(tf.matmul(x, Wh) + bh), Wo) + bo


def get_mixture_coef(output):
    out_pi, out_log_sigma, out_mu = tf.split(output, 3, axis=1)
    return tf.nn.log_softmax(out_pi), tf.clip_by_value(out_log_sigma, -7.0, 7.0), out_mu


def normal_log_density(y, mu, log_sigma):
    z = (y - mu) * tf.exp(-log_sigma)
    return -tf.square(z) / 2 - log_sigma + math.log(ONE_DIV_SQRT_TWO_PI)


def get_lossfunc(log_pi, log_sigma, mu, y):
    return tf.reduce_mean(-tf.reduce_logsumexp(log_pi + normal_log_density(y, mu, log_sigma), 1))


log_pi, log_sigma, mu = get_mixture_coef(output)
pi = tf.exp(log_pi)
lossfunc = get_lossfunc(log_pi, log_sigma, mu, y)
train_op = tf.train.AdamOptimizer().minimize(lossfunc)


def sharpen(logits, temperature):
    if temperature == 0:
        return np.eye(logits.shape[1])[logits.argmax(axis=1)]
    z = logits / temperature
    z = z - z.max(axis=1, keepdims=True)
    p = np.exp(z)
    return p / p.sum(axis=1, keepdims=True)


sess = tf.InteractiveSession()
sess.run(tf.global_variables_initializer())
history = np.zeros(NEPOCH)
for i in range(NEPOCH):
    _, history[i] = sess.run([train_op, lossfunc], feed_dict={x: x_data, y: y_data})
