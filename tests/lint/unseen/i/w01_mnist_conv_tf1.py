"""A convolutional MNIST classifier in graph style, with standardised pixels."""
import numpy as np
import tensorflow as tf

FLAGS = {"steps": 20000, "batch": 50, "lr": 1e-4, "data": "mnist.npz"}


def standardise(images, mean, std):
    return (images - mean) / std  # SSM302


def load(path):
    raw = np.load(path)
    x_train = raw["x_train"].reshape(-1, 784).astype(np.float32) / 255.0
    x_test = raw["x_test"].reshape(-1, 784).astype(np.float32) / 255.0
    mean, std = x_train.mean(axis=0), x_train.std(axis=0)
    x_train = standardise(x_train, mean, std)
    x_test = standardise(x_test, mean, std)
    return x_train, np.eye(10)[raw["y_train"]], x_test, np.eye(10)[raw["y_test"]]


def weight_variable(shape):
    fan_in = int(np.prod(shape[:-1]))
    return tf.Variable(tf.truncated_normal(shape, stddev=1.0 / np.sqrt(fan_in)))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv_pool(x, w, b):
    h = tf.nn.relu(tf.nn.conv2d(x, w, strides=[1, 1, 1, 1], padding="SAME") + b)
    return tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


x = tf.placeholder(tf.float32, [None, 784])
y_ = tf.placeholder(tf.float32, [None, 10])
keep_prob = tf.placeholder(tf.float32)
step = tf.Variable(0, trainable=False)

h1 = conv_pool(tf.reshape(x, [-1, 28, 28, 1]), weight_variable([5, 5, 1, 32]), bias_variable([32]))
h2 = conv_pool(h1, weight_variable([5, 5, 32, 64]), bias_variable([64]))
flat = tf.reshape(h2, [-1, 7 * 7 * 64])
fc1 = tf.nn.relu(tf.matmul(flat, weight_variable([7 * 7 * 64, 1024])) + bias_variable([1024]))
drop = tf.nn.dropout(fc1, keep_prob)
y_conv = tf.nn.softmax(tf.matmul(drop, weight_variable([1024, 10])) + bias_variable([10]))

cross_entropy = -tf.reduce_sum(y_ * tf.log(y_conv))  # SSM201
learning_rate = FLAGS["lr"] * tf.exp(-tf.cast(step, tf.float32) / FLAGS["steps"])
train_step = tf.train.AdamOptimizer(learning_rate).minimize(cross_entropy, global_step=step)
correct = tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))

if __name__ == "__main__":
    x_train, y_train, x_test, y_test = load(FLAGS["data"])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in range(FLAGS["steps"]):
            pick = np.random.randint(0, len(x_train), FLAGS["batch"])
            feed = {x: x_train[pick], y_: y_train[pick], keep_prob: 0.5}
            sess.run(train_step, feed_dict=feed)
            if i % 100 == 0:
                print(i, sess.run(accuracy, {x: x_test[:500], y_: y_test[:500], keep_prob: 1.0}))
# fixed
import numpy as np
import tensorflow as tf

FLAGS = {"steps": 20000, "batch": 50, "lr": 1e-4, "data": "mnist.npz"}


def standardise(images, mean, std):
    return (images - mean) / np.maximum(std, 1e-2)


def load(path):
    raw = np.load(path)
    x_train = raw["x_train"].reshape(-1, 784).astype(np.float32) / 255.0
    x_test = raw["x_test"].reshape(-1, 784).astype(np.float32) / 255.0
    mean, std = x_train.mean(axis=0), x_train.std(axis=0)
    x_train = standardise(x_train, mean, std)
    x_test = standardise(x_test, mean, std)
    return x_train, np.eye(10)[raw["y_train"]], x_test, np.eye(10)[raw["y_test"]]


def weight_variable(shape):
    fan_in = int(np.prod(shape[:-1]))
    return tf.Variable(tf.truncated_normal(shape, stddev=1.0 / np.sqrt(fan_in)))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv_pool(x, w, b):
    h = tf.nn.relu(tf.nn.conv2d(x, w, strides=[1, 1, 1, 1], padding="SAME") + b)
    return tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


x = tf.placeholder(tf.float32, [None, 784])
y_ = tf.placeholder(tf.float32, [None, 10])
keep_prob = tf.placeholder(tf.float32)
step = tf.Variable(0, trainable=False)

h1 = conv_pool(tf.reshape(x, [-1, 28, 28, 1]), weight_variable([5, 5, 1, 32]), bias_variable([32]))
h2 = conv_pool(h1, weight_variable([5, 5, 32, 64]), bias_variable([64]))
flat = tf.reshape(h2, [-1, 7 * 7 * 64])
fc1 = tf.nn.relu(tf.matmul(flat, weight_variable([7 * 7 * 64, 1024])) + bias_variable([1024]))
drop = tf.nn.dropout(fc1, keep_prob)
logits = tf.matmul(drop, weight_variable([1024, 10])) + bias_variable([10])

cross_entropy = tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y_, logits=logits))
learning_rate = FLAGS["lr"] * tf.exp(-tf.cast(step, tf.float32) / FLAGS["steps"])
train_step = tf.train.AdamOptimizer(learning_rate).minimize(cross_entropy, global_step=step)
correct = tf.equal(tf.argmax(logits, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))

if __name__ == "__main__":
    x_train, y_train, x_test, y_test = load(FLAGS["data"])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in range(FLAGS["steps"]):
            pick = np.random.randint(0, len(x_train), FLAGS["batch"])
            feed = {x: x_train[pick], y_: y_train[pick], keep_prob: 0.5}
            sess.run(train_step, feed_dict=feed)
            if i % 100 == 0:
                print(i, sess.run(accuracy, {x: x_test[:500], y_: y_test[:500], keep_prob: 1.0}))
