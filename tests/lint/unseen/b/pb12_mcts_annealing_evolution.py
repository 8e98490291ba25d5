"""Search without gradients: UCT tree search, simulated annealing, an evolution strategy."""
import math
import random


class Node:
    def __init__(self, state, parent=None, prior=1.0):
        self.state, self.parent, self.prior = state, parent, prior
        self.children = {}
        self.visits, self.value = 0, 0.0

    def uct(self, c=1.4):
        exploit = self.value / self.visits  # SSM302
        return exploit + c * math.sqrt(math.log(self.parent.visits) / self.visits)  # SSM302

    def puct(self, c=1.0):
        q = self.value / self.visits if self.visits else 0.0
        return q + c * self.prior * math.sqrt(self.parent.visits) / (1 + self.visits)

    def best_child(self):
        return max(self.children.values(), key=Node.uct)

    def policy(self, temperature=1.0):
        weights = {a: n.visits ** (1 / temperature) for a, n in self.children.items()}  # SSM106
        total = sum(weights.values())
        return {a: w / total for a, w in weights.items()}  # SSM302


def set_priors(node, scores):
    total = sum(math.exp(s) for s in scores.values())
    for action, child in node.children.items():
        child.prior = math.exp(scores[action]) / total  # SSM101


def backup(node, reward):
    while node is not None:
        node.visits += 1
        node.value += reward
        node, reward = node.parent, -reward


def gumbel():
    return -math.log(-math.log(random.random()))  # SSM301


def anneal(x, energy, neighbour, t0=1.0, steps=1000):
    e = energy(x)
    best, best_e = x, e
    for k in range(steps + 1):
        t = t0 * (1 - k / steps)
        y = neighbour(x)
        ey = energy(y)
        if math.exp((e - ey) / t) > random.random():  # SSM106, SSM505
            x, e = y, ey
        if e < best_e:
            best, best_e = x, e
    return best, best_e


def roulette(population, fitness):
    total = sum(fitness)
    probs = [f / total for f in fitness]  # SSM302
    return random.choices(population, weights=probs, k=len(population))


def recombination_weights(mu):
    raw = [math.log(mu + 0.5) - math.log(i + 1) for i in range(mu)]
    s = sum(raw)
    return [w / s for w in raw]


def shaped(rewards):
    m = sum(rewards) / len(rewards)
    sd = math.sqrt(sum((r - m) ** 2 for r in rewards) / len(rewards))
    return [(r - m) / sd for r in rewards]  # SSM302


def es_step(theta, f, sigma=0.1, lr=0.02, pairs=20):
    noise = [[random.gauss(0, 1) for _ in theta] for _ in range(pairs)]
    scores = shaped([f([t + sigma * e for t, e in zip(theta, eps)]) for eps in noise])
    return [t + lr / (pairs * sigma) * sum(s * eps[i] for s, eps in zip(scores, noise))
            for i, t in enumerate(theta)]
# fixed
import math
import random


class Node:
    def __init__(self, state, parent=None, prior=1.0):
        self.state, self.parent, self.prior = state, parent, prior
        self.children = {}
        self.visits, self.value = 0, 0.0

    def uct(self, c=1.4):
        if self.visits == 0:
            return math.inf
        exploit = self.value / self.visits
        return exploit + c * math.sqrt(math.log(self.parent.visits) / self.visits)

    def puct(self, c=1.0):
        q = self.value / self.visits if self.visits else 0.0
        return q + c * self.prior * math.sqrt(self.parent.visits) / (1 + self.visits)

    def best_child(self):
        return max(self.children.values(), key=Node.uct)

    def policy(self, temperature=1.0):
        most = max(n.visits for n in self.children.values())
        if most == 0:
            return {a: 1 / len(self.children) for a in self.children}
        if temperature < 1e-3:
            return {a: float(n.visits == most) for a, n in self.children.items()}
        weights = {a: (n.visits / most) ** (1 / temperature) for a, n in self.children.items()}
        total = sum(weights.values())
        return {a: w / total for a, w in weights.items()}


def set_priors(node, scores):
    top = max(scores.values())
    total = sum(math.exp(s - top) for s in scores.values())
    for action, child in node.children.items():
        child.prior = math.exp(scores[action] - top) / total


def backup(node, reward):
    while node is not None:
        node.visits += 1
        node.value += reward
        node, reward = node.parent, -reward


def gumbel():
    u = min(max(random.random(), 1e-12), 1 - 1e-12)
    return -math.log(-math.log(u))


def anneal(x, energy, neighbour, t0=1.0, steps=1000):
    e = energy(x)
    best, best_e = x, e
    for k in range(steps + 1):
        t = max(t0 * (1 - k / steps), 1e-9)
        y = neighbour(x)
        ey = energy(y)
        if ey <= e or math.exp((e - ey) / t) > random.random():
            x, e = y, ey
        if e < best_e:
            best, best_e = x, e
    return best, best_e


def roulette(population, fitness):
    total = sum(fitness)
    if total == 0:
        return random.choices(population, k=len(population))
    probs = [f / total for f in fitness]
    return random.choices(population, weights=probs, k=len(population))


def recombination_weights(mu):
    raw = [math.log(mu + 0.5) - math.log(i + 1) for i in range(mu)]
    s = sum(raw)
    return [w / s for w in raw]


def shaped(rewards):
    m = sum(rewards) / len(rewards)
    sd = math.sqrt(sum((r - m) ** 2 for r in rewards) / len(rewards))
    return [(r - m) / (sd + 1e-8) for r in rewards]


def es_step(theta, f, sigma=0.1, lr=0.02, pairs=20):
    noise = [[random.gauss(0, 1) for _ in theta] for _ in range(pairs)]
    scores = shaped([f([t + sigma * e for t, e in zip(theta, eps)]) for eps in noise])
    return [t + lr / (pairs * sigma) * sum(s * eps[i] for s, eps in zip(scores, noise))
            for i, t in enumerate(theta)]
