"""Losses and metrics of a Keras segmentation model: binary, focal, dice, IoU."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

CONFIG = {"size": 128, "filters": [16, 32, 64], "lr": 1e-3, "alpha": 0.25}


def weighted_bce(y_true, y_pred, weight=4.0):
    return -K.mean(weight * y_true * K.log(y_pred) + (1 - y_true) * K.log(1 - y_pred))  # SSM401


def focal_loss(alpha):
    def loss(y_true, y_pred):
        p_t = tf.where(tf.equal(y_true, 1), y_pred, 1 - y_pred)
        a_t = tf.where(tf.equal(y_true, 1), alpha, 1 - alpha)
        return -K.mean(a_t * K.square(1 - p_t) * K.log(p_t))  # SSM401
    return loss


def dice_coef(y_true, y_pred, smooth=1.0):
    y_true_f, y_pred_f = K.flatten(y_true), K.flatten(y_pred)
    intersection = K.sum(y_true_f * y_pred_f)
    return (2.0 * intersection + smooth) / (K.sum(y_true_f) + K.sum(y_pred_f) + smooth)


def iou(y_true, y_pred):
    y_pred = K.round(y_pred)
    intersection = K.sum(y_true * y_pred, axis=[1, 2, 3])
    union = K.sum(y_true, axis=[1, 2, 3]) + K.sum(y_pred, axis=[1, 2, 3]) - intersection
    return K.mean(intersection / union)  # SSM302


def combined(y_true, y_pred):
    return weighted_bce(y_true, y_pred) + 1.0 - dice_coef(y_true, y_pred)


def build_model(cfg):
    inputs = keras.Input((cfg["size"], cfg["size"], 3))
    x, skips = inputs, []
    for f in cfg["filters"]:
        x = layers.Conv2D(f, 3, padding="same", activation="relu")(x)
        x = layers.BatchNormalization()(x)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    for f, skip in zip(reversed(cfg["filters"]), reversed(skips)):
        x = layers.Conv2DTranspose(f, 2, strides=2)(x)
        x = layers.Concatenate()([x, skip])
        x = layers.Conv2D(f, 3, padding="same", activation="relu")(x)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))


model = build_model(CONFIG)
if CONFIG.get("loss") == "focal":
    criterion = focal_loss(CONFIG["alpha"])
else:
    criterion = combined
model.compile(optimizer=keras.optimizers.Adam(CONFIG["lr"]), loss=criterion, metrics=[dice_coef, iou])
# fixed
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

CONFIG = {"size": 128, "filters": [16, 32, 64], "lr": 1e-3, "alpha": 0.25}


def weighted_bce(y_true, y_pred, weight=4.0):
    y_pred = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())
    return -K.mean(weight * y_true * K.log(y_pred) + (1 - y_true) * K.log(1 - y_pred))


def focal_loss(alpha):
    def loss(y_true, y_pred):
        p_t = tf.where(tf.equal(y_true, 1), y_pred, 1 - y_pred)
        a_t = tf.where(tf.equal(y_true, 1), alpha, 1 - alpha)
        p_t = tf.clip_by_value(p_t, 1e-7, 1.0)
        return -K.mean(a_t * K.square(1 - p_t) * K.log(p_t))
    return loss


def dice_coef(y_true, y_pred, smooth=1.0):
    y_true_f, y_pred_f = K.flatten(y_true), K.flatten(y_pred)
    intersection = K.sum(y_true_f * y_pred_f)
    return (2.0 * intersection + smooth) / (K.sum(y_true_f) + K.sum(y_pred_f) + smooth)


def iou(y_true, y_pred):
    y_pred = K.round(y_pred)
    intersection = K.sum(y_true * y_pred, axis=[1, 2, 3])
    union = K.sum(y_true, axis=[1, 2, 3]) + K.sum(y_pred, axis=[1, 2, 3]) - intersection
    return K.mean(tf.math.divide_no_nan(intersection, union))


def combined(y_true, y_pred):
    return weighted_bce(y_true, y_pred) + 1.0 - dice_coef(y_true, y_pred)


def build_model(cfg):
    inputs = keras.Input((cfg["size"], cfg["size"], 3))
    x, skips = inputs, []
    for f in cfg["filters"]:
        x = layers.Conv2D(f, 3, padding="same", activation="relu")(x)
        x = layers.BatchNormalization()(x)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    for f, skip in zip(reversed(cfg["filters"]), reversed(skips)):
        x = layers.Conv2DTranspose(f, 2, strides=2)(x)
        x = layers.Concatenate()([x, skip])
        x = layers.Conv2D(f, 3, padding="same", activation="relu")(x)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))


model = build_model(CONFIG)
if CONFIG.get("loss") == "focal":
    criterion = focal_loss(CONFIG["alpha"])
else:
    criterion = combined
model.compile(optimizer=keras.optimizers.Adam(CONFIG["lr"]), loss=criterion, metrics=[dice_coef, iou])
