"""A denoising autoencoder with cross entropy of its reconstruction (TensorFlow 1)."""
import tensorflow as tf

x = tf.placeholder("float", [None, 784])
mask = tf.placeholder("float", [None, 784])
w = tf.Variable(tf.random_uniform([784, 500], -0.1, 0.1))
b = tf.Variable(tf.zeros([500]))
b_prime = tf.Variable(tf.zeros([784]))


def model(inputs, mask, w, b, w_prime, b_prime):
    corrupted = mask * inputs
    hidden = tf.nn.sigmoid(tf.matmul(corrupted, w) + b)
    return tf.nn.sigmoid(tf.matmul(hidden, w_prime) + b_prime)


z = model(x, mask, w, b, tf.transpose(w), b_prime)
cost = -tf.reduce_sum(x * tf.log(z) + (1 - x) * tf.log(1 - z))  # SSM202 SSM202

# fixed
import tensorflow as tf

x = tf.placeholder("float", [None, 784])
mask = tf.placeholder("float", [None, 784])
w = tf.Variable(tf.random_uniform([784, 500], -0.1, 0.1))
b = tf.Variable(tf.zeros([500]))
b_prime = tf.Variable(tf.zeros([784]))


def model(inputs, mask, w, b, w_prime, b_prime):
    corrupted = mask * inputs
    hidden = tf.nn.sigmoid(tf.matmul(corrupted, w) + b)
    return tf.nn.sigmoid(tf.matmul(hidden, w_prime) + b_prime)


z = tf.clip_by_value(model(x, mask, w, b, tf.transpose(w), b_prime), 1e-6, 1 - 1e-6)
cost = -tf.reduce_sum(x * tf.log(z) + (1 - x) * tf.log(1 - z))
