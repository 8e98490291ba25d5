"""stablesoftmax.torch beside torch itself: forward alone, and forward with backward, side by side in one run.

    python benchmarks/torch_ops.py [--threads 1] [--rounds 9] [--processor-time] [--json]

Needs the `torch` extra. The two take turns; a time is the median of the rounds, and so is the ratio of each pair. With one thread
and others at work on the machine, the time of the processor says more than the clock.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

import stablesoftmax as ssm
import stablesoftmax.torch as st

SHAPES = [(8, 10), (256, 1000), (4096, 1000), (256, 32000)]
DTYPES = [torch.float32, torch.bfloat16]
LEAST = 0.01  # seconds that a round takes, so that the clock is no part of it


def calls(function: str, x: Any, target: Any, backward: bool) -> list[Callable[[], Any]]:
    """Ours and theirs."""

    def call(one: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
        if not backward:
            return lambda: one(x, *arguments)
        leaf = x.detach().requires_grad_()
        grad = torch.ones_like(one(leaf, *arguments))
        return lambda: torch.autograd.grad(one(leaf, *arguments), leaf, grad)

    second = target if function == "cross_entropy" else -1
    return [call(getattr(st, function), second), call(getattr(torch if function == "logsumexp" else F, function), second)]


def seconds(call: Callable[[], Any], times: int, clock: Callable[[], float]) -> float:
    begun = clock()
    for _ in range(times):
        call()
    return (clock() - begun) / times


def pair(both: list[Callable[[], Any]], rounds: int, clock: Callable[[], float]) -> dict[str, float]:
    for call in both:
        call()
    times = [max(1, int(LEAST / seconds(call, 1, clock))) for call in both]
    found = [[seconds(call, n, clock) for call, n in zip(both, times, strict=True)] for _ in range(rounds)]
    ours, theirs = (statistics.median(column) for column in zip(*found, strict=True))
    return {"ours": ours, "torch": theirs, "ratio": statistics.median(a / b for a, b in found)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--processor-time", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    ssm.set_num_threads(arguments.threads)
    clock, results = time.process_time if arguments.processor_time else time.perf_counter, []
    for dtype in DTYPES:
        for shape in SHAPES:
            x, target = (10 * torch.randn(shape)).to(dtype), torch.randint(shape[1], shape[:1])
            for function in ("softmax", "log_softmax", "logsumexp", "cross_entropy"):
                for backward in (False, True):
                    row = {"function": function, "dtype": str(dtype)[6:], "shape": shape, "backward": backward}
                    results.append(row | pair(calls(function, x, target, backward), arguments.rounds, clock))
    if arguments.json:
        print(json.dumps({"level": ssm.build_info()["level"], "torch": torch.__version__, "results": results}, indent=1))
        return
    print("| function | dtype | shape | | ours, ms | torch, ms | ratio |\n|---|---|---|---|---|---|---|")
    for r in results:
        step = "with backward" if r["backward"] else "forward"
        times = f"{1e3 * r['ours']:.3f} | {1e3 * r['torch']:.3f} | {r['ratio']:.2f}"
        print(f"| {r['function']} | {r['dtype']} | {r['shape'][0]} x {r['shape'][1]} | {step} | {times} |")


if __name__ == "__main__":
    main()
