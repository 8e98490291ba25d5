"""One case in one run: every peer is built, validated against the reference, and only then timed."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from suites.logits import make

from . import timing
from .cases import Case
from .peers import OURS, PEERS, Way, installed
from .reference import compare, exact

Ways = Callable[[Case, np.ndarray, int], dict[str, Way]]


@dataclass
class Entry:
    """What was found about one way of one peer."""

    valid: bool
    ulps: float | None  # the largest error; None where the reference is not good enough to tell
    ns: float = float("nan")  # an element
    rounds: int = 0
    clean: bool = False


@dataclass
class Measured:
    case: Case
    threads: int
    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)  # peer: way: found
    failed: dict[str, str] = field(default_factory=dict)  # peer: why it has no result
    seconds: float = 0.0  # that it all took

    def fastest(self, way: str) -> tuple[str, Entry] | None:
        """The fastest valid peer beside ours."""
        found = [(peer, ways[way]) for peer, ways in self.entries.items() if peer != OURS and way in ways]
        return min((one for one in found if one[1].valid), key=lambda one: one[1].ns, default=None)

    def best_way(self, peer: str) -> Entry | None:
        """The fastest valid way of one peer."""
        valid = [entry for entry in self.entries.get(peer, {}).values() if entry.valid]
        return min(valid, key=lambda entry: entry.ns, default=None)


def load(wanted: str) -> tuple[dict[str, Ways], dict[str, str]]:
    """The peers whose names match and that are installed, and their versions; ours, without which nothing is to be compared."""
    peers, versions = {}, {}
    peers[OURS], versions[OURS] = installed(OURS)
    for name in PEERS:
        if name != OURS and re.search(wanted, name):
            try:
                peers[name], versions[name] = installed(name)
            except ImportError as error:
                print(f"{name} is left out: {error}")
    return peers, versions


def measure(case: Case, peers: dict[str, Ways], threads: int, budget: float) -> Measured:
    begin = time.perf_counter()
    measured = Measured(case, threads)
    logits = make(case.shape, case.dtype, case.deviation)
    expected = exact(case, logits)
    calls = {}
    for peer, ways in peers.items():
        try:
            for way, how in ways(case, logits, threads).items():
                entry = Entry(*compare(case, how.result(), expected))
                measured.entries.setdefault(peer, {})[way] = entry
                calls[peer, way] = how.call
        except Exception as error:  # whatever a peer says about a case that it cannot do: the others go on
            measured.failed[peer] = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}"
    del expected
    for (peer, way), timed in timing.interleaved(calls, budget, threads).items():
        entry = measured.entries[peer][way]
        entry.ns, entry.rounds, entry.clean = timed.seconds * 1e9 / case.elements, timed.rounds, timed.clean
    measured.seconds = time.perf_counter() - begin
    return measured
