"""A convolutional network with dropout (TensorFlow 1)."""
import tensorflow as tf


def weight_variable(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))


def conv2d(x, W):
    return tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding="SAME")


def deepnn(x, keep_prob):
    h_conv1 = tf.nn.relu(conv2d(tf.reshape(x, [-1, 28, 28, 1]), weight_variable([5, 5, 1, 32])))
    h_flat = tf.reshape(h_conv1, [-1, 28 * 28 * 32])
    h_drop = tf.nn.dropout(h_flat, keep_prob)
    y_conv = tf.nn.softmax(tf.matmul(h_drop, weight_variable([28 * 28 * 32, 10])))
    return y_conv


def main():
    x = tf.placeholder(tf.float32, [None, 784])
    y_ = tf.placeholder(tf.float32, [None, 10])
    y_conv = deepnn(x, 0.5)
    cross_entropy = tf.reduce_mean(-tf.reduce_sum(y_ * tf.log(y_conv), reduction_indices=[1]))  # SSM201
    return tf.train.AdamOptimizer(1e-4).minimize(cross_entropy)


# fixed
import tensorflow as tf


def weight_variable(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))


def conv2d(x, W):
    return tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding="SAME")


def deepnn(x, keep_prob):
    h_conv1 = tf.nn.relu(conv2d(tf.reshape(x, [-1, 28, 28, 1]), weight_variable([5, 5, 1, 32])))
    h_flat = tf.reshape(h_conv1, [-1, 28 * 28 * 32])
    h_drop = tf.nn.dropout(h_flat, keep_prob)
    y_conv = tf.nn.softmax(tf.matmul(h_drop, weight_variable([28 * 28 * 32, 10])))
    return y_conv


def main():
    x = tf.placeholder(tf.float32, [None, 784])
    y_ = tf.placeholder(tf.float32, [None, 10])
    y_conv = deepnn(x, 0.5)
    log_y = tf.log(tf.maximum(y_conv, 1e-10))
    cross_entropy = tf.reduce_mean(-tf.reduce_sum(y_ * log_y, reduction_indices=[1]))
    return tf.train.AdamOptimizer(1e-4).minimize(cross_entropy)
