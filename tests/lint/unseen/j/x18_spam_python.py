"""Naive Bayes spam filter in plain Python; its word list is chosen by simulated annealing."""
import math
import random
from collections import Counter, defaultdict


class NaiveBayes:
    def __init__(self, vocabulary):
        self.vocabulary = set(vocabulary)

    def fit(self, docs, labels):
        self.priors = Counter(labels)
        self.n = len(labels)
        self.words = defaultdict(Counter)
        for doc, label in zip(docs, labels):
            self.words[label].update(w for w in doc if w in self.vocabulary)
        return self

    def log_likelihood(self, word, label):
        total = max(sum(self.words[label].values()), 1)
        return math.log(self.words[label][word] / total)  # SSM301

    def scores(self, doc):
        out = {}
        for label, count in self.priors.items():
            out[label] = math.log(count / self.n)
            for w in doc:
                if w in self.vocabulary:
                    out[label] += self.log_likelihood(w, label)
        return out

    def posterior(self, doc):
        scores = self.scores(doc)
        weights = {c: math.exp(s) for c, s in scores.items()}
        total = sum(weights.values())
        return {c: w / total for c, w in weights.items()}  # SSM101

    def predict(self, doc):
        scores = self.scores(doc)
        return max(scores, key=scores.get)


def errors(vocabulary, train, test):
    model = NaiveBayes(vocabulary).fit(*train)
    return sum(model.predict(d) != y for d, y in zip(*test))


def anneal(words, train, test, size=200, start=2.0, stop=1e-3, rate=0.97):
    current = random.sample(words, size)
    cost = errors(current, train, test)
    best, best_cost = list(current), cost
    temperature = start
    while temperature > stop:
        candidate = list(current)
        candidate[random.randrange(size)] = random.choice(words)
        new_cost = errors(candidate, train, test)
        if random.random() < math.exp((cost - new_cost) / temperature):  # SSM505
            current, cost = candidate, new_cost
        if cost < best_cost:
            best, best_cost = list(current), cost
        temperature *= rate
    return best, best_cost
# fixed
import math
import random
from collections import Counter, defaultdict


class NaiveBayes:
    def __init__(self, vocabulary):
        self.vocabulary = set(vocabulary)

    def fit(self, docs, labels):
        self.priors = Counter(labels)
        self.n = len(labels)
        self.words = defaultdict(Counter)
        for doc, label in zip(docs, labels):
            self.words[label].update(w for w in doc if w in self.vocabulary)
        return self

    def log_likelihood(self, word, label):
        total = sum(self.words[label].values()) + len(self.vocabulary)
        return math.log((self.words[label][word] + 1) / total)

    def scores(self, doc):
        out = {}
        for label, count in self.priors.items():
            out[label] = math.log(count / self.n)
            for w in doc:
                if w in self.vocabulary:
                    out[label] += self.log_likelihood(w, label)
        return out

    def posterior(self, doc):
        scores = self.scores(doc)
        top = max(scores.values())
        weights = {c: math.exp(s - top) for c, s in scores.items()}
        total = sum(weights.values())
        return {c: w / total for c, w in weights.items()}

    def predict(self, doc):
        scores = self.scores(doc)
        return max(scores, key=scores.get)


def errors(vocabulary, train, test):
    model = NaiveBayes(vocabulary).fit(*train)
    return sum(model.predict(d) != y for d, y in zip(*test))


def anneal(words, train, test, size=200, start=2.0, stop=1e-3, rate=0.97):
    current = random.sample(words, size)
    cost = errors(current, train, test)
    best, best_cost = list(current), cost
    temperature = start
    while temperature > stop:
        candidate = list(current)
        candidate[random.randrange(size)] = random.choice(words)
        new_cost = errors(candidate, train, test)
        if random.random() < math.exp(min(0.0, (cost - new_cost) / temperature)):
            current, cost = candidate, new_cost
        if cost < best_cost:
            best, best_cost = list(current), cost
        temperature *= rate
    return best, best_cost
