"""Fast style transfer: an image network with instance normalization and total variation (TensorFlow 1)."""
import numpy as np
import tensorflow as tf

STYLE_LAYERS = ["relu1_2", "relu2_2", "relu3_3"]
CONTENT_WEIGHT, STYLE_WEIGHT, TV_WEIGHT = 7.5, 100.0, 2e-2


class TransformNet(object):
    def __init__(self, image):
        h = self._conv(image / 255.0, 32, 9, 1, "c1")
        h = self._conv(h, 64, 3, 2, "c2")
        h = self._conv(h, 64, 3, 1, "c3")
        h = tf.image.resize_nearest_neighbor(h, tf.shape(image)[1:3])
        h = self._conv(h, 3, 9, 1, "c4", relu=False)
        self.output = 127.5 * (tf.nn.tanh(h) + 1.0)

    def _conv(self, net, filters, size, strides, name, relu=True):
        with tf.variable_scope(name):
            net = tf.layers.conv2d(net, filters, size, strides, padding="same", use_bias=False)
            net = self._instance_norm(net, filters)
            return tf.nn.relu(net) if relu else net

    def _instance_norm(self, net, channels):
        mu, sigma_sq = tf.nn.moments(net, [1, 2], keep_dims=True)
        shift = tf.get_variable("shift", [channels], initializer=tf.zeros_initializer())
        scale = tf.get_variable("scale", [channels], initializer=tf.ones_initializer())
        normalized = (net - mu) * tf.rsqrt(sigma_sq)  # SSM303
        return scale * normalized + shift


def gram(features):
    b, h, w, c = [d.value for d in features.get_shape()]
    flat = tf.reshape(features, [b, h * w, c])
    return tf.matmul(flat, flat, transpose_a=True) / (h * w * c)


def total_variation(image):
    dy = image[:, 1:, :-1] - image[:, :-1, :-1]
    dx = image[:, :-1, 1:] - image[:, :-1, :-1]
    return tf.reduce_mean(tf.sqrt(tf.square(dx) + tf.square(dy)))  # SSM303


def build_loss(net, vgg, content, style_grams):
    made = vgg(net.output)
    wanted = vgg(content)
    size = float(np.prod([d.value for d in wanted["relu3_3"].get_shape()]))
    content_loss = CONTENT_WEIGHT * 2 * tf.nn.l2_loss(made["relu3_3"] - wanted["relu3_3"]) / size
    style_loss = 0.0
    for layer in STYLE_LAYERS:
        target = style_grams[layer]
        style_loss += STYLE_WEIGHT * 2 * tf.nn.l2_loss(gram(made[layer]) - target) / target.size
    return content_loss + style_loss + TV_WEIGHT * total_variation(net.output)


def show_channel(activation):
    low, high = activation.min(), activation.max()
    return np.uint8(255 * (activation - low) / max(high - low, 1e-6))


def optimize(vgg, batches, style_grams, lr=1e-3):
    content = tf.placeholder(tf.float32, [4, 256, 256, 3])
    net = TransformNet(content)
    loss = build_loss(net, vgg, content, style_grams)
    step = tf.train.AdamOptimizer(lr).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for images in batches:
            _, value = sess.run([step, loss], {content: images})
            print(value)
# fixed
import numpy as np
import tensorflow as tf

STYLE_LAYERS = ["relu1_2", "relu2_2", "relu3_3"]
CONTENT_WEIGHT, STYLE_WEIGHT, TV_WEIGHT = 7.5, 100.0, 2e-2


class TransformNet(object):
    def __init__(self, image):
        h = self._conv(image / 255.0, 32, 9, 1, "c1")
        h = self._conv(h, 64, 3, 2, "c2")
        h = self._conv(h, 64, 3, 1, "c3")
        h = tf.image.resize_nearest_neighbor(h, tf.shape(image)[1:3])
        h = self._conv(h, 3, 9, 1, "c4", relu=False)
        self.output = 127.5 * (tf.nn.tanh(h) + 1.0)

    def _conv(self, net, filters, size, strides, name, relu=True):
        with tf.variable_scope(name):
            net = tf.layers.conv2d(net, filters, size, strides, padding="same", use_bias=False)
            net = self._instance_norm(net, filters)
            return tf.nn.relu(net) if relu else net

    def _instance_norm(self, net, channels):
        mu, sigma_sq = tf.nn.moments(net, [1, 2], keep_dims=True)
        shift = tf.get_variable("shift", [channels], initializer=tf.zeros_initializer())
        scale = tf.get_variable("scale", [channels], initializer=tf.ones_initializer())
        normalized = (net - mu) * tf.rsqrt(sigma_sq + 1e-3)
        return scale * normalized + shift


def gram(features):
    b, h, w, c = [d.value for d in features.get_shape()]
    flat = tf.reshape(features, [b, h * w, c])
    return tf.matmul(flat, flat, transpose_a=True) / (h * w * c)


def total_variation(image):
    dy = image[:, 1:, :-1] - image[:, :-1, :-1]
    dx = image[:, :-1, 1:] - image[:, :-1, :-1]
    return tf.reduce_mean(tf.sqrt(tf.square(dx) + tf.square(dy) + 1e-4))


def build_loss(net, vgg, content, style_grams):
    made = vgg(net.output)
    wanted = vgg(content)
    size = float(np.prod([d.value for d in wanted["relu3_3"].get_shape()]))
    content_loss = CONTENT_WEIGHT * 2 * tf.nn.l2_loss(made["relu3_3"] - wanted["relu3_3"]) / size
    style_loss = 0.0
    for layer in STYLE_LAYERS:
        target = style_grams[layer]
        style_loss += STYLE_WEIGHT * 2 * tf.nn.l2_loss(gram(made[layer]) - target) / target.size
    return content_loss + style_loss + TV_WEIGHT * total_variation(net.output)


def show_channel(activation):
    low, high = activation.min(), activation.max()
    return np.uint8(255 * (activation - low) / max(high - low, 1e-6))


def optimize(vgg, batches, style_grams, lr=1e-3):
    content = tf.placeholder(tf.float32, [4, 256, 256, 3])
    net = TransformNet(content)
    loss = build_loss(net, vgg, content, style_grams)
    step = tf.train.AdamOptimizer(lr).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for images in batches:
            _, value = sess.run([step, loss], {content: images})
            print(value)
