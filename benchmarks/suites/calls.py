"""One call of the library, as the suites time it."""

from collections.abc import Callable

import numpy as np

import stablesoftmax

from .logits import aligned, make

FUNCTIONS = ["softmax", "log_softmax", "logsumexp"]
RESULTS = ["fresh", "out="]


class Call:
    """The base of the suites: `self.call` is a call with arguments ready. One thread, unless a suite says more."""

    def prepare(self, function: str, shape: tuple[int, ...], result: str, *, dtype="float32", axis=-1, threads=1):
        stablesoftmax.set_num_threads(threads)
        self.call = call(function, make(shape, dtype), result, axis)
        self.call()

    def teardown(self, *_):
        stablesoftmax.set_num_threads(None)


def call(function: str, logits: np.ndarray, result: str = "fresh", axis: int = -1) -> Callable[[], np.ndarray]:
    """A call whose result is a fresh array, or goes to the same memory every time."""
    compute = getattr(stablesoftmax, function)
    if result == "fresh":
        return lambda: compute(logits, axis=axis)
    shape = tuple(np.delete(logits.shape, axis)) if function == "logsumexp" else logits.shape
    out = aligned(shape, compute(logits.reshape(-1)[:1], axis=0).dtype)
    return lambda: compute(logits, axis=axis, out=out)
