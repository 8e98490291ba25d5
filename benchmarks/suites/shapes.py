"""The shapes of the logits, by what limits the speed."""

import os

# A row costs more than its elements.
SHORT_ROWS = [(1_000_000, 10), (10_000, 100), (100_000, 2), (1000, 3)]
# Logits and result stay in the caches, so arithmetic limits: batches of classifiers, vocabularies, one long row.
CACHED = [(128, 1000), (1024, 1024), (32, 50257), (8, 128256), (1, 1_000_000)]
# They do not, so memory limits. The longest row takes gigabytes with its references and peers: on demand.
HUGE = bool(os.environ.get("STABLESOFTMAX_BENCHMARK_HUGE"))
UNCACHED = [(65536, 128), (4096, 4096), (1, 50_000_000 if HUGE else 10_000_000)]

LAST_AXIS = SHORT_ROWS + CACHED + UNCACHED
FIRST_AXIS = [(1000, 128), (4096, 4096), (10, 1_000_000)]
# Enough to tell dtypes, and then numbers of threads, from each other.
FEW = [(10_000, 100), (1024, 1024), (32, 50257)]


def name(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
