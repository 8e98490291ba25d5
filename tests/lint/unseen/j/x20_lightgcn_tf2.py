"""Graph recommender in TensorFlow 2: degree normalisation, history pooling, BPR."""
import numpy as np
import tensorflow as tf


def normalized_adjacency(users, items, n_users, n_items):
    n = n_users + n_items
    adj = np.zeros((n, n), dtype=np.float32)
    adj[users, items + n_users] = 1.0
    adj[items + n_users, users] = 1.0
    degree = adj.sum(axis=1)
    d_inv = np.power(degree, -0.5)  # SSM304
    norm = d_inv[:, None] * adj * d_inv[None, :]
    return tf.sparse.from_dense(norm.astype(np.float32))


class LightGCN(tf.keras.Model):
    def __init__(self, adjacency, n_users, n_items, dim=64, n_layers=3, **kwargs):
        super().__init__(**kwargs)
        self.adjacency, self.sizes, self.n_layers = adjacency, [n_users, n_items], n_layers
        init = tf.keras.initializers.RandomNormal(stddev=0.1)
        self.table = self.add_weight(shape=(n_users + n_items, dim), initializer=init, name="table")

    def call(self, inputs=None):
        e, total = self.table, self.table
        for _ in range(self.n_layers):
            e = tf.sparse.sparse_dense_matmul(self.adjacency, e)
            total += e
        return tf.split(total / (self.n_layers + 1), self.sizes)


def pool_history(item_emb, history, mask):
    gathered = tf.gather(item_emb, history) * mask[..., tf.newaxis]
    return tf.reduce_sum(gathered, axis=1) / tf.reduce_sum(mask, axis=1, keepdims=True)  # SSM302


def bpr_loss(user, pos, neg):
    diff = tf.reduce_sum(user * pos, axis=1) - tf.reduce_sum(user * neg, axis=1)
    return -tf.reduce_mean(tf.math.log(tf.sigmoid(diff)))  # SSM202


@tf.function
def train_step(model, optimizer, batch, l2=1e-4):
    with tf.GradientTape() as tape:
        user_emb, item_emb = model(None)
        u = tf.gather(user_emb, batch["user"])
        u = u + pool_history(item_emb, batch["history"], batch["mask"])
        p, n = tf.gather(item_emb, batch["pos"]), tf.gather(item_emb, batch["neg"])
        loss = bpr_loss(u, p, n) + l2 * (tf.nn.l2_loss(u) + tf.nn.l2_loss(p) + tf.nn.l2_loss(n))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss


def ndcg_at_k(ranked, relevant, k=20):
    gains = [1.0 / np.log2(i + 2) for i, item in enumerate(ranked[:k]) if item in relevant]
    ideal = sum(1.0 / np.log2(i + 2) for i in range(min(len(relevant), k)))
    return sum(gains) / ideal if ideal > 0 else 0.0
# fixed
import numpy as np
import tensorflow as tf


def normalized_adjacency(users, items, n_users, n_items):
    n = n_users + n_items
    adj = np.zeros((n, n), dtype=np.float32)
    adj[users, items + n_users] = 1.0
    adj[items + n_users, users] = 1.0
    degree = adj.sum(axis=1)
    d_inv = np.where(degree > 0, np.power(np.maximum(degree, 1.0), -0.5), 0.0)
    norm = d_inv[:, None] * adj * d_inv[None, :]
    return tf.sparse.from_dense(norm.astype(np.float32))


class LightGCN(tf.keras.Model):
    def __init__(self, adjacency, n_users, n_items, dim=64, n_layers=3, **kwargs):
        super().__init__(**kwargs)
        self.adjacency, self.sizes, self.n_layers = adjacency, [n_users, n_items], n_layers
        init = tf.keras.initializers.RandomNormal(stddev=0.1)
        self.table = self.add_weight(shape=(n_users + n_items, dim), initializer=init, name="table")

    def call(self, inputs=None):
        e, total = self.table, self.table
        for _ in range(self.n_layers):
            e = tf.sparse.sparse_dense_matmul(self.adjacency, e)
            total += e
        return tf.split(total / (self.n_layers + 1), self.sizes)


def pool_history(item_emb, history, mask):
    gathered = tf.gather(item_emb, history) * mask[..., tf.newaxis]
    return tf.math.divide_no_nan(tf.reduce_sum(gathered, axis=1), tf.reduce_sum(mask, axis=1, keepdims=True))


def bpr_loss(user, pos, neg):
    diff = tf.reduce_sum(user * pos, axis=1) - tf.reduce_sum(user * neg, axis=1)
    return -tf.reduce_mean(tf.math.log_sigmoid(diff))


@tf.function
def train_step(model, optimizer, batch, l2=1e-4):
    with tf.GradientTape() as tape:
        user_emb, item_emb = model(None)
        u = tf.gather(user_emb, batch["user"])
        u = u + pool_history(item_emb, batch["history"], batch["mask"])
        p, n = tf.gather(item_emb, batch["pos"]), tf.gather(item_emb, batch["neg"])
        loss = bpr_loss(u, p, n) + l2 * (tf.nn.l2_loss(u) + tf.nn.l2_loss(p) + tf.nn.l2_loss(n))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss


def ndcg_at_k(ranked, relevant, k=20):
    gains = [1.0 / np.log2(i + 2) for i, item in enumerate(ranked[:k]) if item in relevant]
    ideal = sum(1.0 / np.log2(i + 2) for i in range(min(len(relevant), k)))
    return sum(gains) / ideal if ideal > 0 else 0.0
