"""A recurrent network over sixty time steps whose recurrent matrix makes every signal six times longer."""

import numpy as np

import stablesoftmax as ssm

CAUSE = "initialisation-too-large"


@np.errstate(all="ignore")
def train(watch, sick):
    random = np.random.default_rng(19)
    hidden, length = 32, 60
    w_in = ssm.glorot_uniform((4, hidden), rng=1)
    w_rec = ssm.orthogonal((hidden, hidden), rng=2) * np.float32(6.0 if sick else 1.0)
    w_out = ssm.glorot_uniform((hidden, 2), rng=3)
    for _ in range(200):
        x = random.standard_normal((16, length, 4)).astype(np.float32)
        y = (x[:, :, 0].mean(axis=1) > 0).astype(int)
        states = [np.zeros((16, hidden), np.float32)]
        for t in range(length):
            states.append(x[:, t] @ w_in / np.float32(8) + states[-1] @ w_rec)
        logits = states[-1] @ w_out
        loss, error = ssm.cross_entropy_and_grad(logits, y)
        g_out, back = states[-1].T @ error, error @ w_out.T
        g_in, g_rec = np.zeros_like(w_in), np.zeros_like(w_rec)
        for t in reversed(range(length)):
            g_in += x[:, t].T @ back / np.float32(8)
            g_rec += states[t].T @ back
            back = back @ w_rec.T
        weights, grads = [w_in, w_rec, w_out], [g_in, g_rec, g_out]
        watch.step(
            loss=loss,
            inputs=x,
            targets=y,
            activations=states[1::15],
            logits=logits,
            grads=grads,
            weights=weights,
            learning_rate=0.005,
        )
        for parameter, gradient in zip(weights, grads, strict=True):
            parameter -= np.float32(0.005) * gradient
