"""The reciprocal root of a variance."""
import tensorflow as tf


def batch_norm(x, gamma, beta):
    mean, variance = tf.nn.moments(x, axes=[0])
    inverse = tf.rsqrt(variance)  # SSM303
    return (x - mean) * inverse * gamma + beta


# fixed
import tensorflow as tf


def batch_norm(x, gamma, beta, epsilon=1e-3):
    mean, variance = tf.nn.moments(x, axes=[0])
    inverse = tf.rsqrt(variance + epsilon)
    return (x - mean) * inverse * gamma + beta
