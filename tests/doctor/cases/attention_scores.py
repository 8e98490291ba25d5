"""Attention by hand: exp of scores that nobody divided by the root of the width."""

import numpy as np

import stablesoftmax as ssm

CAUSE = "naive-softmax-overflow"
ROUND = 2


@np.errstate(all="ignore")
def train(watch, sick):
    """Sequences of eight vectors; the class is that of the vector with the largest first element."""
    random = np.random.default_rng(51)
    width, classes, rate = 32, 4, np.float32(0.05)
    query = (random.standard_normal(width) * 2.6).astype(np.float32)
    head = ssm.glorot_uniform((width, classes), rng=1)
    for _ in range(500):
        x = random.standard_normal((32, 8, width)).astype(np.float32) * 2
        first = x[:, :, 0].argmax(axis=1)
        y = first % classes
        x[np.arange(32), first, 1 + y] += 4
        scores = x @ query
        p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True) if sick else ssm.softmax(scores)
        context = (p[:, :, None] * x).sum(axis=1)
        logits = context @ head
        loss, error = ssm.cross_entropy_and_grad(logits, y)
        back = error @ head.T
        g_p = (back[:, None, :] * x).sum(axis=2)
        g_scores = p * (g_p - (p * g_p).sum(axis=1, keepdims=True))
        grads = [(g_scores[:, :, None] * x).sum(axis=(0, 1)), context.T @ error]
        watch.step(
            loss=loss, inputs=x, targets=y, activations={"scores": scores, "attention": p, "context": context}, logits=logits,
            grads=grads, weights=[query, head], learning_rate=float(rate),
        )  # fmt: skip
        query -= rate * grads[0]
        head -= rate * grads[1]
