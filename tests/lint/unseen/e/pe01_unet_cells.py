"""A small U-Net for cell segmentation with class weights and the border map (TensorFlow 1)."""
import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("classes", 3, "background, cell, border")
flags.DEFINE_integer("features", 16, "features of the first level")
flags.DEFINE_float("lr", 1e-4, "learning rate")
FLAGS = flags.FLAGS


def conv_relu(x, n_in, n_out, name):
    with tf.variable_scope(name):
        stddev = np.sqrt(2.0 / (9 * n_in))
        w = tf.get_variable("w", [3, 3, n_in, n_out], initializer=tf.truncated_normal_initializer(stddev=stddev))
        b = tf.get_variable("b", [n_out], initializer=tf.constant_initializer(0.1))
        return tf.nn.relu(tf.nn.conv2d(x, w, strides=[1, 1, 1, 1], padding="SAME") + b)


def unet(x):
    f = FLAGS.features
    down = conv_relu(x, 1, f, "down1")
    bottom = conv_relu(tf.nn.max_pool(down, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"), f, 2 * f, "bottom")
    up = tf.image.resize_nearest_neighbor(bottom, tf.shape(down)[1:3])
    merged = conv_relu(tf.concat([down, up], axis=3), 3 * f, f, "up1")
    return tf.layers.conv2d(merged, FLAGS.classes, 1, name="score")


def border_map(d1, d2, w0=10.0, sigma=5.0):
    return w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma ** 2))


x = tf.placeholder(tf.float32, [None, 256, 256, 1], name="x")
y = tf.placeholder(tf.int32, [None, 256, 256], name="y")
border = tf.placeholder(tf.float32, [None, 256, 256], name="border")

labels = tf.one_hot(y, FLAGS.classes)
score = unet(x)
prob = tf.nn.softmax(score)
pred = tf.argmax(prob, axis=3)

pixels = tf.reduce_sum(labels, axis=[0, 1, 2])
class_weights = tf.reduce_sum(pixels) / (FLAGS.classes * pixels)  # SSM302
per_pixel = -tf.reduce_sum(class_weights * labels * tf.log(prob), axis=3)  # SSM201
loss = tf.reduce_mean((1.0 + border) * per_pixel)

hard = tf.one_hot(pred, FLAGS.classes)
intersection = tf.reduce_sum(hard * labels, axis=[0, 1, 2])
union = tf.reduce_sum(hard, axis=[0, 1, 2]) + tf.reduce_sum(labels, axis=[0, 1, 2]) - intersection
iou = intersection / union  # SSM302
mean_iou = tf.reduce_mean(iou)

step = tf.Variable(0, trainable=False)
rate = tf.train.exponential_decay(FLAGS.lr, step, 1000, 0.95, staircase=True)
train_op = tf.train.AdamOptimizer(rate).minimize(loss, global_step=step)


def train(batches):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i, (images, masks, d1, d2) in enumerate(batches):
            feed = {x: images, y: masks, border: border_map(d1, d2)}
            _, value, score_ = sess.run([train_op, loss, mean_iou], feed_dict=feed)
            if i % 100 == 0:
                print("step %d loss %.4f mIoU %.3f" % (i, value, score_))
# fixed
import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("classes", 3, "background, cell, border")
flags.DEFINE_integer("features", 16, "features of the first level")
flags.DEFINE_float("lr", 1e-4, "learning rate")
FLAGS = flags.FLAGS


def conv_relu(x, n_in, n_out, name):
    with tf.variable_scope(name):
        stddev = np.sqrt(2.0 / (9 * n_in))
        w = tf.get_variable("w", [3, 3, n_in, n_out], initializer=tf.truncated_normal_initializer(stddev=stddev))
        b = tf.get_variable("b", [n_out], initializer=tf.constant_initializer(0.1))
        return tf.nn.relu(tf.nn.conv2d(x, w, strides=[1, 1, 1, 1], padding="SAME") + b)


def unet(x):
    f = FLAGS.features
    down = conv_relu(x, 1, f, "down1")
    bottom = conv_relu(tf.nn.max_pool(down, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"), f, 2 * f, "bottom")
    up = tf.image.resize_nearest_neighbor(bottom, tf.shape(down)[1:3])
    merged = conv_relu(tf.concat([down, up], axis=3), 3 * f, f, "up1")
    return tf.layers.conv2d(merged, FLAGS.classes, 1, name="score")


def border_map(d1, d2, w0=10.0, sigma=5.0):
    return w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma ** 2))


x = tf.placeholder(tf.float32, [None, 256, 256, 1], name="x")
y = tf.placeholder(tf.int32, [None, 256, 256], name="y")
border = tf.placeholder(tf.float32, [None, 256, 256], name="border")

labels = tf.one_hot(y, FLAGS.classes)
score = unet(x)
prob = tf.nn.softmax(score)
pred = tf.argmax(prob, axis=3)

pixels = tf.reduce_sum(labels, axis=[0, 1, 2])
class_weights = tf.reduce_sum(pixels) / (FLAGS.classes * tf.maximum(pixels, 1.0))
per_pixel = -tf.reduce_sum(class_weights * labels * tf.nn.log_softmax(score), axis=3)
loss = tf.reduce_mean((1.0 + border) * per_pixel)

hard = tf.one_hot(pred, FLAGS.classes)
intersection = tf.reduce_sum(hard * labels, axis=[0, 1, 2])
union = tf.reduce_sum(hard, axis=[0, 1, 2]) + tf.reduce_sum(labels, axis=[0, 1, 2]) - intersection
seen = tf.cast(union > 0, tf.float32)
iou = intersection / tf.maximum(union, 1.0)
mean_iou = tf.reduce_sum(seen * iou) / tf.maximum(tf.reduce_sum(seen), 1.0)

step = tf.Variable(0, trainable=False)
rate = tf.train.exponential_decay(FLAGS.lr, step, 1000, 0.95, staircase=True)
train_op = tf.train.AdamOptimizer(rate).minimize(loss, global_step=step)


def train(batches):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i, (images, masks, d1, d2) in enumerate(batches):
            feed = {x: images, y: masks, border: border_map(d1, d2)}
            _, value, score_ = sess.run([train_op, loss, mean_iou], feed_dict=feed)
            if i % 100 == 0:
                print("step %d loss %.4f mIoU %.3f" % (i, value, score_))
