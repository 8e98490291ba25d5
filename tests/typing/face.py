"""The public face as a type checker of a user sees it, strictly: `mypy --strict`. It runs as well, so that it can be called.

Results whose type depends on the argument (an array, a scalar, a Dask array) are Any; all others have a type of their own.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, assert_type

import numpy as np
import numpy.typing as npt

import stablesoftmax
import stablesoftmax as ssm
from stablesoftmax.scipy import expit

logits: npt.NDArray[np.float32] = np.zeros((4, 3), np.float32)
labels = np.arange(4) % 3

# arrays, lists and scalars go in; the type of what comes out is the caller's to say
probabilities: npt.NDArray[np.float32] = ssm.softmax(logits)
ssm.softmax([1.0, 2.0], axis=-1, temperature=2, where=[True, False], all_neginf="zero", posinf="limit", dtype=np.float32)
ssm.softmax(logits, axis=(0, 1), out=np.empty_like(logits), sink=0.0)
total: float = ssm.logsumexp([0.0, 0.0])
ssm.logsumexp(logits, axis=None, weights=2.0, keepdims=True)
ssm.sample(logits, top_k=2, rng=np.random.default_rng(0))

# pairs and triples
loss, gradient = ssm.cross_entropy_and_grad(logits, labels, ignore_index=-100, label_smoothing=0.1, reduction="sum")
values, indices = ssm.top_k(logits, 2)
path = ssm.viterbi(np.zeros(2), np.zeros((2, 2)), np.zeros((5, 2)))
states, log_probability = path

# ufuncs are ufuncs
assert_type(ssm.sigmoid, np.ufunc)
assert_type(ssm.logaddexp, np.ufunc)
assert_type(expit, np.ufunc)
ssm.logaddexp.reduce([0.0, 0.0])

# the state
state = ssm.LogSumExp(np.float32, temperature=0.5)
assert_type(state.update(logits), ssm.LogSumExp)
assert_type(state.merge(ssm.LogSumExp()), ssm.LogSumExp)
assert_type(state == state.copy(), bool)

# what is said about the build and its promises
assert_type(ssm.__version__, str)
assert_type(ssm.bits_version, int)
assert_type(ssm.build_info(), dict[str, Any])
assert_type(ssm.bounds(), list[dict[str, Any]])
assert_type(ssm.get_num_threads(), int)
context: AbstractContextManager[None] = ssm.num_threads(2)
with ssm.num_threads(1):
    ssm.softmax(logits)

# names that are imported when they are asked for have their types all the same
assert_type(ssm.he_normal((3, 4)), np.ndarray[Any, Any])
assert_type(ssm.explain(logits).to_dict(), dict[str, Any])
assert_type(ssm.clip_by_global_norm([gradient], 1.0).norm, float)
assert_type(ssm.Watch(every=10), ssm.Watch)
assert_type(stablesoftmax.scipy.expit, np.ufunc)


def misused() -> Iterator[object]:
    """Nobody calls this: each line is an error that a type checker finds before a user does."""
    yield ssm.softmaxx(logits)  # type: ignore[attr-defined]
    yield ssm.softmax(logits, axis="rows")  # type: ignore[arg-type]
    yield ssm.softmax(logits, -1, 2.0)  # type: ignore[call-arg]
    yield ssm.cross_entropy(logits, labels, reductoin="sum")  # type: ignore[call-arg]
    yield ssm.logsumexp(logits, keepdims="yes")  # type: ignore[arg-type]
    ssm.set_num_threads("all")  # type: ignore[arg-type]
