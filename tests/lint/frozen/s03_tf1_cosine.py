"""A cosine similarity of zero vectors."""
import tensorflow as tf


def cosine(a, b):
    dot = tf.reduce_sum(tf.multiply(a, b), axis=1)
    norm_a = tf.norm(a, axis=1)
    norm_b = tf.norm(b, axis=1)
    return dot / (norm_a * norm_b)  # SSM302


# fixed
import tensorflow as tf


def cosine(a, b):
    a = tf.nn.l2_normalize(a, 1)
    b = tf.nn.l2_normalize(b, 1)
    return tf.reduce_sum(tf.multiply(a, b), axis=1)
