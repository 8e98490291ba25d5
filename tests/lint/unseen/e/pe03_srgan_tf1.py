"""SRGAN: generator, discriminator, feature loss and PSNR in a TensorFlow 1 graph."""
import math

import tensorflow as tf
import tensorflow.contrib.slim as slim

config = {"scale": 4, "patch": 96, "batch": 16, "lr": 1e-4, "adv_weight": 1e-3}


def residual_block(x, scope):
    with tf.variable_scope(scope):
        y = slim.conv2d(x, 64, 3, activation_fn=tf.nn.relu)
        return x + slim.conv2d(y, 64, 3, activation_fn=None)


def generator(lr_image, blocks=8):
    with tf.variable_scope("generator"):
        x = slim.conv2d(lr_image, 64, 9)
        for i in range(blocks):
            x = residual_block(x, "block%d" % i)
        for _ in range(int(math.log(config["scale"], 2))):
            x = tf.depth_to_space(slim.conv2d(x, 256, 3), 2)
        return tf.nn.tanh(slim.conv2d(x, 3, 9, activation_fn=None))


def discriminator(image, reuse=None):
    with tf.variable_scope("discriminator", reuse=reuse):
        x = image
        for depth in (64, 128, 256):
            x = slim.conv2d(x, depth, 3, stride=2, activation_fn=tf.nn.leaky_relu)
        x = slim.fully_connected(slim.flatten(x), 1024, activation_fn=tf.nn.leaky_relu)
        logits = slim.fully_connected(x, 1, activation_fn=None)
        return tf.nn.sigmoid(logits)


def features(image):
    with tf.variable_scope("vgg", reuse=tf.AUTO_REUSE):
        x = slim.repeat(image, 2, slim.conv2d, 64, 3, scope="conv1")
        x = slim.max_pool2d(x, 2)
        return slim.repeat(x, 2, slim.conv2d, 128, 3, scope="conv2")


small = config["patch"] // config["scale"]
lr_image = tf.placeholder(tf.float32, [config["batch"], small, small, 3])
hr_image = tf.placeholder(tf.float32, [config["batch"], config["patch"], config["patch"], 3])

sr_image = generator(lr_image)
d_real = discriminator(hr_image)
d_fake = discriminator(sr_image, reuse=True)

difference = features(hr_image) - features(sr_image)
content_loss = tf.reduce_mean(tf.sqrt(tf.reduce_sum(tf.square(difference), axis=3)))  # SSM303
adv_loss = -tf.reduce_mean(tf.log(d_fake))  # SSM202
d_loss = -tf.reduce_mean(tf.log(d_real) + tf.log(1. - d_fake))  # SSM202
g_loss = content_loss + config["adv_weight"] * adv_loss

mse = tf.reduce_mean(tf.square((hr_image - sr_image) / 2.0), axis=[1, 2, 3])
psnr = -10.0 * tf.log(tf.maximum(mse, 1e-10)) / math.log(10.0)

g_vars = [v for v in tf.trainable_variables() if v.name.startswith("generator")]
d_vars = [v for v in tf.trainable_variables() if v.name.startswith("discriminator")]
g_step = tf.train.AdamOptimizer(config["lr"], beta1=0.9).minimize(g_loss, var_list=g_vars)
d_step = tf.train.AdamOptimizer(config["lr"], beta1=0.9).minimize(d_loss, var_list=d_vars)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(100):
        for small_batch, large_batch in load_batches("DIV2K", config["batch"]):
            feed = {lr_image: small_batch, hr_image: large_batch}
            sess.run(d_step, feed)
            _, g, quality = sess.run([g_step, g_loss, psnr], feed)
        print("epoch %d: loss %.4f psnr %.2f" % (epoch, g, quality.mean()))
# fixed
import math

import tensorflow as tf
import tensorflow.contrib.slim as slim

config = {"scale": 4, "patch": 96, "batch": 16, "lr": 1e-4, "adv_weight": 1e-3}


def residual_block(x, scope):
    with tf.variable_scope(scope):
        y = slim.conv2d(x, 64, 3, activation_fn=tf.nn.relu)
        return x + slim.conv2d(y, 64, 3, activation_fn=None)


def generator(lr_image, blocks=8):
    with tf.variable_scope("generator"):
        x = slim.conv2d(lr_image, 64, 9)
        for i in range(blocks):
            x = residual_block(x, "block%d" % i)
        for _ in range(int(math.log(config["scale"], 2))):
            x = tf.depth_to_space(slim.conv2d(x, 256, 3), 2)
        return tf.nn.tanh(slim.conv2d(x, 3, 9, activation_fn=None))


def discriminator(image, reuse=None):
    with tf.variable_scope("discriminator", reuse=reuse):
        x = image
        for depth in (64, 128, 256):
            x = slim.conv2d(x, depth, 3, stride=2, activation_fn=tf.nn.leaky_relu)
        x = slim.fully_connected(slim.flatten(x), 1024, activation_fn=tf.nn.leaky_relu)
        logits = slim.fully_connected(x, 1, activation_fn=None)
        return logits


def features(image):
    with tf.variable_scope("vgg", reuse=tf.AUTO_REUSE):
        x = slim.repeat(image, 2, slim.conv2d, 64, 3, scope="conv1")
        x = slim.max_pool2d(x, 2)
        return slim.repeat(x, 2, slim.conv2d, 128, 3, scope="conv2")


small = config["patch"] // config["scale"]
lr_image = tf.placeholder(tf.float32, [config["batch"], small, small, 3])
hr_image = tf.placeholder(tf.float32, [config["batch"], config["patch"], config["patch"], 3])

sr_image = generator(lr_image)
d_real = discriminator(hr_image)
d_fake = discriminator(sr_image, reuse=True)

difference = features(hr_image) - features(sr_image)
content_loss = tf.reduce_mean(tf.sqrt(tf.reduce_sum(tf.square(difference), axis=3) + 1e-6))
adv_loss = tf.reduce_mean(tf.nn.softplus(-d_fake))
d_loss = tf.reduce_mean(tf.nn.softplus(-d_real) + tf.nn.softplus(d_fake))
g_loss = content_loss + config["adv_weight"] * adv_loss

mse = tf.reduce_mean(tf.square((hr_image - sr_image) / 2.0), axis=[1, 2, 3])
psnr = -10.0 * tf.log(tf.maximum(mse, 1e-10)) / math.log(10.0)

g_vars = [v for v in tf.trainable_variables() if v.name.startswith("generator")]
d_vars = [v for v in tf.trainable_variables() if v.name.startswith("discriminator")]
g_step = tf.train.AdamOptimizer(config["lr"], beta1=0.9).minimize(g_loss, var_list=g_vars)
d_step = tf.train.AdamOptimizer(config["lr"], beta1=0.9).minimize(d_loss, var_list=d_vars)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(100):
        for small_batch, large_batch in load_batches("DIV2K", config["batch"]):
            feed = {lr_image: small_batch, hr_image: large_batch}
            sess.run(d_step, feed)
            _, g, quality = sess.run([g_step, g_loss, psnr], feed)
        print("epoch %d: loss %.4f psnr %.2f" % (epoch, g, quality.mean()))
