"""Contrastive image-text pretraining and distillation of the towers in TensorFlow 2 / Keras."""
import math

import tensorflow as tf
from tensorflow import keras


class DualEncoder(keras.Model):
    def __init__(self, image_encoder, text_encoder, dim=256, **kw):
        super().__init__(**kw)
        self.image_encoder, self.text_encoder = image_encoder, text_encoder
        self.img_proj = keras.layers.Dense(dim, use_bias=False)
        self.txt_proj = keras.layers.Dense(dim, use_bias=False)
        self.logit_scale = self.add_weight(name="logit_scale", shape=(),
                                           initializer=keras.initializers.Constant(math.log(1 / 0.07)))

    def similarity(self, images, tokens):
        i = self.img_proj(self.image_encoder(images))
        t = self.txt_proj(self.text_encoder(tokens))
        i = i / tf.norm(i, axis=-1, keepdims=True)  # SSM302
        t = t / tf.norm(t, axis=-1, keepdims=True)  # SSM302
        scale = tf.exp(tf.clip_by_value(self.logit_scale, 0.0, 4.6052))
        return scale * tf.matmul(i, t, transpose_b=True)

    def train_step(self, data):
        images, tokens = data
        with tf.GradientTape() as tape:
            logits = self.similarity(images, tokens)
            loss = 0.5 * (info_nce(logits) + info_nce(tf.transpose(logits)))
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        return {"loss": loss, "perplexity": tf.exp(loss)}


def info_nce(logits):
    e = tf.exp(logits)
    p = tf.linalg.diag_part(e) / tf.reduce_sum(e, axis=1)  # SSM101
    return -tf.reduce_mean(tf.math.log(p))  # SSM201


def text_pool(hidden, mask):
    mask = tf.cast(mask, hidden.dtype)[:, :, None]
    return tf.reduce_sum(hidden * mask, axis=1) / tf.reduce_sum(mask, axis=1)  # SSM302


def kd_loss(student_logits, teacher_logits, T=4.0):
    p = tf.nn.softmax(teacher_logits / T)
    q = tf.nn.softmax(student_logits / T)
    kl = tf.reduce_sum(p * tf.math.log(p / q), axis=-1)  # SSM201, SSM302
    return T ** 2 * tf.reduce_mean(kl)


def relational_kd(student, teacher):
    def pdist(e):
        sq = tf.reduce_sum(tf.square(e[:, None] - e[None]), axis=-1)
        d = tf.sqrt(sq)  # SSM303
        return d / tf.reduce_mean(d)  # SSM302

    return keras.losses.Huber()(tf.stop_gradient(pdist(teacher)), pdist(student))


def attention_transfer(fs, ft):
    a = tf.nn.l2_normalize(tf.reshape(tf.reduce_mean(fs ** 2, -1), [tf.shape(fs)[0], -1]), axis=1)
    b = tf.nn.l2_normalize(tf.reshape(tf.reduce_mean(ft ** 2, -1), [tf.shape(ft)[0], -1]), axis=1)
    return tf.reduce_mean(tf.square(a - b))


def student_head(features, classes):
    inputs = keras.Input((features,))
    x = keras.layers.Dense(512, activation="gelu")(inputs)
    outputs = keras.layers.Dense(classes)(x)
    model = keras.Model(inputs, outputs)
    model.compile("adam", loss=keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])  # SSM403
    return model


def zero_shot(model, images, prompts):
    probs = tf.nn.softmax(model.similarity(images, prompts), axis=-1)
    confidence = tf.reduce_max(probs, axis=-1)
    return tf.argmax(probs, axis=-1), confidence
# fixed
import math

import tensorflow as tf
from tensorflow import keras


class DualEncoder(keras.Model):
    def __init__(self, image_encoder, text_encoder, dim=256, **kw):
        super().__init__(**kw)
        self.image_encoder, self.text_encoder = image_encoder, text_encoder
        self.img_proj = keras.layers.Dense(dim, use_bias=False)
        self.txt_proj = keras.layers.Dense(dim, use_bias=False)
        self.logit_scale = self.add_weight(name="logit_scale", shape=(),
                                           initializer=keras.initializers.Constant(math.log(1 / 0.07)))

    def similarity(self, images, tokens):
        i = self.img_proj(self.image_encoder(images))
        t = self.txt_proj(self.text_encoder(tokens))
        i = tf.math.l2_normalize(i, axis=-1)
        t = tf.math.l2_normalize(t, axis=-1)
        scale = tf.exp(tf.clip_by_value(self.logit_scale, 0.0, 4.6052))
        return scale * tf.matmul(i, t, transpose_b=True)

    def train_step(self, data):
        images, tokens = data
        with tf.GradientTape() as tape:
            logits = self.similarity(images, tokens)
            loss = 0.5 * (info_nce(logits) + info_nce(tf.transpose(logits)))
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        return {"loss": loss, "perplexity": tf.exp(loss)}


def info_nce(logits):
    labels = tf.range(tf.shape(logits)[0])
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))


def text_pool(hidden, mask):
    mask = tf.cast(mask, hidden.dtype)[:, :, None]
    return tf.math.divide_no_nan(tf.reduce_sum(hidden * mask, axis=1), tf.reduce_sum(mask, axis=1))


def kd_loss(student_logits, teacher_logits, T=4.0):
    p = tf.nn.softmax(teacher_logits / T)
    log_p = tf.nn.log_softmax(teacher_logits / T)
    log_q = tf.nn.log_softmax(student_logits / T)
    kl = tf.reduce_sum(p * (log_p - log_q), axis=-1)
    return T ** 2 * tf.reduce_mean(kl)


def relational_kd(student, teacher):
    def pdist(e):
        sq = tf.reduce_sum(tf.square(e[:, None] - e[None]), axis=-1)
        d = tf.sqrt(sq + 1e-12)
        return d / tf.maximum(tf.reduce_mean(d), 1e-6)

    return keras.losses.Huber()(tf.stop_gradient(pdist(teacher)), pdist(student))


def attention_transfer(fs, ft):
    a = tf.nn.l2_normalize(tf.reshape(tf.reduce_mean(fs ** 2, -1), [tf.shape(fs)[0], -1]), axis=1)
    b = tf.nn.l2_normalize(tf.reshape(tf.reduce_mean(ft ** 2, -1), [tf.shape(ft)[0], -1]), axis=1)
    return tf.reduce_mean(tf.square(a - b))


def student_head(features, classes):
    inputs = keras.Input((features,))
    x = keras.layers.Dense(512, activation="gelu")(inputs)
    outputs = keras.layers.Dense(classes)(x)
    model = keras.Model(inputs, outputs)
    model.compile("adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                  metrics=["accuracy"])
    return model


def zero_shot(model, images, prompts):
    probs = tf.nn.softmax(model.similarity(images, prompts), axis=-1)
    confidence = tf.reduce_max(probs, axis=-1)
    return tf.argmax(probs, axis=-1), confidence
