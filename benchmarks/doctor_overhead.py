"""What watching costs: the same training with and without a Watch, step by step in turn, one thread.

    python benchmarks/doctor_overhead.py [blocks]

Each pair of steps is timed one after the other (first the one, then the other, in turn), so that whatever else the machine does
meets both alike. Blocks of `every` steps are compared, the step with full statistics among them: the least time over the blocks
at each place of a block, summed over the places.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

import stablesoftmax as ssm
from stablesoftmax.demo.digits import load
from stablesoftmax.demo.formulas import OURS
from stablesoftmax.demo.network import BATCH, MOMENTUM, Network


def digits(watch: ssm.Watch | None) -> Callable[[], None]:
    """One step of the demo's training."""
    random = np.random.RandomState(4)
    training, _ = load()
    network = Network(random, 64)
    momenta = [np.zeros_like(parameter) for parameter in network.parameters]
    rate = np.float32(0.005)

    def step() -> None:
        batch = random.randint(0, len(training.labels), BATCH)
        images, labels = training.images[batch], training.labels[batch]
        hidden = network.hidden(images)
        logits = network.logits(hidden)
        probabilities = OURS.softmax(logits)
        picked = np.arange(len(batch)), labels
        loss = float(-OURS.log_softmax(logits)[picked].mean())
        error = probabilities.copy()
        error[picked] -= 1
        error /= len(batch)
        gradients = network.gradients(images, hidden, error)
        if watch is not None:
            watch.step(
                loss=loss, logits=logits, probabilities=probabilities, targets=labels, inputs=images, activations=hidden,
                logit_grads=error, grads=gradients, weights=network.parameters, learning_rate=float(rate),
            )  # fmt: skip
        for parameter, momentum, gradient in zip(network.parameters, momenta, gradients, strict=True):
            momentum *= MOMENTUM
            momentum += gradient
            parameter -= rate * momentum

    return step


def transformer(watch: ssm.Watch | None) -> Callable[[], None]:
    """One step of a transformer: 2 layers, width 128, 4 heads, 16 rows of 64 letters of an alphabet of 256, AdamW."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    layer = torch.nn.TransformerEncoderLayer(128, 4, 512, 0.0, batch_first=True)
    model = torch.nn.Sequential(torch.nn.Embedding(256, 128), torch.nn.TransformerEncoder(layer, 2), torch.nn.Linear(128, 256))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
    if watch is not None:
        watch.torch(model, optimizer)

    def step() -> None:
        letters = torch.randint(0, 256, (16, 65))
        logits = model(letters[:, :-1])
        loss = torch.nn.functional.cross_entropy(logits.reshape(-1, 256), letters[:, 1:].reshape(-1))
        if watch is not None:
            watch.step(loss=loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def compare(name: str, training: Callable[[ssm.Watch | None], Callable[[], None]], blocks: int) -> None:
    """Time blocks of `every` pairs of steps."""
    watch = ssm.Watch()
    plain, watched = training(None), training(watch)
    for _ in range(70):  # the early steps are looked at more often than the rest
        plain(), watched()
    times = np.zeros((2, blocks, watch.every))
    for block in range(blocks):
        for i in range(watch.every):
            for which in (0, 1) if (i + block) % 2 else (1, 0):
                begun = time.perf_counter()
                (plain, watched)[which]()
                times[which, block, (i + 70) % watch.every] = time.perf_counter() - begun
    least = times.min(axis=1)  # of each place in a block: what disturbs some of the steps counts for nothing
    plain_sum, watched_sum = least.sum(axis=1)
    print(f"{name}: {1e3 * plain_sum / watch.every:.3g} ms a step; watching adds {100 * (watched_sum / plain_sum - 1):.2f} %")
    print(f"({blocks} blocks of {watch.every} pairs of steps; the step with statistics takes {1e3 * least[1].max():.3g} ms)")


if __name__ == "__main__":
    blocks = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    compare("digits demo", digits, 4 * blocks)
    compare("torch transformer", transformer, blocks)
