"""Bayesian personalized ranking with a ranking evaluation (TensorFlow 1 and NumPy)."""
import argparse

import numpy as np
import tensorflow as tf


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dim", type=int, default=64)
    parser.add_argument("--reg", type=float, default=1e-4)
    parser.add_argument("--topk", type=int, default=20)
    return parser.parse_args()


def bpr_graph(user_count, item_count, dim, reg):
    u = tf.placeholder(tf.int32, [None])
    i = tf.placeholder(tf.int32, [None])
    j = tf.placeholder(tf.int32, [None])
    user_emb_w = tf.get_variable("user_emb_w", [user_count, dim], initializer=tf.random_normal_initializer(0, 0.1))
    item_emb_w = tf.get_variable("item_emb_w", [item_count, dim], initializer=tf.random_normal_initializer(0, 0.1))
    item_b = tf.get_variable("item_b", [item_count, 1], initializer=tf.zeros_initializer())

    u_emb = tf.nn.embedding_lookup(user_emb_w, u)
    i_emb, i_b = tf.nn.embedding_lookup(item_emb_w, i), tf.nn.embedding_lookup(item_b, i)
    j_emb, j_b = tf.nn.embedding_lookup(item_emb_w, j), tf.nn.embedding_lookup(item_b, j)

    x = i_b - j_b + tf.reduce_sum(u_emb * (i_emb - j_emb), 1, keep_dims=True)
    auc = tf.reduce_mean(tf.to_float(x > 0))
    l2_norm = tf.add_n([tf.nn.l2_loss(u_emb), tf.nn.l2_loss(i_emb), tf.nn.l2_loss(j_emb)])
    bprloss = reg * l2_norm - tf.reduce_mean(tf.log(tf.sigmoid(x)))  # SSM202
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(bprloss)
    return u, i, j, auc, bprloss, train_op


def evaluate(scores, test, k):
    """scores, test: (users, items); test is 1 for the held-out items, and not every user has one."""
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    recalls, ndcgs = [], []
    for row, relevant in zip(scores, test):
        top = np.argsort(-row)[:k]
        hits = relevant[top]
        recalls.append(hits.sum() / relevant.sum())  # SSM302
        dcg = (hits * discount).sum()
        ideal = (np.sort(relevant)[::-1][:k] * discount).sum()
        ndcgs.append(dcg / ideal)  # SSM302
    return np.mean(recalls), np.mean(ndcgs)


def main(train, test, sampler):
    args = parse_args()
    users, items = train.shape
    u, i, j, auc, loss, train_op = bpr_graph(users, items, args.dim, args.reg)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for epoch in range(20):
            for uij in sampler(train):
                feed = {u: uij[:, 0], i: uij[:, 1], j: uij[:, 2]}
                _, batch_loss, batch_auc = sess.run([train_op, loss, auc], feed)
            user_w, item_w, bias = sess.run(["user_emb_w:0", "item_emb_w:0", "item_b:0"])
            scores = user_w @ item_w.T + bias.T
            scores[train > 0] = -1e9
            print(epoch, batch_loss, batch_auc, evaluate(scores, test, args.topk))
# fixed
import argparse

import numpy as np
import tensorflow as tf


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dim", type=int, default=64)
    parser.add_argument("--reg", type=float, default=1e-4)
    parser.add_argument("--topk", type=int, default=20)
    return parser.parse_args()


def bpr_graph(user_count, item_count, dim, reg):
    u = tf.placeholder(tf.int32, [None])
    i = tf.placeholder(tf.int32, [None])
    j = tf.placeholder(tf.int32, [None])
    user_emb_w = tf.get_variable("user_emb_w", [user_count, dim], initializer=tf.random_normal_initializer(0, 0.1))
    item_emb_w = tf.get_variable("item_emb_w", [item_count, dim], initializer=tf.random_normal_initializer(0, 0.1))
    item_b = tf.get_variable("item_b", [item_count, 1], initializer=tf.zeros_initializer())

    u_emb = tf.nn.embedding_lookup(user_emb_w, u)
    i_emb, i_b = tf.nn.embedding_lookup(item_emb_w, i), tf.nn.embedding_lookup(item_b, i)
    j_emb, j_b = tf.nn.embedding_lookup(item_emb_w, j), tf.nn.embedding_lookup(item_b, j)

    x = i_b - j_b + tf.reduce_sum(u_emb * (i_emb - j_emb), 1, keep_dims=True)
    auc = tf.reduce_mean(tf.to_float(x > 0))
    l2_norm = tf.add_n([tf.nn.l2_loss(u_emb), tf.nn.l2_loss(i_emb), tf.nn.l2_loss(j_emb)])
    bprloss = reg * l2_norm - tf.reduce_mean(tf.log_sigmoid(x))
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(bprloss)
    return u, i, j, auc, bprloss, train_op


def evaluate(scores, test, k):
    """scores, test: (users, items); test is 1 for the held-out items, and not every user has one."""
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    recalls, ndcgs = [], []
    for row, relevant in zip(scores, test):
        if not relevant.any():
            continue
        top = np.argsort(-row)[:k]
        hits = relevant[top]
        recalls.append(hits.sum() / relevant.sum())
        dcg = (hits * discount).sum()
        ideal = (np.sort(relevant)[::-1][:k] * discount).sum()
        ndcgs.append(dcg / ideal)
    return np.mean(recalls), np.mean(ndcgs)


def main(train, test, sampler):
    args = parse_args()
    users, items = train.shape
    u, i, j, auc, loss, train_op = bpr_graph(users, items, args.dim, args.reg)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for epoch in range(20):
            for uij in sampler(train):
                feed = {u: uij[:, 0], i: uij[:, 1], j: uij[:, 2]}
                _, batch_loss, batch_auc = sess.run([train_op, loss, auc], feed)
            user_w, item_w, bias = sess.run(["user_emb_w:0", "item_emb_w:0", "item_b:0"])
            scores = user_w @ item_w.T + bias.T
            scores[train > 0] = -1e9
            print(epoch, batch_loss, batch_auc, evaluate(scores, test, args.topk))
