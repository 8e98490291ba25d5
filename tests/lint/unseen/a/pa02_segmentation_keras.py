"""Region losses for medical segmentation with the Keras backend."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers


def dice_coef(y_true, y_pred):
    y_true_f = K.flatten(y_true)
    y_pred_f = K.flatten(y_pred)
    intersection = K.sum(y_true_f * y_pred_f)
    return 2.0 * intersection / (K.sum(y_true_f) + K.sum(y_pred_f))  # SSM302


def dice_loss(y_true, y_pred):
    return 1.0 - dice_coef(y_true, y_pred)


def generalized_dice(y_true, y_pred):
    volume = K.sum(y_true, axis=(0, 1, 2))
    w = 1.0 / K.square(volume)  # SSM302
    numer = K.sum(w * K.sum(y_true * y_pred, axis=(0, 1, 2)))
    denom = K.sum(w * K.sum(y_true + y_pred, axis=(0, 1, 2)))
    return 1.0 - 2.0 * numer / (denom + K.epsilon())


def tversky(y_true, y_pred, alpha=0.7):
    y_true_pos = K.flatten(y_true)
    y_pred_pos = K.flatten(y_pred)
    true_pos = K.sum(y_true_pos * y_pred_pos)
    false_neg = K.sum(y_true_pos * (1 - y_pred_pos))
    false_pos = K.sum((1 - y_true_pos) * y_pred_pos)
    return (true_pos + 1) / (true_pos + alpha * false_neg + (1 - alpha) * false_pos + 1)


def focal_tversky_loss(y_true, y_pred):
    gamma = 0.75
    return K.pow(1 - tversky(y_true, y_pred), gamma)  # SSM304


def log_dice(y_true, y_pred):
    axes = [1, 2]
    overlap = K.sum(y_true * y_pred, axis=axes)
    dsc = 2 * overlap / (K.sum(y_true + y_pred, axis=axes) + 1e-6)
    return K.mean(K.pow(-K.log(dsc), 0.3))  # SSM301, SSM304


def bce_dice(y_true, y_pred):
    bce = -K.mean(y_true * K.log(y_pred) + (1 - y_true) * K.log(1 - y_pred))  # SSM401
    return bce + dice_loss(y_true, y_pred)


def lovasz_grad(gt_sorted):
    gts = tf.reduce_sum(gt_sorted)
    inter = gts - tf.cumsum(gt_sorted)
    union = gts + tf.cumsum(1.0 - gt_sorted)
    jaccard = 1.0 - inter / union
    return tf.concat((jaccard[0:1], jaccard[1:] - jaccard[:-1]), 0)


def lovasz_hinge_flat(logits, labels):
    signs = 2.0 * labels - 1.0
    errors = 1.0 - logits * signs
    errors_sorted, perm = tf.nn.top_k(errors, k=tf.shape(errors)[0])
    grad = lovasz_grad(tf.gather(labels, perm))
    return tf.tensordot(tf.nn.relu(errors_sorted), tf.stop_gradient(grad), 1)


def build(input_shape=(256, 256, 1), base=32):
    inputs = keras.Input(input_shape)
    mean = tf.reduce_mean(inputs, axis=[1, 2], keepdims=True)
    x = (inputs - mean) / tf.math.reduce_std(inputs, axis=[1, 2], keepdims=True)  # SSM302
    for i in range(3):
        x = layers.Conv2D(base * 2 ** i, 3, padding="same", activation="relu")(x)
    outputs = layers.Conv2D(1, 1, activation="sigmoid")(x)
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))  # SSM402
    return model
# fixed
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

SMOOTH = 1.0


def dice_coef(y_true, y_pred):
    y_true_f = K.flatten(y_true)
    y_pred_f = K.flatten(y_pred)
    intersection = K.sum(y_true_f * y_pred_f)
    return (2.0 * intersection + SMOOTH) / (K.sum(y_true_f) + K.sum(y_pred_f) + SMOOTH)


def dice_loss(y_true, y_pred):
    return 1.0 - dice_coef(y_true, y_pred)


def generalized_dice(y_true, y_pred):
    volume = K.sum(y_true, axis=(0, 1, 2))
    w = tf.where(volume > 0, 1.0 / K.square(K.maximum(volume, 1.0)), tf.zeros_like(volume))
    numer = K.sum(w * K.sum(y_true * y_pred, axis=(0, 1, 2)))
    denom = K.sum(w * K.sum(y_true + y_pred, axis=(0, 1, 2)))
    return 1.0 - 2.0 * numer / (denom + K.epsilon())


def tversky(y_true, y_pred, alpha=0.7):
    y_true_pos = K.flatten(y_true)
    y_pred_pos = K.flatten(y_pred)
    true_pos = K.sum(y_true_pos * y_pred_pos)
    false_neg = K.sum(y_true_pos * (1 - y_pred_pos))
    false_pos = K.sum((1 - y_true_pos) * y_pred_pos)
    return (true_pos + 1) / (true_pos + alpha * false_neg + (1 - alpha) * false_pos + 1)


def focal_tversky_loss(y_true, y_pred):
    gamma = 0.75
    return K.pow(K.maximum(1 - tversky(y_true, y_pred), 1e-6), gamma)


def log_dice(y_true, y_pred):
    axes = [1, 2]
    overlap = K.sum(y_true * y_pred, axis=axes)
    dsc = 2 * overlap / (K.sum(y_true + y_pred, axis=axes) + 1e-6)
    return K.mean(K.pow(-K.log(K.clip(dsc, 1e-6, 1 - 1e-6)), 0.3))


def bce_dice(y_true, y_pred):
    bce = K.mean(K.binary_crossentropy(y_true, y_pred))
    return bce + dice_loss(y_true, y_pred)


def lovasz_grad(gt_sorted):
    gts = tf.reduce_sum(gt_sorted)
    inter = gts - tf.cumsum(gt_sorted)
    union = gts + tf.cumsum(1.0 - gt_sorted)
    jaccard = 1.0 - inter / union
    return tf.concat((jaccard[0:1], jaccard[1:] - jaccard[:-1]), 0)


def lovasz_hinge_flat(logits, labels):
    signs = 2.0 * labels - 1.0
    errors = 1.0 - logits * signs
    errors_sorted, perm = tf.nn.top_k(errors, k=tf.shape(errors)[0])
    grad = lovasz_grad(tf.gather(labels, perm))
    return tf.tensordot(tf.nn.relu(errors_sorted), tf.stop_gradient(grad), 1)


def build(input_shape=(256, 256, 1), base=32):
    inputs = keras.Input(input_shape)
    mean = tf.reduce_mean(inputs, axis=[1, 2], keepdims=True)
    x = (inputs - mean) / (tf.math.reduce_std(inputs, axis=[1, 2], keepdims=True) + 1e-6)
    for i in range(3):
        x = layers.Conv2D(base * 2 ** i, 3, padding="same", activation="relu")(x)
    outputs = layers.Conv2D(1, 1)(x)
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))
    return model
