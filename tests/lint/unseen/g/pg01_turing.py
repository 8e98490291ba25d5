"""Neural Turing machine (TensorFlow 1): one read head on the copy task."""
import numpy as np
import tensorflow as tf

BATCH, STEPS, WIDTH, SLOTS, CELLS, HIDDEN = 16, 21, 8, 64, 20, 100


def content_weights(key, beta, memory):
    key = tf.nn.l2_normalize(key, 1)
    inner = tf.reduce_sum(tf.expand_dims(key, 1) * memory, 2)
    length = tf.sqrt(tf.reduce_sum(tf.square(memory), 2))  # SSM303
    similarity = inner / length  # SSM302
    return tf.nn.softmax(beta * similarity)


def address(h, memory, previous):
    key = tf.layers.dense(h, CELLS, tf.tanh, name="key")
    beta = tf.nn.softplus(tf.layers.dense(h, 1, name="beta"))
    gate = tf.layers.dense(h, 1, tf.sigmoid, name="gate")
    shift = tf.layers.dense(h, 3, tf.nn.softmax, name="shift")
    w = gate * content_weights(key, beta, memory) + (1 - gate) * previous
    rolled = [tf.manip.roll(w, k - 1, 1) * shift[:, k:k + 1] for k in range(3)]
    w = tf.add_n(rolled)
    sharpness = 1.0 + tf.layers.dense(h, 1, tf.nn.softplus, name="sharpness")
    return tf.nn.softmax(sharpness * tf.log(w + 1e-12))


inputs = tf.placeholder(tf.float32, [BATCH, STEPS, WIDTH + 1])
targets = tf.placeholder(tf.float32, [BATCH, STEPS, WIDTH])
memory = tf.zeros([BATCH, SLOTS, CELLS])
weights = tf.ones([BATCH, SLOTS]) / SLOTS
read = tf.zeros([BATCH, CELLS])
cell = tf.nn.rnn_cell.LSTMCell(HIDDEN)
state = cell.zero_state(BATCH, tf.float32)
outputs = []
with tf.variable_scope("machine", reuse=tf.AUTO_REUSE):
    for t in range(STEPS):
        h, state = cell(tf.concat([inputs[:, t], read], 1), state)
        weights = address(h, memory, weights)
        erase = tf.layers.dense(h, CELLS, tf.sigmoid, name="erase")
        add = tf.layers.dense(h, CELLS, tf.tanh, name="add")
        column = tf.expand_dims(weights, 2)
        memory = memory * (1 - column * tf.expand_dims(erase, 1)) + column * tf.expand_dims(add, 1)
        read = tf.reduce_sum(column * memory, 1)
        outputs.append(tf.layers.dense(tf.concat([h, read], 1), WIDTH, name="out"))

predictions = tf.sigmoid(tf.stack(outputs, 1))
loss = -tf.reduce_mean(targets * tf.log(predictions) + (1 - targets) * tf.log(1 - predictions))  # SSM202
bits_wrong = tf.reduce_sum(tf.abs(targets - tf.round(predictions))) / BATCH
train = tf.train.RMSPropOptimizer(1e-4, momentum=0.9).minimize(loss)
# fixed
import numpy as np
import tensorflow as tf

BATCH, STEPS, WIDTH, SLOTS, CELLS, HIDDEN = 16, 21, 8, 64, 20, 100


def content_weights(key, beta, memory):
    key = tf.nn.l2_normalize(key, 1)
    inner = tf.reduce_sum(tf.expand_dims(key, 1) * memory, 2)
    length = tf.sqrt(tf.reduce_sum(tf.square(memory), 2) + 1e-8)
    similarity = inner / length
    return tf.nn.softmax(beta * similarity)


def address(h, memory, previous):
    key = tf.layers.dense(h, CELLS, tf.tanh, name="key")
    beta = tf.nn.softplus(tf.layers.dense(h, 1, name="beta"))
    gate = tf.layers.dense(h, 1, tf.sigmoid, name="gate")
    shift = tf.layers.dense(h, 3, tf.nn.softmax, name="shift")
    w = gate * content_weights(key, beta, memory) + (1 - gate) * previous
    rolled = [tf.manip.roll(w, k - 1, 1) * shift[:, k:k + 1] for k in range(3)]
    w = tf.add_n(rolled)
    sharpness = 1.0 + tf.layers.dense(h, 1, tf.nn.softplus, name="sharpness")
    return tf.nn.softmax(sharpness * tf.log(w + 1e-12))


inputs = tf.placeholder(tf.float32, [BATCH, STEPS, WIDTH + 1])
targets = tf.placeholder(tf.float32, [BATCH, STEPS, WIDTH])
memory = tf.zeros([BATCH, SLOTS, CELLS])
weights = tf.ones([BATCH, SLOTS]) / SLOTS
read = tf.zeros([BATCH, CELLS])
cell = tf.nn.rnn_cell.LSTMCell(HIDDEN)
state = cell.zero_state(BATCH, tf.float32)
outputs = []
with tf.variable_scope("machine", reuse=tf.AUTO_REUSE):
    for t in range(STEPS):
        h, state = cell(tf.concat([inputs[:, t], read], 1), state)
        weights = address(h, memory, weights)
        erase = tf.layers.dense(h, CELLS, tf.sigmoid, name="erase")
        add = tf.layers.dense(h, CELLS, tf.tanh, name="add")
        column = tf.expand_dims(weights, 2)
        memory = memory * (1 - column * tf.expand_dims(erase, 1)) + column * tf.expand_dims(add, 1)
        read = tf.reduce_sum(column * memory, 1)
        outputs.append(tf.layers.dense(tf.concat([h, read], 1), WIDTH, name="out"))

logits = tf.stack(outputs, 1)
predictions = tf.sigmoid(logits)
loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits))
bits_wrong = tf.reduce_sum(tf.abs(targets - tf.round(predictions))) / BATCH
train = tf.train.RMSPropOptimizer(1e-4, momentum=0.9).minimize(loss)
