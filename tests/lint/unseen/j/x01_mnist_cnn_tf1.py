"""Deep MNIST: two convolutions, the tutorial loss and an accuracy for each digit."""
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST_data", one_hot=True)


def weight_variable(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv_pool(x, n_in, n_out):
    w, b = weight_variable([5, 5, n_in, n_out]), bias_variable([n_out])
    h = tf.nn.relu(tf.nn.conv2d(x, w, strides=[1, 1, 1, 1], padding="SAME") + b)
    return tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


x = tf.placeholder(tf.float32, [None, 784])
y_ = tf.placeholder(tf.float32, [None, 10])
keep_prob = tf.placeholder(tf.float32)

mean, variance = tf.nn.moments(x, axes=[1], keep_dims=True)
x_white = (x - mean) / tf.sqrt(variance)  # SSM302
h = conv_pool(tf.reshape(x_white, [-1, 28, 28, 1]), 1, 32)
h = conv_pool(h, 32, 64)
h_flat = tf.reshape(h, [-1, 7 * 7 * 64])

W_fc1, b_fc1 = weight_variable([7 * 7 * 64, 1024]), bias_variable([1024])
h_fc1 = tf.nn.dropout(tf.nn.relu(tf.matmul(h_flat, W_fc1) + b_fc1), keep_prob)
W_fc2, b_fc2 = weight_variable([1024, 10]), bias_variable([10])
y_conv = tf.nn.softmax(tf.matmul(h_fc1, W_fc2) + b_fc2)

cross_entropy = -tf.reduce_sum(y_ * tf.log(y_conv))  # SSM201
train_step = tf.train.AdamOptimizer(1e-4).minimize(cross_entropy)
correct = tf.cast(tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1)), tf.float32)
accuracy = tf.reduce_mean(correct)
hits = tf.reduce_sum(tf.expand_dims(correct, 1) * y_, 0)
per_digit = hits / tf.maximum(tf.reduce_sum(y_, 0), 1.0)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(20000):
        batch = mnist.train.next_batch(50)
        if i % 100 == 0:
            feed = {x: batch[0], y_: batch[1], keep_prob: 1.0}
            print("step %d, accuracy %g" % (i, sess.run(accuracy, feed)), sess.run(per_digit, feed))
        sess.run(train_step, {x: batch[0], y_: batch[1], keep_prob: 0.5})
# fixed
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST_data", one_hot=True)


def weight_variable(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv_pool(x, n_in, n_out):
    w, b = weight_variable([5, 5, n_in, n_out]), bias_variable([n_out])
    h = tf.nn.relu(tf.nn.conv2d(x, w, strides=[1, 1, 1, 1], padding="SAME") + b)
    return tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


x = tf.placeholder(tf.float32, [None, 784])
y_ = tf.placeholder(tf.float32, [None, 10])
keep_prob = tf.placeholder(tf.float32)

mean, variance = tf.nn.moments(x, axes=[1], keep_dims=True)
x_white = (x - mean) / tf.sqrt(variance + 1e-6)
h = conv_pool(tf.reshape(x_white, [-1, 28, 28, 1]), 1, 32)
h = conv_pool(h, 32, 64)
h_flat = tf.reshape(h, [-1, 7 * 7 * 64])

W_fc1, b_fc1 = weight_variable([7 * 7 * 64, 1024]), bias_variable([1024])
h_fc1 = tf.nn.dropout(tf.nn.relu(tf.matmul(h_flat, W_fc1) + b_fc1), keep_prob)
W_fc2, b_fc2 = weight_variable([1024, 10]), bias_variable([10])
logits = tf.matmul(h_fc1, W_fc2) + b_fc2
y_conv = tf.nn.softmax(logits)

cross_entropy = tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(labels=y_, logits=logits))
train_step = tf.train.AdamOptimizer(1e-4).minimize(cross_entropy)
correct = tf.cast(tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1)), tf.float32)
accuracy = tf.reduce_mean(correct)
hits = tf.reduce_sum(tf.expand_dims(correct, 1) * y_, 0)
per_digit = hits / tf.maximum(tf.reduce_sum(y_, 0), 1.0)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(20000):
        batch = mnist.train.next_batch(50)
        if i % 100 == 0:
            feed = {x: batch[0], y_: batch[1], keep_prob: 1.0}
            print("step %d, accuracy %g" % (i, sess.run(accuracy, feed)), sess.run(per_digit, feed))
        sess.run(train_step, {x: batch[0], y_: batch[1], keep_prob: 0.5})
