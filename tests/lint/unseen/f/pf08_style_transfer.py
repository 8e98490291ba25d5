"""Neural style transfer with AdaIN statistics and total variation, TensorFlow 2."""
import tensorflow as tf

STYLE_LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1")


def vgg(names):
    base = tf.keras.applications.VGG19(include_top=False, weights="imagenet")
    base.trainable = False
    return tf.keras.Model(base.input, [base.get_layer(n).output for n in names])


def channel_statistics(features):
    mean, variance = tf.nn.moments(features, axes=[1, 2], keepdims=True)
    return mean, tf.sqrt(variance)  # SSM303


def adain(content, style, alpha=1.0):
    c_mean, c_std = channel_statistics(content)
    s_mean, s_std = channel_statistics(style)
    whitened = (content - c_mean) / c_std  # SSM302
    return alpha * (whitened * s_std + s_mean) + (1.0 - alpha) * content


def total_variation(image):
    dx = image[:, 1:, :-1, :] - image[:, :-1, :-1, :]
    dy = image[:, :-1, 1:, :] - image[:, :-1, :-1, :]
    return tf.reduce_mean(tf.sqrt(dx ** 2 + dy ** 2))  # SSM303


class StyleTransfer:
    def __init__(self, content, style, weights=(1.0, 1e-2, 30.0), lr=0.02):
        self.extractor = vgg(STYLE_LAYERS)
        self.weights = weights
        self.optimizer = tf.optimizers.Adam(learning_rate=lr, beta_1=0.99)
        style_features = self.extractor(style)
        self.style_stats = [channel_statistics(f) for f in style_features]
        self.target = adain(self.extractor(content)[-1], style_features[-1])
        self.image = tf.Variable(content)

    @tf.function
    def step(self):
        w_content, w_style, w_tv = self.weights
        with tf.GradientTape() as tape:
            features = self.extractor(self.image)
            content_loss = tf.reduce_mean(tf.square(features[-1] - self.target))
            style_loss = 0.0
            for f, (s_mean, s_std) in zip(features, self.style_stats):
                mean, std = channel_statistics(f)
                style_loss += tf.reduce_mean(tf.square(mean - s_mean)) + tf.reduce_mean(tf.square(std - s_std))
            style_loss /= len(STYLE_LAYERS)
            loss = w_content * content_loss + w_style * style_loss + w_tv * total_variation(self.image)
        gradient = tape.gradient(loss, self.image)
        self.optimizer.apply_gradients([(gradient, self.image)])
        self.image.assign(tf.clip_by_value(self.image, 0.0, 255.0))
        return loss


def run(content, style, steps=1000):
    transfer = StyleTransfer(content, style)
    for n in range(steps):
        loss = transfer.step()
        if n % 100 == 0:
            print(f"{100 * n / steps:.0f}% loss {float(loss):.4f}")
    return transfer.image
# fixed
import tensorflow as tf

STYLE_LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1")


def vgg(names):
    base = tf.keras.applications.VGG19(include_top=False, weights="imagenet")
    base.trainable = False
    return tf.keras.Model(base.input, [base.get_layer(n).output for n in names])


def channel_statistics(features):
    mean, variance = tf.nn.moments(features, axes=[1, 2], keepdims=True)
    return mean, tf.sqrt(variance + 1e-5)


def adain(content, style, alpha=1.0):
    c_mean, c_std = channel_statistics(content)
    s_mean, s_std = channel_statistics(style)
    whitened = (content - c_mean) / c_std
    return alpha * (whitened * s_std + s_mean) + (1.0 - alpha) * content


def total_variation(image):
    dx = image[:, 1:, :-1, :] - image[:, :-1, :-1, :]
    dy = image[:, :-1, 1:, :] - image[:, :-1, :-1, :]
    return tf.reduce_mean(tf.sqrt(dx ** 2 + dy ** 2 + 1e-6))


class StyleTransfer:
    def __init__(self, content, style, weights=(1.0, 1e-2, 30.0), lr=0.02):
        self.extractor = vgg(STYLE_LAYERS)
        self.weights = weights
        self.optimizer = tf.optimizers.Adam(learning_rate=lr, beta_1=0.99)
        style_features = self.extractor(style)
        self.style_stats = [channel_statistics(f) for f in style_features]
        self.target = adain(self.extractor(content)[-1], style_features[-1])
        self.image = tf.Variable(content)

    @tf.function
    def step(self):
        w_content, w_style, w_tv = self.weights
        with tf.GradientTape() as tape:
            features = self.extractor(self.image)
            content_loss = tf.reduce_mean(tf.square(features[-1] - self.target))
            style_loss = 0.0
            for f, (s_mean, s_std) in zip(features, self.style_stats):
                mean, std = channel_statistics(f)
                style_loss += tf.reduce_mean(tf.square(mean - s_mean)) + tf.reduce_mean(tf.square(std - s_std))
            style_loss /= len(STYLE_LAYERS)
            loss = w_content * content_loss + w_style * style_loss + w_tv * total_variation(self.image)
        gradient = tape.gradient(loss, self.image)
        self.optimizer.apply_gradients([(gradient, self.image)])
        self.image.assign(tf.clip_by_value(self.image, 0.0, 255.0))
        return loss


def run(content, style, steps=1000):
    transfer = StyleTransfer(content, style)
    for n in range(steps):
        loss = transfer.step()
        if n % 100 == 0:
            print(f"{100 * n / steps:.0f}% loss {float(loss):.4f}")
    return transfer.image
