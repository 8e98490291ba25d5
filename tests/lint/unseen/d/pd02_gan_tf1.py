"""A small GAN on digits with a score of the samples."""
import os

import numpy as np
import tensorflow as tf

mb_size, Z_dim = 128, 100


def xavier_init(size):
    return tf.random_normal(shape=size, stddev=1. / tf.sqrt(size[0] / 2.))


X = tf.placeholder(tf.float32, shape=[None, 784])
Z = tf.placeholder(tf.float32, shape=[None, Z_dim])

D_W1 = tf.Variable(xavier_init([784, 128]))
D_b1 = tf.Variable(tf.zeros(shape=[128]))
D_W2 = tf.Variable(xavier_init([128, 1]))
D_b2 = tf.Variable(tf.zeros(shape=[1]))
theta_D = [D_W1, D_W2, D_b1, D_b2]

G_W1 = tf.Variable(xavier_init([Z_dim, 128]))
G_b1 = tf.Variable(tf.zeros(shape=[128]))
G_W2 = tf.Variable(xavier_init([128, 784]))
G_b2 = tf.Variable(tf.zeros(shape=[784]))
theta_G = [G_W1, G_W2, G_b1, G_b2]


def generator(z):
    h = tf.nn.relu(tf.matmul(z, G_W1) + G_b1)
    return tf.nn.sigmoid(tf.matmul(h, G_W2) + G_b2)


def discriminator(x):
    h = tf.nn.relu(tf.matmul(x, D_W1) + D_b1)
    logit = tf.matmul(h, D_W2) + D_b2
    return tf.nn.sigmoid(logit), logit


G_sample = generator(Z)
D_real, D_logit_real = discriminator(X)
D_fake, D_logit_fake = discriminator(G_sample)

D_loss = -tf.reduce_mean(tf.log(D_real) + tf.log(1. - D_fake))  # SSM202
G_loss = -tf.reduce_mean(tf.log(D_fake))  # SSM202

D_solver = tf.train.AdamOptimizer().minimize(D_loss, var_list=theta_D)
G_solver = tf.train.AdamOptimizer().minimize(G_loss, var_list=theta_G)


def sample_Z(m, n):
    return np.random.uniform(-1., 1., size=[m, n])


def inception_score(preds, splits=10):
    scores = []
    for part in np.array_split(preds, splits):
        marginal = np.maximum(part.mean(axis=0, keepdims=True), 1e-12)
        kl = part * (np.log(part) - np.log(marginal))  # SSM301
        scores.append(np.exp(np.mean(np.sum(kl, 1))))
    return np.mean(scores), np.std(scores)


def train(batches, classify):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for it, X_mb in enumerate(batches):
            noise = sample_Z(len(X_mb), Z_dim)
            _, D_now = sess.run([D_solver, D_loss], {X: X_mb, Z: noise})
            _, G_now = sess.run([G_solver, G_loss], {Z: noise})
            if it % 1000 == 0:
                print(it, D_now, G_now)
                fake = sess.run(G_sample, {Z: sample_Z(1000, Z_dim)})
                print(inception_score(classify(fake)))
                np.save(os.path.join("out", "%06d.npy" % it), fake)
# fixed
import os

import numpy as np
import tensorflow as tf

mb_size, Z_dim = 128, 100


def xavier_init(size):
    return tf.random_normal(shape=size, stddev=1. / tf.sqrt(size[0] / 2.))


X = tf.placeholder(tf.float32, shape=[None, 784])
Z = tf.placeholder(tf.float32, shape=[None, Z_dim])

D_W1 = tf.Variable(xavier_init([784, 128]))
D_b1 = tf.Variable(tf.zeros(shape=[128]))
D_W2 = tf.Variable(xavier_init([128, 1]))
D_b2 = tf.Variable(tf.zeros(shape=[1]))
theta_D = [D_W1, D_W2, D_b1, D_b2]

G_W1 = tf.Variable(xavier_init([Z_dim, 128]))
G_b1 = tf.Variable(tf.zeros(shape=[128]))
G_W2 = tf.Variable(xavier_init([128, 784]))
G_b2 = tf.Variable(tf.zeros(shape=[784]))
theta_G = [G_W1, G_W2, G_b1, G_b2]


def generator(z):
    h = tf.nn.relu(tf.matmul(z, G_W1) + G_b1)
    return tf.nn.sigmoid(tf.matmul(h, G_W2) + G_b2)


def discriminator(x):
    h = tf.nn.relu(tf.matmul(x, D_W1) + D_b1)
    logit = tf.matmul(h, D_W2) + D_b2
    return tf.nn.sigmoid(logit), logit


G_sample = generator(Z)
D_real, D_logit_real = discriminator(X)
D_fake, D_logit_fake = discriminator(G_sample)

bce = tf.nn.sigmoid_cross_entropy_with_logits
D_loss = tf.reduce_mean(bce(labels=tf.ones_like(D_logit_real), logits=D_logit_real)
                        + bce(labels=tf.zeros_like(D_logit_fake), logits=D_logit_fake))
G_loss = tf.reduce_mean(bce(labels=tf.ones_like(D_logit_fake), logits=D_logit_fake))

D_solver = tf.train.AdamOptimizer().minimize(D_loss, var_list=theta_D)
G_solver = tf.train.AdamOptimizer().minimize(G_loss, var_list=theta_G)


def sample_Z(m, n):
    return np.random.uniform(-1., 1., size=[m, n])


def inception_score(preds, splits=10):
    scores = []
    for part in np.array_split(preds, splits):
        marginal = np.maximum(part.mean(axis=0, keepdims=True), 1e-12)
        kl = part * (np.log(np.maximum(part, 1e-12)) - np.log(marginal))
        scores.append(np.exp(np.mean(np.sum(kl, 1))))
    return np.mean(scores), np.std(scores)


def train(batches, classify):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for it, X_mb in enumerate(batches):
            noise = sample_Z(len(X_mb), Z_dim)
            _, D_now = sess.run([D_solver, D_loss], {X: X_mb, Z: noise})
            _, G_now = sess.run([G_solver, G_loss], {Z: noise})
            if it % 1000 == 0:
                print(it, D_now, G_now)
                fake = sess.run(G_sample, {Z: sample_Z(1000, Z_dim)})
                print(inception_score(classify(fake)))
                np.save(os.path.join("out", "%06d.npy" % it), fake)
