"""Text features: tf-idf with cosine search, and word vectors from pointwise mutual information."""
import math
import re
from collections import Counter

import numpy as np

TOKEN = re.compile(r"[a-z']+")


def tokenize(text):
    return TOKEN.findall(text.lower())


class TfIdf:
    def __init__(self, docs, min_df=2):
        self.tokens = [tokenize(d) for d in docs]
        df = Counter(w for t in self.tokens for w in set(t))
        words = sorted(w for w, n in df.items() if n >= min_df)
        self.index = {w: i for i, w in enumerate(words)}
        self.idf = np.array([math.log(len(docs) / df[w]) + 1.0 for w in words])
        self.matrix = self._normalize(np.stack([self.vector(t) for t in self.tokens]))

    def vector(self, tokens):
        v = np.zeros(len(self.index))
        for w, n in Counter(tokens).items():
            if w in self.index:
                v[self.index[w]] = 1.0 + math.log(n)
        return v * self.idf

    @staticmethod
    def _normalize(rows):
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)  # SSM302

    def search(self, query, k=5):
        q = self._normalize(self.vector(tokenize(query))[None, :])
        scores = (self.matrix @ q.T)[:, 0]
        best = np.argsort(-scores)[:k]
        return [(int(i), float(scores[i])) for i in best]


def cooccurrence(token_lists, index, window=4):
    counts = np.zeros((len(index), len(index)))
    for tokens in token_lists:
        ids = [index[w] for w in tokens if w in index]
        for pos, i in enumerate(ids):
            for j in ids[pos + 1:pos + 1 + window]:
                counts[i, j] += 1
                counts[j, i] += 1
    return counts


def pmi_vectors(counts, dim=50):
    total = max(counts.sum(), 1.0)
    marginal = counts.sum(axis=1)
    expected = np.outer(marginal, marginal) / total
    ratio = counts / expected  # SSM302
    ppmi = np.maximum(np.log(ratio), 0.0)  # SSM301
    u, s, _ = np.linalg.svd(ppmi, full_matrices=False)
    return u[:, :dim] * np.sqrt(s[:dim])


def neighbours(word, index, vectors, k=10):
    names = sorted(index, key=index.get)
    scores = vectors @ vectors[index[word]]
    return [names[i] for i in np.argsort(-scores)[:k + 1] if names[i] != word]
# fixed
import math
import re
from collections import Counter

import numpy as np

TOKEN = re.compile(r"[a-z']+")


def tokenize(text):
    return TOKEN.findall(text.lower())


class TfIdf:
    def __init__(self, docs, min_df=2):
        self.tokens = [tokenize(d) for d in docs]
        df = Counter(w for t in self.tokens for w in set(t))
        words = sorted(w for w, n in df.items() if n >= min_df)
        self.index = {w: i for i, w in enumerate(words)}
        self.idf = np.array([math.log(len(docs) / df[w]) + 1.0 for w in words])
        self.matrix = self._normalize(np.stack([self.vector(t) for t in self.tokens]))

    def vector(self, tokens):
        v = np.zeros(len(self.index))
        for w, n in Counter(tokens).items():
            if w in self.index:
                v[self.index[w]] = 1.0 + math.log(n)
        return v * self.idf

    @staticmethod
    def _normalize(rows):
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(norms > 0, norms, 1.0)

    def search(self, query, k=5):
        q = self._normalize(self.vector(tokenize(query))[None, :])
        scores = (self.matrix @ q.T)[:, 0]
        best = np.argsort(-scores)[:k]
        return [(int(i), float(scores[i])) for i in best]


def cooccurrence(token_lists, index, window=4):
    counts = np.zeros((len(index), len(index)))
    for tokens in token_lists:
        ids = [index[w] for w in tokens if w in index]
        for pos, i in enumerate(ids):
            for j in ids[pos + 1:pos + 1 + window]:
                counts[i, j] += 1
                counts[j, i] += 1
    return counts


def pmi_vectors(counts, dim=50):
    total = max(counts.sum(), 1.0)
    marginal = counts.sum(axis=1)
    expected = np.outer(marginal, marginal) / total
    ratio = counts / np.where(expected > 0, expected, 1.0)
    ppmi = np.log(np.maximum(ratio, 1.0))
    u, s, _ = np.linalg.svd(ppmi, full_matrices=False)
    return u[:, :dim] * np.sqrt(s[:dim])


def neighbours(word, index, vectors, k=10):
    names = sorted(index, key=index.get)
    scores = vectors @ vectors[index[word]]
    return [names[i] for i in np.argsort(-scores)[:k + 1] if names[i] != word]
