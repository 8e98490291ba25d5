"""Losses and metrics of a segmentation network, Keras backend functions."""
from tensorflow.keras import backend as K
from tensorflow.keras import layers, models

SMOOTH = 1.0


def weighted_bce(weight=3.0):
    def loss(y_true, y_pred):
        pos = weight * y_true * K.log(y_pred)  # SSM401
        neg = (1.0 - y_true) * K.log(1.0 - y_pred)  # SSM401
        return -K.mean(pos + neg)
    return loss


def dice_coef(y_true, y_pred):
    t, p = K.flatten(y_true), K.flatten(y_pred)
    return (2.0 * K.sum(t * p) + SMOOTH) / (K.sum(t) + K.sum(p) + SMOOTH)


def dice_loss(y_true, y_pred):
    return 1.0 - dice_coef(y_true, y_pred)


def focal(gamma=2.0, alpha=0.25):
    def loss(y_true, y_pred):
        p = K.clip(y_pred, K.epsilon(), 1.0 - K.epsilon())
        pt = y_true * p + (1.0 - y_true) * (1.0 - p)
        return -K.mean(alpha * K.pow(1.0 - pt, gamma) * K.log(pt))
    return loss


def iou(y_true, y_pred):
    hard = K.round(K.clip(y_pred, 0, 1))
    intersection = K.sum(y_true * hard, axis=[1, 2, 3])
    union = K.sum(y_true, axis=[1, 2, 3]) + K.sum(hard, axis=[1, 2, 3]) - intersection
    return K.mean(intersection / union)  # SSM302


def block(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same")(x)
        x = layers.Activation("relu")(layers.BatchNormalization()(x))
    return x


def unet(shape=(256, 256, 3), base=32, loss_name="bce"):
    inputs = layers.Input(shape)
    c1 = block(inputs, base)
    c2 = block(layers.MaxPooling2D()(c1), base * 2)
    bridge = block(layers.MaxPooling2D()(c2), base * 4)
    u2 = block(layers.concatenate([layers.UpSampling2D()(bridge), c2]), base * 2)
    u1 = block(layers.concatenate([layers.UpSampling2D()(u2), c1]), base)
    outputs = layers.Conv2D(1, 1, activation="sigmoid")(u1)
    model = models.Model(inputs, outputs)
    table = {"bce": weighted_bce(), "focal": focal(), "dice": dice_loss}
    model.compile(optimizer="adam", loss=table[loss_name], metrics=[dice_coef, iou])
    return model
# fixed
from tensorflow.keras import backend as K
from tensorflow.keras import layers, models

SMOOTH = 1.0


def weighted_bce(weight=3.0):
    def loss(y_true, y_pred):
        y_pred = K.clip(y_pred, K.epsilon(), 1.0 - K.epsilon())
        pos = weight * y_true * K.log(y_pred)
        neg = (1.0 - y_true) * K.log(1.0 - y_pred)
        return -K.mean(pos + neg)
    return loss


def dice_coef(y_true, y_pred):
    t, p = K.flatten(y_true), K.flatten(y_pred)
    return (2.0 * K.sum(t * p) + SMOOTH) / (K.sum(t) + K.sum(p) + SMOOTH)


def dice_loss(y_true, y_pred):
    return 1.0 - dice_coef(y_true, y_pred)


def focal(gamma=2.0, alpha=0.25):
    def loss(y_true, y_pred):
        p = K.clip(y_pred, K.epsilon(), 1.0 - K.epsilon())
        pt = y_true * p + (1.0 - y_true) * (1.0 - p)
        return -K.mean(alpha * K.pow(1.0 - pt, gamma) * K.log(pt))
    return loss


def iou(y_true, y_pred):
    hard = K.round(K.clip(y_pred, 0, 1))
    intersection = K.sum(y_true * hard, axis=[1, 2, 3])
    union = K.sum(y_true, axis=[1, 2, 3]) + K.sum(hard, axis=[1, 2, 3]) - intersection
    return K.mean((intersection + SMOOTH) / (union + SMOOTH))


def block(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same")(x)
        x = layers.Activation("relu")(layers.BatchNormalization()(x))
    return x


def unet(shape=(256, 256, 3), base=32, loss_name="bce"):
    inputs = layers.Input(shape)
    c1 = block(inputs, base)
    c2 = block(layers.MaxPooling2D()(c1), base * 2)
    bridge = block(layers.MaxPooling2D()(c2), base * 4)
    u2 = block(layers.concatenate([layers.UpSampling2D()(bridge), c2]), base * 2)
    u1 = block(layers.concatenate([layers.UpSampling2D()(u2), c1]), base)
    outputs = layers.Conv2D(1, 1, activation="sigmoid")(u1)
    model = models.Model(inputs, outputs)
    table = {"bce": weighted_bce(), "focal": focal(), "dice": dice_loss}
    model.compile(optimizer="adam", loss=table[loss_name], metrics=[dice_coef, iou])
    return model
