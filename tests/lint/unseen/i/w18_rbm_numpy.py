"""A restricted Boltzmann machine by contrastive divergence and k-means on its codes, in NumPy."""
import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))  # SSM110


class RBM:
    def __init__(self, n_visible, n_hidden, lr=0.05, momentum=0.9, seed=0):
        self.rng = np.random.default_rng(seed)
        self.W = self.rng.normal(0.0, 0.1 / np.sqrt(n_visible), (n_visible, n_hidden))
        self.b = np.zeros(n_visible)
        self.c = np.zeros(n_hidden)
        self.velocity = np.zeros_like(self.W)
        self.lr, self.momentum = lr, momentum

    def hidden(self, v):
        return sigmoid(v @ self.W + self.c)

    def visible(self, h):
        return sigmoid(h @ self.W.T + self.b)

    def free_energy(self, v):
        return -v @ self.b - np.log(1 + np.exp(v @ self.W + self.c)).sum(axis=1)  # SSM206

    def contrastive_divergence(self, v0, k=1):
        h0 = self.hidden(v0)
        h = h0
        for _ in range(k):
            sample = (self.rng.random(h.shape) < h).astype(float)
            v = self.visible(sample)
            h = self.hidden(v)
        grad = (v0.T @ h0 - v.T @ h) / len(v0)
        self.velocity = self.momentum * self.velocity + self.lr * grad
        self.W += self.velocity
        self.b += self.lr * (v0 - v).mean(axis=0)
        self.c += self.lr * (h0 - h).mean(axis=0)

    def reconstruction_entropy(self, v):
        p = self.visible(self.hidden(v))
        return -np.mean(np.sum(v * np.log(p) + (1 - v) * np.log(1 - p), axis=1))  # SSM202


def kmeans(codes, k, iterations=20, seed=0):
    rng = np.random.default_rng(seed)
    centers = codes[rng.choice(len(codes), k, replace=False)]
    for _ in range(iterations):
        d = ((codes[:, None, :] - centers[None]) ** 2).sum(axis=-1)
        label = d.argmin(axis=1)
        counts = np.bincount(label, minlength=k)
        sums = np.zeros_like(centers)
        np.add.at(sums, label, codes)
        centers = sums / counts[:, None]  # SSM302
    return label, centers


def main(path="digits.npy", epochs=30, batch=20):
    data = np.load(path) / 255.0
    train, valid = data[: -len(data) // 10], data[-len(data) // 10:]
    rbm = RBM(train.shape[1], 256)
    for epoch in range(epochs):
        rbm.lr = 0.05 * np.exp(-epoch / epochs)
        for rows in np.array_split(rbm.rng.permutation(len(train)), max(1, len(train) // batch)):
            rbm.contrastive_divergence(train[rows])
        gap = rbm.free_energy(valid).mean() - rbm.free_energy(train[: len(valid)]).mean()
        print(epoch, rbm.reconstruction_entropy(valid), gap)
    labels, _ = kmeans(rbm.hidden(data), 10)
    np.save("labels.npy", labels)


if __name__ == "__main__":
    main()
# fixed
import numpy as np
from scipy.special import expit


class RBM:
    def __init__(self, n_visible, n_hidden, lr=0.05, momentum=0.9, seed=0):
        self.rng = np.random.default_rng(seed)
        self.W = self.rng.normal(0.0, 0.1 / np.sqrt(n_visible), (n_visible, n_hidden))
        self.b = np.zeros(n_visible)
        self.c = np.zeros(n_hidden)
        self.velocity = np.zeros_like(self.W)
        self.lr, self.momentum = lr, momentum

    def hidden(self, v):
        return expit(v @ self.W + self.c)

    def visible(self, h):
        return expit(self.visible_logits(h))

    def visible_logits(self, h):
        return h @ self.W.T + self.b

    def free_energy(self, v):
        return -v @ self.b - np.logaddexp(0, v @ self.W + self.c).sum(axis=1)

    def contrastive_divergence(self, v0, k=1):
        h0 = self.hidden(v0)
        h = h0
        for _ in range(k):
            sample = (self.rng.random(h.shape) < h).astype(float)
            v = self.visible(sample)
            h = self.hidden(v)
        grad = (v0.T @ h0 - v.T @ h) / len(v0)
        self.velocity = self.momentum * self.velocity + self.lr * grad
        self.W += self.velocity
        self.b += self.lr * (v0 - v).mean(axis=0)
        self.c += self.lr * (h0 - h).mean(axis=0)

    def reconstruction_entropy(self, v):
        a = self.visible_logits(self.hidden(v))
        return np.mean(np.sum(np.logaddexp(0, a) - v * a, axis=1))


def kmeans(codes, k, iterations=20, seed=0):
    rng = np.random.default_rng(seed)
    centers = codes[rng.choice(len(codes), k, replace=False)]
    for _ in range(iterations):
        d = ((codes[:, None, :] - centers[None]) ** 2).sum(axis=-1)
        label = d.argmin(axis=1)
        counts = np.bincount(label, minlength=k)
        sums = np.zeros_like(centers)
        np.add.at(sums, label, codes)
        filled = counts > 0
        centers = centers.copy()
        centers[filled] = sums[filled] / counts[filled, None]
    return label, centers


def main(path="digits.npy", epochs=30, batch=20):
    data = np.load(path) / 255.0
    train, valid = data[: -len(data) // 10], data[-len(data) // 10:]
    rbm = RBM(train.shape[1], 256)
    for epoch in range(epochs):
        rbm.lr = 0.05 * np.exp(-epoch / epochs)
        for rows in np.array_split(rbm.rng.permutation(len(train)), max(1, len(train) // batch)):
            rbm.contrastive_divergence(train[rows])
        gap = rbm.free_energy(valid).mean() - rbm.free_energy(train[: len(valid)]).mean()
        print(epoch, rbm.reconstruction_entropy(valid), gap)
    labels, _ = kmeans(rbm.hidden(data), 10)
    np.save("labels.npy", labels)


if __name__ == "__main__":
    main()
