"""Graph attention and convolution layers in TensorFlow 2: sparse and dense attention, pooling, link prediction."""
import tensorflow as tf


def symmetric_normalize(adj):
    deg = tf.reduce_sum(adj, axis=-1)
    inv = tf.pow(deg, -0.5)  # SSM304
    return inv[:, None] * adj * inv[None, :]


def random_walk(adj):
    return adj / tf.reduce_sum(adj, axis=1, keepdims=True)  # SSM302


def edge_lengths(pos, src, dst):
    d2 = tf.reduce_sum((tf.gather(pos, src) - tf.gather(pos, dst)) ** 2, axis=-1)
    return tf.where(d2 > 0, tf.sqrt(d2), tf.zeros_like(d2))  # SSM305


def radial_basis(dist, centers, gamma=10.0):
    return tf.exp(-gamma * tf.square(dist[:, None] - centers[None, :]))


class SparseGAT(tf.keras.layers.Layer):
    def __init__(self, units, heads=4, slope=0.2, **kwargs):
        super(SparseGAT, self).__init__(**kwargs)
        self.units, self.heads, self.slope = units, heads, slope

    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[0][-1], self.heads * self.units))
        self.a_src = self.add_weight(name="a_src", shape=(1, self.heads, self.units))
        self.a_dst = self.add_weight(name="a_dst", shape=(1, self.heads, self.units))

    def call(self, inputs):
        x, src, dst = inputs
        n = tf.shape(x)[0]
        h = tf.reshape(tf.matmul(x, self.w), [-1, self.heads, self.units])
        score = (tf.gather(tf.reduce_sum(h * self.a_src, -1), src)
                 + tf.gather(tf.reduce_sum(h * self.a_dst, -1), dst))
        score = tf.nn.leaky_relu(score, alpha=self.slope)
        e = tf.exp(score)
        total = tf.math.unsorted_segment_sum(e, dst, n)
        alpha = e / tf.gather(total, dst)  # SSM101
        out = tf.math.unsorted_segment_sum(alpha[..., None] * tf.gather(h, src), dst, n)
        return tf.nn.elu(tf.reshape(out, [n, -1]))


