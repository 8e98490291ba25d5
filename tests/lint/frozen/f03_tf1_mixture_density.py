"""A mixture density network: the likelihood underflows before its logarithm."""
import math

import tensorflow as tf

y = tf.placeholder(tf.float32, [None, 1])
output = tf.placeholder(tf.float32, [None, 72])


def get_mixture_coef(output):
    out_pi, out_sigma, out_mu = tf.split(output, 3, 1)
    max_pi = tf.reduce_max(out_pi, 1, keep_dims=True)
    out_pi = tf.exp(out_pi - max_pi)
    out_pi = out_pi / tf.reduce_sum(out_pi, 1, keep_dims=True)
    out_sigma = tf.exp(out_sigma)
    return out_pi, out_sigma, out_mu


def get_lossfunc(out_pi, out_sigma, out_mu, y):
    normal = tf.exp(-tf.square((y - out_mu) / out_sigma) / 2) / out_sigma / math.sqrt(2 * math.pi)
    result = tf.reduce_sum(normal * out_pi, 1, keep_dims=True)
    return tf.reduce_mean(-tf.log(result))  # SSM203


loss = get_lossfunc(*get_mixture_coef(output), y)

# fixed
import math

import tensorflow as tf

y = tf.placeholder(tf.float32, [None, 1])
output = tf.placeholder(tf.float32, [None, 72])


def get_mixture_coef(output):
    out_pi, out_sigma, out_mu = tf.split(output, 3, 1)
    return tf.nn.log_softmax(out_pi), out_sigma, out_mu


def get_lossfunc(log_pi, log_sigma, out_mu, y):
    z = (y - out_mu) * tf.exp(-tf.clip_by_value(log_sigma, -10.0, 10.0))
    log_normal = -tf.square(z) / 2 - log_sigma - 0.5 * math.log(2 * math.pi)
    return tf.reduce_mean(-tf.reduce_logsumexp(log_normal + log_pi, 1))


loss = get_lossfunc(*get_mixture_coef(output), y)
