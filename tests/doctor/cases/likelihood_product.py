"""The likelihood of a sequence as a product of probabilities, and then its logarithm."""

import numpy as np

import stablesoftmax as ssm

CAUSE = "log-of-zero"
ROUND = 3


@np.errstate(all="ignore")
def train(watch, sick):
    """One distribution over six letters, learnt from sequences of sixty; letters that are rare become rarer."""
    random = np.random.default_rng(72)
    letters = random.choice(6, (400, 60), p=[0.5, 0.3, 0.15, 0.04, 0.009, 0.001])
    logits = np.zeros(6, np.float32)
    rate = np.float32(0.05)
    for step in range(300):
        batch = letters[step * 16 % 400 : step * 16 % 400 + 16]
        p = ssm.softmax(logits)
        loss = -np.log(np.prod(p[batch], axis=1)).mean() / 60 if sick else -ssm.log_softmax(logits)[batch].mean()
        gradient = p - (np.bincount(batch.reshape(-1), minlength=6) / batch.size).astype(np.float32)
        watch.step(loss=loss, logits=logits[None], probabilities=p, grads=[gradient], weights=[logits], learning_rate=float(rate))
        logits -= rate * gradient
