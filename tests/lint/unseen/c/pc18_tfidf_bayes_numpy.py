"""Text with a fixed vocabulary: tf-idf retrieval and multinomial naive Bayes, NumPy."""
import re

import numpy as np
from scipy.special import logsumexp

TOKEN = re.compile(r"[a-z]+")


class Vectorizer:
    def __init__(self, vocabulary):
        self.index = {w: i for i, w in enumerate(vocabulary)}

    def counts(self, documents):
        out = np.zeros((len(documents), len(self.index)))
        for row, text in enumerate(documents):
            for token in TOKEN.findall(text.lower()):
                if token in self.index:
                    out[row, self.index[token]] += 1
        return out


def tf_idf(counts):
    lengths = counts.sum(axis=1, keepdims=True)
    tf = counts / np.maximum(lengths, 1)
    df = (counts > 0).sum(axis=0)
    idf = np.log(counts.shape[0] / df)  # SSM302
    return tf * idf


def search(query, matrix, top=5):
    norms = np.linalg.norm(matrix, axis=1)
    norms[norms == 0] = 1.0
    scores = matrix @ query / norms
    return np.argsort(-scores)[:top]


class NaiveBayes:
    def __init__(self, classes):
        self.classes = list(classes)

    def fit(self, counts, labels):
        hot = np.array([[label == c for c in self.classes] for label in labels], dtype=float)
        self.log_prior = np.log(hot.sum(axis=0) / len(labels))  # SSM301
        words = hot.T @ counts
        self.log_word = np.log(words) - np.log(words.sum(axis=1, keepdims=True))  # SSM301
        return self

    def predict_log_proba(self, counts):
        joint = counts @ self.log_word.T + self.log_prior
        return joint - logsumexp(joint, axis=1, keepdims=True)

    def predict_proba(self, counts):
        return np.exp(self.predict_log_proba(counts))

    def predict(self, counts):
        return [self.classes[i] for i in self.predict_log_proba(counts).argmax(axis=1)]
# fixed
import re

import numpy as np
from scipy.special import logsumexp

TOKEN = re.compile(r"[a-z]+")


class Vectorizer:
    def __init__(self, vocabulary):
        self.index = {w: i for i, w in enumerate(vocabulary)}

    def counts(self, documents):
        out = np.zeros((len(documents), len(self.index)))
        for row, text in enumerate(documents):
            for token in TOKEN.findall(text.lower()):
                if token in self.index:
                    out[row, self.index[token]] += 1
        return out


def tf_idf(counts):
    lengths = counts.sum(axis=1, keepdims=True)
    tf = counts / np.maximum(lengths, 1)
    df = (counts > 0).sum(axis=0)
    idf = np.log((1 + counts.shape[0]) / (1 + df)) + 1
    return tf * idf


def search(query, matrix, top=5):
    norms = np.linalg.norm(matrix, axis=1)
    norms[norms == 0] = 1.0
    scores = matrix @ query / norms
    return np.argsort(-scores)[:top]


class NaiveBayes:
    def __init__(self, classes, alpha=1.0):
        if alpha <= 0:
            raise ValueError("alpha must be positive")
        self.classes, self.alpha = list(classes), alpha

    def fit(self, counts, labels):
        hot = np.array([[label == c for c in self.classes] for label in labels], dtype=float)
        seen = hot.sum(axis=0) + self.alpha
        self.log_prior = np.log(seen / seen.sum())
        words = hot.T @ counts + self.alpha
        self.log_word = np.log(words) - np.log(words.sum(axis=1, keepdims=True))
        return self

    def predict_log_proba(self, counts):
        joint = counts @ self.log_word.T + self.log_prior
        return joint - logsumexp(joint, axis=1, keepdims=True)

    def predict_proba(self, counts):
        return np.exp(self.predict_log_proba(counts))

    def predict(self, counts):
        return [self.classes[i] for i in self.predict_log_proba(counts).argmax(axis=1)]
