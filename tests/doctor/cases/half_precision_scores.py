"""Keys and queries in float16 whose products over 256 places pass 65504."""

import numpy as np

import stablesoftmax as ssm

CAUSE = "half-precision-overflow"
ROUND = 3


@np.errstate(all="ignore")
def train(watch, sick):
    random = np.random.default_rng(77)
    width, kind = 256, np.float16 if sick else np.float32
    keys = random.standard_normal((8, width)) * 12
    rate, head = np.float32(0.05), ssm.glorot_uniform((width, 8), rng=3)
    for _ in range(200):
        y = random.integers(0, 8, 32)
        x = (keys[y] * 3 + random.standard_normal((32, width))).astype(kind)
        scores = x @ keys.T.astype(kind)
        p = ssm.softmax(scores.astype(np.float32))
        context = (p @ keys.astype(np.float32)) / np.float32(12)
        logits = context @ head
        loss, error = ssm.cross_entropy_and_grad(logits, y)
        gradient = context.T @ error
        watch.step(
            loss=loss, inputs=x, targets=y, activations={"scores": scores, "attention": p, "context": context}, logits=logits,
            grads=[gradient], weights=[head], learning_rate=float(rate),
        )  # fmt: skip
        head -= rate * gradient
