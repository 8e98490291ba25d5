"""A small GAN on MNIST with the losses of the paper and a gradient penalty."""
import tensorflow as tf
import numpy as np

mb_size, Z_dim, lam = 64, 100, 10.0


def xavier(size):
    return tf.random_normal(shape=size, stddev=1.0 / np.sqrt(size[0] / 2.0))


X = tf.placeholder(tf.float32, shape=[None, 784])
Z = tf.placeholder(tf.float32, shape=[None, Z_dim])

D_W1, D_b1 = tf.Variable(xavier([784, 128])), tf.Variable(tf.zeros([128]))
D_W2, D_b2 = tf.Variable(xavier([128, 1])), tf.Variable(tf.zeros([1]))
G_W1, G_b1 = tf.Variable(xavier([Z_dim, 128])), tf.Variable(tf.zeros([128]))
G_W2, G_b2 = tf.Variable(xavier([128, 784])), tf.Variable(tf.zeros([784]))
theta_D, theta_G = [D_W1, D_W2, D_b1, D_b2], [G_W1, G_W2, G_b1, G_b2]


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

alpha = tf.random_uniform([mb_size, 1], 0.0, 1.0)
mixed = alpha * X + (1.0 - alpha) * G_sample
gradient = tf.gradients(discriminator(mixed)[1], [mixed])[0]
slope = tf.sqrt(tf.reduce_sum(tf.square(gradient), axis=1))  # SSM303
penalty = lam * tf.reduce_mean((slope - 1.0) ** 2)

D_loss = -tf.reduce_mean(tf.log(D_real) + tf.log(1.0 - D_fake)) + penalty  # SSM202
G_loss = -tf.reduce_mean(tf.log(D_fake))  # SSM202
D_accuracy = 0.5 * (tf.reduce_mean(tf.to_float(D_real > 0.5)) + tf.reduce_mean(tf.to_float(D_fake < 0.5)))

D_solver = tf.train.AdamOptimizer(1e-4, beta1=0.5).minimize(D_loss, var_list=theta_D)
G_solver = tf.train.AdamOptimizer(1e-4, beta1=0.5).minimize(G_loss, var_list=theta_G)


def main(mnist):
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    for it in range(100000):
        X_mb, _ = mnist.train.next_batch(mb_size)
        noise = np.random.uniform(-1.0, 1.0, size=[mb_size, Z_dim])
        _, d = sess.run([D_solver, D_loss], feed_dict={X: X_mb, Z: noise})
        _, g = sess.run([G_solver, G_loss], feed_dict={X: X_mb, Z: noise})
        if it % 1000 == 0:
            acc = sess.run(D_accuracy, feed_dict={X: X_mb, Z: noise})
            print("iter %d D %.4f G %.4f acc %.2f" % (it, d, g, acc))
# fixed
import tensorflow as tf
import numpy as np

mb_size, Z_dim, lam = 64, 100, 10.0


def xavier(size):
    return tf.random_normal(shape=size, stddev=1.0 / np.sqrt(size[0] / 2.0))


X = tf.placeholder(tf.float32, shape=[None, 784])
Z = tf.placeholder(tf.float32, shape=[None, Z_dim])

D_W1, D_b1 = tf.Variable(xavier([784, 128])), tf.Variable(tf.zeros([128]))
D_W2, D_b2 = tf.Variable(xavier([128, 1])), tf.Variable(tf.zeros([1]))
G_W1, G_b1 = tf.Variable(xavier([Z_dim, 128])), tf.Variable(tf.zeros([128]))
G_W2, G_b2 = tf.Variable(xavier([128, 784])), tf.Variable(tf.zeros([784]))
theta_D, theta_G = [D_W1, D_W2, D_b1, D_b2], [G_W1, G_W2, G_b1, G_b2]


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

alpha = tf.random_uniform([mb_size, 1], 0.0, 1.0)
mixed = alpha * X + (1.0 - alpha) * G_sample
gradient = tf.gradients(discriminator(mixed)[1], [mixed])[0]
slope = tf.sqrt(tf.reduce_sum(tf.square(gradient), axis=1) + 1e-12)
penalty = lam * tf.reduce_mean((slope - 1.0) ** 2)

bce = tf.nn.sigmoid_cross_entropy_with_logits
D_loss = (tf.reduce_mean(bce(logits=D_logit_real, labels=tf.ones_like(D_logit_real)))
          + tf.reduce_mean(bce(logits=D_logit_fake, labels=tf.zeros_like(D_logit_fake))) + penalty)
G_loss = tf.reduce_mean(bce(logits=D_logit_fake, labels=tf.ones_like(D_logit_fake)))
D_accuracy = 0.5 * (tf.reduce_mean(tf.to_float(D_real > 0.5)) + tf.reduce_mean(tf.to_float(D_fake < 0.5)))

D_solver = tf.train.AdamOptimizer(1e-4, beta1=0.5).minimize(D_loss, var_list=theta_D)
G_solver = tf.train.AdamOptimizer(1e-4, beta1=0.5).minimize(G_loss, var_list=theta_G)


def main(mnist):
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    for it in range(100000):
        X_mb, _ = mnist.train.next_batch(mb_size)
        noise = np.random.uniform(-1.0, 1.0, size=[mb_size, Z_dim])
        _, d = sess.run([D_solver, D_loss], feed_dict={X: X_mb, Z: noise})
        _, g = sess.run([G_solver, G_loss], feed_dict={X: X_mb, Z: noise})
        if it % 1000 == 0:
            acc = sess.run(D_accuracy, feed_dict={X: X_mb, Z: noise})
            print("iter %d D %.4f G %.4f acc %.2f" % (it, d, g, acc))
