"""A pointer-generator in TensorFlow 1: attention with a mask, a mixture of two distributions, a masked loss."""
import tensorflow as tf

hidden = tf.placeholder(tf.float32, [None, None, 256])
query = tf.placeholder(tf.float32, [None, 256])
mask = tf.placeholder(tf.float32, [None, None])
targets = tf.placeholder(tf.int32, [None])
weights = tf.placeholder(tf.float32, [None])

with tf.variable_scope("attention"):
    w = tf.get_variable("w", [256, 256])
    scores = tf.reduce_sum(hidden * tf.expand_dims(tf.matmul(query, w), 1), axis=2)
    e = tf.exp(scores) * mask
    attention = e / tf.reduce_sum(e, axis=1, keepdims=True)  # SSM101

with tf.variable_scope("output"):
    vocabulary = tf.nn.softmax(tf.layers.dense(query, 5000))
    p_gen = tf.layers.dense(query, 1, activation=tf.nn.sigmoid)
    final = p_gen * vocabulary
    losses = -tf.reduce_sum(tf.one_hot(targets, 5000) * tf.log(final), axis=1)  # SSM301
    loss = tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)
    coverage = tf.reduce_mean(tf.log(1.0 - p_gen))  # SSM202
    regularizer = tf.norm(w - tf.transpose(w))  # SSM303

train_op = tf.train.AdamOptimizer(1e-4).minimize(loss + coverage + 0.01 * regularizer)
# fixed
import tensorflow as tf

hidden = tf.placeholder(tf.float32, [None, None, 256])
query = tf.placeholder(tf.float32, [None, 256])
mask = tf.placeholder(tf.float32, [None, None])
targets = tf.placeholder(tf.int32, [None])
weights = tf.placeholder(tf.float32, [None])

with tf.variable_scope("attention"):
    w = tf.get_variable("w", [256, 256])
    scores = tf.reduce_sum(hidden * tf.expand_dims(tf.matmul(query, w), 1), axis=2)
    attention = tf.nn.softmax(scores + (1.0 - mask) * -1e9, axis=1)

with tf.variable_scope("output"):
    log_vocabulary = tf.nn.log_softmax(tf.layers.dense(query, 5000))
    gate = tf.layers.dense(query, 1)
    final = tf.log_sigmoid(gate) + log_vocabulary
    losses = -tf.reduce_sum(tf.one_hot(targets, 5000) * final, axis=1)
    loss = tf.reduce_sum(losses * weights) / tf.maximum(tf.reduce_sum(weights), 1.0)
    coverage = tf.reduce_mean(tf.log_sigmoid(-gate))
    regularizer = tf.sqrt(tf.reduce_sum(tf.square(w - tf.transpose(w))) + 1e-8)

train_op = tf.train.AdamOptimizer(1e-4).minimize(loss + coverage + 0.01 * regularizer)
