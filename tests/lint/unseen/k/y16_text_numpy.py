"""Text features in NumPy: tf-idf, PMI word vectors, topic entropy, naive Bayes."""
from collections import Counter

import numpy as np


def count_matrix(docs, vocabulary):
    index = {w: i for i, w in enumerate(vocabulary)}
    counts = np.zeros((len(docs), len(vocabulary)))
    for row, doc in enumerate(docs):
        for word, n in Counter(doc.lower().split()).items():
            if word in index:
                counts[row, index[word]] = n
    return counts


def tfidf(counts):
    tf = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    df = (counts > 0).sum(axis=0)
    idf = np.log(counts.shape[0] / df)  # SSM302
    weighted = tf * idf
    return weighted / np.sqrt((weighted ** 2).sum(axis=1, keepdims=True))  # SSM302


def cooccurrence(docs, vocabulary, window=4):
    index = {w: i for i, w in enumerate(vocabulary)}
    c = np.zeros((len(vocabulary), len(vocabulary)))
    for doc in docs:
        words = [index[w] for w in doc.lower().split() if w in index]
        for i, w in enumerate(words):
            for other in words[max(0, i - window):i]:
                c[w, other] += 1.0 / window
                c[other, w] += 1.0 / window
    return c


def pmi_vectors(c, dim=50):
    p = c / max(c.sum(), 1.0)
    marginal = p.sum(axis=1, keepdims=True) + 1e-12
    pmi = np.log(p) - np.log(marginal) - np.log(marginal.T)  # SSM301
    u, s, _ = np.linalg.svd(pmi, full_matrices=False)
    return u[:, :dim] * np.sqrt(s[:dim])


def topic_entropy(assignments, topics):
    shares = np.bincount(assignments, minlength=topics) / max(len(assignments), 1)
    seen = shares[shares > 0]
    return -np.sum(seen * np.log2(seen))


class NaiveBayes:
    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def fit(self, counts, y):
        self.classes, per_class = np.unique(y, return_counts=True)
        self.log_prior = np.log(per_class / len(y))
        word = np.array([counts[y == c].sum(axis=0) for c in self.classes]) + self.alpha
        self.log_word = np.log(word / word.sum(axis=1, keepdims=True))
        return self

    def predict(self, counts):
        return self.classes[np.argmax(counts @ self.log_word.T + self.log_prior, axis=1)]
# fixed
from collections import Counter

import numpy as np


def count_matrix(docs, vocabulary):
    index = {w: i for i, w in enumerate(vocabulary)}
    counts = np.zeros((len(docs), len(vocabulary)))
    for row, doc in enumerate(docs):
        for word, n in Counter(doc.lower().split()).items():
            if word in index:
                counts[row, index[word]] = n
    return counts


def tfidf(counts):
    tf = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    df = (counts > 0).sum(axis=0)
    idf = np.log((1 + counts.shape[0]) / (1 + df)) + 1
    weighted = tf * idf
    norms = np.sqrt((weighted ** 2).sum(axis=1, keepdims=True))
    return weighted / np.where(norms == 0, 1.0, norms)


def cooccurrence(docs, vocabulary, window=4):
    index = {w: i for i, w in enumerate(vocabulary)}
    c = np.zeros((len(vocabulary), len(vocabulary)))
    for doc in docs:
        words = [index[w] for w in doc.lower().split() if w in index]
        for i, w in enumerate(words):
            for other in words[max(0, i - window):i]:
                c[w, other] += 1.0 / window
                c[other, w] += 1.0 / window
    return c


def pmi_vectors(c, dim=50):
    p = c / max(c.sum(), 1.0)
    marginal = p.sum(axis=1, keepdims=True) + 1e-12
    pmi = np.log(p + 1e-12) - np.log(marginal) - np.log(marginal.T)
    u, s, _ = np.linalg.svd(pmi, full_matrices=False)
    return u[:, :dim] * np.sqrt(s[:dim])


def topic_entropy(assignments, topics):
    shares = np.bincount(assignments, minlength=topics) / max(len(assignments), 1)
    seen = shares[shares > 0]
    return -np.sum(seen * np.log2(seen))


class NaiveBayes:
    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def fit(self, counts, y):
        self.classes, per_class = np.unique(y, return_counts=True)
        self.log_prior = np.log(per_class / len(y))
        word = np.array([counts[y == c].sum(axis=0) for c in self.classes]) + self.alpha
        self.log_word = np.log(word / word.sum(axis=1, keepdims=True))
        return self

    def predict(self, counts):
        return self.classes[np.argmax(counts @ self.log_word.T + self.log_prior, axis=1)]
