"""A vanilla GAN on MNIST with a gradient penalty around the data, TensorFlow 1."""
import numpy as np
import tensorflow as tf

mb_size, X_dim, Z_dim, h_dim = 128, 784, 100, 128
LAMBDA = 10


def xavier_init(size):
    in_dim = size[0]
    xavier_stddev = 1. / tf.sqrt(in_dim / 2.)
    return tf.random_normal(shape=size, stddev=xavier_stddev)


def sample_z(m, n):
    return np.random.uniform(-1., 1., size=[m, n])


X = tf.placeholder(tf.float32, shape=[None, X_dim])
z = tf.placeholder(tf.float32, shape=[None, Z_dim])

D_W1, D_b1 = tf.Variable(xavier_init([X_dim, h_dim])), tf.Variable(tf.zeros(shape=[h_dim]))
D_W2, D_b2 = tf.Variable(xavier_init([h_dim, 1])), tf.Variable(tf.zeros(shape=[1]))
G_W1, G_b1 = tf.Variable(xavier_init([Z_dim, h_dim])), tf.Variable(tf.zeros(shape=[h_dim]))
G_W2, G_b2 = tf.Variable(xavier_init([h_dim, X_dim])), tf.Variable(tf.zeros(shape=[X_dim]))
theta_D = [D_W1, D_W2, D_b1, D_b2]
theta_G = [G_W1, G_W2, G_b1, G_b2]


def generator(z):
    h = tf.nn.relu(tf.matmul(z, G_W1) + G_b1)
    return tf.nn.sigmoid(tf.matmul(h, G_W2) + G_b2)


def discriminator(x):
    h = tf.nn.relu(tf.matmul(x, D_W1) + D_b1)
    logit = tf.matmul(h, D_W2) + D_b2
    return tf.nn.sigmoid(logit), logit


G_sample = generator(z)
D_real, _ = discriminator(X)
D_fake, _ = discriminator(G_sample)

X_p = X + 0.5 * tf.random_uniform(tf.shape(X))
_, logit_p = discriminator(X_p)
grad = tf.gradients(logit_p, [X_p])[0]
slopes = tf.sqrt(tf.reduce_sum(tf.square(grad), axis=1))  # SSM303
penalty = LAMBDA * tf.reduce_mean((slopes - 1.) ** 2)

D_loss = -tf.reduce_mean(tf.log(D_real) + tf.log(1. - D_fake)) + penalty  # SSM202
G_loss = -tf.reduce_mean(tf.log(D_fake))  # SSM202

D_solver = tf.train.AdamOptimizer().minimize(D_loss, var_list=theta_D)
G_solver = tf.train.AdamOptimizer().minimize(G_loss, var_list=theta_G)


def train(mnist, steps=100000):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for it in range(steps):
            X_mb, _ = mnist.train.next_batch(mb_size)
            _, d = sess.run([D_solver, D_loss], {X: X_mb, z: sample_z(mb_size, Z_dim)})
            _, g = sess.run([G_solver, G_loss], {z: sample_z(mb_size, Z_dim)})
            if it % 1000 == 0:
                print('Iter: {} D loss: {:.4} G loss: {:.4}'.format(it, d, g))
# fixed
import numpy as np
import tensorflow as tf

mb_size, X_dim, Z_dim, h_dim = 128, 784, 100, 128
LAMBDA = 10


def xavier_init(size):
    in_dim = size[0]
    xavier_stddev = 1. / tf.sqrt(in_dim / 2.)
    return tf.random_normal(shape=size, stddev=xavier_stddev)


def sample_z(m, n):
    return np.random.uniform(-1., 1., size=[m, n])


X = tf.placeholder(tf.float32, shape=[None, X_dim])
z = tf.placeholder(tf.float32, shape=[None, Z_dim])

D_W1, D_b1 = tf.Variable(xavier_init([X_dim, h_dim])), tf.Variable(tf.zeros(shape=[h_dim]))
D_W2, D_b2 = tf.Variable(xavier_init([h_dim, 1])), tf.Variable(tf.zeros(shape=[1]))
G_W1, G_b1 = tf.Variable(xavier_init([Z_dim, h_dim])), tf.Variable(tf.zeros(shape=[h_dim]))
G_W2, G_b2 = tf.Variable(xavier_init([h_dim, X_dim])), tf.Variable(tf.zeros(shape=[X_dim]))
theta_D = [D_W1, D_W2, D_b1, D_b2]
theta_G = [G_W1, G_W2, G_b1, G_b2]


def generator(z):
    h = tf.nn.relu(tf.matmul(z, G_W1) + G_b1)
    return tf.nn.sigmoid(tf.matmul(h, G_W2) + G_b2)


def discriminator(x):
    h = tf.nn.relu(tf.matmul(x, D_W1) + D_b1)
    logit = tf.matmul(h, D_W2) + D_b2
    return tf.nn.sigmoid(logit), logit


def bce(logit, target):
    labels = target * tf.ones_like(logit)
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logit))


G_sample = generator(z)
_, logit_real = discriminator(X)
_, logit_fake = discriminator(G_sample)

X_p = X + 0.5 * tf.random_uniform(tf.shape(X))
_, logit_p = discriminator(X_p)
grad = tf.gradients(logit_p, [X_p])[0]
slopes = tf.sqrt(tf.reduce_sum(tf.square(grad), axis=1) + 1e-12)
penalty = LAMBDA * tf.reduce_mean((slopes - 1.) ** 2)

D_loss = bce(logit_real, 1.0) + bce(logit_fake, 0.0) + penalty
G_loss = bce(logit_fake, 1.0)

D_solver = tf.train.AdamOptimizer().minimize(D_loss, var_list=theta_D)
G_solver = tf.train.AdamOptimizer().minimize(G_loss, var_list=theta_G)


def train(mnist, steps=100000):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for it in range(steps):
            X_mb, _ = mnist.train.next_batch(mb_size)
            _, d = sess.run([D_solver, D_loss], {X: X_mb, z: sample_z(mb_size, Z_dim)})
            _, g = sess.run([G_solver, G_loss], {z: sample_z(mb_size, Z_dim)})
            if it % 1000 == 0:
                print('Iter: {} D loss: {:.4} G loss: {:.4}'.format(it, d, g))
