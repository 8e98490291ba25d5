"""A vanilla GAN with a gradient penalty, TensorFlow 1."""
import os

import numpy as np
import tensorflow as tf

mb_size, X_dim, z_dim, h_dim, lam = 32, 784, 10, 128, 10


def xavier_init(size):
    in_dim = size[0]
    return tf.random_normal(shape=size, stddev=1. / tf.sqrt(in_dim / 2.))


X = tf.placeholder(tf.float32, shape=[mb_size, X_dim])
z = tf.placeholder(tf.float32, shape=[mb_size, z_dim])

D_W1 = tf.Variable(xavier_init([X_dim, h_dim]))
D_b1 = tf.Variable(tf.zeros(shape=[h_dim]))
D_W2 = tf.Variable(xavier_init([h_dim, 1]))
D_b2 = tf.Variable(tf.zeros(shape=[1]))
theta_D = [D_W1, D_W2, D_b1, D_b2]

G_W1 = tf.Variable(xavier_init([z_dim, h_dim]))
G_b1 = tf.Variable(tf.zeros(shape=[h_dim]))
G_W2 = tf.Variable(xavier_init([h_dim, X_dim]))
G_b2 = tf.Variable(tf.zeros(shape=[X_dim]))
theta_G = [G_W1, G_W2, G_b1, G_b2]


def generator(noise):
    G_h1 = tf.nn.relu(tf.matmul(noise, G_W1) + G_b1)
    return tf.nn.sigmoid(tf.matmul(G_h1, G_W2) + G_b2)


def discriminator(x):
    D_h1 = tf.nn.relu(tf.matmul(x, D_W1) + D_b1)
    D_logit = tf.matmul(D_h1, D_W2) + D_b2
    return tf.nn.sigmoid(D_logit), D_logit


G_sample = generator(z)
D_real, D_logit_real = discriminator(X)
D_fake, D_logit_fake = discriminator(G_sample)

alpha = tf.random_uniform([mb_size, 1], 0., 1.)
interp = alpha * X + (1. - alpha) * G_sample
grads = tf.gradients(discriminator(interp)[1], [interp])[0]
slopes = tf.sqrt(tf.reduce_sum(tf.square(grads), reduction_indices=[1]))  # SSM303
penalty = lam * tf.reduce_mean((slopes - 1.) ** 2)

D_loss = -tf.reduce_mean(tf.log(D_real) + tf.log(1. - D_fake)) + penalty  # SSM202
G_loss = -tf.reduce_mean(tf.log(D_fake))  # SSM202

D_solver = tf.train.AdamOptimizer(1e-4, beta1=0.5).minimize(D_loss, var_list=theta_D)
G_solver = tf.train.AdamOptimizer(1e-4, beta1=0.5).minimize(G_loss, var_list=theta_G)


def main(mnist, iterations=1000000):
    os.makedirs("out", exist_ok=True)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for it in range(iterations):
            X_mb, _ = mnist.train.next_batch(mb_size)
            noise = np.random.uniform(-1., 1., size=[mb_size, z_dim])
            _, d = sess.run([D_solver, D_loss], feed_dict={X: X_mb, z: noise})
            _, g = sess.run([G_solver, G_loss], feed_dict={z: noise})
            if it % 1000 == 0:
                print("Iter: {} D: {:.4} G: {:.4}".format(it, d, g))
# fixed
import os

import numpy as np
import tensorflow as tf

mb_size, X_dim, z_dim, h_dim, lam = 32, 784, 10, 128, 10


def xavier_init(size):
    in_dim = size[0]
    return tf.random_normal(shape=size, stddev=1. / tf.sqrt(in_dim / 2.))


X = tf.placeholder(tf.float32, shape=[mb_size, X_dim])
z = tf.placeholder(tf.float32, shape=[mb_size, z_dim])

D_W1 = tf.Variable(xavier_init([X_dim, h_dim]))
D_b1 = tf.Variable(tf.zeros(shape=[h_dim]))
D_W2 = tf.Variable(xavier_init([h_dim, 1]))
D_b2 = tf.Variable(tf.zeros(shape=[1]))
theta_D = [D_W1, D_W2, D_b1, D_b2]

G_W1 = tf.Variable(xavier_init([z_dim, h_dim]))
G_b1 = tf.Variable(tf.zeros(shape=[h_dim]))
G_W2 = tf.Variable(xavier_init([h_dim, X_dim]))
G_b2 = tf.Variable(tf.zeros(shape=[X_dim]))
theta_G = [G_W1, G_W2, G_b1, G_b2]


def generator(noise):
    G_h1 = tf.nn.relu(tf.matmul(noise, G_W1) + G_b1)
    return tf.nn.sigmoid(tf.matmul(G_h1, G_W2) + G_b2)


def discriminator(x):
    D_h1 = tf.nn.relu(tf.matmul(x, D_W1) + D_b1)
    D_logit = tf.matmul(D_h1, D_W2) + D_b2
    return tf.nn.sigmoid(D_logit), D_logit


G_sample = generator(z)
D_real, D_logit_real = discriminator(X)
D_fake, D_logit_fake = discriminator(G_sample)

alpha = tf.random_uniform([mb_size, 1], 0., 1.)
interp = alpha * X + (1. - alpha) * G_sample
grads = tf.gradients(discriminator(interp)[1], [interp])[0]
slopes = tf.sqrt(tf.reduce_sum(tf.square(grads), reduction_indices=[1]) + 1e-10)
penalty = lam * tf.reduce_mean((slopes - 1.) ** 2)

D_loss = tf.reduce_mean(
    tf.nn.sigmoid_cross_entropy_with_logits(logits=D_logit_real, labels=tf.ones_like(D_logit_real))
    + tf.nn.sigmoid_cross_entropy_with_logits(logits=D_logit_fake, labels=tf.zeros_like(D_logit_fake))) + penalty
G_loss = tf.reduce_mean(
    tf.nn.sigmoid_cross_entropy_with_logits(logits=D_logit_fake, labels=tf.ones_like(D_logit_fake)))

D_solver = tf.train.AdamOptimizer(1e-4, beta1=0.5).minimize(D_loss, var_list=theta_D)
G_solver = tf.train.AdamOptimizer(1e-4, beta1=0.5).minimize(G_loss, var_list=theta_G)


def main(mnist, iterations=1000000):
    os.makedirs("out", exist_ok=True)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for it in range(iterations):
            X_mb, _ = mnist.train.next_batch(mb_size)
            noise = np.random.uniform(-1., 1., size=[mb_size, z_dim])
            _, d = sess.run([D_solver, D_loss], feed_dict={X: X_mb, z: noise})
            _, g = sess.run([G_solver, G_loss], feed_dict={z: noise})
            if it % 1000 == 0:
                print("Iter: {} D: {:.4} G: {:.4}".format(it, d, g))
