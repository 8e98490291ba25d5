"""Convolutional classifier of digits with dropout, after the old tutorial."""
import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST_data", one_hot=True)


def weight_variable(shape):
    fan_in = np.prod(shape[:-1])
    return tf.Variable(tf.truncated_normal(shape, stddev=1.0 / np.sqrt(fan_in)))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv_pool(x, W, b):
    h = tf.nn.relu(tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding="SAME") + b)
    return tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


x = tf.placeholder(tf.float32, [None, 784])
y_ = tf.placeholder(tf.float32, [None, 10])
keep_prob = tf.placeholder(tf.float32)
learning_rate = tf.placeholder(tf.float32)

x_image = tf.reshape(x, [-1, 28, 28, 1])
h1 = conv_pool(x_image, weight_variable([5, 5, 1, 32]), bias_variable([32]))
h2 = conv_pool(h1, weight_variable([5, 5, 32, 64]), bias_variable([64]))
flat = tf.reshape(h2, [-1, 7 * 7 * 64])
fc1 = tf.nn.relu(tf.matmul(flat, weight_variable([7 * 7 * 64, 1024])) + bias_variable([1024]))
fc1_drop = tf.nn.dropout(fc1, keep_prob)
logits = tf.matmul(fc1_drop, weight_variable([1024, 10])) + bias_variable([10])
y_conv = tf.nn.softmax(logits)

cross_entropy = -tf.reduce_sum(y_ * tf.log(y_conv))  # SSM201
uncertainty = tf.reduce_mean(-tf.reduce_sum(y_conv * tf.log(y_conv), axis=1))  # SSM201
train_step = tf.train.AdamOptimizer(learning_rate).minimize(cross_entropy)
correct = tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))


def precision_per_class(true, predicted, classes=10):
    table = np.zeros((classes, classes))
    np.add.at(table, (true, predicted), 1)
    return np.diag(table) / np.maximum(table.sum(axis=0), 1)


with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(20000):
        bx, by = mnist.train.next_batch(50)
        rate = 1e-4 + 3e-3 * np.exp(-step / 2000.0)
        if step % 500 == 0:
            acc, unc = sess.run([accuracy, uncertainty], {x: bx, y_: by, keep_prob: 1.0})
            print("step %d, accuracy %g, entropy %g" % (step, acc, unc))
        sess.run(train_step, {x: bx, y_: by, keep_prob: 0.5, learning_rate: rate})
    guess = sess.run(tf.argmax(y_conv, 1), {x: mnist.test.images, keep_prob: 1.0})
    print(precision_per_class(mnist.test.labels.argmax(1), guess))
# fixed
import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST_data", one_hot=True)


def weight_variable(shape):
    fan_in = np.prod(shape[:-1])
    return tf.Variable(tf.truncated_normal(shape, stddev=1.0 / np.sqrt(fan_in)))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv_pool(x, W, b):
    h = tf.nn.relu(tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding="SAME") + b)
    return tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


x = tf.placeholder(tf.float32, [None, 784])
y_ = tf.placeholder(tf.float32, [None, 10])
keep_prob = tf.placeholder(tf.float32)
learning_rate = tf.placeholder(tf.float32)

x_image = tf.reshape(x, [-1, 28, 28, 1])
h1 = conv_pool(x_image, weight_variable([5, 5, 1, 32]), bias_variable([32]))
h2 = conv_pool(h1, weight_variable([5, 5, 32, 64]), bias_variable([64]))
flat = tf.reshape(h2, [-1, 7 * 7 * 64])
fc1 = tf.nn.relu(tf.matmul(flat, weight_variable([7 * 7 * 64, 1024])) + bias_variable([1024]))
fc1_drop = tf.nn.dropout(fc1, keep_prob)
logits = tf.matmul(fc1_drop, weight_variable([1024, 10])) + bias_variable([10])
y_conv = tf.nn.softmax(logits)

log_y = tf.nn.log_softmax(logits)

cross_entropy = tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y_, logits=logits))
uncertainty = tf.reduce_mean(-tf.reduce_sum(y_conv * log_y, axis=1))
train_step = tf.train.AdamOptimizer(learning_rate).minimize(cross_entropy)
correct = tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))


def precision_per_class(true, predicted, classes=10):
    table = np.zeros((classes, classes))
    np.add.at(table, (true, predicted), 1)
    return np.diag(table) / np.maximum(table.sum(axis=0), 1)


with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(20000):
        bx, by = mnist.train.next_batch(50)
        rate = 1e-4 + 3e-3 * np.exp(-step / 2000.0)
        if step % 500 == 0:
            acc, unc = sess.run([accuracy, uncertainty], {x: bx, y_: by, keep_prob: 1.0})
            print("step %d, accuracy %g, entropy %g" % (step, acc, unc))
        sess.run(train_step, {x: bx, y_: by, keep_prob: 0.5, learning_rate: rate})
    guess = sess.run(tf.argmax(y_conv, 1), {x: mnist.test.images, keep_prob: 1.0})
    print(precision_per_class(mnist.test.labels.argmax(1), guess))
