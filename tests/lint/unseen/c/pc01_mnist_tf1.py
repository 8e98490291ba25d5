"""MNIST with two convolutional layers and summaries, after the old tutorial, in TensorFlow 1."""
import math
import sys

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data


def weight_variable(shape):
    fan_in = shape[0] if len(shape) == 2 else shape[0] * shape[1] * shape[2]
    return tf.Variable(tf.truncated_normal(shape, stddev=1.0 / math.sqrt(fan_in)))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv2d(x, W):
    return tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding='SAME')


def max_pool_2x2(x):
    return tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='SAME')


x = tf.placeholder(tf.float32, [None, 784])
y_ = tf.placeholder(tf.float32, [None, 10])
keep_prob = tf.placeholder(tf.float32)
step = tf.Variable(0, trainable=False)

x_image = tf.reshape(x, [-1, 28, 28, 1])
h_conv1 = tf.nn.relu(conv2d(x_image, weight_variable([5, 5, 1, 32])) + bias_variable([32]))
h_pool1 = max_pool_2x2(h_conv1)
h_conv2 = tf.nn.relu(conv2d(h_pool1, weight_variable([5, 5, 32, 64])) + bias_variable([64]))
h_pool2 = max_pool_2x2(h_conv2)
channel_energy = tf.reduce_mean(tf.square(h_conv2), axis=[0, 1, 2])
tf.summary.histogram('log_energy_conv2', tf.log(channel_energy))  # SSM301

h_pool2_flat = tf.reshape(h_pool2, [-1, 7 * 7 * 64])
h_fc1 = tf.nn.relu(tf.matmul(h_pool2_flat, weight_variable([7 * 7 * 64, 1024])) + bias_variable([1024]))
h_fc1_drop = tf.nn.dropout(h_fc1, keep_prob)
y_conv = tf.nn.softmax(tf.matmul(h_fc1_drop, weight_variable([1024, 10])) + bias_variable([10]))

cross_entropy = -tf.reduce_sum(y_ * tf.log(y_conv))  # SSM201
prediction_entropy = tf.reduce_mean(-tf.reduce_sum(y_conv * tf.log(y_conv), axis=1))  # SSM201
tf.summary.scalar('prediction_entropy', prediction_entropy / math.log(10))

rate = 1e-4 * tf.exp(-tf.cast(step, tf.float32) / 5000.0)
train_step = tf.train.AdamOptimizer(rate).minimize(cross_entropy, global_step=step)
correct = tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
merged = tf.summary.merge_all()

mnist = input_data.read_data_sets(sys.argv[1], one_hot=True)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    writer = tf.summary.FileWriter('logs', sess.graph)
    for i in range(20000):
        xs, ys = mnist.train.next_batch(50)
        if i % 100 == 0:
            feed = {x: xs, y_: ys, keep_prob: 1.0}
            summary, acc = sess.run([merged, accuracy], feed)
            writer.add_summary(summary, i)
            print('step %d, training accuracy %g' % (i, acc))
        train_step.run(feed_dict={x: xs, y_: ys, keep_prob: 0.5})
# fixed
import math
import sys

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data


def weight_variable(shape):
    fan_in = shape[0] if len(shape) == 2 else shape[0] * shape[1] * shape[2]
    return tf.Variable(tf.truncated_normal(shape, stddev=1.0 / math.sqrt(fan_in)))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv2d(x, W):
    return tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding='SAME')


def max_pool_2x2(x):
    return tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='SAME')


x = tf.placeholder(tf.float32, [None, 784])
y_ = tf.placeholder(tf.float32, [None, 10])
keep_prob = tf.placeholder(tf.float32)
step = tf.Variable(0, trainable=False)

x_image = tf.reshape(x, [-1, 28, 28, 1])
h_conv1 = tf.nn.relu(conv2d(x_image, weight_variable([5, 5, 1, 32])) + bias_variable([32]))
h_pool1 = max_pool_2x2(h_conv1)
h_conv2 = tf.nn.relu(conv2d(h_pool1, weight_variable([5, 5, 32, 64])) + bias_variable([64]))
h_pool2 = max_pool_2x2(h_conv2)
channel_energy = tf.reduce_mean(tf.square(h_conv2), axis=[0, 1, 2])
tf.summary.histogram('log_energy_conv2', tf.log(tf.maximum(channel_energy, 1e-12)))

h_pool2_flat = tf.reshape(h_pool2, [-1, 7 * 7 * 64])
h_fc1 = tf.nn.relu(tf.matmul(h_pool2_flat, weight_variable([7 * 7 * 64, 1024])) + bias_variable([1024]))
h_fc1_drop = tf.nn.dropout(h_fc1, keep_prob)
logits = tf.matmul(h_fc1_drop, weight_variable([1024, 10])) + bias_variable([10])
y_conv = tf.nn.softmax(logits)

cross_entropy = tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y_, logits=logits))
prediction_entropy = tf.reduce_mean(-tf.reduce_sum(y_conv * tf.nn.log_softmax(logits), axis=1))
tf.summary.scalar('prediction_entropy', prediction_entropy / math.log(10))

rate = 1e-4 * tf.exp(-tf.cast(step, tf.float32) / 5000.0)
train_step = tf.train.AdamOptimizer(rate).minimize(cross_entropy, global_step=step)
correct = tf.equal(tf.argmax(logits, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
merged = tf.summary.merge_all()

mnist = input_data.read_data_sets(sys.argv[1], one_hot=True)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    writer = tf.summary.FileWriter('logs', sess.graph)
    for i in range(20000):
        xs, ys = mnist.train.next_batch(50)
        if i % 100 == 0:
            feed = {x: xs, y_: ys, keep_prob: 1.0}
            summary, acc = sess.run([merged, accuracy], feed)
            writer.add_summary(summary, i)
            print('step %d, training accuracy %g' % (i, acc))
        train_step.run(feed_dict={x: xs, y_: ys, keep_prob: 0.5})
