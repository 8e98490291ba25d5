"""Capsule layer with dynamic routing and the margin loss."""
import tensorflow as tf

cfg = {"iter_routing": 3, "m_plus": 0.9, "m_minus": 0.1, "lambda_val": 0.5, "batch": 128}


def squash(s, axis=-2):
    squared_norm = tf.reduce_sum(tf.square(s), axis, keep_dims=True)
    norm = tf.sqrt(squared_norm)  # SSM303
    scale = squared_norm / (1.0 + squared_norm)
    return scale * s / norm  # SSM302


def routing(u_hat, num_out):
    n_in = u_hat.get_shape()[1].value
    b = tf.zeros([cfg["batch"], n_in, num_out, 1, 1])
    u_hat_stopped = tf.stop_gradient(u_hat)
    for r in range(cfg["iter_routing"]):
        c = tf.nn.softmax(b, dim=2)
        if r == cfg["iter_routing"] - 1:
            s = tf.reduce_sum(c * u_hat, axis=1, keep_dims=True)
            return squash(s)
        s = tf.reduce_sum(c * u_hat_stopped, axis=1, keep_dims=True)
        v = tf.tile(squash(s), [1, n_in, 1, 1, 1])
        b += tf.reduce_sum(u_hat_stopped * v, axis=3, keep_dims=True)


def primary_caps(images):
    conv1 = tf.contrib.layers.conv2d(images, 256, 9, stride=1, padding="VALID")
    caps = tf.contrib.layers.conv2d(conv1, 32 * 8, 9, stride=2, padding="VALID")
    return squash(tf.reshape(caps, [cfg["batch"], -1, 8, 1]))


def digit_caps(u, num_out=10, dim_out=16):
    n_in = u.get_shape()[1].value
    W = tf.get_variable("W", [1, n_in, num_out, dim_out, 8],
                        initializer=tf.random_normal_initializer(stddev=0.01))
    tiled = tf.tile(tf.reshape(u, [cfg["batch"], n_in, 1, 8, 1]), [1, 1, num_out, 1, 1])
    u_hat = tf.matmul(tf.tile(W, [cfg["batch"], 1, 1, 1, 1]), tiled)
    return tf.reshape(routing(u_hat, num_out), [cfg["batch"], num_out, dim_out])


def margin_loss(caps, labels):
    v_length = tf.sqrt(tf.reduce_sum(tf.square(caps), axis=2))  # SSM303
    max_l = tf.square(tf.maximum(0.0, cfg["m_plus"] - v_length))
    max_r = tf.square(tf.maximum(0.0, v_length - cfg["m_minus"]))
    L_c = labels * max_l + cfg["lambda_val"] * (1 - labels) * max_r
    return tf.reduce_mean(tf.reduce_sum(L_c, axis=1)), v_length


def build(images, labels):
    caps = digit_caps(primary_caps(images))
    loss, v_length = margin_loss(caps, labels)
    hits = tf.equal(tf.argmax(v_length, 1), tf.argmax(labels, 1))
    accuracy = tf.reduce_sum(tf.cast(hits, tf.float32)) / cfg["batch"]
    return tf.train.AdamOptimizer().minimize(loss), loss, accuracy
# fixed
import tensorflow as tf

cfg = {"iter_routing": 3, "m_plus": 0.9, "m_minus": 0.1, "lambda_val": 0.5, "batch": 128}


def squash(s, axis=-2):
    squared_norm = tf.reduce_sum(tf.square(s), axis, keep_dims=True)
    norm = tf.sqrt(squared_norm + 1e-9)
    scale = squared_norm / (1.0 + squared_norm)
    return scale * s / norm


def routing(u_hat, num_out):
    n_in = u_hat.get_shape()[1].value
    b = tf.zeros([cfg["batch"], n_in, num_out, 1, 1])
    u_hat_stopped = tf.stop_gradient(u_hat)
    for r in range(cfg["iter_routing"]):
        c = tf.nn.softmax(b, dim=2)
        if r == cfg["iter_routing"] - 1:
            s = tf.reduce_sum(c * u_hat, axis=1, keep_dims=True)
            return squash(s)
        s = tf.reduce_sum(c * u_hat_stopped, axis=1, keep_dims=True)
        v = tf.tile(squash(s), [1, n_in, 1, 1, 1])
        b += tf.reduce_sum(u_hat_stopped * v, axis=3, keep_dims=True)


def primary_caps(images):
    conv1 = tf.contrib.layers.conv2d(images, 256, 9, stride=1, padding="VALID")
    caps = tf.contrib.layers.conv2d(conv1, 32 * 8, 9, stride=2, padding="VALID")
    return squash(tf.reshape(caps, [cfg["batch"], -1, 8, 1]))


def digit_caps(u, num_out=10, dim_out=16):
    n_in = u.get_shape()[1].value
    W = tf.get_variable("W", [1, n_in, num_out, dim_out, 8],
                        initializer=tf.random_normal_initializer(stddev=0.01))
    tiled = tf.tile(tf.reshape(u, [cfg["batch"], n_in, 1, 8, 1]), [1, 1, num_out, 1, 1])
    u_hat = tf.matmul(tf.tile(W, [cfg["batch"], 1, 1, 1, 1]), tiled)
    return tf.reshape(routing(u_hat, num_out), [cfg["batch"], num_out, dim_out])


def margin_loss(caps, labels):
    v_length = tf.sqrt(tf.reduce_sum(tf.square(caps), axis=2) + 1e-9)
    max_l = tf.square(tf.maximum(0.0, cfg["m_plus"] - v_length))
    max_r = tf.square(tf.maximum(0.0, v_length - cfg["m_minus"]))
    L_c = labels * max_l + cfg["lambda_val"] * (1 - labels) * max_r
    return tf.reduce_mean(tf.reduce_sum(L_c, axis=1)), v_length


def build(images, labels):
    caps = digit_caps(primary_caps(images))
    loss, v_length = margin_loss(caps, labels)
    hits = tf.equal(tf.argmax(v_length, 1), tf.argmax(labels, 1))
    accuracy = tf.reduce_sum(tf.cast(hits, tf.float32)) / cfg["batch"]
    return tf.train.AdamOptimizer().minimize(loss), loss, accuracy