class DenseGAT(tf.keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.proj = tf.keras.layers.Dense(units, use_bias=False)
        self.left = tf.keras.layers.Dense(1)
        self.right = tf.keras.layers.Dense(1)

    def call(self, x, adj):
        h = self.proj(x)
        logits = tf.nn.leaky_relu(self.left(h) + tf.transpose(self.right(h)), alpha=0.2)
        logits = tf.where(adj > 0, logits, -float("inf"))
        att = tf.nn.softmax(logits, axis=-1)  # SSM503
        return tf.matmul(att, h)


def graph_mean_pool(h, graph_ids, n_graphs):
    total = tf.math.unsorted_segment_sum(h, graph_ids, n_graphs)
    count = tf.math.unsorted_segment_sum(tf.ones_like(h[:, :1]), graph_ids, n_graphs)
    return total / count  # SSM302


def cosine_edges(h, src, dst):
    a, b = tf.gather(h, src), tf.gather(h, dst)
    dot = tf.reduce_sum(a * b, axis=-1)
    return dot / (tf.norm(a, axis=-1) * tf.norm(b, axis=-1))  # SSM302


def link_loss(h, pos, neg):
    p = tf.reduce_sum(tf.gather(h, pos[0]) * tf.gather(h, pos[1]), axis=-1)
    n = tf.reduce_sum(tf.gather(h, neg[0]) * tf.gather(h, neg[1]), axis=-1)
    good = tf.reduce_mean(tf.math.log(tf.nn.sigmoid(p)))  # SSM202
    bad = tf.reduce_mean(tf.math.log(1 - tf.nn.sigmoid(n)))  # SSM202
    return -(good + bad)
# fixed
import tensorflow as tf


def symmetric_normalize(adj):
    deg = tf.reduce_sum(adj, axis=-1)
    inv = tf.where(deg > 0, tf.pow(tf.maximum(deg, 1e-12), -0.5), tf.zeros_like(deg))
    return inv[:, None] * adj * inv[None, :]


def random_walk(adj):
    return tf.math.divide_no_nan(adj, tf.reduce_sum(adj, axis=1, keepdims=True))


def edge_lengths(pos, src, dst):
    d2 = tf.reduce_sum((tf.gather(pos, src) - tf.gather(pos, dst)) ** 2, axis=-1)
    safe = tf.where(d2 > 0, d2, tf.ones_like(d2))
    return tf.where(d2 > 0, tf.sqrt(safe), tf.zeros_like(d2))


def radial_basis(dist, centers, gamma=10.0):
    return tf.exp(-gamma * tf.square(dist[:, None] - centers[None, :]))


class SparseGAT(tf.keras.layers.Layer):
    def __init__(self, units, heads=4, slope=0.2, **kwargs):
        super(SparseGAT, self).__init__(**kwargs)
        self.units, self.heads, self.slope = units, heads, slope

    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[0][-1], self.heads * self.units))
        self.a_src = self.add_weight(name="a_src", shape=(1, self.heads, self.units))
        self.a_dst = self.add_weight(name="a_dst", shape=(1, self.heads, self.units))

    def call(self, inputs):
        x, src, dst = inputs
        n = tf.shape(x)[0]
        h = tf.reshape(tf.matmul(x, self.w), [-1, self.heads, self.units])
        score = (tf.gather(tf.reduce_sum(h * self.a_src, -1), src)
                 + tf.gather(tf.reduce_sum(h * self.a_dst, -1), dst))
        score = tf.nn.leaky_relu(score, alpha=self.slope)
        top = tf.math.unsorted_segment_max(tf.stop_gradient(score), dst, n)
        score = score - tf.gather(top, dst)
        e = tf.exp(score)
        total = tf.math.unsorted_segment_sum(e, dst, n)
        alpha = e / (tf.gather(total, dst) + 1e-16)
        out = tf.math.unsorted_segment_sum(alpha[..., None] * tf.gather(h, src), dst, n)
        return tf.nn.elu(tf.reshape(out, [n, -1]))


class DenseGAT(tf.keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.proj = tf.keras.layers.Dense(units, use_bias=False)
        self.left = tf.keras.layers.Dense(1)
        self.right = tf.keras.layers.Dense(1)

    def call(self, x, adj):
        h = self.proj(x)
        logits = tf.nn.leaky_relu(self.left(h) + tf.transpose(self.right(h)), alpha=0.2)
        logits = tf.where(adj > 0, logits, -1e9)
        att = tf.nn.softmax(logits, axis=-1) * tf.cast(adj > 0, logits.dtype)
        return tf.matmul(att, h)


def graph_mean_pool(h, graph_ids, n_graphs):
    total = tf.math.unsorted_segment_sum(h, graph_ids, n_graphs)
    count = tf.math.unsorted_segment_sum(tf.ones_like(h[:, :1]), graph_ids, n_graphs)
    return total / tf.maximum(count, 1.0)


def cosine_edges(h, src, dst):
    a, b = tf.gather(h, src), tf.gather(h, dst)
    dot = tf.reduce_sum(a * b, axis=-1)
    return tf.reduce_sum(tf.math.l2_normalize(a, axis=-1) * tf.math.l2_normalize(b, axis=-1), axis=-1)


def link_loss(h, pos, neg):
    p = tf.reduce_sum(tf.gather(h, pos[0]) * tf.gather(h, pos[1]), axis=-1)
    n = tf.reduce_sum(tf.gather(h, neg[0]) * tf.gather(h, neg[1]), axis=-1)
    good = tf.reduce_mean(tf.math.log_sigmoid(p))
    bad = tf.reduce_mean(tf.math.log_sigmoid(-n))
    return -(good + bad)
