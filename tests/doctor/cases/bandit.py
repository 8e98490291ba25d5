"""A policy over eight slot machines learns from rewards in cents, without a baseline; its softmax is exp over the sum of exp."""

import numpy as np

import stablesoftmax as ssm

CAUSE = "naive-softmax-overflow"
ROUND = 5


@np.errstate(all="ignore")
def train(watch, sick):
    random = np.random.default_rng(91)
    payout = np.linspace(2000.0, 16000.0, 8)
    preferences = np.zeros((1, 8))
    softmax = (lambda x: np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)) if sick else ssm.softmax
    for draw in random.random(600):
        policy = softmax(preferences)
        action = min(int(np.searchsorted(np.cumsum(policy[0]), draw)), 7)
        reward = payout[action] + random.normal(0.0, 500.0)
        gradient = policy * reward
        gradient[0, action] -= reward
        loss = -reward * np.log(policy[0, action])
        watch.step(loss=loss, logits=preferences, probabilities=policy, logit_grads=gradient)
        preferences -= (0.4 if sick else 4e-5) * gradient
