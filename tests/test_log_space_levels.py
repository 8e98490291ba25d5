"""Log-space algebra has one set of bits at every SIMD level: hashes of results, made in a process of each."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from formats import bits
from make_golden import logits

import stablesoftmax as ssm

LEVELS = ssm.build_info()["levels_supported"]


def results():
    """Every function of log-space algebra on inputs that integer arithmetic made."""
    for dtype in ("float32", "float64"):
        for k, spread in enumerate((2.0**-4, 1.0, 16.0, 300.0)):
            x = logits(24 * 37, 5 * k, spread, dtype).reshape(24, 37)
            y = logits(37 * 41, 5 * k + 1, spread, dtype).reshape(37, 41)
            x[x > 2.5 * spread] = -np.inf
            yield ssm.logcumsumexp(x)
            yield ssm.logcumsumexp(x - np.log2(x.dtype.type(32)), axis=0)
            yield ssm.logmatmulexp(x, y)
            yield ssm.logmatmulexp(x[:1], y)
            yield ssm.logmatmulexp(x[:, :2] * x.dtype.type(2.0**38), y[:2])
            yield ssm.logsumexp(x, axis=1, weights=y[:37, :1].T)
            yield ssm.logmeanexp(x, axis=1)
            yield ssm.logvarexp(x, axis=1)
            yield ssm.effective_sample_size(x)
            yield ssm.entropy_from_logits(x)
            yield ssm.kl_divergence_from_logits(y, y + logits(37 * 41, 9, 2.0**-6, dtype).reshape(37, 41))
            yield ssm.kl_divergence_from_logits(y, y[::-1])
            model = x[0, :23], y[:23, :23], logits(60 * 23, 3, spread, dtype).reshape(60, 23)
            yield from ssm.hmm_forward(*model)
            yield from ssm.hmm_forward_backward(*model)
            yield from ssm.viterbi(*model)


def digest():
    h = hashlib.sha256()
    with np.errstate(invalid="ignore"):
        for result in results():
            h.update(np.ascontiguousarray(bits(result)).tobytes())
    return h.hexdigest()


@pytest.mark.parametrize("level", LEVELS)
def test_forced_level_has_the_same_bits(level):
    child = subprocess.run(
        [sys.executable, "-c", "import test_log_space_levels as t; print(t.digest(), t.ssm.build_info()['level'])"],
        env={**os.environ, "STABLESOFTMAX_ISA": level},
        cwd=os.path.dirname(__file__),
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout.split() == [digest(), level]
