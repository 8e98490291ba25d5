"""An autoencoder with sparse units and a layer of binary concrete gates, in TensorFlow 1."""
import argparse

import numpy as np
import tensorflow as tf

parser = argparse.ArgumentParser()
parser.add_argument('--n_hidden', type=int, default=200)
parser.add_argument('--n_gates', type=int, default=64)
parser.add_argument('--rho', type=float, default=0.05)
parser.add_argument('--beta', type=float, default=3.0)
parser.add_argument('--n_input', type=int, default=784)
FLAGS = parser.parse_args([])


def init(n_in, n_out):
    r = np.sqrt(6.) / np.sqrt(n_in + n_out + 1.)
    return tf.Variable(tf.random_uniform([n_in, n_out], minval=-r, maxval=r))


def kl_divergence(rho, rho_hat):
    invrho = tf.subtract(tf.constant(1.), rho)
    invrhohat = tf.subtract(tf.constant(1.), rho_hat)
    on = rho * (tf.log(rho) - tf.log(rho_hat))  # SSM301
    off = invrho * (tf.log(invrho) - tf.log(invrhohat))  # SSM301
    return tf.reduce_sum(on + off)


def binary_concrete(logits, tau=0.5):
    u = tf.random_uniform(tf.shape(logits), dtype=tf.float32)
    noise = tf.log(u) - tf.log(1.0 - u)  # SSM301
    return (logits + noise) / tau


x = tf.placeholder("float", [None, FLAGS.n_input])
W1, b1 = init(FLAGS.n_input, FLAGS.n_hidden), tf.Variable(tf.zeros([FLAGS.n_hidden]))
W2, b2 = init(FLAGS.n_hidden, FLAGS.n_gates), tf.Variable(tf.zeros([FLAGS.n_gates]))
W3, b3 = init(FLAGS.n_gates, FLAGS.n_input), tf.Variable(tf.zeros([FLAGS.n_input]))

hidden = tf.nn.sigmoid(tf.matmul(x, W1) + b1)
gate_pre = binary_concrete(tf.matmul(hidden, W2) + b2)
gates = tf.nn.sigmoid(gate_pre)
gate_logistic_energy = tf.reduce_mean(tf.square(gate_pre))
reconstruction = tf.matmul(gates, W3) + b3

rho_hat = tf.reduce_mean(hidden, axis=0)
rho = tf.constant(FLAGS.rho)
cost_mse = tf.reduce_mean(tf.reduce_sum(tf.square(reconstruction - x), axis=1)) / 2.0
cost = cost_mse + FLAGS.beta * kl_divergence(rho, rho_hat) + 1e-4 * gate_logistic_energy
train_op = tf.train.GradientDescentOptimizer(0.05).minimize(cost)


def fit(sess, data, epochs, batch=128):
    sess.run(tf.global_variables_initializer())
    for epoch in range(epochs):
        for start, end in zip(range(0, len(data), batch), range(batch, len(data) + 1, batch)):
            sess.run(train_op, feed_dict={x: data[start:end]})
        print(epoch, sess.run(cost, feed_dict={x: data[:batch]}))
# fixed
import argparse

import numpy as np
import tensorflow as tf

parser = argparse.ArgumentParser()
parser.add_argument('--n_hidden', type=int, default=200)
parser.add_argument('--n_gates', type=int, default=64)
parser.add_argument('--rho', type=float, default=0.05)
parser.add_argument('--beta', type=float, default=3.0)
parser.add_argument('--n_input', type=int, default=784)
FLAGS = parser.parse_args([])


def init(n_in, n_out):
    r = np.sqrt(6.) / np.sqrt(n_in + n_out + 1.)
    return tf.Variable(tf.random_uniform([n_in, n_out], minval=-r, maxval=r))


def kl_divergence(rho, rho_hat):
    rho_hat = tf.clip_by_value(rho_hat, 1e-6, 1.0 - 1e-6)
    invrho = tf.subtract(tf.constant(1.), rho)
    invrhohat = tf.subtract(tf.constant(1.), rho_hat)
    on = rho * (tf.log(rho) - tf.log(rho_hat))
    off = invrho * (tf.log(invrho) - tf.log(invrhohat))
    return tf.reduce_sum(on + off)


def binary_concrete(logits, tau=0.5):
    u = tf.random_uniform(tf.shape(logits), minval=1e-6, maxval=1.0 - 1e-6, dtype=tf.float32)
    noise = tf.log(u) - tf.log(1.0 - u)
    return (logits + noise) / tau


x = tf.placeholder("float", [None, FLAGS.n_input])
W1, b1 = init(FLAGS.n_input, FLAGS.n_hidden), tf.Variable(tf.zeros([FLAGS.n_hidden]))
W2, b2 = init(FLAGS.n_hidden, FLAGS.n_gates), tf.Variable(tf.zeros([FLAGS.n_gates]))
W3, b3 = init(FLAGS.n_gates, FLAGS.n_input), tf.Variable(tf.zeros([FLAGS.n_input]))

hidden = tf.nn.sigmoid(tf.matmul(x, W1) + b1)
gate_pre = binary_concrete(tf.matmul(hidden, W2) + b2)
gates = tf.nn.sigmoid(gate_pre)
gate_logistic_energy = tf.reduce_mean(tf.square(gate_pre))
reconstruction = tf.matmul(gates, W3) + b3

rho_hat = tf.reduce_mean(hidden, axis=0)
rho = tf.constant(FLAGS.rho)
cost_mse = tf.reduce_mean(tf.reduce_sum(tf.square(reconstruction - x), axis=1)) / 2.0
cost = cost_mse + FLAGS.beta * kl_divergence(rho, rho_hat) + 1e-4 * gate_logistic_energy
train_op = tf.train.GradientDescentOptimizer(0.05).minimize(cost)


def fit(sess, data, epochs, batch=128):
    sess.run(tf.global_variables_initializer())
    for epoch in range(epochs):
        for start, end in zip(range(0, len(data), batch), range(batch, len(data) + 1, batch)):
            sess.run(train_op, feed_dict={x: data[start:end]})
        print(epoch, sess.run(cost, feed_dict={x: data[:batch]}))
