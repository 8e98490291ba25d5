"""All float32 rows [0, x]: every one of the 2^32 values of x, against float64 (and ball arithmetic where that is close).

    python tests/exhaust.py             all of them: about 45 minutes on one core
    python tests/exhaust.py 4096        every 4096th pattern, 1 second

Prints the largest error of each function and a hash of all results: run it again with STABLESOFTMAX_ISA=baseline and the
hash must be the same.
"""

import hashlib
import sys

import numpy as np
from oracle import assert_faithful

import stablesoftmax

CLOSE = 0.75  # ulp: float64 places a result to 2^-25 ulp, so what it finds below this needs no second opinion
CHUNK = 1 << 20
NAN = 0x7FC00000


def exact(x):
    """{function: float64 results for the rows [0, x]}: every formula adds terms of one sign, so each is good to 2^-50."""
    with np.errstate(over="ignore", under="ignore"):
        tail = np.log1p(np.exp(-np.abs(x)))
        softmax = np.stack([1 / (1 + np.exp(x)), 1 / (1 + np.exp(-x))], 1)
    high = np.maximum(x, 0)
    return {"softmax": softmax, "log_softmax": np.stack([-high - tail, np.minimum(x, 0) - tail], 1), "logsumexp": high + tail}


def errors(got, expected):
    """In ulps of float32, those of the subnormal range included."""
    ulp = np.ldexp(1.0, np.maximum(np.frexp(expected)[1] - 24, -149))
    return np.abs(got.astype(np.float64) - expected) / ulp


def check(patterns):
    """{function: (largest error, row, SHA-256)} over the rows [0, x] with these bit patterns of x."""
    x = patterns.view(np.float32)
    rows = np.stack([np.zeros_like(x), x], 1)
    finite = np.isfinite(x)
    expected = exact(x[finite].astype(np.float64))
    found = {}
    for name in ("softmax", "log_softmax", "logsumexp"):
        with np.errstate(invalid="ignore"):
            got = getattr(stablesoftmax, name)(rows, axis=1)
        check_special(name, x, got)
        error = errors(got[finite], expected[name]).reshape(finite.sum(), -1)
        assert not np.isnan(error).any()
        for i in np.flatnonzero((error > CLOSE).any(axis=1)):
            assert_faithful(name, rows[finite][i], got[finite][i], context="exhaust")
        worst = np.unravel_index(np.argmax(error), error.shape)[0] if error.size else 0
        found[name] = float(error.max(initial=0)), rows[finite][worst].tolist() if error.size else None, got.tobytes()
    return found


def check_special(name, x, got):
    """Rows with NaN and infinities follow the table, bit for bit."""
    pattern = got.view(np.uint32).reshape(x.size, -1)
    assert (pattern[np.isnan(x)] == NAN).all()
    if name == "logsumexp":
        assert (got[np.isposinf(x)] == np.inf).all()
        assert (got[np.isneginf(x)] == 0).all()
    else:
        assert (pattern[np.isposinf(x)] == NAN).all()
        assert (got[np.isneginf(x)] == ([1, 0] if name == "softmax" else [0, -np.inf])).all()


def sweep(step, start=0, stop=1 << 32):
    """The same over every step-th pattern from start to stop, a chunk at a time."""
    worst, digests = {}, {}
    for begin in range(start, stop, CHUNK * step):
        patterns = np.arange(begin, min(begin + CHUNK * step, stop), step, dtype=np.uint64).astype(np.uint32)
        for name, (error, row, data) in check(patterns).items():
            worst[name] = max(worst.get(name, (-1.0, None)), (error, row), key=lambda pair: pair[0])
            digests.setdefault(name, hashlib.sha256()).update(data)
    return {name: (*worst[name], digests[name].hexdigest()) for name in worst}


if __name__ == "__main__":
    for function, (largest, where, digest) in sweep(int(sys.argv[1]) if len(sys.argv) > 1 else 1).items():
        print(f"{function:12} largest error {largest:.4f} ulp at {where}, sha256 {digest}")
