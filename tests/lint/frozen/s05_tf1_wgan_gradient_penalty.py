"""The slope of a critic: the gradient of its norm at 0."""
import tensorflow as tf


def penalty(critic, real, fake, alpha):
    interpolates = real + alpha * (fake - real)
    gradients = tf.gradients(critic(interpolates), [interpolates])[0]
    slopes = tf.sqrt(tf.reduce_sum(tf.square(gradients), reduction_indices=[1]))  # SSM303
    return tf.reduce_mean((slopes - 1.0) ** 2)


# fixed
import tensorflow as tf


def penalty(critic, real, fake, alpha):
    interpolates = real + alpha * (fake - real)
    gradients = tf.gradients(critic(interpolates), [interpolates])[0]
    slopes = tf.sqrt(tf.reduce_sum(tf.square(gradients), reduction_indices=[1]) + 1e-10)
    return tf.reduce_mean((slopes - 1.0) ** 2)
