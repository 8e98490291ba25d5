"""A focal loss from a sigmoid."""
import tensorflow as tf


def binary_focal(y_true, logits, gamma=2.0):
    p = tf.nn.sigmoid(logits)
    positive = -tf.pow(1 - p, gamma) * y_true * tf.math.log(p)  # SSM202
    negative = -tf.pow(p, gamma) * (1 - y_true) * tf.math.log(1 - p)  # SSM202
    return tf.reduce_mean(positive + negative)


# fixed
import tensorflow as tf


def binary_focal(y_true, logits, gamma=2.0):
    p = tf.nn.sigmoid(logits)
    positive = -tf.pow(1 - p, gamma) * y_true * tf.math.log_sigmoid(logits)
    negative = -tf.pow(p, gamma) * (1 - y_true) * tf.math.log_sigmoid(-logits)
    return tf.reduce_mean(positive + negative)
