"""Neural collaborative filtering with Keras: implicit feedback, a star classifier, user biases."""
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

CFG = dict(dim=32, hidden=(64, 32), stars=5, batch=1024, lr=1e-3)


def towers(n_users, n_items):
    user = keras.Input((), dtype="int32", name="user")
    item = keras.Input((), dtype="int32", name="item")
    mf = layers.Embedding(n_users, CFG["dim"])(user) * layers.Embedding(n_items, CFG["dim"])(item)
    h = layers.Concatenate()([layers.Embedding(n_users, CFG["dim"])(user), layers.Embedding(n_items, CFG["dim"])(item)])
    for width in CFG["hidden"]:
        h = layers.Dense(width, activation="relu")(h)
    return user, item, layers.Concatenate()([mf, h])


def implicit_model(n_users, n_items):
    user, item, h = towers(n_users, n_items)
    return keras.Model([user, item], layers.Dense(1, activation="sigmoid")(h))


def star_model(n_users, n_items):
    user, item, h = towers(n_users, n_items)
    out = layers.Dense(CFG["stars"], activation="softmax")(h)
    model = keras.Model([user, item], out)
    model.compile(
        optimizer=keras.optimizers.Adam(CFG["lr"]),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),  # SSM402
        metrics=["accuracy"],
    )
    return model


def log_loss(y_true, y_pred):
    y_true = tf.cast(y_true, y_pred.dtype)
    return -tf.reduce_mean(y_true * tf.math.log(y_pred) + (1.0 - y_true) * tf.math.log(1.0 - y_pred))  # SSM401


def user_means(users, ratings, n_users):
    """Mean rating of each user; new users have no ratings yet."""
    sums = np.bincount(users, weights=ratings, minlength=n_users)
    counts = np.bincount(users, minlength=n_users)
    return sums / counts  # SSM302


def negative_sampling_table(items, n_items, power=0.75):
    popularity = np.bincount(items, minlength=n_items) + 1.0
    weights = popularity ** power
    return weights / weights.sum()


def fit_implicit(model, data, n_items, epochs=5):
    optimizer = keras.optimizers.Adam(CFG["lr"])
    table = negative_sampling_table(data["item"], n_items)
    rng = np.random.default_rng(0)
    for epoch in range(epochs):
        for start in range(0, len(data["user"]), CFG["batch"]):
            u = data["user"][start:start + CFG["batch"]]
            pos = data["item"][start:start + CFG["batch"]]
            neg = rng.choice(n_items, size=len(u), p=table)
            y = np.concatenate([np.ones(len(u)), np.zeros(len(u))])[:, None]
            with tf.GradientTape() as tape:
                out = model([np.concatenate([u, u]), np.concatenate([pos, neg])], training=True)
                loss = log_loss(y, out)
            grads = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(grads, model.trainable_variables))
        print(f"epoch {epoch}: {float(loss):.4f}")
# fixed
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

CFG = dict(dim=32, hidden=(64, 32), stars=5, batch=1024, lr=1e-3)


def towers(n_users, n_items):
    user = keras.Input((), dtype="int32", name="user")
    item = keras.Input((), dtype="int32", name="item")
    mf = layers.Embedding(n_users, CFG["dim"])(user) * layers.Embedding(n_items, CFG["dim"])(item)
    h = layers.Concatenate()([layers.Embedding(n_users, CFG["dim"])(user), layers.Embedding(n_items, CFG["dim"])(item)])
    for width in CFG["hidden"]:
        h = layers.Dense(width, activation="relu")(h)
    return user, item, layers.Concatenate()([mf, h])


def implicit_model(n_users, n_items):
    user, item, h = towers(n_users, n_items)
    return keras.Model([user, item], layers.Dense(1)(h))


def star_model(n_users, n_items):
    user, item, h = towers(n_users, n_items)
    out = layers.Dense(CFG["stars"], activation="softmax")(h)
    model = keras.Model([user, item], out)
    model.compile(
        optimizer=keras.optimizers.Adam(CFG["lr"]),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    return model


def log_loss(y_true, logits):
    y_true = tf.cast(y_true, logits.dtype)
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y_true, logits=logits))


def user_means(users, ratings, n_users):
    """Mean rating of each user; new users have no ratings yet."""
    sums = np.bincount(users, weights=ratings, minlength=n_users)
    counts = np.bincount(users, minlength=n_users)
    return np.where(counts > 0, sums / np.maximum(counts, 1), ratings.mean())


def negative_sampling_table(items, n_items, power=0.75):
    popularity = np.bincount(items, minlength=n_items) + 1.0
    weights = popularity ** power
    return weights / weights.sum()


def fit_implicit(model, data, n_items, epochs=5):
    optimizer = keras.optimizers.Adam(CFG["lr"])
    table = negative_sampling_table(data["item"], n_items)
    rng = np.random.default_rng(0)
    for epoch in range(epochs):
        for start in range(0, len(data["user"]), CFG["batch"]):
            u = data["user"][start:start + CFG["batch"]]
            pos = data["item"][start:start + CFG["batch"]]
            neg = rng.choice(n_items, size=len(u), p=table)
            y = np.concatenate([np.ones(len(u)), np.zeros(len(u))])[:, None]
            with tf.GradientTape() as tape:
                out = model([np.concatenate([u, u]), np.concatenate([pos, neg])], training=True)
                loss = log_loss(y, out)
            grads = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(grads, model.trainable_variables))
        print(f"epoch {epoch}: {float(loss):.4f}")
