"""GAN losses in TensorFlow 2, the discriminator ends in a sigmoid."""
import tensorflow as tf

discriminator = tf.keras.Sequential([
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(128, activation="relu"),
    tf.keras.layers.Dense(1, activation="sigmoid"),
])


@tf.function
def discriminator_loss(real, fake):
    d_real, d_fake = discriminator(real), discriminator(fake)
    return -tf.reduce_mean(tf.math.log(d_real) + tf.math.log(1.0 - d_fake))  # SSM202 SSM202


@tf.function
def gradient_penalty(x_hat):
    with tf.GradientTape() as tape:
        tape.watch(x_hat)
        y = discriminator(x_hat)
    grad = tape.gradient(y, x_hat)
    norm = tf.sqrt(tf.reduce_sum(tf.square(grad), axis=[1, 2, 3]))  # SSM303
    return tf.reduce_mean((norm - 1.0) ** 2)
# fixed
import tensorflow as tf

discriminator = tf.keras.Sequential([
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(128, activation="relu"),
    tf.keras.layers.Dense(1),
])


@tf.function
def discriminator_loss(real, fake):
    d_real, d_fake = discriminator(real), discriminator(fake)
    return -tf.reduce_mean(tf.math.log_sigmoid(d_real) + tf.math.log_sigmoid(-d_fake))


@tf.function
def gradient_penalty(x_hat):
    with tf.GradientTape() as tape:
        tape.watch(x_hat)
        y = discriminator(x_hat)
    grad = tape.gradient(y, x_hat)
    norm = tf.sqrt(tf.reduce_sum(tf.square(grad), axis=[1, 2, 3]) + 1e-12)
    return tf.reduce_mean((norm - 1.0) ** 2)
