"""GAN training helpers in TensorFlow 2: WGAN-GP, hinge, saturating loss, StyleGAN tricks."""
import tensorflow as tf
from tensorflow.keras import layers


class PixelNorm(layers.Layer):
    def call(self, x):
        return x / tf.sqrt(tf.reduce_mean(tf.square(x), axis=-1, keepdims=True))  # SSM302


class MinibatchStddev(layers.Layer):
    def __init__(self, group_size=4, **kwargs):
        super().__init__(**kwargs)
        self.group_size = group_size

    def call(self, x):
        n, h, w, c = tf.unstack(tf.shape(x))
        g = tf.minimum(self.group_size, n)
        y = tf.reshape(x, [g, -1, h, w, c])
        y -= tf.reduce_mean(y, axis=0, keepdims=True)
        y = tf.sqrt(tf.reduce_mean(tf.square(y), axis=0))  # SSM303
        y = tf.reduce_mean(y, axis=[1, 2, 3], keepdims=True)
        return tf.concat([x, tf.tile(y, [g, h, w, 1])], axis=-1)


def gradient_penalty(critic, real, fake, weight=10.0):
    batch = tf.shape(real)[0]
    eps = tf.random.uniform([batch, 1, 1, 1])
    mixed = eps * real + (1.0 - eps) * fake
    with tf.GradientTape() as tape:
        tape.watch(mixed)
        score = critic(mixed, training=True)
    grads = tape.gradient(score, mixed)
    norm = tf.norm(tf.reshape(grads, [batch, -1]), axis=1)  # SSM303
    return weight * tf.reduce_mean((norm - 1.0) ** 2)


def hinge_losses(real_scores, fake_scores):
    d = tf.reduce_mean(tf.nn.relu(1.0 - real_scores)) + tf.reduce_mean(tf.nn.relu(1.0 + fake_scores))
    return d, -tf.reduce_mean(fake_scores)


def saturating_losses(disc, real, fake):
    d_real = tf.sigmoid(disc(real, training=True))
    d_fake = tf.sigmoid(disc(fake, training=True))
    d_loss = -tf.reduce_mean(tf.math.log(d_real) + tf.math.log(1.0 - d_fake))  # SSM202
    g_loss = -tf.reduce_mean(tf.math.log(d_fake))  # SSM202
    return d_loss, g_loss


def path_lengths(generator, w):
    with tf.GradientTape() as tape:
        tape.watch(w)
        images = generator(w)
        hw = tf.cast(tf.shape(images)[1] * tf.shape(images)[2], tf.float32)
        noise = tf.random.normal(tf.shape(images)) / tf.sqrt(hw)
        out = tf.reduce_sum(images * noise)
    g = tape.gradient(out, w)
    return tf.sqrt(tf.reduce_mean(tf.reduce_sum(g * g, axis=2), axis=1))  # SSM303


def inception_score(logits):
    p = tf.nn.softmax(logits, axis=-1)
    marginal = tf.reduce_mean(p, axis=0, keepdims=True)
    kl = p * (tf.math.log(p) - tf.math.log(marginal))  # SSM201, SSM301
    return tf.exp(tf.reduce_mean(tf.reduce_sum(kl, axis=1)))
# fixed
import tensorflow as tf
from tensorflow.keras import layers


class PixelNorm(layers.Layer):
    def call(self, x):
        return x * tf.math.rsqrt(tf.reduce_mean(tf.square(x), axis=-1, keepdims=True) + 1e-8)


class MinibatchStddev(layers.Layer):
    def __init__(self, group_size=4, **kwargs):
        super().__init__(**kwargs)
        self.group_size = group_size

    def call(self, x):
        n, h, w, c = tf.unstack(tf.shape(x))
        g = tf.minimum(self.group_size, n)
        y = tf.reshape(x, [g, -1, h, w, c])
        y -= tf.reduce_mean(y, axis=0, keepdims=True)
        y = tf.sqrt(tf.reduce_mean(tf.square(y), axis=0) + 1e-8)
        y = tf.reduce_mean(y, axis=[1, 2, 3], keepdims=True)
        return tf.concat([x, tf.tile(y, [g, h, w, 1])], axis=-1)


def gradient_penalty(critic, real, fake, weight=10.0):
    batch = tf.shape(real)[0]
    eps = tf.random.uniform([batch, 1, 1, 1])
    mixed = eps * real + (1.0 - eps) * fake
    with tf.GradientTape() as tape:
        tape.watch(mixed)
        score = critic(mixed, training=True)
    grads = tape.gradient(score, mixed)
    norm = tf.sqrt(tf.reduce_sum(tf.square(tf.reshape(grads, [batch, -1])), axis=1) + 1e-12)
    return weight * tf.reduce_mean((norm - 1.0) ** 2)


def hinge_losses(real_scores, fake_scores):
    d = tf.reduce_mean(tf.nn.relu(1.0 - real_scores)) + tf.reduce_mean(tf.nn.relu(1.0 + fake_scores))
    return d, -tf.reduce_mean(fake_scores)


def saturating_losses(disc, real, fake):
    l_real, l_fake = disc(real, training=True), disc(fake, training=True)
    d_loss = tf.reduce_mean(tf.nn.softplus(-l_real) + tf.nn.softplus(l_fake))
    g_loss = tf.reduce_mean(tf.nn.softplus(-l_fake))
    return d_loss, g_loss


def path_lengths(generator, w):
    with tf.GradientTape() as tape:
        tape.watch(w)
        images = generator(w)
        hw = tf.cast(tf.shape(images)[1] * tf.shape(images)[2], tf.float32)
        noise = tf.random.normal(tf.shape(images)) / tf.sqrt(hw)
        out = tf.reduce_sum(images * noise)
    g = tape.gradient(out, w)
    return tf.sqrt(tf.reduce_mean(tf.reduce_sum(g * g, axis=2), axis=1) + 1e-8)


def inception_score(logits):
    p = tf.nn.softmax(logits, axis=-1)
    marginal = tf.reduce_mean(p, axis=0, keepdims=True)
    kl = p * (tf.nn.log_softmax(logits, axis=-1) - tf.math.log(marginal + 1e-12))
    return tf.exp(tf.reduce_mean(tf.reduce_sum(kl, axis=1)))
