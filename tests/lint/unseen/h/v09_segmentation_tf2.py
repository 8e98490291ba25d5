"""Training a U-Net on satellite tiles in TensorFlow 2: class weights, a masked loss and the IoU of a tile."""
import numpy as np
import tensorflow as tf


def class_weights(label_files, num_classes):
    counts = np.zeros(num_classes)
    for path in label_files:
        counts += np.bincount(np.load(path).ravel(), minlength=num_classes)
    freq = counts / counts.sum()
    enet = 1.0 / np.log(1.02 + freq)
    median = np.median(freq) / freq  # SSM302
    return enet, median


class UNet(tf.keras.Model):
    def __init__(self, filters=(16, 32, 64)):
        super().__init__()
        self.down = [tf.keras.layers.Conv2D(f, 3, padding="same", activation="relu") for f in filters]
        self.up = [tf.keras.layers.Conv2DTranspose(f, 2, strides=2, activation="relu") for f in filters[-2::-1]]
        self.pool = tf.keras.layers.MaxPool2D()
        self.head = tf.keras.layers.Conv2D(1, 1)

    def call(self, x):
        skips = []
        for conv in self.down:
            x = conv(x)
            skips.append(x)
            x = self.pool(x) if conv is not self.down[-1] else x
        for conv, skip in zip(self.up, skips[-2::-1]):
            x = tf.concat([conv(x), skip], axis=-1)
        return self.head(x)


def dice_loss(y, prob, smooth=1.0):
    inter = tf.reduce_sum(y * prob)
    return 1.0 - (2.0 * inter + smooth) / (tf.reduce_sum(y) + tf.reduce_sum(prob) + smooth)


def masked_bce(y, logits, valid, pos_weight):
    prob = tf.nn.sigmoid(logits)
    loss = -(pos_weight * y * tf.math.log(prob) + (1.0 - y) * tf.math.log(1.0 - prob))  # SSM202
    return tf.reduce_sum(loss * valid) / tf.maximum(tf.reduce_sum(valid), 1.0)


def iou(y, logits, threshold=0.5):
    pred = tf.cast(tf.sigmoid(logits) > threshold, tf.float32)
    intersection = tf.reduce_sum(y * pred, axis=[1, 2, 3])
    union = tf.reduce_sum(y, axis=[1, 2, 3]) + tf.reduce_sum(pred, axis=[1, 2, 3]) - intersection
    return tf.reduce_mean(intersection / union)  # SSM302


@tf.function
def train_step(model, opt, image, y, valid, pos_weight):
    with tf.GradientTape() as tape:
        logits = model(image, training=True)
        loss = masked_bce(y, logits, valid, pos_weight) + dice_loss(y * valid, tf.sigmoid(logits) * valid)
    grads = tape.gradient(loss, model.trainable_variables)
    opt.apply_gradients(zip(grads, model.trainable_variables))
    return loss, iou(y * valid, logits)
# fixed
import numpy as np
import tensorflow as tf


def class_weights(label_files, num_classes):
    counts = np.zeros(num_classes)
    for path in label_files:
        counts += np.bincount(np.load(path).ravel(), minlength=num_classes)
    freq = counts / counts.sum()
    enet = 1.0 / np.log(1.02 + freq)
    median = np.zeros(num_classes)
    seen = freq > 0
    median[seen] = np.median(freq[seen]) / freq[seen]
    return enet, median


class UNet(tf.keras.Model):
    def __init__(self, filters=(16, 32, 64)):
        super().__init__()
        self.down = [tf.keras.layers.Conv2D(f, 3, padding="same", activation="relu") for f in filters]
        self.up = [tf.keras.layers.Conv2DTranspose(f, 2, strides=2, activation="relu") for f in filters[-2::-1]]
        self.pool = tf.keras.layers.MaxPool2D()
        self.head = tf.keras.layers.Conv2D(1, 1)

    def call(self, x):
        skips = []
        for conv in self.down:
            x = conv(x)
            skips.append(x)
            x = self.pool(x) if conv is not self.down[-1] else x
        for conv, skip in zip(self.up, skips[-2::-1]):
            x = tf.concat([conv(x), skip], axis=-1)
        return self.head(x)


def dice_loss(y, prob, smooth=1.0):
    inter = tf.reduce_sum(y * prob)
    return 1.0 - (2.0 * inter + smooth) / (tf.reduce_sum(y) + tf.reduce_sum(prob) + smooth)


def masked_bce(y, logits, valid, pos_weight):
    loss = tf.nn.weighted_cross_entropy_with_logits(labels=y, logits=logits, pos_weight=pos_weight)
    return tf.reduce_sum(loss * valid) / tf.maximum(tf.reduce_sum(valid), 1.0)


def iou(y, logits, threshold=0.5):
    pred = tf.cast(tf.sigmoid(logits) > threshold, tf.float32)
    intersection = tf.reduce_sum(y * pred, axis=[1, 2, 3])
    union = tf.reduce_sum(y, axis=[1, 2, 3]) + tf.reduce_sum(pred, axis=[1, 2, 3]) - intersection
    return tf.reduce_mean(tf.math.divide_no_nan(intersection, union))


@tf.function
def train_step(model, opt, image, y, valid, pos_weight):
    with tf.GradientTape() as tape:
        logits = model(image, training=True)
        loss = masked_bce(y, logits, valid, pos_weight) + dice_loss(y * valid, tf.sigmoid(logits) * valid)
    grads = tape.gradient(loss, model.trainable_variables)
    opt.apply_gradients(zip(grads, model.trainable_variables))
    return loss, iou(y * valid, logits)
