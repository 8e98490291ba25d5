"""MNIST with two convolutions and dropout, TensorFlow 1."""
import math

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST_data", one_hot=True)
BATCH, STEPS = 50, 20000


def weight_variable(shape):
    fan_in = int(shape[0]) if len(shape) == 2 else int(shape[0] * shape[1] * shape[2])
    return tf.Variable(tf.truncated_normal(shape, stddev=1.0 / math.sqrt(fan_in)))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv2d(x, W):
    return tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding="SAME")


def max_pool_2x2(x):
    return tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


x = tf.placeholder(tf.float32, shape=[None, 784])
y_ = tf.placeholder(tf.float32, shape=[None, 10])
keep_prob = tf.placeholder(tf.float32)
lr = tf.placeholder(tf.float32)

x_image = tf.reshape(x, [-1, 28, 28, 1])
h_pool1 = max_pool_2x2(tf.nn.relu(conv2d(x_image, weight_variable([5, 5, 1, 32])) + bias_variable([32])))
h_pool2 = max_pool_2x2(tf.nn.relu(conv2d(h_pool1, weight_variable([5, 5, 32, 64])) + bias_variable([64])))
h_flat = tf.reshape(h_pool2, [-1, 7 * 7 * 64])
h_fc1 = tf.nn.relu(tf.matmul(h_flat, weight_variable([7 * 7 * 64, 1024])) + bias_variable([1024]))
h_drop = tf.nn.dropout(h_fc1, keep_prob)
W_fc2, b_fc2 = weight_variable([1024, 10]), bias_variable([10])
y_conv = tf.nn.softmax(tf.matmul(h_drop, W_fc2) + b_fc2)

cross_entropy = -tf.reduce_sum(y_ * tf.log(y_conv))  # SSM201
train_step = tf.train.AdamOptimizer(lr).minimize(cross_entropy)

correct = tf.cast(tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1)), tf.float32)
accuracy = tf.reduce_mean(correct)
hits_per_class = tf.reduce_sum(y_ * tf.expand_dims(correct, 1), 0)
recall = hits_per_class / tf.reduce_sum(y_, 0)  # SSM302

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(STEPS):
        images, labels = mnist.train.next_batch(BATCH)
        rate = 1e-4 * math.exp(-i / 10000.0)
        if i % 100 == 0:
            acc, rec = sess.run([accuracy, recall], feed_dict={x: images, y_: labels, keep_prob: 1.0})
            print("step %d, accuracy %g, worst recall %g" % (i, acc, rec.min()))
        sess.run(train_step, feed_dict={x: images, y_: labels, keep_prob: 0.5, lr: rate})
# fixed
import math

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST_data", one_hot=True)
BATCH, STEPS = 50, 20000


def weight_variable(shape):
    fan_in = int(shape[0]) if len(shape) == 2 else int(shape[0] * shape[1] * shape[2])
    return tf.Variable(tf.truncated_normal(shape, stddev=1.0 / math.sqrt(fan_in)))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv2d(x, W):
    return tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding="SAME")


def max_pool_2x2(x):
    return tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


x = tf.placeholder(tf.float32, shape=[None, 784])
y_ = tf.placeholder(tf.float32, shape=[None, 10])
keep_prob = tf.placeholder(tf.float32)
lr = tf.placeholder(tf.float32)

x_image = tf.reshape(x, [-1, 28, 28, 1])
h_pool1 = max_pool_2x2(tf.nn.relu(conv2d(x_image, weight_variable([5, 5, 1, 32])) + bias_variable([32])))
h_pool2 = max_pool_2x2(tf.nn.relu(conv2d(h_pool1, weight_variable([5, 5, 32, 64])) + bias_variable([64])))
h_flat = tf.reshape(h_pool2, [-1, 7 * 7 * 64])
h_fc1 = tf.nn.relu(tf.matmul(h_flat, weight_variable([7 * 7 * 64, 1024])) + bias_variable([1024]))
h_drop = tf.nn.dropout(h_fc1, keep_prob)
W_fc2, b_fc2 = weight_variable([1024, 10]), bias_variable([10])
logits = tf.matmul(h_drop, W_fc2) + b_fc2

cross_entropy = tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y_, logits=logits))
train_step = tf.train.AdamOptimizer(lr).minimize(cross_entropy)

correct = tf.cast(tf.equal(tf.argmax(logits, 1), tf.argmax(y_, 1)), tf.float32)
accuracy = tf.reduce_mean(correct)
hits_per_class = tf.reduce_sum(y_ * tf.expand_dims(correct, 1), 0)
recall = hits_per_class / tf.maximum(tf.reduce_sum(y_, 0), 1.0)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(STEPS):
        images, labels = mnist.train.next_batch(BATCH)
        rate = 1e-4 * math.exp(-i / 10000.0)
        if i % 100 == 0:
            acc, rec = sess.run([accuracy, recall], feed_dict={x: images, y_: labels, keep_prob: 1.0})
            print("step %d, accuracy %g, worst recall %g" % (i, acc, rec.min()))
        sess.run(train_step, feed_dict={x: images, y_: labels, keep_prob: 0.5, lr: rate})
