"""A convolutional MNIST classifier in a TensorFlow 1 graph, with the recall of each digit."""
import math

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)
BATCH, STEPS = 50, 20000


def weight_variable(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=1.0 / math.sqrt(shape[-2])))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv_pool(x, channels_in, channels_out):
    w = weight_variable([5, 5, channels_in, channels_out])
    h = tf.nn.relu(tf.nn.conv2d(x, w, strides=[1, 1, 1, 1], padding="SAME") + bias_variable([channels_out]))
    return tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


x = tf.placeholder(tf.float32, [None, 784])
y_ = tf.placeholder(tf.float32, [None, 10])
keep_prob = tf.placeholder(tf.float32)

h_pool1 = conv_pool(tf.reshape(x, [-1, 28, 28, 1]), 1, 32)
h_pool2 = conv_pool(h_pool1, 32, 64)
h_flat = tf.reshape(h_pool2, [-1, 7 * 7 * 64])
h_fc1 = tf.nn.relu(tf.matmul(h_flat, weight_variable([7 * 7 * 64, 1024])) + bias_variable([1024]))
h_drop = tf.nn.dropout(h_fc1, keep_prob)

y_conv = tf.nn.softmax(tf.matmul(h_drop, weight_variable([1024, 10])) + bias_variable([10]))
cross_entropy = -tf.reduce_sum(y_ * tf.log(y_conv))  # SSM201
train_step = tf.train.AdamOptimizer(1e-4).minimize(cross_entropy)

guess = tf.one_hot(tf.argmax(y_conv, 1), 10)
correct = tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
recall = tf.reduce_sum(guess * y_, 0) / tf.reduce_sum(y_, 0)  # SSM302

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    running = 0.0
    for i in range(STEPS):
        images, labels = mnist.train.next_batch(BATCH)
        _, loss = sess.run([train_step, cross_entropy], {x: images, y_: labels, keep_prob: 0.5})
        running += loss / BATCH
        if i % 100 == 99:
            acc, rec = sess.run([accuracy, recall], {x: images, y_: labels, keep_prob: 1.0})
            print("step %d: loss %.4f accuracy %.3f" % (i, running / 100, acc), rec)
            running = 0.0
# fixed
import math

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)
BATCH, STEPS = 50, 20000


def weight_variable(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=1.0 / math.sqrt(shape[-2])))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv_pool(x, channels_in, channels_out):
    w = weight_variable([5, 5, channels_in, channels_out])
    h = tf.nn.relu(tf.nn.conv2d(x, w, strides=[1, 1, 1, 1], padding="SAME") + bias_variable([channels_out]))
    return tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


x = tf.placeholder(tf.float32, [None, 784])
y_ = tf.placeholder(tf.float32, [None, 10])
keep_prob = tf.placeholder(tf.float32)

h_pool1 = conv_pool(tf.reshape(x, [-1, 28, 28, 1]), 1, 32)
h_pool2 = conv_pool(h_pool1, 32, 64)
h_flat = tf.reshape(h_pool2, [-1, 7 * 7 * 64])
h_fc1 = tf.nn.relu(tf.matmul(h_flat, weight_variable([7 * 7 * 64, 1024])) + bias_variable([1024]))
h_drop = tf.nn.dropout(h_fc1, keep_prob)

logits = tf.matmul(h_drop, weight_variable([1024, 10])) + bias_variable([10])
y_conv = tf.nn.softmax(logits)
cross_entropy = tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(labels=y_, logits=logits))
train_step = tf.train.AdamOptimizer(1e-4).minimize(cross_entropy)

guess = tf.one_hot(tf.argmax(y_conv, 1), 10)
correct = tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
recall = tf.reduce_sum(guess * y_, 0) / tf.maximum(tf.reduce_sum(y_, 0), 1.0)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    running = 0.0
    for i in range(STEPS):
        images, labels = mnist.train.next_batch(BATCH)
        _, loss = sess.run([train_step, cross_entropy], {x: images, y_: labels, keep_prob: 0.5})
        running += loss / BATCH
        if i % 100 == 99:
            acc, rec = sess.run([accuracy, recall], {x: images, y_: labels, keep_prob: 1.0})
            print("step %d: loss %.4f accuracy %.3f" % (i, running / 100, acc), rec)
            running = 0.0
