"""Losses of a face embedding in TensorFlow 1: center loss and batch-hard, batch-all triplets."""
import tensorflow as tf


def center_loss(features, labels, alpha, num_classes):
    dim = features.get_shape()[1]
    centers = tf.get_variable("centers", [num_classes, dim], dtype=tf.float32,
                              initializer=tf.constant_initializer(0), trainable=False)
    labels = tf.reshape(labels, [-1])
    centers_batch = tf.gather(centers, labels)
    diff = centers_batch - features
    _, idx, count = tf.unique_with_counts(labels)
    appear = tf.reshape(tf.gather(count, idx), [-1, 1])
    diff = diff / tf.cast(1 + appear, tf.float32)
    update = tf.scatter_sub(centers, labels, (1 - alpha) * diff)
    return tf.reduce_mean(tf.square(features - centers_batch)), update


def pairwise_distances(embeddings, squared=False):
    dot = tf.matmul(embeddings, tf.transpose(embeddings))
    square_norm = tf.diag_part(dot)
    distances = tf.expand_dims(square_norm, 1) - 2.0 * dot + tf.expand_dims(square_norm, 0)
    distances = tf.maximum(distances, 0.0)
    if not squared:
        distances = tf.sqrt(distances)  # SSM303
    return distances


def same_label_mask(labels):
    equal = tf.equal(tf.expand_dims(labels, 0), tf.expand_dims(labels, 1))
    distinct = tf.logical_not(tf.cast(tf.eye(tf.shape(labels)[0]), tf.bool))
    return tf.cast(tf.logical_and(equal, distinct), tf.float32), tf.cast(tf.logical_not(equal), tf.float32)


def batch_all_triplet_loss(labels, embeddings, margin):
    dist = pairwise_distances(embeddings)
    positive, negative = same_label_mask(labels)
    loss = tf.expand_dims(dist, 2) - tf.expand_dims(dist, 1) + margin
    valid = tf.expand_dims(positive, 2) * tf.expand_dims(negative, 1)
    loss = tf.maximum(valid * loss, 0.0)
    num_active = tf.reduce_sum(tf.cast(tf.greater(loss, 1e-16), tf.float32))
    fraction = num_active / tf.maximum(tf.reduce_sum(valid), 1.0)
    return tf.reduce_sum(loss) / num_active, fraction  # SSM302


def batch_hard_triplet_loss(labels, embeddings, margin):
    dist = pairwise_distances(embeddings)
    positive, negative = same_label_mask(labels)
    hardest_positive = tf.reduce_max(positive * dist, axis=1)
    largest = tf.reduce_max(dist, axis=1, keep_dims=True)
    hardest_negative = tf.reduce_min(dist + largest * (1.0 - negative), axis=1)
    return tf.reduce_mean(tf.maximum(hardest_positive - hardest_negative + margin, 0.0))


def build(images, labels, network, flags):
    embeddings = tf.nn.l2_normalize(network(images), 1, 1e-10)
    triplet, fraction = batch_all_triplet_loss(labels, embeddings, flags.margin)
    center, update = center_loss(embeddings, labels, flags.alpha, flags.num_classes)
    tf.summary.scalar("active", fraction)
    with tf.control_dependencies([update]):
        return triplet + flags.center_weight * center
# fixed
import tensorflow as tf


def center_loss(features, labels, alpha, num_classes):
    dim = features.get_shape()[1]
    centers = tf.get_variable("centers", [num_classes, dim], dtype=tf.float32,
                              initializer=tf.constant_initializer(0), trainable=False)
    labels = tf.reshape(labels, [-1])
    centers_batch = tf.gather(centers, labels)
    diff = centers_batch - features
    _, idx, count = tf.unique_with_counts(labels)
    appear = tf.reshape(tf.gather(count, idx), [-1, 1])
    diff = diff / tf.cast(1 + appear, tf.float32)
    update = tf.scatter_sub(centers, labels, (1 - alpha) * diff)
    return tf.reduce_mean(tf.square(features - centers_batch)), update


def pairwise_distances(embeddings, squared=False):
    dot = tf.matmul(embeddings, tf.transpose(embeddings))
    square_norm = tf.diag_part(dot)
    distances = tf.expand_dims(square_norm, 1) - 2.0 * dot + tf.expand_dims(square_norm, 0)
    distances = tf.maximum(distances, 0.0)
    if not squared:
        mask = tf.cast(tf.equal(distances, 0.0), tf.float32)
        distances = tf.sqrt(distances + mask * 1e-16) * (1.0 - mask)
    return distances


def same_label_mask(labels):
    equal = tf.equal(tf.expand_dims(labels, 0), tf.expand_dims(labels, 1))
    distinct = tf.logical_not(tf.cast(tf.eye(tf.shape(labels)[0]), tf.bool))
    return tf.cast(tf.logical_and(equal, distinct), tf.float32), tf.cast(tf.logical_not(equal), tf.float32)


def batch_all_triplet_loss(labels, embeddings, margin):
    dist = pairwise_distances(embeddings)
    positive, negative = same_label_mask(labels)
    loss = tf.expand_dims(dist, 2) - tf.expand_dims(dist, 1) + margin
    valid = tf.expand_dims(positive, 2) * tf.expand_dims(negative, 1)
    loss = tf.maximum(valid * loss, 0.0)
    num_active = tf.reduce_sum(tf.cast(tf.greater(loss, 1e-16), tf.float32))
    fraction = num_active / tf.maximum(tf.reduce_sum(valid), 1.0)
    return tf.reduce_sum(loss) / (num_active + 1e-16), fraction


def batch_hard_triplet_loss(labels, embeddings, margin):
    dist = pairwise_distances(embeddings)
    positive, negative = same_label_mask(labels)
    hardest_positive = tf.reduce_max(positive * dist, axis=1)
    largest = tf.reduce_max(dist, axis=1, keep_dims=True)
    hardest_negative = tf.reduce_min(dist + largest * (1.0 - negative), axis=1)
    return tf.reduce_mean(tf.maximum(hardest_positive - hardest_negative + margin, 0.0))


def build(images, labels, network, flags):
    embeddings = tf.nn.l2_normalize(network(images), 1, 1e-10)
    triplet, fraction = batch_all_triplet_loss(labels, embeddings, flags.margin)
    center, update = center_loss(embeddings, labels, flags.alpha, flags.num_classes)
    tf.summary.scalar("active", fraction)
    with tf.control_dependencies([update]):
        return triplet + flags.center_weight * center
