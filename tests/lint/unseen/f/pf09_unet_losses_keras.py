"""A small U-Net with focal and dice losses and an IoU metric, Keras."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

SMOOTH = 1.0


def conv_block(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", kernel_initializer="he_normal")(x)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(x)
    return x


def unet(size=256, channels=3, base=16):
    inputs = layers.Input((size, size, channels))
    c1 = conv_block(inputs, base)
    c2 = conv_block(layers.MaxPooling2D()(c1), base * 2)
    c3 = conv_block(layers.MaxPooling2D()(c2), base * 4)
    u2 = conv_block(layers.concatenate([layers.UpSampling2D()(c3), c2]), base * 2)
    u1 = conv_block(layers.concatenate([layers.UpSampling2D()(u2), c1]), base)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(u1))


def dice_coef(y_true, y_pred):
    y_true_f, y_pred_f = K.flatten(y_true), K.flatten(y_pred)
    intersection = K.sum(y_true_f * y_pred_f)
    return (2.0 * intersection + SMOOTH) / (K.sum(y_true_f) + K.sum(y_pred_f) + SMOOTH)


def focal_loss(gamma=2.0, alpha=0.25):
    def loss(y_true, y_pred):
        pt = tf.where(tf.equal(y_true, 1.0), y_pred, 1.0 - y_pred)
        weight = tf.where(tf.equal(y_true, 1.0), alpha * tf.ones_like(pt), (1.0 - alpha) * tf.ones_like(pt))
        return -K.mean(weight * K.pow(1.0 - pt, gamma) * K.log(pt))  # SSM401
    return loss


def combined_loss(y_true, y_pred):
    return focal_loss()(y_true, y_pred) + 1.0 - dice_coef(y_true, y_pred)


def mean_iou(y_true, y_pred):
    y_hat = K.cast(y_pred > 0.5, K.floatx())
    axes = [1, 2, 3]
    intersection = K.sum(y_true * y_hat, axis=axes)
    union = K.sum(y_true, axis=axes) + K.sum(y_hat, axis=axes) - intersection
    return K.mean(intersection / union)  # SSM302


def build(stage, lr=1e-3):
    model = unet()
    if stage == "warmup":
        adam = keras.optimizers.Adam(lr)
        model.compile(adam, loss=keras.losses.BinaryCrossentropy(from_logits=True), metrics=[mean_iou])  # SSM402
    else:
        model.compile(optimizer=keras.optimizers.Adam(lr / 10), loss=combined_loss, metrics=[mean_iou, dice_coef])
    return model


def main(train, valid):
    model = build("warmup")
    model.fit(train, validation_data=valid, epochs=5)
    model.save_weights("warmup.weights.h5")
    model = build("finetune")
    model.load_weights("warmup.weights.h5")
    model.fit(train, validation_data=valid, epochs=50)
# fixed
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

SMOOTH = 1.0


def conv_block(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", kernel_initializer="he_normal")(x)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(x)
    return x


def unet(size=256, channels=3, base=16):
    inputs = layers.Input((size, size, channels))
    c1 = conv_block(inputs, base)
    c2 = conv_block(layers.MaxPooling2D()(c1), base * 2)
    c3 = conv_block(layers.MaxPooling2D()(c2), base * 4)
    u2 = conv_block(layers.concatenate([layers.UpSampling2D()(c3), c2]), base * 2)
    u1 = conv_block(layers.concatenate([layers.UpSampling2D()(u2), c1]), base)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(u1))


def dice_coef(y_true, y_pred):
    y_true_f, y_pred_f = K.flatten(y_true), K.flatten(y_pred)
    intersection = K.sum(y_true_f * y_pred_f)
    return (2.0 * intersection + SMOOTH) / (K.sum(y_true_f) + K.sum(y_pred_f) + SMOOTH)


def focal_loss(gamma=2.0, alpha=0.25):
    def loss(y_true, y_pred):
        y_pred = K.clip(y_pred, K.epsilon(), 1.0 - K.epsilon())
        pt = tf.where(tf.equal(y_true, 1.0), y_pred, 1.0 - y_pred)
        weight = tf.where(tf.equal(y_true, 1.0), alpha * tf.ones_like(pt), (1.0 - alpha) * tf.ones_like(pt))
        return -K.mean(weight * K.pow(1.0 - pt, gamma) * K.log(pt))
    return loss


def combined_loss(y_true, y_pred):
    return focal_loss()(y_true, y_pred) + 1.0 - dice_coef(y_true, y_pred)


def mean_iou(y_true, y_pred):
    y_hat = K.cast(y_pred > 0.5, K.floatx())
    axes = [1, 2, 3]
    intersection = K.sum(y_true * y_hat, axis=axes)
    union = K.sum(y_true, axis=axes) + K.sum(y_hat, axis=axes) - intersection
    return K.mean((intersection + SMOOTH) / (union + SMOOTH))


def build(stage, lr=1e-3):
    model = unet()
    if stage == "warmup":
        adam = keras.optimizers.Adam(lr)
        model.compile(adam, loss=keras.losses.BinaryCrossentropy(from_logits=False), metrics=[mean_iou])
    else:
        model.compile(optimizer=keras.optimizers.Adam(lr / 10), loss=combined_loss, metrics=[mean_iou, dice_coef])
    return model


def main(train, valid):
    model = build("warmup")
    model.fit(train, validation_data=valid, epochs=5)
    model.save_weights("warmup.weights.h5")
    model = build("finetune")
    model.load_weights("warmup.weights.h5")
    model.fit(train, validation_data=valid, epochs=50)
