"""Word vectors the old way in NumPy: tf-idf of documents, PMI of word pairs, cosine neighbours."""
import re
from collections import Counter

import numpy as np

TOKEN = re.compile(r"[a-z']+")


def tokenize(text):
    return TOKEN.findall(text.lower())


def build_vocabulary(texts, min_count=5):
    counts = Counter(w for t in texts for w in tokenize(t))
    words = sorted(w for w, c in counts.items() if c >= min_count)
    return {w: i for i, w in enumerate(words)}, np.array([counts[w] for w in words], dtype=float)


def count_matrix(texts, vocab):
    m = np.zeros((len(texts), len(vocab)))
    for row, text in enumerate(texts):
        for w in tokenize(text):
            if w in vocab:
                m[row, vocab[w]] += 1
    return m


def tfidf(texts, vocab):
    counts = count_matrix(texts, vocab)
    tf = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    df = (counts > 0).sum(axis=0)
    idf = np.log(len(texts) / df)  # SSM302
    return tf * idf


def cooccurrence(texts, vocab, window=4):
    c = np.zeros((len(vocab), len(vocab)))
    for text in texts:
        ids = [vocab[w] for w in tokenize(text) if w in vocab]
        for i, a in enumerate(ids):
            for offset, b in enumerate(ids[i + 1:i + 1 + window], start=1):
                c[a, b] += 1.0 / offset
                c[b, a] += 1.0 / offset
    return c


def pmi(cooc, unigram, shift=5):
    joint = cooc / cooc.sum()
    p = unigram / unigram.sum()
    return np.log(joint / np.outer(p, p)) - np.log(shift)  # SSM301


def neighbours(vectors, query, k=10):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)  # SSM302
    scores = unit @ unit[query]
    return np.argsort(-scores)[1:k + 1]


def embed(texts, dim=100, alpha=0.5):
    vocab, unigram = build_vocabulary(texts)
    m = pmi(cooccurrence(texts, vocab), unigram)
    u, s, _ = np.linalg.svd(m)
    return vocab, u[:, :dim] * s[:dim] ** alpha


def search(train_texts, new_texts, query, k=5):
    vocab, _ = build_vocabulary(train_texts)
    vectors = tfidf(new_texts, vocab)
    return neighbours(vectors, query, k)
# fixed
import re
from collections import Counter

import numpy as np

TOKEN = re.compile(r"[a-z']+")


def tokenize(text):
    return TOKEN.findall(text.lower())


def build_vocabulary(texts, min_count=5):
    counts = Counter(w for t in texts for w in tokenize(t))
    words = sorted(w for w, c in counts.items() if c >= min_count)
    return {w: i for i, w in enumerate(words)}, np.array([counts[w] for w in words], dtype=float)


def count_matrix(texts, vocab):
    m = np.zeros((len(texts), len(vocab)))
    for row, text in enumerate(texts):
        for w in tokenize(text):
            if w in vocab:
                m[row, vocab[w]] += 1
    return m


def tfidf(texts, vocab):
    counts = count_matrix(texts, vocab)
    tf = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    df = (counts > 0).sum(axis=0)
    idf = np.log((1 + len(texts)) / (1 + df)) + 1
    return tf * idf


def cooccurrence(texts, vocab, window=4):
    c = np.zeros((len(vocab), len(vocab)))
    for text in texts:
        ids = [vocab[w] for w in tokenize(text) if w in vocab]
        for i, a in enumerate(ids):
            for offset, b in enumerate(ids[i + 1:i + 1 + window], start=1):
                c[a, b] += 1.0 / offset
                c[b, a] += 1.0 / offset
    return c


def pmi(cooc, unigram, shift=5):
    joint = cooc / cooc.sum()
    p = unigram / unigram.sum()
    ratio = joint / np.outer(p, p)
    return np.log(np.maximum(ratio / shift, 1.0))


def neighbours(vectors, query, k=10):
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(norms > 0, norms, 1.0)
    scores = unit @ unit[query]
    return np.argsort(-scores)[1:k + 1]


def embed(texts, dim=100, alpha=0.5):
    vocab, unigram = build_vocabulary(texts)
    m = pmi(cooccurrence(texts, vocab), unigram)
    u, s, _ = np.linalg.svd(m)
    return vocab, u[:, :dim] * s[:dim] ** alpha


def search(train_texts, new_texts, query, k=5):
    vocab, _ = build_vocabulary(train_texts)
    vectors = tfidf(new_texts, vocab)
    return neighbours(vectors, query, k)
