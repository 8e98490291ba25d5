"""Times calls side by side: in every round each of them takes one turn, in shuffled order.

Whatever slows the machine down for a while then slows all of them down, and medians over the rounds stay comparable.
"""

import gc
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from resource import RUSAGE_SELF, getrusage

TURN = 300e-6  # seconds: turns much shorter would time the clock
ROUNDS = 7, 101  # at least, at most
CLEAN = 3  # rounds
PAUSE = 3e-3  # seconds


@dataclass
class Timing:
    seconds: float  # a call, the median over rounds
    rounds: int  # those that the median is of
    clean: bool  # nothing else got the processor in those rounds


def interleaved(calls: dict[str, Callable[[], object]], budget: float, threads: int) -> dict[str, Timing]:
    """`budget` is in seconds, for all calls and rounds together; the smallest number of rounds is kept to all the same."""
    repeats = {name: _repeats(call) for name, call in calls.items()}
    turns = {name: [] for name in calls}
    order, shuffle = list(calls), random.Random(0).shuffle
    end = time.perf_counter() + budget
    gc.collect()
    gc.disable()
    try:
        for number in range(ROUNDS[1]):
            if number >= ROUNDS[0] and time.perf_counter() > end:
                break
            shuffle(order)
            for name in order:
                turns[name].append(_turn(calls[name], repeats[name], threads))
    finally:
        gc.enable()
    return {name: _median(taken) for name, taken in turns.items()}


def _repeats(call: Callable[[], object]) -> int:
    """How many calls make a turn."""
    call()
    n = 1
    while (seconds := _seconds(call, n)) < TURN:
        n = max(2 * n, int(1.1 * n * TURN / max(seconds, 1e-9))) if seconds > TURN / 100 else 10 * n
    return n


def _turn(call: Callable[[], object], n: int, threads: int) -> tuple[float, bool]:
    """Seconds a call, and whether the turn was left alone."""
    if threads > 1:
        time.sleep(PAUSE)  # threads of the one before spin for a while: they must not take processors from this one
    call()  # wakes its own threads, and puts its memory into the caches
    before = getrusage(RUSAGE_SELF).ru_nivcsw
    seconds = _seconds(call, n)
    return seconds / n, getrusage(RUSAGE_SELF).ru_nivcsw == before


def _seconds(call: Callable[[], object], n: int) -> float:
    repeats = range(n)
    begin = time.perf_counter()
    for _ in repeats:
        call()
    return time.perf_counter() - begin


def _median(turns: list[tuple[float, bool]]) -> Timing:
    """Of the turns without an involuntary context switch, unless these are too few."""
    alone = [seconds for seconds, clean in turns if clean]
    clean = len(alone) >= CLEAN
    chosen = alone if clean else [seconds for seconds, _ in turns]
    return Timing(statistics.median(chosen), len(chosen), clean)
