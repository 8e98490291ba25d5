"""Every public function of the family as calls on one matrix of logits: what hashes, environments and references are tried with.

A call takes x, an array of shape (rows, n) of one of the four formats, and makes its other operands out of integers, so that
whoever has the same x has the same call. Functions of the first hour have tests of their own; here they are called with what
came later (`sink`, `weights`).
"""

import contextlib
from functools import partial

import numpy as np
from formats import cast
from integers import below, like, logits, mixed, some_of

import stablesoftmax as ssm

ALPHAS = (1.0, 1.25, 1.5, 2.0, 3.0)


class Matrix:
    """A CSR matrix without SciPy."""

    def __init__(self, parts, shape):
        self.data, self.indices, self.indptr = parts
        self.shape = shape


def _matrix(x):
    """Rows of lengths 0 to n, out of the elements of x."""
    lengths = below(x.shape[0], 3, x.shape[1] + 1)
    stored = int(lengths.sum())
    return Matrix((x.ravel()[:stored], below(stored, 4, x.shape[1]), np.append(0, np.cumsum(lengths))), x.shape)


def _generator(seed):
    """A bit generator whose state is given: its stream is NumPy's promise, its seeding need not be."""
    bits_ = np.random.PCG64()
    bits_.state = {"bit_generator": "PCG64", "state": {"state": seed, "inc": 2 * seed + 1}, "has_uint32": 0, "uinteger": 0}
    return np.random.Generator(bits_)


def _probabilities(x, seed, scale=2.0**-52):
    with np.errstate(under="ignore"):
        return cast((mixed(x.size, seed) >> np.uint64(12)) * scale, x.dtype.name).reshape(x.shape)


def _losses(function, x):
    labels, soft = below(len(x), 5, x.shape[1]), np.abs(like(x, 6)) / x.dtype.type(8)
    kept = some_of(x, 8) | (np.arange(x.shape[1]) == labels[:, None])
    weight = logits(x.shape[1], 7, 1.0, "float64")
    yield partial(function, x, labels)
    yield partial(function, x.T, labels, axis=0, reduction="none")
    yield partial(function, x, np.where(labels == labels[0], -1, labels), ignore_index=-1, reduction="sum")
    yield partial(function, x, labels, weight=np.abs(weight) + 0.5, where=kept)
    yield partial(function, x, soft)
    yield partial(function, x, soft, weight=weight, where=some_of(x, 9), reduction="none")
    yield partial(function, x, labels, label_smoothing=0.125, normalizer=3.0)
    yield partial(function, x, labels, dtype=np.float64)


def _binary_losses(function, x):
    sure, soft = mixed(x.size, 10).reshape(x.shape) & np.uint64(1) > 0, _probabilities(x, 11)
    yield partial(function, x, sure)
    yield partial(function, x, soft, where=some_of(x, 12))
    yield partial(function, x, sure, reduction="sum")
    yield partial(function, x, soft, reduction="none", dtype=np.float64)


def _gradients(function, forward, x):
    y, g = forward(x), like(x, 13, 2.0)
    yield partial(function, y, g)
    yield partial(function, y.T, g.T, axis=0)
    yield partial(function, y, g, axis=None)
    yield partial(function, y[:, ::-1], g.astype(np.float64)[:, ::-1])


def _of_logsumexp(function, x, second):
    yield partial(function, x, second, axis=-1)
    yield partial(function, x, second, axis=-1, where=some_of(x, 14))


def _entmax(x):
    for alpha in ALPHAS:
        yield partial(ssm.entmax, x, alpha)
    yield partial(ssm.entmax, x, 1.0 + (mixed(len(x), 15) >> np.uint64(12))[:, None] * 2.0**-51, where=some_of(x, 16))


def _sparse(function, x):
    yield partial(function, x)
    yield partial(function, x.T, axis=0, where=some_of(x, 17).T)


def _entmax_gradients(function, x):
    for alpha in ALPHAS:
        yield partial(function, ssm.entmax(x, alpha), like(x, 18), alpha)


def _segments(function, x, **options):
    ids = below(len(x), 19, 3)
    yield partial(function, x, np.sort(ids), **options)
    yield partial(function, x, ids, 5, where=some_of(x, 20))
    yield partial(function, x.ravel(), below(x.size, 21, 7))


