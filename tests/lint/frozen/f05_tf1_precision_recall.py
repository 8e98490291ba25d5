"""Precision and recall of a batch without positives."""
import tensorflow as tf


def f1(labels, predictions):
    predicted = tf.cast(tf.greater(predictions, 0.5), tf.float32)
    actual = tf.cast(tf.equal(labels, 1), tf.float32)
    tp = tf.reduce_sum(predicted * actual)
    precision = tp / tf.reduce_sum(predicted)  # SSM302
    recall = tp / tf.reduce_sum(actual)  # SSM302
    return 2 * precision * recall / (precision + recall + 1e-7)


# fixed
import tensorflow as tf


def f1(labels, predictions):
    predicted = tf.cast(tf.greater(predictions, 0.5), tf.float32)
    actual = tf.cast(tf.equal(labels, 1), tf.float32)
    tp = tf.reduce_sum(predicted * actual)
    precision = tp / (tf.reduce_sum(predicted) + 1e-7)
    recall = tp / tf.maximum(tf.reduce_sum(actual), 1.0)
    return 2 * precision * recall / (precision + recall + 1e-7)
