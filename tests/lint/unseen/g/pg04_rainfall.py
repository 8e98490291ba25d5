"""Statistical downscaling of rain with a Bernoulli-gamma head (TensorFlow 1 script)."""
import tensorflow as tf

CONFIG = {"predictors": 20, "stations": 86, "lr": 1e-4, "batch": 100, "decay": 1e-5}

X = tf.placeholder(tf.float32, (None, 16, 16, CONFIG["predictors"]), name="X")
rain = tf.placeholder(tf.float32, (None, CONFIG["stations"]), name="rain")  # mm a day, 0 if dry


def trunk(x):
    for filters in (50, 25, 10):
        x = tf.layers.conv2d(x, filters, 3, padding="same", activation=tf.nn.relu)
    return tf.layers.flatten(x)


h = trunk(X)
n = CONFIG["stations"]
wet = tf.layers.dense(h, n, activation=tf.nn.sigmoid)
shape = tf.nn.softplus(tf.layers.dense(h, n)) + 0.01
scale = tf.nn.softplus(tf.layers.dense(h, n)) + 0.01

log_gamma = ((shape - 1.0) * tf.log(rain) - rain / scale  # SSM305
             - shape * tf.log(scale) - tf.lgamma(shape))
loglik = tf.where(rain > 0,
                  tf.log(wet) + log_gamma,  # SSM202
                  tf.log(1.0 - wet))  # SSM202
loss = -tf.reduce_mean(loglik)
for v in tf.trainable_variables():
    if v.name.endswith("kernel:0"):
        loss += CONFIG["decay"] * tf.nn.l2_loss(v)

expected = wet * shape * scale
bias = tf.reduce_mean(expected, 0) / tf.maximum(tf.reduce_mean(rain, 0), 0.01)
op = tf.train.AdamOptimizer(CONFIG["lr"]).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
# fixed
import tensorflow as tf

CONFIG = {"predictors": 20, "stations": 86, "lr": 1e-4, "batch": 100, "decay": 1e-5}

X = tf.placeholder(tf.float32, (None, 16, 16, CONFIG["predictors"]), name="X")
rain = tf.placeholder(tf.float32, (None, CONFIG["stations"]), name="rain")  # mm a day, 0 if dry


def trunk(x):
    for filters in (50, 25, 10):
        x = tf.layers.conv2d(x, filters, 3, padding="same", activation=tf.nn.relu)
    return tf.layers.flatten(x)


h = trunk(X)
n = CONFIG["stations"]
wet_logit = tf.layers.dense(h, n)
wet = tf.nn.sigmoid(wet_logit)
shape = tf.nn.softplus(tf.layers.dense(h, n)) + 0.01
scale = tf.nn.softplus(tf.layers.dense(h, n)) + 0.01

some_rain = tf.where(rain > 0, rain, tf.ones_like(rain))
log_gamma = ((shape - 1.0) * tf.log(some_rain) - some_rain / scale
             - shape * tf.log(scale) - tf.lgamma(shape))
loglik = tf.where(rain > 0,
                  tf.log_sigmoid(wet_logit) + log_gamma,
                  tf.log_sigmoid(-wet_logit))
loss = -tf.reduce_mean(loglik)
for v in tf.trainable_variables():
    if v.name.endswith("kernel:0"):
        loss += CONFIG["decay"] * tf.nn.l2_loss(v)

expected = wet * shape * scale
bias = tf.reduce_mean(expected, 0) / tf.maximum(tf.reduce_mean(rain, 0), 0.01)
op = tf.train.AdamOptimizer(CONFIG["lr"]).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
