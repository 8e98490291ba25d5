"""Neural collaborative filtering in Keras with a weighted loss of its own and the metrics of the evaluation script."""
import math

import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Concatenate, Dense, Embedding, Flatten, Input, Multiply
from tensorflow.keras.models import Model

CONFIG = {"users": 6040, "items": 3706, "dim": 32, "negatives": 4, "topk": 10, "threshold": 0.5}


def weighted_loss(y_true, y_pred):
    w = CONFIG["negatives"] / (1 + CONFIG["negatives"])
    return -K.mean(w * y_true * K.log(y_pred) + (1 - w) * (1 - y_true) * K.log(1 - y_pred))  # SSM401


def build(cfg):
    user, item = Input(shape=(1,), dtype="int32"), Input(shape=(1,), dtype="int32")
    u = Flatten()(Embedding(cfg["users"], cfg["dim"])(user))
    v = Flatten()(Embedding(cfg["items"], cfg["dim"])(item))
    h = Dense(64, activation="relu")(Concatenate()([u, v]))
    h = Dense(32, activation="relu")(h)
    out = Dense(1, activation="sigmoid")(Concatenate()([Multiply()([u, v]), h]))
    model = Model([user, item], out)
    model.compile(optimizer=tf.keras.optimizers.Adam(1e-3), loss=weighted_loss)
    return model


def hit_and_ndcg(ranked, target):
    if target in ranked:
        return 1.0, math.log(2) / math.log(ranked.index(target) + 2)
    return 0.0, 0.0


def classification(y_true, scores, threshold):
    y_hat = (scores > threshold).astype(int)
    tp = np.sum((y_hat == 1) & (y_true == 1))
    fp = np.sum((y_hat == 1) & (y_true == 0))
    fn = np.sum((y_hat == 0) & (y_true == 1))
    precision = tp / (tp + fp)  # SSM302
    f1 = 2 * tp / (2 * tp + fp + fn) if tp > 0 else 0.0
    return precision, f1


def popularity(train, n_items):
    counts = np.bincount(train[:, 1], minlength=n_items)
    return (counts + 1) ** 0.75 / np.sum((counts + 1) ** 0.75)


def evaluate(model, test, candidates, cfg):
    hits = []
    for (u, i), pool in zip(test, candidates):
        items = np.append(pool, i)
        scores = model.predict([np.full(len(items), u), items], verbose=0).ravel()
        order = items[np.argsort(-scores)][: cfg["topk"]]
        hits.append(hit_and_ndcg(order.tolist(), i))
    return np.array(hits).sum(axis=0) / len(test)
# fixed
import math

import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Concatenate, Dense, Embedding, Flatten, Input, Multiply
from tensorflow.keras.models import Model

CONFIG = {"users": 6040, "items": 3706, "dim": 32, "negatives": 4, "topk": 10, "threshold": 0.5}


def weighted_loss(y_true, y_pred):
    w = CONFIG["negatives"] / (1 + CONFIG["negatives"])
    y_pred = K.clip(y_pred, 1e-6, 1 - 1e-6)
    return -K.mean(w * y_true * K.log(y_pred) + (1 - w) * (1 - y_true) * K.log(1 - y_pred))


def build(cfg):
    user, item = Input(shape=(1,), dtype="int32"), Input(shape=(1,), dtype="int32")
    u = Flatten()(Embedding(cfg["users"], cfg["dim"])(user))
    v = Flatten()(Embedding(cfg["items"], cfg["dim"])(item))
    h = Dense(64, activation="relu")(Concatenate()([u, v]))
    h = Dense(32, activation="relu")(h)
    out = Dense(1, activation="sigmoid")(Concatenate()([Multiply()([u, v]), h]))
    model = Model([user, item], out)
    model.compile(optimizer=tf.keras.optimizers.Adam(1e-3), loss=weighted_loss)
    return model


def hit_and_ndcg(ranked, target):
    if target in ranked:
        return 1.0, math.log(2) / math.log(ranked.index(target) + 2)
    return 0.0, 0.0


def classification(y_true, scores, threshold):
    y_hat = (scores > threshold).astype(int)
    tp = np.sum((y_hat == 1) & (y_true == 1))
    fp = np.sum((y_hat == 1) & (y_true == 0))
    fn = np.sum((y_hat == 0) & (y_true == 1))
    precision = tp / max(tp + fp, 1)
    f1 = 2 * tp / (2 * tp + fp + fn) if tp > 0 else 0.0
    return precision, f1


def popularity(train, n_items):
    counts = np.bincount(train[:, 1], minlength=n_items)
    return (counts + 1) ** 0.75 / np.sum((counts + 1) ** 0.75)


def evaluate(model, test, candidates, cfg):
    hits = []
    for (u, i), pool in zip(test, candidates):
        items = np.append(pool, i)
        scores = model.predict([np.full(len(items), u), items], verbose=0).ravel()
        order = items[np.argsort(-scores)][: cfg["topk"]]
        hits.append(hit_and_ndcg(order.tolist(), i))
    return np.array(hits).sum(axis=0) / len(test)
