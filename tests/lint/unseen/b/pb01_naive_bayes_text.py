"""Multinomial naive Bayes on a bag of words, with tf-idf weights and PMI keywords."""
import numpy as np


class MultinomialNB:
    def __init__(self, n_classes):
        self.n_classes = n_classes

    def fit(self, X, y):
        counts = np.zeros((self.n_classes, X.shape[1]))
        class_count = np.zeros(self.n_classes)
        for c in range(self.n_classes):
            counts[c] = X[y == c].sum(axis=0)
            class_count[c] = np.sum(y == c)
        self.class_log_prior_ = np.log(class_count / len(y))  # SSM301
        self.feature_prob_ = counts / counts.sum(axis=1, keepdims=True)  # SSM302
        self.feature_log_prob_ = np.log(self.feature_prob_)  # SSM301
        return self

    def joint_log_likelihood(self, X):
        return X @ self.feature_log_prob_.T + self.class_log_prior_

    def predict(self, X):
        return self.joint_log_likelihood(X).argmax(axis=1)

    def predict_proba(self, X):
        p = np.exp(self.joint_log_likelihood(X))
        return p / p.sum(axis=1, keepdims=True)  # SSM101

    def score(self, X, y):
        return np.sum(self.predict(X) == y) / len(y)


class TfidfTransformer:
    def __init__(self, smooth=False):
        self.smooth = smooth

    def fit(self, X):
        n_docs = X.shape[0]
        df = (X > 0).sum(axis=0)
        if self.smooth:
            self.idf_ = np.log((1 + n_docs) / (1 + df)) + 1
        else:
            self.idf_ = np.log(n_docs / df) + 1  # SSM302
        return self

    def transform(self, X):
        tf = X / X.sum(axis=1, keepdims=True)  # SSM302
        weights = tf * self.idf_
        norms = np.linalg.norm(weights, axis=1, keepdims=True)
        return weights / norms  # SSM302


def pmi(X, y, n_classes):
    """Pointwise mutual information of each word and each class."""
    onehot = np.eye(n_classes)[y]
    joint = onehot.T @ (X > 0) / X.shape[0]
    p_class = onehot.mean(axis=0)
    p_word = np.mean(X > 0, axis=0)
    expected = np.outer(p_class, p_word)
    return np.log(joint / expected)  # SSM301, SSM302


def keywords(X, y, vocabulary, n_classes=2, top=10):
    scores = np.maximum(pmi(X, y, n_classes), 0)
    return [[vocabulary[j] for j in np.argsort(-scores[c])[:top]] for c in range(n_classes)]
# fixed
import numpy as np
from scipy.special import softmax


class MultinomialNB:
    def __init__(self, n_classes):
        self.n_classes = n_classes

    def fit(self, X, y):
        counts = np.zeros((self.n_classes, X.shape[1]))
        class_count = np.zeros(self.n_classes)
        for c in range(self.n_classes):
            counts[c] = X[y == c].sum(axis=0)
            class_count[c] = np.sum(y == c)
        tiny = np.finfo(np.float64).tiny
        self.class_log_prior_ = np.log(np.maximum(class_count / len(y), tiny))
        self.feature_prob_ = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        self.feature_log_prob_ = np.log(np.maximum(self.feature_prob_, tiny))
        return self

    def joint_log_likelihood(self, X):
        return X @ self.feature_log_prob_.T + self.class_log_prior_

    def predict(self, X):
        return self.joint_log_likelihood(X).argmax(axis=1)

    def predict_proba(self, X):
        return softmax(self.joint_log_likelihood(X), axis=1)

    def score(self, X, y):
        return np.sum(self.predict(X) == y) / len(y)


class TfidfTransformer:
    def __init__(self, smooth=False):
        self.smooth = smooth

    def fit(self, X):
        n_docs = X.shape[0]
        df = (X > 0).sum(axis=0)
        if self.smooth:
            self.idf_ = np.log((1 + n_docs) / (1 + df)) + 1
        else:
            self.idf_ = np.log(n_docs / np.maximum(df, 1)) + 1
        return self

    def transform(self, X):
        lengths = X.sum(axis=1, keepdims=True)
        tf = X / np.where(lengths == 0, 1, lengths)
        weights = tf * self.idf_
        norms = np.linalg.norm(weights, axis=1, keepdims=True)
        norms[norms == 0] = 1.0
        return weights / norms


def pmi(X, y, n_classes):
    """Pointwise mutual information of each word and each class."""
    onehot = np.eye(n_classes)[y]
    joint = onehot.T @ (X > 0) / X.shape[0]
    p_class = onehot.mean(axis=0)
    p_word = np.mean(X > 0, axis=0)
    expected = np.outer(p_class, p_word)
    out = np.zeros(joint.shape)
    seen = joint > 0
    out[seen] = np.log(joint[seen] / expected[seen])
    return out


def keywords(X, y, vocabulary, n_classes=2, top=10):
    scores = np.maximum(pmi(X, y, n_classes), 0)
    return [[vocabulary[j] for j in np.argsort(-scores[c])[:top]] for c in range(n_classes)]
