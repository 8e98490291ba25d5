"""Recurrent marked temporal point process in TensorFlow 1 (times and types of events)."""
import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("types", 12, "number of event types")
flags.DEFINE_integer("hidden", 64, "units of the GRU")
flags.DEFINE_float("decay", 0.1, "slope of the log intensity between events")
FLAGS = flags.FLAGS


def features(times):
    """Gaps between time stamps (whole seconds) and their logarithms."""
    gaps = np.minimum(np.diff(times, axis=1), 50.0).astype(np.float32)
    return gaps, np.log(gaps)  # SSM301


def build():
    x = tf.placeholder(tf.float32, [None, None, FLAGS.types + 1])
    gap = tf.placeholder(tf.float32, [None, None])
    kind = tf.placeholder(tf.int32, [None, None])
    mask = tf.placeholder(tf.float32, [None, None])
    h, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(FLAGS.hidden), x, dtype=tf.float32)

    past = tf.squeeze(tf.layers.dense(h, 1), -1)
    w = FLAGS.decay
    intensity = tf.exp(past + w * gap)  # SSM505
    survived = -tf.expm1(-w * gap) / w
    log_density = tf.log(intensity) - intensity * survived  # SSM210

    scores = tf.layers.dense(h, FLAGS.types)
    log_mark = -tf.nn.sparse_softmax_cross_entropy_with_logits(labels=kind, logits=scores)

    per_event = -(log_density + log_mark) * mask
    loss = tf.reduce_sum(per_event) / tf.to_float(tf.shape(x)[0])
    return x, gap, kind, mask, loss


def main(_):
    x, gap, kind, mask, loss = build()
    rate = tf.train.exponential_decay(1e-3, tf.train.get_or_create_global_step(), 1000, 0.9)
    step = tf.train.AdamOptimizer(rate).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())


if __name__ == "__main__":
    tf.app.run()
# fixed
import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("types", 12, "number of event types")
flags.DEFINE_integer("hidden", 64, "units of the GRU")
flags.DEFINE_float("decay", 0.1, "slope of the log intensity between events")
FLAGS = flags.FLAGS


def features(times):
    """Gaps between time stamps (whole seconds) and their logarithms."""
    gaps = np.minimum(np.diff(times, axis=1), 50.0).astype(np.float32)
    return gaps, np.log(np.maximum(gaps, 0.5))


def build():
    x = tf.placeholder(tf.float32, [None, None, FLAGS.types + 1])
    gap = tf.placeholder(tf.float32, [None, None])
    kind = tf.placeholder(tf.int32, [None, None])
    mask = tf.placeholder(tf.float32, [None, None])
    h, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(FLAGS.hidden), x, dtype=tf.float32)

    past = tf.clip_by_value(tf.squeeze(tf.layers.dense(h, 1), -1), -15.0, 15.0)
    w = FLAGS.decay
    log_intensity = past + w * gap
    compensator = tf.exp(past) * tf.expm1(w * gap) / w
    log_density = log_intensity - compensator

    scores = tf.layers.dense(h, FLAGS.types)
    log_mark = -tf.nn.sparse_softmax_cross_entropy_with_logits(labels=kind, logits=scores)

    per_event = -(log_density + log_mark) * mask
    loss = tf.reduce_sum(per_event) / tf.to_float(tf.shape(x)[0])
    return x, gap, kind, mask, loss


def main(_):
    x, gap, kind, mask, loss = build()
    rate = tf.train.exponential_decay(1e-3, tf.train.get_or_create_global_step(), 1000, 0.9)
    step = tf.train.AdamOptimizer(rate).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())


if __name__ == "__main__":
    tf.app.run()
