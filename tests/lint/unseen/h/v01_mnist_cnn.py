"""MNIST with two convolutions after the TensorFlow 1 tutorial, with a summary of the entropy of the predictions."""
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)
sess = tf.InteractiveSession()


def weight_variable(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv_pool(x, W, b):
    h = tf.nn.relu(tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding='SAME') + b)
    return tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='SAME')


x = tf.placeholder(tf.float32, shape=[None, 784])
y_ = tf.placeholder(tf.float32, shape=[None, 10])
keep_prob = tf.placeholder(tf.float32)

x_image = tf.reshape(x, [-1, 28, 28, 1])
h_pool1 = conv_pool(x_image, weight_variable([5, 5, 1, 32]), bias_variable([32]))
h_pool2 = conv_pool(h_pool1, weight_variable([5, 5, 32, 64]), bias_variable([64]))
h_pool2_flat = tf.reshape(h_pool2, [-1, 7 * 7 * 64])
W_fc1 = weight_variable([7 * 7 * 64, 1024])
h_fc1 = tf.nn.relu(tf.matmul(h_pool2_flat, W_fc1) + bias_variable([1024]))
h_fc1_drop = tf.nn.dropout(h_fc1, keep_prob)

W_fc2 = weight_variable([1024, 10])
b_fc2 = bias_variable([10])
y_conv = tf.nn.softmax(tf.matmul(h_fc1_drop, W_fc2) + b_fc2)

cross_entropy = -tf.reduce_sum(y_ * tf.log(y_conv))  # SSM201
loss = cross_entropy / 50.0 + 5e-4 * (tf.nn.l2_loss(W_fc1) + tf.nn.l2_loss(W_fc2))
entropy = tf.reduce_mean(-tf.reduce_sum(y_conv * tf.log(y_conv), 1))  # SSM201
tf.summary.scalar('entropy_of_predictions', entropy)
tf.summary.histogram('log_activations', tf.log(tf.reduce_mean(h_fc1, 0)))  # SSM301

global_step = tf.Variable(0, trainable=False)
rate = 1e-3 * tf.exp(-tf.cast(global_step, tf.float32) / 5000.0)
train_step = tf.train.AdamOptimizer(rate).minimize(loss, global_step=global_step)
correct = tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
merged = tf.summary.merge_all()
writer = tf.summary.FileWriter('logs', sess.graph)

sess.run(tf.global_variables_initializer())
for i in range(20000):
    batch = mnist.train.next_batch(50)
    feed = {x: batch[0], y_: batch[1], keep_prob: 0.5}
    _, summary = sess.run([train_step, merged], feed_dict=feed)
    if i % 100 == 0:
        writer.add_summary(summary, i)
        print("step %d, test accuracy %g" % (i, accuracy.eval(
            feed_dict={x: mnist.test.images, y_: mnist.test.labels, keep_prob: 1.0})))
# fixed
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)
sess = tf.InteractiveSession()


def weight_variable(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv_pool(x, W, b):
    h = tf.nn.relu(tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding='SAME') + b)
    return tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='SAME')


x = tf.placeholder(tf.float32, shape=[None, 784])
y_ = tf.placeholder(tf.float32, shape=[None, 10])
keep_prob = tf.placeholder(tf.float32)

x_image = tf.reshape(x, [-1, 28, 28, 1])
h_pool1 = conv_pool(x_image, weight_variable([5, 5, 1, 32]), bias_variable([32]))
h_pool2 = conv_pool(h_pool1, weight_variable([5, 5, 32, 64]), bias_variable([64]))
h_pool2_flat = tf.reshape(h_pool2, [-1, 7 * 7 * 64])
W_fc1 = weight_variable([7 * 7 * 64, 1024])
h_fc1 = tf.nn.relu(tf.matmul(h_pool2_flat, W_fc1) + bias_variable([1024]))
h_fc1_drop = tf.nn.dropout(h_fc1, keep_prob)

W_fc2 = weight_variable([1024, 10])
b_fc2 = bias_variable([10])
logits = tf.matmul(h_fc1_drop, W_fc2) + b_fc2
y_conv = tf.nn.softmax(logits)

cross_entropy = tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(labels=y_, logits=logits))
loss = cross_entropy / 50.0 + 5e-4 * (tf.nn.l2_loss(W_fc1) + tf.nn.l2_loss(W_fc2))
entropy = tf.reduce_mean(-tf.reduce_sum(y_conv * tf.nn.log_softmax(logits), 1))
tf.summary.scalar('entropy_of_predictions', entropy)
tf.summary.histogram('log_activations', tf.log(tf.reduce_mean(h_fc1, 0) + 1e-6))

global_step = tf.Variable(0, trainable=False)
rate = 1e-3 * tf.exp(-tf.cast(global_step, tf.float32) / 5000.0)
train_step = tf.train.AdamOptimizer(rate).minimize(loss, global_step=global_step)
correct = tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
merged = tf.summary.merge_all()
writer = tf.summary.FileWriter('logs', sess.graph)

sess.run(tf.global_variables_initializer())
for i in range(20000):
    batch = mnist.train.next_batch(50)
    feed = {x: batch[0], y_: batch[1], keep_prob: 0.5}
    _, summary = sess.run([train_step, merged], feed_dict=feed)
    if i % 100 == 0:
        writer.add_summary(summary, i)
        print("step %d, test accuracy %g" % (i, accuracy.eval(
            feed_dict={x: mnist.test.images, y_: mnist.test.labels, keep_prob: 1.0})))
