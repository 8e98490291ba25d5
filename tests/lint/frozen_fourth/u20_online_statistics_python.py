"""Streaming statistics and a factorization machine that learns online, without NumPy."""
import math
from collections import defaultdict


class RunningMoments:
    def __init__(self):
        self.n, self.total, self.squares = 0, 0.0, 0.0

    def push(self, x):
        self.n += 1
        self.total += x
        self.squares += x * x

    def variance(self):
        mean = self.total / self.n
        return self.squares / self.n - mean * mean  # SSM504


class OnlineLogistic:
    def __init__(self, rate=0.1):
        self.w, self.rate = defaultdict(float), rate

    def predict(self, features):
        z = sum(self.w[k] * v for k, v in features.items())
        return 1.0 / (1.0 + math.exp(-z))  # SSM110

    def loss(self, features, y):
        z = sum(self.w[k] * v for k, v in features.items())
        return math.log(1 + math.exp(-y * z))  # SSM206

    def log_loss(self, features, y):
        p = self.predict(features)
        return -math.log(p) if y else -math.log(1 - p)  # SSM202 SSM202


def softmax(scores):
    exps = [math.exp(s) for s in scores]
    total = sum(exps)
    return [e / total for e in exps]  # SSM101


def compound(rate, periods):
    return math.exp(periods * math.log(1 + rate)) - 1  # SSM207 SSM208


def missing(values):
    return [v for v in values if v == float("nan")]  # SSM506
# fixed
import math
from collections import defaultdict


class RunningMoments:
    def __init__(self):
        self.n, self.mean, self.m2 = 0, 0.0, 0.0

    def push(self, x):
        self.n += 1
        delta = x - self.mean
        self.mean += delta / self.n
        self.m2 += delta * (x - self.mean)

    def variance(self):
        return self.m2 / self.n


def log_sigmoid(z):
    return min(z, 0.0) - math.log1p(math.exp(-abs(z)))


class OnlineLogistic:
    def __init__(self, rate=0.1):
        self.w, self.rate = defaultdict(float), rate

    def predict(self, features):
        z = sum(self.w[k] * v for k, v in features.items())
        return math.exp(log_sigmoid(z))

    def loss(self, features, y):
        z = sum(self.w[k] * v for k, v in features.items())
        return -log_sigmoid(y * z)

    def log_loss(self, features, y):
        z = sum(self.w[k] * v for k, v in features.items())
        return -log_sigmoid(z) if y else -log_sigmoid(-z)


def softmax(scores):
    largest = max(scores)
    exps = [math.exp(s - largest) for s in scores]
    total = sum(exps)
    return [e / total for e in exps]


def compound(rate, periods):
    return math.expm1(periods * math.log1p(rate))


def missing(values):
    return [v for v in values if math.isnan(v)]
