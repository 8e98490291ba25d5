"""Tf-idf search and a multinomial naive Bayes spam filter with a fixed vocabulary, NumPy."""
import re

import numpy as np

TOKEN = re.compile(r"[a-z']+")


def load_vocabulary(path):
    with open(path) as f:
        return {line.strip(): i for i, line in enumerate(f)}


def count_matrix(texts, vocabulary):
    counts = np.zeros((len(texts), len(vocabulary)))
    for row, text in enumerate(texts):
        for token in TOKEN.findall(text.lower()):
            if token in vocabulary:
                counts[row, vocabulary[token]] += 1
    return counts


class TfIdf:
    def fit(self, counts):
        df = np.count_nonzero(counts, axis=0)
        self.idf = np.log(len(counts) / df)  # SSM302
        return self

    def transform(self, counts):
        weighted = counts * self.idf
        lengths = np.linalg.norm(weighted, axis=1, keepdims=True)
        return weighted / lengths  # SSM302

    def search(self, query, documents, k=5):
        scores = documents @ query
        return np.argsort(scores)[::-1][:k]


class MultinomialNB:
    def fit(self, counts, labels):
        self.classes, per_class = np.unique(labels, return_counts=True)
        self.log_prior = np.log(per_class / len(labels))
        totals = np.stack([counts[labels == c].sum(axis=0) for c in self.classes])
        theta = totals / totals.sum(axis=1, keepdims=True)
        self.log_theta = np.log(theta)  # SSM301
        return self

    def joint(self, counts):
        return counts @ self.log_theta.T + self.log_prior

    def predict(self, counts):
        return self.classes[np.argmax(self.joint(counts), axis=1)]

    def predict_proba(self, counts):
        likelihood = np.exp(self.joint(counts))
        return likelihood / likelihood.sum(axis=1, keepdims=True)  # SSM101


def main(texts, labels, path="vocabulary.txt"):
    vocabulary = load_vocabulary(path)
    counts = count_matrix(texts, vocabulary)
    labels = np.asarray(labels)
    model = MultinomialNB().fit(counts, labels)
    print("training accuracy", np.mean(model.predict(counts) == labels))
    print("least certain", np.argsort(model.predict_proba(counts).max(axis=1))[:10])
    index = TfIdf().fit(counts)
    documents = index.transform(counts)
    print("like the first", index.search(documents[0], documents))
# fixed
import re

import numpy as np
from scipy.special import softmax

TOKEN = re.compile(r"[a-z']+")


def load_vocabulary(path):
    with open(path) as f:
        return {line.strip(): i for i, line in enumerate(f)}


def count_matrix(texts, vocabulary):
    counts = np.zeros((len(texts), len(vocabulary)))
    for row, text in enumerate(texts):
        for token in TOKEN.findall(text.lower()):
            if token in vocabulary:
                counts[row, vocabulary[token]] += 1
    return counts


class TfIdf:
    def fit(self, counts):
        df = np.count_nonzero(counts, axis=0)
        self.idf = np.log((1 + len(counts)) / (1 + df)) + 1
        return self

    def transform(self, counts):
        weighted = counts * self.idf
        lengths = np.linalg.norm(weighted, axis=1, keepdims=True)
        lengths[lengths == 0] = 1.0
        return weighted / lengths

    def search(self, query, documents, k=5):
        scores = documents @ query
        return np.argsort(scores)[::-1][:k]


class MultinomialNB:
    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def fit(self, counts, labels):
        self.classes, per_class = np.unique(labels, return_counts=True)
        self.log_prior = np.log(per_class / len(labels))
        totals = np.stack([counts[labels == c].sum(axis=0) for c in self.classes]) + self.alpha
        theta = totals / totals.sum(axis=1, keepdims=True)
        self.log_theta = np.log(theta)
        return self

    def joint(self, counts):
        return counts @ self.log_theta.T + self.log_prior

    def predict(self, counts):
        return self.classes[np.argmax(self.joint(counts), axis=1)]

    def predict_proba(self, counts):
        return softmax(self.joint(counts), axis=1)


def main(texts, labels, path="vocabulary.txt"):
    vocabulary = load_vocabulary(path)
    counts = count_matrix(texts, vocabulary)
    labels = np.asarray(labels)
    model = MultinomialNB().fit(counts, labels)
    print("training accuracy", np.mean(model.predict(counts) == labels))
    print("least certain", np.argsort(model.predict_proba(counts).max(axis=1))[:10])
    index = TfIdf().fit(counts)
    documents = index.transform(counts)
    print("like the first", index.search(documents[0], documents))
