"""Q-learning with a small NumPy network and Boltzmann exploration."""
import random
from collections import deque

import numpy as np

config = dict(gamma=0.95, lr=1e-3, hidden=64, memory=2000, batch=32, explore_steps=5000)


class QNet:
    def __init__(self, n_in, n_out, hidden):
        rng = np.random.default_rng(0)
        self.W1 = rng.normal(size=(n_in, hidden)) * np.sqrt(2.0 / n_in)
        self.b1 = np.zeros(hidden)
        self.W2 = rng.normal(size=(hidden, n_out)) / np.sqrt(hidden)
        self.b2 = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        self.h = np.maximum(0, x @ self.W1 + self.b1)
        return self.h @ self.W2 + self.b2

    def step(self, dq, lr):
        dq = dq / len(dq)
        dh = (dq @ self.W2.T) * (self.h > 0)
        self.W2 -= lr * self.h.T @ dq
        self.b2 -= lr * dq.sum(0)
        self.W1 -= lr * self.x.T @ dh
        self.b1 -= lr * dh.sum(0)


class Agent:
    def __init__(self, n_states, n_actions):
        self.net = QNet(n_states, n_actions, config["hidden"])
        self.memory = deque(maxlen=config["memory"])
        self.n_actions = n_actions
        self.t = 0

    def act(self, state):
        temperature = max(0.0, 1.0 - self.t / config["explore_steps"])
        self.t += 1
        q = self.net.forward(state[None, :])[0]
        weights = np.exp(q / temperature)  # SSM106
        p = weights / weights.sum()  # SSM101
        return np.random.choice(self.n_actions, p=p)

    def remember(self, *transition):
        self.memory.append(transition)

    def replay(self):
        if len(self.memory) < config["batch"]:
            return None
        s, a, r, s2, done = map(np.array, zip(*random.sample(self.memory, config["batch"])))
        target = r + config["gamma"] * (1 - done) * self.net.forward(s2).max(axis=1)
        q = self.net.forward(s)
        dq = np.zeros_like(q)
        rows = np.arange(len(a))
        dq[rows, a] = np.clip(q[rows, a] - target, -1, 1)
        self.net.step(dq, config["lr"])
        return np.sqrt(np.mean((q[rows, a] - target) ** 2))


def run(env, episodes=300):
    agent = Agent(env.n_states, env.n_actions)
    for episode in range(episodes):
        s, done, total, length = env.reset(), False, 0.0, 0
        while not done:
            a = agent.act(s)
            s2, r, done = env.step(a)
            agent.remember(s, a, r, s2, float(done))
            agent.replay()
            s, total, length = s2, total + r, length + 1
        print(episode, total, total / length)
# fixed
import random
from collections import deque

import numpy as np

config = dict(gamma=0.95, lr=1e-3, hidden=64, memory=2000, batch=32, explore_steps=5000)


class QNet:
    def __init__(self, n_in, n_out, hidden):
        rng = np.random.default_rng(0)
        self.W1 = rng.normal(size=(n_in, hidden)) * np.sqrt(2.0 / n_in)
        self.b1 = np.zeros(hidden)
        self.W2 = rng.normal(size=(hidden, n_out)) / np.sqrt(hidden)
        self.b2 = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        self.h = np.maximum(0, x @ self.W1 + self.b1)
        return self.h @ self.W2 + self.b2

    def step(self, dq, lr):
        dq = dq / len(dq)
        dh = (dq @ self.W2.T) * (self.h > 0)
        self.W2 -= lr * self.h.T @ dq
        self.b2 -= lr * dq.sum(0)
        self.W1 -= lr * self.x.T @ dh
        self.b1 -= lr * dh.sum(0)


class Agent:
    def __init__(self, n_states, n_actions):
        self.net = QNet(n_states, n_actions, config["hidden"])
        self.memory = deque(maxlen=config["memory"])
        self.n_actions = n_actions
        self.t = 0

    def act(self, state):
        temperature = max(0.0, 1.0 - self.t / config["explore_steps"])
        self.t += 1
        q = self.net.forward(state[None, :])[0]
        if temperature < 1e-3:
            return int(np.argmax(q))
        weights = np.exp((q - q.max()) / temperature)
        p = weights / weights.sum()
        return np.random.choice(self.n_actions, p=p)

    def remember(self, *transition):
        self.memory.append(transition)

    def replay(self):
        if len(self.memory) < config["batch"]:
            return None
        s, a, r, s2, done = map(np.array, zip(*random.sample(self.memory, config["batch"])))
        target = r + config["gamma"] * (1 - done) * self.net.forward(s2).max(axis=1)
        q = self.net.forward(s)
        dq = np.zeros_like(q)
        rows = np.arange(len(a))
        dq[rows, a] = np.clip(q[rows, a] - target, -1, 1)
        self.net.step(dq, config["lr"])
        return np.sqrt(np.mean((q[rows, a] - target) ** 2))


def run(env, episodes=300):
    agent = Agent(env.n_states, env.n_actions)
    for episode in range(episodes):
        s, done, total, length = env.reset(), False, 0.0, 0
        while not done:
            a = agent.act(s)
            s2, r, done = env.step(a)
            agent.remember(s, a, r, s2, float(done))
            agent.replay()
            s, total, length = s2, total + r, length + 1
        print(episode, total, total / length)
