"""InfoGAN on MNIST with relaxed codes and a gradient penalty, in graph style."""
import numpy as np
import tensorflow as tf

mb_size, Z_dim, C_dim, lam = 32, 16, 10, 10.0
TAU = 0.5


def xavier(size):
    return tf.random_normal(shape=size, stddev=1.0 / tf.sqrt(size[0] / 2.0))


X = tf.placeholder(tf.float32, shape=[None, 784])
Z = tf.placeholder(tf.float32, shape=[None, Z_dim])

D_W1, D_b1 = tf.Variable(xavier([784, 128])), tf.Variable(tf.zeros([128]))
D_W2, D_b2 = tf.Variable(xavier([128, 1])), tf.Variable(tf.zeros([1]))
G_W1, G_b1 = tf.Variable(xavier([Z_dim + C_dim, 256])), tf.Variable(tf.zeros([256]))
G_W2, G_b2 = tf.Variable(xavier([256, 784])), tf.Variable(tf.zeros([784]))
Q_W1, Q_b1 = tf.Variable(xavier([784, 128])), tf.Variable(tf.zeros([128]))
Q_W2, Q_b2 = tf.Variable(xavier([128, C_dim])), tf.Variable(tf.zeros([C_dim]))


def gumbel_code(batch):
    u = tf.random_uniform([batch, C_dim])
    g = -tf.log(-tf.log(u))  # SSM301
    return tf.nn.softmax(g / TAU)


def generator(z, c):
    h = tf.nn.relu(tf.matmul(tf.concat([z, c], 1), G_W1) + G_b1)
    return tf.nn.sigmoid(tf.matmul(h, G_W2) + G_b2)


def discriminator(x):
    h = tf.nn.relu(tf.matmul(x, D_W1) + D_b1)
    return tf.nn.sigmoid(tf.matmul(h, D_W2) + D_b2)


def q_logits(x):
    h = tf.nn.relu(tf.matmul(x, Q_W1) + Q_b1)
    return tf.matmul(h, Q_W2) + Q_b2


c = gumbel_code(mb_size)
G_sample = generator(Z, c)
D_real = discriminator(X)
D_fake = discriminator(G_sample)

mix = tf.random_uniform([mb_size, 1])
between = mix * X + (1.0 - mix) * G_sample
grad = tf.gradients(discriminator(between), [between])[0]
slope = tf.sqrt(tf.reduce_sum(tf.square(grad), axis=1) + 1e-12)
penalty = lam * tf.reduce_mean(tf.square(slope - 1.0))

D_loss = -tf.reduce_mean(tf.log(D_real) + tf.log(1.0 - D_fake)) + penalty  # SSM202
G_loss = -tf.reduce_mean(tf.log(D_fake))  # SSM202
Q_loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=c, logits=q_logits(G_sample)))

D_solver = tf.train.AdamOptimizer(1e-4).minimize(D_loss, var_list=[D_W1, D_W2, D_b1, D_b2])
G_solver = tf.train.AdamOptimizer(1e-4).minimize(G_loss, var_list=[G_W1, G_W2, G_b1, G_b2])
Q_solver = tf.train.AdamOptimizer(1e-4).minimize(
    Q_loss, var_list=[G_W1, G_W2, G_b1, G_b2, Q_W1, Q_W2, Q_b1, Q_b2])

if __name__ == "__main__":
    images = np.load("mnist_images.npy").reshape(-1, 784) / 255.0
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    for it in range(100000):
        batch = images[np.random.randint(0, len(images), mb_size)]
        noise = np.random.uniform(-1.0, 1.0, size=[mb_size, Z_dim])
        for solver in (D_solver, G_solver, Q_solver):
            sess.run(solver, feed_dict={X: batch, Z: noise})
# fixed
import numpy as np
import tensorflow as tf

mb_size, Z_dim, C_dim, lam = 32, 16, 10, 10.0
TAU = 0.5


def xavier(size):
    return tf.random_normal(shape=size, stddev=1.0 / tf.sqrt(size[0] / 2.0))


X = tf.placeholder(tf.float32, shape=[None, 784])
Z = tf.placeholder(tf.float32, shape=[None, Z_dim])

D_W1, D_b1 = tf.Variable(xavier([784, 128])), tf.Variable(tf.zeros([128]))
D_W2, D_b2 = tf.Variable(xavier([128, 1])), tf.Variable(tf.zeros([1]))
G_W1, G_b1 = tf.Variable(xavier([Z_dim + C_dim, 256])), tf.Variable(tf.zeros([256]))
G_W2, G_b2 = tf.Variable(xavier([256, 784])), tf.Variable(tf.zeros([784]))
Q_W1, Q_b1 = tf.Variable(xavier([784, 128])), tf.Variable(tf.zeros([128]))
Q_W2, Q_b2 = tf.Variable(xavier([128, C_dim])), tf.Variable(tf.zeros([C_dim]))


def gumbel_code(batch):
    u = tf.random_uniform([batch, C_dim], minval=np.finfo(np.float32).tiny, maxval=1.0)
    g = -tf.log(-tf.log(u))
    return tf.nn.softmax(g / TAU)


def generator(z, c):
    h = tf.nn.relu(tf.matmul(tf.concat([z, c], 1), G_W1) + G_b1)
    return tf.nn.sigmoid(tf.matmul(h, G_W2) + G_b2)


def discriminator_logit(x):
    h = tf.nn.relu(tf.matmul(x, D_W1) + D_b1)
    return tf.matmul(h, D_W2) + D_b2


def q_logits(x):
    h = tf.nn.relu(tf.matmul(x, Q_W1) + Q_b1)
    return tf.matmul(h, Q_W2) + Q_b2


c = gumbel_code(mb_size)
G_sample = generator(Z, c)
D_real = discriminator_logit(X)
D_fake = discriminator_logit(G_sample)

mix = tf.random_uniform([mb_size, 1])
between = mix * X + (1.0 - mix) * G_sample
grad = tf.gradients(tf.nn.sigmoid(discriminator_logit(between)), [between])[0]
slope = tf.sqrt(tf.reduce_sum(tf.square(grad), axis=1) + 1e-12)
penalty = lam * tf.reduce_mean(tf.square(slope - 1.0))

D_loss = tf.reduce_mean(tf.nn.softplus(-D_real) + tf.nn.softplus(D_fake)) + penalty
G_loss = tf.reduce_mean(
    tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones_like(D_fake), logits=D_fake))
Q_loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=c, logits=q_logits(G_sample)))

D_solver = tf.train.AdamOptimizer(1e-4).minimize(D_loss, var_list=[D_W1, D_W2, D_b1, D_b2])
G_solver = tf.train.AdamOptimizer(1e-4).minimize(G_loss, var_list=[G_W1, G_W2, G_b1, G_b2])
Q_solver = tf.train.AdamOptimizer(1e-4).minimize(
    Q_loss, var_list=[G_W1, G_W2, G_b1, G_b2, Q_W1, Q_W2, Q_b1, Q_b2])

if __name__ == "__main__":
    images = np.load("mnist_images.npy").reshape(-1, 784) / 255.0
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    for it in range(100000):
        batch = images[np.random.randint(0, len(images), mb_size)]
        noise = np.random.uniform(-1.0, 1.0, size=[mb_size, Z_dim])
        for solver in (D_solver, G_solver, Q_solver):
            sess.run(solver, feed_dict={X: batch, Z: noise})
