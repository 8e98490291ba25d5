"""Batch-all triplet loss, center loss and a spreading term for face embeddings, in graph style."""
import tensorflow as tf


def pairwise_distances(embeddings, squared=False):
    dot = tf.matmul(embeddings, tf.transpose(embeddings))
    norms = tf.diag_part(dot)
    distances = tf.expand_dims(norms, 1) - 2.0 * dot + tf.expand_dims(norms, 0)
    distances = tf.maximum(distances, 0.0)
    if not squared:
        distances = tf.sqrt(distances)  # SSM303
    return distances


def triplet_mask(labels):
    not_self = tf.logical_not(tf.cast(tf.eye(tf.size(labels)), tf.bool))
    same = tf.equal(tf.expand_dims(labels, 0), tf.expand_dims(labels, 1))
    positive = tf.logical_and(same, not_self)
    return tf.logical_and(tf.expand_dims(positive, 2), tf.expand_dims(tf.logical_not(same), 1))


def batch_all_triplet_loss(labels, embeddings, margin):
    dist = pairwise_distances(embeddings)
    loss = tf.expand_dims(dist, 2) - tf.expand_dims(dist, 1) + margin
    mask = tf.to_float(triplet_mask(labels))
    loss = tf.maximum(tf.multiply(mask, loss), 0.0)
    num_positive = tf.reduce_sum(tf.to_float(tf.greater(loss, 1e-16)))
    num_valid = tf.reduce_sum(mask)
    fraction_positive = num_positive / tf.maximum(num_valid, 1.0)
    return tf.reduce_sum(loss) / num_positive, fraction_positive  # SSM302


def spreading_loss(embeddings):
    dist = pairwise_distances(embeddings)
    n = tf.shape(embeddings)[0]
    nearest = tf.reduce_min(dist + 10.0 * tf.eye(n), axis=1)
    return -tf.reduce_mean(tf.log(nearest))  # SSM301


def center_loss(features, labels, alpha, num_classes):
    centers = tf.get_variable("centers", [num_classes, features.shape[1]], trainable=False)
    batch = tf.gather(centers, labels)
    _, index, counts = tf.unique_with_counts(labels)
    appear = tf.reshape(tf.gather(counts, index), [-1, 1])
    diff = (batch - features) / tf.cast(1 + appear, tf.float32)
    update = tf.scatter_sub(centers, labels, alpha * diff)
    return tf.nn.l2_loss(features - batch), update


def model_fn(features, labels, mode, params):
    net = tf.layers.flatten(features["image"])
    net = tf.layers.dense(net, 512, activation=tf.nn.relu)
    net = tf.layers.dense(net, params["dim"])
    embeddings = tf.nn.l2_normalize(net, 1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"embedding": embeddings})
    triplet, fraction = batch_all_triplet_loss(labels, embeddings, params["margin"])
    center, update = center_loss(net, labels, 0.5, params["classes"])
    loss = triplet + 1e-3 * center + params["spread"] * spreading_loss(embeddings)
    tf.summary.scalar("fraction_positive", fraction)
    optimizer = tf.train.MomentumOptimizer(params["lr"], 0.9)
    with tf.control_dependencies([update]):
        train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)
# fixed
import tensorflow as tf


def pairwise_distances(embeddings, squared=False):
    dot = tf.matmul(embeddings, tf.transpose(embeddings))
    norms = tf.diag_part(dot)
    distances = tf.expand_dims(norms, 1) - 2.0 * dot + tf.expand_dims(norms, 0)
    distances = tf.maximum(distances, 0.0)
    if not squared:
        at_zero = tf.to_float(tf.equal(distances, 0.0))
        distances = tf.sqrt(distances + at_zero * 1e-12) * (1.0 - at_zero)
    return distances


def triplet_mask(labels):
    not_self = tf.logical_not(tf.cast(tf.eye(tf.size(labels)), tf.bool))
    same = tf.equal(tf.expand_dims(labels, 0), tf.expand_dims(labels, 1))
    positive = tf.logical_and(same, not_self)
    return tf.logical_and(tf.expand_dims(positive, 2), tf.expand_dims(tf.logical_not(same), 1))


def batch_all_triplet_loss(labels, embeddings, margin):
    dist = pairwise_distances(embeddings)
    loss = tf.expand_dims(dist, 2) - tf.expand_dims(dist, 1) + margin
    mask = tf.to_float(triplet_mask(labels))
    loss = tf.maximum(tf.multiply(mask, loss), 0.0)
    num_positive = tf.reduce_sum(tf.to_float(tf.greater(loss, 1e-16)))
    num_valid = tf.reduce_sum(mask)
    fraction_positive = num_positive / tf.maximum(num_valid, 1.0)
    return tf.reduce_sum(loss) / tf.maximum(num_positive, 1.0), fraction_positive


def spreading_loss(embeddings):
    dist = pairwise_distances(embeddings)
    n = tf.shape(embeddings)[0]
    nearest = tf.reduce_min(dist + 10.0 * tf.eye(n), axis=1)
    return -tf.reduce_mean(tf.log(nearest + 1e-6))


def center_loss(features, labels, alpha, num_classes):
    centers = tf.get_variable("centers", [num_classes, features.shape[1]], trainable=False)
    batch = tf.gather(centers, labels)
    _, index, counts = tf.unique_with_counts(labels)
    appear = tf.reshape(tf.gather(counts, index), [-1, 1])
    diff = (batch - features) / tf.cast(1 + appear, tf.float32)
    update = tf.scatter_sub(centers, labels, alpha * diff)
    return tf.nn.l2_loss(features - batch), update


def model_fn(features, labels, mode, params):
    net = tf.layers.flatten(features["image"])
    net = tf.layers.dense(net, 512, activation=tf.nn.relu)
    net = tf.layers.dense(net, params["dim"])
    embeddings = tf.nn.l2_normalize(net, 1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"embedding": embeddings})
    triplet, fraction = batch_all_triplet_loss(labels, embeddings, params["margin"])
    center, update = center_loss(net, labels, 0.5, params["classes"])
    loss = triplet + 1e-3 * center + params["spread"] * spreading_loss(embeddings)
    tf.summary.scalar("fraction_positive", fraction)
    optimizer = tf.train.MomentumOptimizer(params["lr"], 0.9)
    with tf.control_dependencies([update]):
        train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)
