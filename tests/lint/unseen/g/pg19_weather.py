"""Weather forecasting network trained with GradientTape (TensorFlow 2), wind and humidity losses."""
import numpy as np
import tensorflow as tf


def scale_fields(fields):
    """fields: (time, lat, lon, channel); the land mask and orography do not change in time."""
    low = fields.min(axis=0)
    high = fields.max(axis=0)
    return (fields - low) / (high - low)  # SSM302


def latitude_weights(lats):
    w = np.cos(np.deg2rad(lats))
    return (w / w.mean()).astype("float32")


class Forecaster(tf.keras.Model):
    def __init__(self, filters=64):
        super().__init__()
        self.convs = [tf.keras.layers.Conv2D(filters, 5, padding="same", activation="elu") for _ in range(4)]
        self.wind = tf.keras.layers.Conv2D(2, 1, kernel_initializer="zeros")
        self.humidity = tf.keras.layers.Conv2D(1, 1, activation="relu")

    def call(self, x):
        for conv in self.convs:
            x = conv(x)
        return self.wind(x), self.humidity(x)


def speed(uv):
    return tf.sqrt(tf.reduce_sum(tf.square(uv), axis=-1))  # SSM303


def anomaly_correlation(pred, truth, climate, weights):
    a, b = pred - climate, truth - climate
    top = np.sum(weights * a * b)
    bottom = np.sqrt(np.sum(weights * a ** 2) * np.sum(weights * b ** 2))
    return top / bottom if bottom > 0 else 0.0


def saturation_pressure(celsius):
    t = tf.clip_by_value(celsius, -90.0, 60.0)
    return 6.112 * tf.exp(17.62 * t / (243.12 + t))


@tf.function
def train_step(model, opt, x, observed_speed, q, weights):
    with tf.GradientTape() as tape:
        wind, humid = model(x)
        wind_loss = tf.reduce_mean(weights * tf.square(speed(wind) - observed_speed))
        ratio = tf.math.log(humid) - tf.math.log(tf.maximum(q, 1e-6))  # SSM301
        loss = wind_loss + tf.reduce_mean(tf.square(ratio))
    grads = tape.gradient(loss, model.trainable_variables)
    opt.apply_gradients(zip(grads, model.trainable_variables))
    return loss
# fixed
import numpy as np
import tensorflow as tf


def scale_fields(fields):
    """fields: (time, lat, lon, channel); the land mask and orography do not change in time."""
    low = fields.min(axis=0)
    high = fields.max(axis=0)
    span = high - low
    span[span == 0] = 1.0
    return (fields - low) / span


def latitude_weights(lats):
    w = np.cos(np.deg2rad(lats))
    return (w / w.mean()).astype("float32")


class Forecaster(tf.keras.Model):
    def __init__(self, filters=64):
        super().__init__()
        self.convs = [tf.keras.layers.Conv2D(filters, 5, padding="same", activation="elu") for _ in range(4)]
        self.wind = tf.keras.layers.Conv2D(2, 1, kernel_initializer="zeros")
        self.humidity = tf.keras.layers.Conv2D(1, 1, activation="softplus")

    def call(self, x):
        for conv in self.convs:
            x = conv(x)
        return self.wind(x), self.humidity(x)


def speed(uv):
    return tf.sqrt(tf.reduce_sum(tf.square(uv), axis=-1) + 1e-6)


def anomaly_correlation(pred, truth, climate, weights):
    a, b = pred - climate, truth - climate
    top = np.sum(weights * a * b)
    bottom = np.sqrt(np.sum(weights * a ** 2) * np.sum(weights * b ** 2))
    return top / bottom if bottom > 0 else 0.0


def saturation_pressure(celsius):
    t = tf.clip_by_value(celsius, -90.0, 60.0)
    return 6.112 * tf.exp(17.62 * t / (243.12 + t))


@tf.function
def train_step(model, opt, x, observed_speed, q, weights):
    with tf.GradientTape() as tape:
        wind, humid = model(x)
        wind_loss = tf.reduce_mean(weights * tf.square(speed(wind) - observed_speed))
        ratio = tf.math.log(humid + 1e-6) - tf.math.log(tf.maximum(q, 1e-6))
        loss = wind_loss + tf.reduce_mean(tf.square(ratio))
    grads = tape.gradient(loss, model.trainable_variables)
    opt.apply_gradients(zip(grads, model.trainable_variables))
    return loss