def _csr(function, x, **options):
    yield partial(function, _matrix(x), **options)


def _reduced(function, x):
    yield partial(function, x, axis=-1)
    yield partial(function, x.T, axis=0, where=some_of(x, 22).T)


def _models(function, x):
    states = x[:, :9]
    yield partial(function, states[0], like(states[:1].repeat(states.shape[1], 0), 23), states)
    yield partial(function, states[0], states[:1].repeat(states.shape[1], 0), like(states, 24, 8.0))


def _products(x):
    y = like(x[:1].repeat(7, 0), 25, 4.0)
    yield partial(ssm.logmatmulexp, x, y.T)
    yield partial(ssm.logmatmulexp, x[:, :2], y.T[:2])
    yield partial(ssm.logmatmulexp, x[0], y.T)
    yield partial(ssm.logmatmulexp, x, y.astype(np.float64).T)


def _samples(x):
    yield partial(ssm.sample, x, 20, rng=_generator(1))
    yield partial(ssm.sample, x, (3, 2), temperature=0.75, top_k=5, top_p=0.875, min_p=2.0**-10, rng=_generator(2))
    yield partial(ssm.sample, x, axis=0, where=some_of(x, 26) | (np.arange(len(x)) == 0)[:, None], rng=_generator(3))


def _noisy(x):
    yield partial(ssm.gumbel_softmax, x, rng=_generator(4))
    yield partial(ssm.gumbel_softmax, x, axis=0, temperature=0.5, hard=True, rng=_generator(5))


def _sinks(function, x):
    sink = logits(len(x), 27, 4.0, x.dtype.name)[:, None]
    yield partial(function, x, sink=sink)
    yield partial(function, x, sink=0.0, temperature=np.abs(sink.astype(np.float64)) + 0.25, where=some_of(x, 28))


def _sums(x):
    yield partial(ssm.logsumexp, x, axis=-1, weights=np.abs(like(x, 29)))
    yield partial(ssm.logsumexp, x, axis=-1, weights=like(x, 30) + x.dtype.type(8), where=some_of(x, 31))


def _divergences(x):
    yield partial(ssm.kl_divergence_from_logits, x, like(x, 33))
    yield partial(ssm.kl_divergence_from_logits, x, x + like(x, 34, 2.0**-6), where=some_of(x, 35))


def _pairs(function, x):
    y = like(x, 32, 4.0)
    yield partial(function, np.maximum(x, y), np.minimum(x, y) - x.dtype.type(0.25))
    yield partial(function, x, x - np.abs(y) - x.dtype.type(0.5) * np.abs(x))


