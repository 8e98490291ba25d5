"""InfoGAN on MNIST with fully connected layers, a TensorFlow 1 script."""
import numpy as np
import tensorflow as tf

Z_DIM, C_DIM, X_DIM, MB = 16, 10, 784, 32


def xavier(size):
    return tf.random_normal(shape=size, stddev=1.0 / tf.sqrt(size[0] / 2.0))


X = tf.placeholder(tf.float32, shape=[None, X_DIM])
Z = tf.placeholder(tf.float32, shape=[None, Z_DIM])
c = tf.placeholder(tf.float32, shape=[None, C_DIM])

D_W1, D_b1 = tf.Variable(xavier([X_DIM, 128])), tf.Variable(tf.zeros([128]))
D_W2, D_b2 = tf.Variable(xavier([128, 1])), tf.Variable(tf.zeros([1]))
G_W1, G_b1 = tf.Variable(xavier([Z_DIM + C_DIM, 256])), tf.Variable(tf.zeros([256]))
G_W2, G_b2 = tf.Variable(xavier([256, X_DIM])), tf.Variable(tf.zeros([X_DIM]))
Q_W1, Q_b1 = tf.Variable(xavier([X_DIM, 128])), tf.Variable(tf.zeros([128]))
Q_W2, Q_b2 = tf.Variable(xavier([128, C_DIM])), tf.Variable(tf.zeros([C_DIM]))


def generator(z, code):
    h = tf.nn.relu(tf.matmul(tf.concat([z, code], axis=1), G_W1) + G_b1)
    return tf.nn.sigmoid(tf.matmul(h, G_W2) + G_b2)


def discriminator(x):
    h = tf.nn.relu(tf.matmul(x, D_W1) + D_b1)
    return tf.nn.sigmoid(tf.matmul(h, D_W2) + D_b2)


def Q(x):
    h = tf.nn.relu(tf.matmul(x, Q_W1) + Q_b1)
    return tf.matmul(h, Q_W2) + Q_b2


G_sample = generator(Z, c)
D_real = discriminator(X)
D_fake = discriminator(G_sample)

D_loss = -tf.reduce_mean(tf.log(D_real) + tf.log(1. - D_fake))  # SSM202
G_loss = -tf.reduce_mean(tf.log(D_fake))  # SSM202
Q_loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=c, logits=Q(G_sample)))

D_solver = tf.train.AdamOptimizer().minimize(D_loss, var_list=[D_W1, D_b1, D_W2, D_b2])
G_solver = tf.train.AdamOptimizer().minimize(G_loss, var_list=[G_W1, G_b1, G_W2, G_b2])
Q_solver = tf.train.AdamOptimizer().minimize(Q_loss, var_list=[G_W1, G_b1, G_W2, G_b2, Q_W1, Q_b1, Q_W2, Q_b2])


def run(next_batch, steps=100000):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for it in range(steps):
            z = np.random.uniform(-1.0, 1.0, size=[MB, Z_DIM])
            code = np.random.multinomial(1, C_DIM * [1.0 / C_DIM], size=MB)
            feed = {X: next_batch(MB), Z: z, c: code}
            _, d = sess.run([D_solver, D_loss], feed)
            _, g = sess.run([G_solver, G_loss], feed)
            sess.run(Q_solver, feed)
            if it % 1000 == 0:
                print("Iter: {} D loss: {:.4} G loss: {:.4}".format(it, d, g))
# fixed
import numpy as np
import tensorflow as tf

Z_DIM, C_DIM, X_DIM, MB = 16, 10, 784, 32


def xavier(size):
    return tf.random_normal(shape=size, stddev=1.0 / tf.sqrt(size[0] / 2.0))


X = tf.placeholder(tf.float32, shape=[None, X_DIM])
Z = tf.placeholder(tf.float32, shape=[None, Z_DIM])
c = tf.placeholder(tf.float32, shape=[None, C_DIM])

D_W1, D_b1 = tf.Variable(xavier([X_DIM, 128])), tf.Variable(tf.zeros([128]))
D_W2, D_b2 = tf.Variable(xavier([128, 1])), tf.Variable(tf.zeros([1]))
G_W1, G_b1 = tf.Variable(xavier([Z_DIM + C_DIM, 256])), tf.Variable(tf.zeros([256]))
G_W2, G_b2 = tf.Variable(xavier([256, X_DIM])), tf.Variable(tf.zeros([X_DIM]))
Q_W1, Q_b1 = tf.Variable(xavier([X_DIM, 128])), tf.Variable(tf.zeros([128]))
Q_W2, Q_b2 = tf.Variable(xavier([128, C_DIM])), tf.Variable(tf.zeros([C_DIM]))


def generator(z, code):
    h = tf.nn.relu(tf.matmul(tf.concat([z, code], axis=1), G_W1) + G_b1)
    return tf.nn.sigmoid(tf.matmul(h, G_W2) + G_b2)


def discriminator(x):
    h = tf.nn.relu(tf.matmul(x, D_W1) + D_b1)
    return tf.matmul(h, D_W2) + D_b2


def Q(x):
    h = tf.nn.relu(tf.matmul(x, Q_W1) + Q_b1)
    return tf.matmul(h, Q_W2) + Q_b2


G_sample = generator(Z, c)
D_real = discriminator(X)
D_fake = discriminator(G_sample)

D_loss = tf.reduce_mean(tf.nn.softplus(-D_real) + tf.nn.softplus(D_fake))
G_loss = tf.reduce_mean(tf.nn.softplus(-D_fake))
Q_loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=c, logits=Q(G_sample)))

D_solver = tf.train.AdamOptimizer().minimize(D_loss, var_list=[D_W1, D_b1, D_W2, D_b2])
G_solver = tf.train.AdamOptimizer().minimize(G_loss, var_list=[G_W1, G_b1, G_W2, G_b2])
Q_solver = tf.train.AdamOptimizer().minimize(Q_loss, var_list=[G_W1, G_b1, G_W2, G_b2, Q_W1, Q_b1, Q_W2, Q_b2])


def run(next_batch, steps=100000):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for it in range(steps):
            z = np.random.uniform(-1.0, 1.0, size=[MB, Z_DIM])
            code = np.random.multinomial(1, C_DIM * [1.0 / C_DIM], size=MB)
            feed = {X: next_batch(MB), Z: z, c: code}
            _, d = sess.run([D_solver, D_loss], feed)
            _, g = sess.run([G_solver, G_loss], feed)
            sess.run(Q_solver, feed)
            if it % 1000 == 0:
                print("Iter: {} D loss: {:.4} G loss: {:.4}".format(it, d, g))
