"""What watching costs: the same training with and without a Watch, in turn, one thread.

    OPENBLAS_NUM_THREADS=1 python benchmarks/doctor_overhead.py [pairs]

Printed: the median over the pairs of watched/plain - 1, by the clock and by the time of the processor, which other programs on the
same machine disturb less. The steps with full statistics are among those that are timed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

import stablesoftmax as ssm
from stablesoftmax.demo.digits import load
from stablesoftmax.demo.formulas import OURS
from stablesoftmax.demo.network import train


def digits(pairs: int) -> None:
    """The demo's whole training, 2700 steps, with a watch and without, in turn; by the clock and by the time of the processor."""
    data = load()
    clock, processor = np.zeros((2, pairs)), np.zeros((2, pairs))
    train(OURS, *data)
    for i in range(pairs):
        for which in (0, 1) if i % 2 else (1, 0):
            begun, working = time.perf_counter(), time.process_time()
            steps = len(train(OURS, *data, watch=ssm.Watch() if which else None).losses)
            clock[which, i], processor[which, i] = time.perf_counter() - begun, time.process_time() - working
    report("digits demo", clock, processor, steps)


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
    """Two trainings side by side, a step of the one and of the other in turn; blocks of `every` steps are compared."""
    watch = ssm.Watch()
    steps = training(None), training(watch)
    for _ in range(101):  # the early steps are looked at more often than the rest
        for step in steps:
            step()
    clock, processor = np.zeros((2, blocks)), np.zeros((2, blocks))
    for block in range(blocks):
        for i in range(watch.every):
            for which in (0, 1) if i % 2 else (1, 0):
                begun, working = time.perf_counter(), time.process_time()
                steps[which]()
                clock[which, block] += time.perf_counter() - begun
                processor[which, block] += time.process_time() - working
    report(name, clock, processor, watch.every)


def report(name: str, clock: np.ndarray, processor: np.ndarray, steps: int) -> None:
    """The median over the pairs, and quartiles."""
    for what, times in (("clock", clock), ("processor", processor)):
        low, middle, high = 100 * (np.quantile(times[1] / times[0], [0.25, 0.5, 0.75]) - 1)
        step = 1e3 * np.median(times[0]) / steps
        print(f"{name}, {what}: {step:.3g} ms a step; watching adds {middle:.1f} % (quartiles {low:.1f} and {high:.1f} %)")
    print(f"({clock.shape[1]} pairs of {steps} steps)")


if __name__ == "__main__":
    blocks = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    digits(4 * blocks)
    compare("torch transformer", transformer, blocks)
