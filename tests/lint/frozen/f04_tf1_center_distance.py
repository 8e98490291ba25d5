"""The root of a distance, and a quotient of two of them."""
import tensorflow as tf


def triplet_ratio(anchor, positive, negative):
    d_pos = tf.sqrt(tf.reduce_sum((anchor - positive) ** 2, axis=1))  # SSM303
    d_neg = tf.norm(anchor - negative, axis=1)  # SSM303
    return tf.reduce_mean(d_pos / d_neg)  # SSM302


# fixed
import tensorflow as tf


def triplet_ratio(anchor, positive, negative):
    d_pos = tf.sqrt(tf.reduce_sum((anchor - positive) ** 2, axis=1) + 1e-8)
    d_neg = tf.sqrt(tf.reduce_sum((anchor - negative) ** 2, axis=1) + 1e-8)
    return tf.reduce_mean(d_pos / d_neg)
