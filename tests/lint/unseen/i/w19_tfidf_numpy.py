"""Text features in NumPy: tf-idf, word entropy, PMI vectors and cosine search."""
import re
from collections import Counter

import numpy as np

TOKEN = re.compile(r"[a-z']+")


def tokenize(text):
    return TOKEN.findall(text.lower())


def build_vocab(texts, min_count=5, size=20000):
    freq = Counter(w for t in texts for w in tokenize(t))
    kept = [(w, c) for w, c in freq.most_common(size) if c >= min_count]
    vocab = {w: i for i, (w, _) in enumerate(kept)}
    return vocab, np.array([c for _, c in kept], dtype=np.float64)


def count_matrix(texts, vocab):
    counts = np.zeros((len(texts), len(vocab)))
    for row, text in enumerate(texts):
        for word, n in Counter(tokenize(text)).items():
            if word in vocab:
                counts[row, vocab[word]] = n
    return counts


class TfIdf:
    def fit(self, counts):
        df = (counts > 0).sum(axis=0)
        self.idf = np.log((1 + counts.shape[0]) / (1 + df)) + 1
        return self

    def transform(self, counts):
        tf = counts / counts.sum(axis=1, keepdims=True)  # SSM302
        weighted = tf * self.idf
        length = np.linalg.norm(weighted, axis=1, keepdims=True)
        return weighted / np.maximum(length, 1e-12)


def document_entropy(counts):
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return -np.sum(share * np.log(share), axis=1)  # SSM301


def cooccurrence(texts, vocab, window=5):
    pairs = np.zeros((len(vocab), len(vocab)))
    for text in texts:
        ids = [vocab[w] for w in tokenize(text) if w in vocab]
        for i, a in enumerate(ids):
            for b in ids[max(0, i - window):i]:
                pairs[a, b] += 1
                pairs[b, a] += 1
    return pairs


def pmi_vectors(pairs, word_counts, dim=100, power=0.75):
    smoothed = word_counts ** power
    expected = np.outer(word_counts / word_counts.sum(), smoothed / smoothed.sum())
    observed = pairs / max(pairs.sum(), 1)
    pmi = np.log(observed / expected)  # SSM301
    u, s, _ = np.linalg.svd(pmi)
    return u[:, :dim] * np.sqrt(s[:dim])


def search(query, vectors, model, vocab, k=10):
    q = model.transform(count_matrix([query], vocab))[0]
    return np.argsort(-(vectors @ q))[:k]


def main(path="articles.txt"):
    with open(path, encoding="utf8") as f:
        texts = f.read().split("\n\n")
    vocab, freq = build_vocab(texts)
    counts = count_matrix(texts, vocab)
    model = TfIdf().fit(counts)
    vectors = model.transform(counts)
    print("mean entropy", document_entropy(counts).mean() / np.log(2), "bits")
    np.save("pmi.npy", pmi_vectors(cooccurrence(texts, vocab), freq))
    print(search("gradient of the loss", vectors, model, vocab))
# fixed
import re
from collections import Counter

import numpy as np
from scipy.special import entr

TOKEN = re.compile(r"[a-z']+")


def tokenize(text):
    return TOKEN.findall(text.lower())


def build_vocab(texts, min_count=5, size=20000):
    freq = Counter(w for t in texts for w in tokenize(t))
    kept = [(w, c) for w, c in freq.most_common(size) if c >= min_count]
    vocab = {w: i for i, (w, _) in enumerate(kept)}
    return vocab, np.array([c for _, c in kept], dtype=np.float64)


def count_matrix(texts, vocab):
    counts = np.zeros((len(texts), len(vocab)))
    for row, text in enumerate(texts):
        for word, n in Counter(tokenize(text)).items():
            if word in vocab:
                counts[row, vocab[word]] = n
    return counts


class TfIdf:
    def fit(self, counts):
        df = (counts > 0).sum(axis=0)
        self.idf = np.log((1 + counts.shape[0]) / (1 + df)) + 1
        return self

    def transform(self, counts):
        tf = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        weighted = tf * self.idf
        length = np.linalg.norm(weighted, axis=1, keepdims=True)
        return weighted / np.maximum(length, 1e-12)


def document_entropy(counts):
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return entr(share).sum(axis=1)


def cooccurrence(texts, vocab, window=5):
    pairs = np.zeros((len(vocab), len(vocab)))
    for text in texts:
        ids = [vocab[w] for w in tokenize(text) if w in vocab]
        for i, a in enumerate(ids):
            for b in ids[max(0, i - window):i]:
                pairs[a, b] += 1
                pairs[b, a] += 1
    return pairs


def pmi_vectors(pairs, word_counts, dim=100, power=0.75):
    smoothed = word_counts ** power
    expected = np.outer(word_counts / word_counts.sum(), smoothed / smoothed.sum())
    observed = pairs / max(pairs.sum(), 1)
    pmi = np.log(np.maximum(observed / expected, 1.0))
    u, s, _ = np.linalg.svd(pmi)
    return u[:, :dim] * np.sqrt(s[:dim])


def search(query, vectors, model, vocab, k=10):
    q = model.transform(count_matrix([query], vocab))[0]
    return np.argsort(-(vectors @ q))[:k]


def main(path="articles.txt"):
    with open(path, encoding="utf8") as f:
        texts = f.read().split("\n\n")
    vocab, freq = build_vocab(texts)
    counts = count_matrix(texts, vocab)
    model = TfIdf().fit(counts)
    vectors = model.transform(counts)
    print("mean entropy", document_entropy(counts).mean() / np.log(2), "bits")
    np.save("pmi.npy", pmi_vectors(cooccurrence(texts, vocab), freq))
    print(search("gradient of the loss", vectors, model, vocab))
