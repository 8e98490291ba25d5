"""Losses and metrics for binary segmentation of lesions in Keras."""
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

SMOOTH = 1.0


def weighted_bce(pos_weight=5.0):
    def loss(y_true, y_pred):
        return -K.mean(pos_weight * y_true * K.log(y_pred) + (1.0 - y_true) * K.log(1.0 - y_pred))  # SSM401
    return loss


def focal_loss(gamma=2.0, alpha=0.25):
    def loss(y_true, y_pred):
        p = K.clip(y_pred, K.epsilon(), 1.0 - K.epsilon())
        pt = y_true * p + (1.0 - y_true) * (1.0 - p)
        weight = y_true * alpha + (1.0 - y_true) * (1.0 - alpha)
        return K.mean(-weight * K.pow(1.0 - pt, gamma) * K.log(pt))
    return loss


def tversky_loss(y_true, y_pred, beta=0.7):
    t, p = K.flatten(y_true), K.flatten(y_pred)
    hit = K.sum(t * p)
    miss = K.sum(t * (1.0 - p))
    extra = K.sum((1.0 - t) * p)
    return 1.0 - (hit + SMOOTH) / (hit + beta * miss + (1.0 - beta) * extra + SMOOTH)


def hard_dice(y_true, y_pred):
    t, p = K.flatten(y_true), K.flatten(K.round(y_pred))
    return 2.0 * K.sum(t * p) / (K.sum(t) + K.sum(p))  # SSM302


def precision(y_true, y_pred):
    hits = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
    predicted = K.sum(K.round(K.clip(y_pred, 0, 1)))
    return hits / predicted  # SSM302


def recall(y_true, y_pred):
    hits = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
    possible = K.sum(K.round(K.clip(y_true, 0, 1)))
    return hits / (possible + K.epsilon())


def block(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(x)
    return x


def unet(size=128, base=16):
    inputs = layers.Input((size, size, 1))
    down1 = block(inputs, base)
    down2 = block(layers.MaxPooling2D()(down1), base * 2)
    bottom = block(layers.MaxPooling2D()(down2), base * 4)
    up2 = block(layers.concatenate([layers.UpSampling2D()(bottom), down2]), base * 2)
    up1 = block(layers.concatenate([layers.UpSampling2D()(up2), down1]), base)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(up1))


def compile_model(name="bce"):
    losses = {"bce": weighted_bce(), "focal": focal_loss(), "tversky": tversky_loss}
    model = unet()
    model.compile("adam", loss=losses[name], metrics=[hard_dice, precision, recall])
    return model
# fixed
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

SMOOTH = 1.0


def weighted_bce(pos_weight=5.0):
    def loss(y_true, y_pred):
        y_pred = K.clip(y_pred, K.epsilon(), 1.0 - K.epsilon())
        return -K.mean(pos_weight * y_true * K.log(y_pred) + (1.0 - y_true) * K.log(1.0 - y_pred))
    return loss


def focal_loss(gamma=2.0, alpha=0.25):
    def loss(y_true, y_pred):
        p = K.clip(y_pred, K.epsilon(), 1.0 - K.epsilon())
        pt = y_true * p + (1.0 - y_true) * (1.0 - p)
        weight = y_true * alpha + (1.0 - y_true) * (1.0 - alpha)
        return K.mean(-weight * K.pow(1.0 - pt, gamma) * K.log(pt))
    return loss


def tversky_loss(y_true, y_pred, beta=0.7):
    t, p = K.flatten(y_true), K.flatten(y_pred)
    hit = K.sum(t * p)
    miss = K.sum(t * (1.0 - p))
    extra = K.sum((1.0 - t) * p)
    return 1.0 - (hit + SMOOTH) / (hit + beta * miss + (1.0 - beta) * extra + SMOOTH)


def hard_dice(y_true, y_pred):
    t, p = K.flatten(y_true), K.flatten(K.round(y_pred))
    return (2.0 * K.sum(t * p) + SMOOTH) / (K.sum(t) + K.sum(p) + SMOOTH)


def precision(y_true, y_pred):
    hits = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
    predicted = K.sum(K.round(K.clip(y_pred, 0, 1)))
    return hits / K.maximum(predicted, 1.0)


def recall(y_true, y_pred):
    hits = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
    possible = K.sum(K.round(K.clip(y_true, 0, 1)))
    return hits / (possible + K.epsilon())


def block(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(x)
    return x


def unet(size=128, base=16):
    inputs = layers.Input((size, size, 1))
    down1 = block(inputs, base)
    down2 = block(layers.MaxPooling2D()(down1), base * 2)
    bottom = block(layers.MaxPooling2D()(down2), base * 4)
    up2 = block(layers.concatenate([layers.UpSampling2D()(bottom), down2]), base * 2)
    up1 = block(layers.concatenate([layers.UpSampling2D()(up2), down1]), base)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(up1))


def compile_model(name="bce"):
    losses = {"bce": weighted_bce(), "focal": focal_loss(), "tversky": tversky_loss}
    model = unet()
    model.compile("adam", loss=losses[name], metrics=[hard_dice, precision, recall])
    return model
