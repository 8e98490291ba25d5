"""A small GAN with a gradient penalty, script with a parameter list, in TensorFlow 1."""
import os

import numpy as np
import tensorflow as tf

mb_size, Z_dim, X_dim, h_dim, lam = 64, 100, 784, 128, 10.0


def xavier(size):
    return tf.random_normal(shape=size, stddev=1. / tf.sqrt(size[0] / 2.))


X = tf.placeholder(tf.float32, shape=[None, X_dim])
Z = tf.placeholder(tf.float32, shape=[None, Z_dim])

D_W1, D_b1 = tf.Variable(xavier([X_dim, h_dim])), tf.Variable(tf.zeros(shape=[h_dim]))
D_W2, D_b2 = tf.Variable(xavier([h_dim, 1])), tf.Variable(tf.zeros(shape=[1]))
theta_D = [D_W1, D_W2, D_b1, D_b2]
G_W1, G_b1 = tf.Variable(xavier([Z_dim, h_dim])), tf.Variable(tf.zeros(shape=[h_dim]))
G_W2, G_b2 = tf.Variable(xavier([h_dim, X_dim])), tf.Variable(tf.zeros(shape=[X_dim]))
theta_G = [G_W1, G_W2, G_b1, G_b2]


def generator(z):
    G_h1 = tf.nn.relu(tf.matmul(z, G_W1) + G_b1)
    return tf.nn.sigmoid(tf.matmul(G_h1, G_W2) + G_b2)


def discriminator(x):
    D_h1 = tf.nn.relu(tf.matmul(x, D_W1) + D_b1)
    out = tf.matmul(D_h1, D_W2) + D_b2
    return tf.nn.sigmoid(out), out


G_sample = generator(Z)
D_real, _ = discriminator(X)
D_fake, _ = discriminator(G_sample)

alpha = tf.random_uniform([mb_size, 1], 0., 1.)
X_inter = X + alpha * (G_sample - X)
_, D_inter = discriminator(X_inter)
grads = tf.gradients(D_inter, [X_inter])[0]
slopes = tf.sqrt(tf.reduce_sum(tf.square(grads), reduction_indices=[1]))  # SSM303
penalty = tf.reduce_mean((slopes - 1.) ** 2)

D_loss = -tf.reduce_mean(tf.log(D_real) + tf.log(1. - D_fake)) + lam * penalty  # SSM202
G_loss = -tf.reduce_mean(tf.log(D_fake))  # SSM202
D_solver = tf.train.AdamOptimizer(1e-4).minimize(D_loss, var_list=theta_D)
G_solver = tf.train.AdamOptimizer(1e-4).minimize(G_loss, var_list=theta_G)


def main(images, out='out'):
    if not os.path.exists(out):
        os.makedirs(out)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for it in range(100000):
            batch = images[np.random.randint(len(images), size=mb_size)]
            noise = np.random.uniform(-1., 1., size=[mb_size, Z_dim])
            _, d = sess.run([D_solver, D_loss], feed_dict={X: batch, Z: noise})
            _, g = sess.run([G_solver, G_loss], feed_dict={Z: noise})
            if it % 1000 == 0:
                print('Iter: {} D: {:.4} G: {:.4}'.format(it, d, g))
# fixed
import os

import numpy as np
import tensorflow as tf

mb_size, Z_dim, X_dim, h_dim, lam = 64, 100, 784, 128, 10.0


def xavier(size):
    return tf.random_normal(shape=size, stddev=1. / tf.sqrt(size[0] / 2.))


X = tf.placeholder(tf.float32, shape=[None, X_dim])
Z = tf.placeholder(tf.float32, shape=[None, Z_dim])

D_W1, D_b1 = tf.Variable(xavier([X_dim, h_dim])), tf.Variable(tf.zeros(shape=[h_dim]))
D_W2, D_b2 = tf.Variable(xavier([h_dim, 1])), tf.Variable(tf.zeros(shape=[1]))
theta_D = [D_W1, D_W2, D_b1, D_b2]
G_W1, G_b1 = tf.Variable(xavier([Z_dim, h_dim])), tf.Variable(tf.zeros(shape=[h_dim]))
G_W2, G_b2 = tf.Variable(xavier([h_dim, X_dim])), tf.Variable(tf.zeros(shape=[X_dim]))
theta_G = [G_W1, G_W2, G_b1, G_b2]


def generator(z):
    G_h1 = tf.nn.relu(tf.matmul(z, G_W1) + G_b1)
    return tf.nn.sigmoid(tf.matmul(G_h1, G_W2) + G_b2)


def discriminator(x):
    D_h1 = tf.nn.relu(tf.matmul(x, D_W1) + D_b1)
    out = tf.matmul(D_h1, D_W2) + D_b2
    return tf.nn.sigmoid(out), out


G_sample = generator(Z)
_, real_logit = discriminator(X)
_, fake_logit = discriminator(G_sample)

alpha = tf.random_uniform([mb_size, 1], 0., 1.)
X_inter = X + alpha * (G_sample - X)
_, D_inter = discriminator(X_inter)
grads = tf.gradients(D_inter, [X_inter])[0]
slopes = tf.sqrt(tf.reduce_sum(tf.square(grads), reduction_indices=[1]) + 1e-10)
penalty = tf.reduce_mean((slopes - 1.) ** 2)

xent = tf.nn.sigmoid_cross_entropy_with_logits
D_loss_real = tf.reduce_mean(xent(logits=real_logit, labels=tf.ones_like(real_logit)))
D_loss_fake = tf.reduce_mean(xent(logits=fake_logit, labels=tf.zeros_like(fake_logit)))
D_loss = D_loss_real + D_loss_fake + lam * penalty
G_loss = tf.reduce_mean(xent(logits=fake_logit, labels=tf.ones_like(fake_logit)))
D_solver = tf.train.AdamOptimizer(1e-4).minimize(D_loss, var_list=theta_D)
G_solver = tf.train.AdamOptimizer(1e-4).minimize(G_loss, var_list=theta_G)


def main(images, out='out'):
    if not os.path.exists(out):
        os.makedirs(out)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for it in range(100000):
            batch = images[np.random.randint(len(images), size=mb_size)]
            noise = np.random.uniform(-1., 1., size=[mb_size, Z_dim])
            _, d = sess.run([D_solver, D_loss], feed_dict={X: batch, Z: noise})
            _, g = sess.run([G_solver, G_loss], feed_dict={Z: noise})
            if it % 1000 == 0:
                print('Iter: {} D: {:.4} G: {:.4}'.format(it, d, g))
