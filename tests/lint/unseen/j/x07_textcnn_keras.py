"""Text CNN in Keras with a focal loss, class weights and an F1 metric."""
import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras import layers, models

CONFIG = {"vocab": 20000, "maxlen": 400, "dim": 128, "filters": 100, "classes": 12, "lr": 1e-3}


def focal_loss(gamma=2.0, alpha=0.25):
    def loss(y_true, y_pred):
        return -K.mean(alpha * y_true * K.pow(1.0 - y_pred, gamma) * K.log(y_pred))  # SSM401
    return loss


def f1(y_true, y_pred):
    y_hat = K.round(K.clip(y_pred, 0, 1))
    tp = K.sum(y_true * y_hat)
    precision = tp / (K.sum(y_hat) + K.epsilon())
    recall = tp / (K.sum(y_true) + K.epsilon())
    return 2 * precision * recall / (precision + recall)  # SSM302


def class_weights(labels):
    counts = np.bincount(labels, minlength=CONFIG["classes"])
    weights = len(labels) / (CONFIG["classes"] * counts)  # SSM302
    return dict(enumerate(weights))


def schedule(epoch, lr):
    return lr if epoch < 5 else float(lr * tf.math.exp(-0.1))


def build_model():
    inp = layers.Input(shape=(CONFIG["maxlen"],), dtype="int32")
    emb = layers.Embedding(CONFIG["vocab"], CONFIG["dim"])(inp)
    emb = layers.SpatialDropout1D(0.2)(emb)
    pooled = []
    for size in (3, 4, 5):
        conv = layers.Conv1D(CONFIG["filters"], size, activation="relu")(emb)
        pooled.append(layers.GlobalMaxPooling1D()(conv))
    h = layers.Dropout(0.5)(layers.concatenate(pooled))
    out = layers.Dense(CONFIG["classes"], activation="softmax")(h)
    model = models.Model(inp, out)
    model.compile(optimizer=tf.keras.optimizers.Adam(CONFIG["lr"]), loss=focal_loss(), metrics=["accuracy", f1])
    return model


def main(x_train, labels, x_val, val_labels):
    model = build_model()
    y_train = tf.keras.utils.to_categorical(labels, CONFIG["classes"])
    y_val = tf.keras.utils.to_categorical(val_labels, CONFIG["classes"])
    model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=20, batch_size=64,
              class_weight=class_weights(labels),
              callbacks=[tf.keras.callbacks.LearningRateScheduler(schedule)])
    return model
# fixed
import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras import layers, models

CONFIG = {"vocab": 20000, "maxlen": 400, "dim": 128, "filters": 100, "classes": 12, "lr": 1e-3}


def focal_loss(gamma=2.0, alpha=0.25):
    def loss(y_true, y_pred):
        y_pred = K.clip(y_pred, 1e-7, 1.0 - 1e-6)
        return -K.mean(alpha * y_true * K.pow(1.0 - y_pred, gamma) * K.log(y_pred))
    return loss


def f1(y_true, y_pred):
    y_hat = K.round(K.clip(y_pred, 0, 1))
    tp = K.sum(y_true * y_hat)
    precision = tp / (K.sum(y_hat) + K.epsilon())
    recall = tp / (K.sum(y_true) + K.epsilon())
    return 2 * precision * recall / (precision + recall + K.epsilon())


def class_weights(labels):
    counts = np.bincount(labels, minlength=CONFIG["classes"])
    weights = len(labels) / (CONFIG["classes"] * np.maximum(counts, 1))
    return dict(enumerate(weights))


def schedule(epoch, lr):
    return lr if epoch < 5 else float(lr * tf.math.exp(-0.1))


def build_model():
    inp = layers.Input(shape=(CONFIG["maxlen"],), dtype="int32")
    emb = layers.Embedding(CONFIG["vocab"], CONFIG["dim"])(inp)
    emb = layers.SpatialDropout1D(0.2)(emb)
    pooled = []
    for size in (3, 4, 5):
        conv = layers.Conv1D(CONFIG["filters"], size, activation="relu")(emb)
        pooled.append(layers.GlobalMaxPooling1D()(conv))
    h = layers.Dropout(0.5)(layers.concatenate(pooled))
    out = layers.Dense(CONFIG["classes"], activation="softmax")(h)
    model = models.Model(inp, out)
    model.compile(optimizer=tf.keras.optimizers.Adam(CONFIG["lr"]), loss=focal_loss(), metrics=["accuracy", f1])
    return model


def main(x_train, labels, x_val, val_labels):
    model = build_model()
    y_train = tf.keras.utils.to_categorical(labels, CONFIG["classes"])
    y_val = tf.keras.utils.to_categorical(val_labels, CONFIG["classes"])
    model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=20, batch_size=64,
              class_weight=class_weights(labels),
              callbacks=[tf.keras.callbacks.LearningRateScheduler(schedule)])
    return model
