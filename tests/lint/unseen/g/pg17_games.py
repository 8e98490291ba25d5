"""Game playing in plain Python: tree search with UCT, regret matching, Elo ratings."""
import math
import random


class Node:
    def __init__(self, state, parent=None, move=None):
        self.state, self.parent, self.move = state, parent, move
        self.children = [None] * len(state.moves())
        self.wins, self.visits = 0.0, 0

    def expand(self):
        self.children = [Node(self.state.play(m), self, m) for m in self.state.moves()]

    def uct(self, c=1.4):
        return self.wins / self.visits + c * math.sqrt(math.log(self.parent.visits) / self.visits)  # SSM302

    def select(self):
        return max(self.children, key=lambda n: n.uct())

    def backup(self, result):
        node = self
        while node is not None:
            node.visits += 1
            node.wins += result
            result = 1.0 - result
            node = node.parent


def opening_move(root, temperature):
    """Visits to the power of 1 / temperature; 0 in tournaments."""
    weights = [n.visits ** (1.0 / temperature) for n in root.children]  # SSM106
    return random.choices(root.children, weights=weights)[0]


class RegretMatcher:
    def __init__(self, actions):
        self.regret = [0.0] * actions
        self.total = [0.0] * actions

    def strategy(self):
        positive = [max(r, 0.0) for r in self.regret]
        norm = sum(positive)
        return [p / norm for p in positive]  # SSM302

    def observe(self, utilities):
        s = self.strategy()
        value = sum(p * u for p, u in zip(s, utilities))
        for i, u in enumerate(utilities):
            self.regret[i] += u - value
            self.total[i] += s[i]


def elo_expected(a, b):
    return 1.0 / (1.0 + 10.0 ** ((b - a) / 400.0))


def elo_update(a, b, score, k=24):
    return a + k * (score - elo_expected(a, b))
# fixed
import math
import random


class Node:
    def __init__(self, state, parent=None, move=None):
        self.state, self.parent, self.move = state, parent, move
        self.children = [None] * len(state.moves())
        self.wins, self.visits = 0.0, 0

    def expand(self):
        self.children = [Node(self.state.play(m), self, m) for m in self.state.moves()]

    def uct(self, c=1.4):
        if self.visits == 0:
            return float("inf")
        mean = self.wins / self.visits
        return mean + c * math.sqrt(math.log(self.parent.visits) / self.visits)

    def select(self):
        return max(self.children, key=lambda n: n.uct())

    def backup(self, result):
        node = self
        while node is not None:
            node.visits += 1
            node.wins += result
            result = 1.0 - result
            node = node.parent


def opening_move(root, temperature):
    """Visits to the power of 1 / temperature; 0 in tournaments."""
    if temperature < 0.05:
        return max(root.children, key=lambda n: n.visits)
    most = max(max(n.visits for n in root.children), 1)
    weights = [(n.visits / most) ** (1.0 / temperature) for n in root.children]
    return random.choices(root.children, weights=weights)[0]


class RegretMatcher:
    def __init__(self, actions):
        self.regret = [0.0] * actions
        self.total = [0.0] * actions

    def strategy(self):
        positive = [max(r, 0.0) for r in self.regret]
        norm = sum(positive)
        if norm <= 0:
            return [1.0 / len(positive)] * len(positive)
        return [p / norm for p in positive]

    def observe(self, utilities):
        s = self.strategy()
        value = sum(p * u for p, u in zip(s, utilities))
        for i, u in enumerate(utilities):
            self.regret[i] += u - value
            self.total[i] += s[i]


def elo_expected(a, b):
    return 1.0 / (1.0 + 10.0 ** ((b - a) / 400.0))


def elo_update(a, b, score, k=24):
    return a + k * (score - elo_expected(a, b))
