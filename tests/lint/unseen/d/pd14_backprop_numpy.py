"""Two-layer net with a softmax loss, backprop by hand and a gradient check."""
import numpy as np


class TwoLayerNet(object):
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {
            "W1": std * np.random.randn(input_size, hidden_size),
            "b1": np.zeros(hidden_size),
            "W2": std * np.random.randn(hidden_size, output_size),
            "b2": np.zeros(output_size),
        }

    def loss(self, X, y=None, reg=0.0):
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        N, D = X.shape

        hidden = np.maximum(0, X.dot(W1) + b1)
        scores = hidden.dot(W2) + b2
        if y is None:
            return scores

        exp_scores = np.exp(scores)
        probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)  # SSM101
        correct_logprobs = -np.log(probs[range(N), y])  # SSM201
        data_loss = np.sum(correct_logprobs) / N
        loss = data_loss + 0.5 * reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

        dscores = probs.copy()
        dscores[range(N), y] -= 1
        dscores /= N
        dhidden = np.dot(dscores, W2.T)
        dhidden[hidden <= 0] = 0
        grads = {
            "W2": hidden.T.dot(dscores) + reg * W2,
            "b2": np.sum(dscores, axis=0),
            "W1": X.T.dot(dhidden) + reg * W1,
            "b1": np.sum(dhidden, axis=0),
        }
        return loss, grads

    def train(self, X, y, learning_rate=1e-3, decay=0.95, reg=5e-6, num_iters=100, batch_size=200):
        history = []
        per_epoch = max(len(X) // batch_size, 1)
        for it in range(num_iters):
            pick = np.random.choice(len(X), batch_size)
            loss, grads = self.loss(X[pick], y[pick], reg)
            history.append(loss)
            for name in self.params:
                self.params[name] -= learning_rate * grads[name]
            if it % per_epoch == 0:
                learning_rate *= decay
        return history

    def predict(self, X):
        return np.argmax(self.loss(X), axis=1)


def relative_error(analytic, numeric):
    return np.max(np.abs(analytic - numeric) / (np.abs(analytic) + np.abs(numeric)))  # SSM302


def check_gradient(net, X, y, name, h=1e-5):
    _, grads = net.loss(X, y)
    param, numeric = net.params[name], np.zeros_like(net.params[name])
    for ix in np.ndindex(*param.shape):
        old = param[ix]
        param[ix] = old + h
        up, _ = net.loss(X, y)
        param[ix] = old - h
        down, _ = net.loss(X, y)
        param[ix] = old
        numeric[ix] = (up - down) / (2 * h)
    return relative_error(grads[name], numeric)
# fixed
import numpy as np


class TwoLayerNet(object):
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {
            "W1": std * np.random.randn(input_size, hidden_size),
            "b1": np.zeros(hidden_size),
            "W2": std * np.random.randn(hidden_size, output_size),
            "b2": np.zeros(output_size),
        }

    def loss(self, X, y=None, reg=0.0):
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        N, D = X.shape

        hidden = np.maximum(0, X.dot(W1) + b1)
        scores = hidden.dot(W2) + b2
        if y is None:
            return scores

        shifted = scores - np.max(scores, axis=1, keepdims=True)
        exp_scores = np.exp(shifted)
        sums = np.sum(exp_scores, axis=1, keepdims=True)
        probs = exp_scores / sums
        correct_logprobs = np.log(sums[:, 0]) - shifted[range(N), y]
        data_loss = np.sum(correct_logprobs) / N
        loss = data_loss + 0.5 * reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

        dscores = probs.copy()
        dscores[range(N), y] -= 1
        dscores /= N
        dhidden = np.dot(dscores, W2.T)
        dhidden[hidden <= 0] = 0
        grads = {
            "W2": hidden.T.dot(dscores) + reg * W2,
            "b2": np.sum(dscores, axis=0),
            "W1": X.T.dot(dhidden) + reg * W1,
            "b1": np.sum(dhidden, axis=0),
        }
        return loss, grads

    def train(self, X, y, learning_rate=1e-3, decay=0.95, reg=5e-6, num_iters=100, batch_size=200):
        history = []
        per_epoch = max(len(X) // batch_size, 1)
        for it in range(num_iters):
            pick = np.random.choice(len(X), batch_size)
            loss, grads = self.loss(X[pick], y[pick], reg)
            history.append(loss)
            for name in self.params:
                self.params[name] -= learning_rate * grads[name]
            if it % per_epoch == 0:
                learning_rate *= decay
        return history

    def predict(self, X):
        return np.argmax(self.loss(X), axis=1)


def relative_error(analytic, numeric):
    return np.max(np.abs(analytic - numeric) / np.maximum(1e-8, np.abs(analytic) + np.abs(numeric)))


def check_gradient(net, X, y, name, h=1e-5):
    _, grads = net.loss(X, y)
    param, numeric = net.params[name], np.zeros_like(net.params[name])
    for ix in np.ndindex(*param.shape):
        old = param[ix]
        param[ix] = old + h
        up, _ = net.loss(X, y)
        param[ix] = old - h
        down, _ = net.loss(X, y)
        param[ix] = old
        numeric[ix] = (up - down) / (2 * h)
    return relative_error(grads[name], numeric)
