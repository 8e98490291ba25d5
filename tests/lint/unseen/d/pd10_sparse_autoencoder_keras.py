"""Sparse autoencoder in Keras with its own penalty and its own reconstruction loss."""
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers


def load(name="mnist"):
    (x, _), (xt, _) = getattr(keras.datasets, name).load_data()
    x = x.reshape(len(x), -1).astype("float32")
    xt = xt.reshape(len(xt), -1).astype("float32")
    low, high = x.min(axis=0), x.max(axis=0)
    x = (x - low) / (high - low)  # SSM302
    return x, np.clip(xt / 255.0, 0.0, 1.0)


class SparsityPenalty(layers.Layer):
    def __init__(self, rho=0.05, weight=3.0, **kwargs):
        super().__init__(**kwargs)
        self.rho = rho
        self.weight = weight

    def call(self, code):
        rho_hat = tf.reduce_mean(code, axis=0)
        on = self.rho * (np.log(self.rho) - tf.math.log(rho_hat))  # SSM301
        off = (1 - self.rho) * (np.log(1 - self.rho) - tf.math.log(1 - rho_hat))  # SSM301
        self.add_loss(self.weight * tf.reduce_sum(on + off))
        return code


def reconstruction(y_true, y_pred):
    return -K.sum(y_true * K.log(y_pred) + (1 - y_true) * K.log(1 - y_pred), axis=-1)  # SSM401


def build(n_in=784, n_code=196):
    inp = keras.Input((n_in,))
    code = layers.Dense(n_code, activation="sigmoid")(inp)
    code = SparsityPenalty()(code)
    out = layers.Dense(n_in, activation="sigmoid")(code)
    model = keras.Model(inp, out)
    model.compile(keras.optimizers.Adam(1e-3), loss=reconstruction)
    return model


def warmup(epoch, lr):
    return lr if epoch < 5 else lr * float(np.exp(-0.05))


if __name__ == "__main__":
    x, xt = load()
    net = build()
    net.fit(x, x, epochs=20, batch_size=256, validation_data=(xt, xt),
            callbacks=[keras.callbacks.LearningRateScheduler(warmup)])
    rmse = np.sqrt(np.mean((net.predict(xt) - xt) ** 2))
    print("rmse", rmse)
# fixed
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers


def load(name="mnist"):
    (x, _), (xt, _) = getattr(keras.datasets, name).load_data()
    x = x.reshape(len(x), -1).astype("float32")
    xt = xt.reshape(len(xt), -1).astype("float32")
    low, high = x.min(axis=0), x.max(axis=0)
    x = (x - low) / np.maximum(high - low, 1.0)
    return x, np.clip(xt / 255.0, 0.0, 1.0)


class SparsityPenalty(layers.Layer):
    def __init__(self, rho=0.05, weight=3.0, **kwargs):
        super().__init__(**kwargs)
        self.rho = rho
        self.weight = weight

    def call(self, code):
        rho_hat = tf.clip_by_value(tf.reduce_mean(code, axis=0), 1e-6, 1 - 1e-6)
        on = self.rho * (np.log(self.rho) - tf.math.log(rho_hat))
        off = (1 - self.rho) * (np.log(1 - self.rho) - tf.math.log1p(-rho_hat))
        self.add_loss(self.weight * tf.reduce_sum(on + off))
        return code


def reconstruction(y_true, y_pred):
    return K.sum(K.binary_crossentropy(y_true, y_pred, from_logits=True), axis=-1)


def build(n_in=784, n_code=196):
    inp = keras.Input((n_in,))
    code = layers.Dense(n_code, activation="sigmoid")(inp)
    code = SparsityPenalty()(code)
    out = layers.Dense(n_in)(code)
    model = keras.Model(inp, out)
    model.compile(keras.optimizers.Adam(1e-3), loss=reconstruction)
    return model


def warmup(epoch, lr):
    return lr if epoch < 5 else lr * float(np.exp(-0.05))


if __name__ == "__main__":
    x, xt = load()
    net = build()
    net.fit(x, x, epochs=20, batch_size=256, validation_data=(xt, xt),
            callbacks=[keras.callbacks.LearningRateScheduler(warmup)])
    rmse = np.sqrt(np.mean((tf.sigmoid(net.predict(xt)).numpy() - xt) ** 2))
    print("rmse", rmse)