def _merged(x, temperature):
    """A state of two parts, and what it says of the whole; what is no array is refused first."""
    ssm.LogSumExp(temperature=temperature).update(x)
    parts = (ssm.LogSumExp(temperature=temperature).update(part) for part in (x[:, x.shape[1] // 2 :], x[:, : x.shape[1] // 2]))
    state = next(parts).merge(next(parts))
    return state.value, state.softmax(x), state.log_softmax(x), np.frombuffer(state._states.tobytes(), np.uint8)


def _states(x):
    yield partial(_merged, x, 1.0)
    yield partial(_merged, x, 0.75)


FAMILY = {
    "LogSumExp": _states,
    "binary_cross_entropy": lambda x: _binary_losses(ssm.binary_cross_entropy, x),
    "binary_cross_entropy_and_grad": lambda x: _binary_losses(ssm.binary_cross_entropy_and_grad, x),
    "cross_entropy": lambda x: _losses(ssm.cross_entropy, x),
    "cross_entropy_and_grad": lambda x: _losses(ssm.cross_entropy_and_grad, x),
    "csr_log_softmax": lambda x: _csr(ssm.csr_log_softmax, x, temperature=0.75),
    "csr_logsumexp": lambda x: _csr(ssm.csr_logsumexp, x),
    "csr_softmax": lambda x: _csr(ssm.csr_softmax, x),
    "effective_sample_size": lambda x: _reduced(ssm.effective_sample_size, x),
    "entmax": _entmax,
    "entmax15": lambda x: _sparse(ssm.entmax15, x),
    "entmax15_vjp": lambda x: _gradients(ssm.entmax15_vjp, ssm.entmax15, x),
    "entmax_alpha_vjp": lambda x: _entmax_gradients(ssm.entmax_alpha_vjp, x),
    "entmax_vjp": lambda x: _entmax_gradients(ssm.entmax_vjp, x),
    "entropy_from_logits": lambda x: _reduced(ssm.entropy_from_logits, x),
    "gumbel_softmax": _noisy,
    "hmm_forward": lambda x: _models(ssm.hmm_forward, x),
    "hmm_forward_backward": lambda x: _models(ssm.hmm_forward_backward, x),
    "kl_divergence_from_logits": _divergences,
    "log1mexp": lambda x: iter([partial(ssm.log1mexp, -np.where(x == 0, x.dtype.type(1), np.abs(x)))]),
    "log_sigmoid": lambda x: iter([partial(ssm.log_sigmoid, x)]),
    "log_softmax": lambda x: _sinks(ssm.log_softmax, x),
    "log_softmax_jvp": lambda x: _gradients(ssm.log_softmax_jvp, ssm.log_softmax, x),
    "log_softmax_vjp": lambda x: _gradients(ssm.log_softmax_vjp, ssm.log_softmax, x),
    "logaddexp": lambda x: _pairs(ssm.logaddexp, x),
    "logcumsumexp": lambda x: _sparse(ssm.logcumsumexp, x),
    "logit": lambda x: iter([partial(ssm.logit, _probabilities(x, 36, 2.0**-53))]),
    "logmatmulexp": _products,
    "logmeanexp": lambda x: _reduced(ssm.logmeanexp, x),
    "logsubexp": lambda x: _pairs(ssm.logsubexp, x),
    "logsumexp": _sums,
    "logsumexp_jvp": lambda x: _of_logsumexp(ssm.logsumexp_jvp, x, like(x, 37)),
    "logsumexp_vjp": lambda x: _of_logsumexp(ssm.logsumexp_vjp, x, logits(len(x), 38, 1.0, x.dtype.name)),
    "logvarexp": lambda x: _reduced(ssm.logvarexp, x),
    "normalize_log_weights": lambda x: _sparse(ssm.normalize_log_weights, x),
    "sample": _samples,
    "segment_log_softmax": lambda x: _segments(ssm.segment_log_softmax, x, temperature=0.75),
    "segment_logsumexp": lambda x: _segments(ssm.segment_logsumexp, x),
    "segment_softmax": lambda x: _segments(ssm.segment_softmax, x),
    "sigmoid": lambda x: iter([partial(ssm.sigmoid, x)]),
    "softmax": lambda x: _sinks(ssm.softmax, x),
    "softmax_jvp": lambda x: _gradients(ssm.softmax_jvp, ssm.softmax, x),
    "softmax_vjp": lambda x: _gradients(ssm.softmax_vjp, ssm.softmax, x),
    "softplus": lambda x: iter([partial(ssm.softplus, x)]),
    "sparsemax": lambda x: _sparse(ssm.sparsemax, x),
    "sparsemax_vjp": lambda x: _gradients(ssm.sparsemax_vjp, ssm.sparsemax, x),
    "top_k": lambda x: iter([partial(ssm.top_k, x, min(3, x.shape[1]))]),
    "viterbi": lambda x: _models(ssm.viterbi, x),
}  # fmt: skip
PLAIN = {  # no functions of logits, or (the doctor and its cures) none that promise bits
    "Watch", "bounds", "build_info", "clip_by_global_norm", "clip_by_value", "explain", "get_num_threads", "glorot_normal",
    "glorot_uniform", "he_normal", "he_uniform", "lecun_normal", "loss_scale", "num_threads", "orthogonal", "set_num_threads",
    "verify",
}  # fmt: skip


def results(call, within=contextlib.nullcontext):
    """The arrays that one call returns, made in the context that `within` makes."""
    with within():
        result = call()
    if isinstance(result, Matrix):
        return [result.data]
    return [np.asarray(part) for part in result] if isinstance(result, tuple) else [np.asarray(result)]


def matrices(dtype):
    """Ordinary logits of every width that kernels tell apart, none that a function has to warn of."""
    for n in (1, 2, 3, 5, 8, 16, 17, 33, 100, 130, 1000, 2049):
        for k, spread in enumerate((1.0, 16.0)):
            yield logits(6 * n, n + 5 * k, spread, dtype).reshape(6, n)
    yield logits(40_000, 3, 4.0, dtype).reshape(2, 20_000)
