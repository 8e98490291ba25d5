"""The table, first part: functions of rows and of elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from stablesoftmax._promises import exact
from stablesoftmax._promises.samples import Array, Source
from stablesoftmax._promises.subject import Subject, logits_only

__all__ = ["ROWS"]

TEMPERATURE = 0.7


class Csr:
    """A sparse matrix of rows of one length, in the form that SciPy gives them."""

    def __init__(self, parts: tuple[Array, Array, Array], shape: tuple[int, int]) -> None:
        self.data, self.indices, self.indptr = parts
        self.shape = shape

    @classmethod
    def of(cls, x: Array) -> Csr:
        rows, n = x.shape
        stored = np.tile(np.arange(n)[::-1], rows)
        return cls((x.reshape(-1), stored, np.arange(rows + 1) * n), (rows, n))


def _ids(x: Array) -> Array:
    """Rows one after the other."""
    return np.repeat(np.arange(len(x)), x.shape[1])


def _unsorted(x: Array) -> Array:
    """The first elements of all rows, then the second ones."""
    return np.tile(np.arange(len(x)), x.shape[1])


# operands --------------------------------------------------------------------------------------------------------------


def _with_mask(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
    mask = source.integers(*shape) & np.uint64(3) > 0
    mask[..., 0] = True
    return source.logits(dtype, shape), mask


def _with_weights(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
    """One weight in four is negative; a sum that is negative has no logarithm."""
    sign = np.where(source.integers(*shape) & np.uint64(3) > 0, 1.0, -1.0)
    return source.logits(dtype, shape), source.uniform(*shape) * sign


def _two(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
    return source.logits(dtype, shape), source.logits(dtype, shape)


def _near(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
    """Distributions apart, and near each other in every other row."""
    x = source.logits(dtype, shape)
    step = np.where(np.arange(shape[0])[:, np.newaxis] % 2, 2.0**-6, 2.0)
    return x, (x.astype(np.float64) + source.normal(*shape) * step).astype(dtype)


def _distributions(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
    """Logarithms whose exponentials nearly sum to 1, where a logsumexp cancels: powers of two, the last of them twice."""
    n = shape[-1]
    power = np.minimum(np.arange(1, n + 1), n - 1)
    power[64:] = 1000  # nothing, in any dtype
    return (np.broadcast_to(power * -0.6931471805599453, shape).astype(dtype),)


def _nonpositive(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
    """From far below to just below 0."""
    size = np.ldexp(source.uniform(*shape) + 0.5, (source.integers(*shape) % np.uint64(20)).astype(np.int64) - 14)
    return ((-size).astype(dtype),)


def _probabilities(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
    """Anywhere, near 0, and near 1/2."""
    u = source.uniform(*shape)
    kind = source.integers(*shape) % np.uint64(3)
    p = np.where(kind == 0, u, np.where(kind == 1, u * 2.0**-11, 0.5 + (u - 0.5) * 2.0**-5)).astype(dtype)
    return (np.where((p > 0) & (p < 1), p, p.dtype.type(0.25)),)


def _descending(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
    x = source.logits(dtype, shape)
    distance = np.abs(source.normal(*shape)) * np.array([2.0**-8, 1.0, 20.0])[np.arange(shape[-1]) % 3]
    return x, (x.astype(np.float64) - distance).astype(dtype)


# the table -------------------------------------------------------------------------------------------------------------

ROWS = (
    Subject("softmax", lambda f, a, x: f(x, a), exact.softmax, logits_only),
    Subject(
        "softmax", lambda f, a, x: f(x, a, temperature=TEMPERATURE), exact.tempered(TEMPERATURE), logits_only, "temperature"
    ),
    Subject("softmax", lambda f, a, x, m: f(x, a, where=m), exact.masked, _with_mask, "where"),
    Subject("softmax", lambda f, a, x: f(x, a, sink=0.0), exact.with_sink, logits_only, "sink"),
    Subject("log_softmax", lambda f, a, x: f(x, a), exact.log_softmax, logits_only),
    Subject(
        "log_softmax", lambda f, a, x: f(x, a, temperature=TEMPERATURE), exact.log_tempered(TEMPERATURE), logits_only, "temperature"
    ),
    Subject("logsumexp", lambda f, a, x: f(x, a), exact.logsumexp, logits_only, form="rows"),
    Subject("logsumexp", lambda f, a, x: f(x, a), exact.logsumexp, _distributions, "near 0", form="rows"),
    Subject(
        "logsumexp", lambda f, a, x, w: f(x, a, weights=w), exact.weighted, _with_weights, "signed weights", form="rows",
        bounds_of="logsumexp(signed weights)",
    ),
    Subject("logmeanexp", lambda f, a, x: f(x, a), exact.logmeanexp, logits_only, form="rows"),
    Subject("logvarexp", lambda f, a, x: f(x, a), exact.logvarexp, logits_only, form="rows"),
    Subject("normalize_log_weights", lambda f, a, x: f(x, a), exact.log_softmax, logits_only, bounds_of="log_softmax"),
    Subject("effective_sample_size", lambda f, a, x: f(x, a), exact.effective_sample_size, logits_only, form="rows"),
    Subject("entropy_from_logits", lambda f, a, x: f(x, a), exact.entropy, logits_only, form="rows"),
    Subject("kl_divergence_from_logits", lambda f, a, x, y: f(x, y, a), exact.divergence, _near, form="rows"),
    Subject("logcumsumexp", lambda f, a, x: f(x, a), exact.logcumsumexp, logits_only, order="prefix", widths=(5, 16)),
    Subject(
        "logmatmulexp",
        lambda f, a, x, y: f(x[:, np.newaxis, :], y[:, :, np.newaxis])[:, 0, 0],
        exact.log_dot, _two, form="rows", axes=False,
    ),
    Subject(
        "logmatmulexp",
        lambda f, a, x, y: f(x[:, np.newaxis, :], y[:, :, np.newaxis], method="fast")[:, 0, 0],
        exact.log_dot_fast, _two, "fast", form="rows", bounds_of="logmatmulexp(fast)", order="",
        bits=False, axes=False,
    ),
    # elements
    Subject("sigmoid", lambda f, a, x: f(x), exact.sigmoid, logits_only),
    Subject("log_sigmoid", lambda f, a, x: f(x), exact.log_sigmoid, logits_only),
    Subject("softplus", lambda f, a, x: f(x), exact.softplus, logits_only),
    Subject("log1mexp", lambda f, a, x: f(x), exact.log1mexp, _nonpositive),
    Subject("logit", lambda f, a, x: f(x), exact.logit, _probabilities),
    Subject("logaddexp", lambda f, a, x, y: f(x, y), exact.logaddexp, _two),
    Subject("logaddexp", lambda f, a, x, y: f(y, x), exact.logaddexp, _two, "swapped"),
    Subject("logsubexp", lambda f, a, x, y: f(x, y), exact.logsubexp, _descending),
    # ragged rows: the bounds are those of rows
    Subject(
        "segment_softmax", lambda f, a, x: f(x.reshape(-1), _ids(x)).reshape(x.shape), exact.softmax, logits_only,
        bounds_of="softmax", axes=False,
    ),
    Subject(
        "segment_softmax", lambda f, a, x: f(x.T.reshape(-1), _unsorted(x)).reshape(x.T.shape).T, exact.softmax, logits_only,
        "ids not sorted", bounds_of="softmax", axes=False,
    ),
    Subject(
        "segment_log_softmax", lambda f, a, x: f(x.T.reshape(-1), _unsorted(x)).reshape(x.T.shape).T, exact.log_softmax,
        logits_only, bounds_of="log_softmax", axes=False,
    ),
    Subject(
        "segment_logsumexp", lambda f, a, x: f(x.T.reshape(-1), _unsorted(x)), exact.logsumexp, logits_only,
        form="rows", bounds_of="logsumexp", axes=False,
    ),
    Subject(
        "csr_softmax", lambda f, a, x: f(Csr.of(x)).data.reshape(x.shape), exact.softmax, logits_only,
        bounds_of="softmax", axes=False,
    ),
    Subject(
        "csr_log_softmax", lambda f, a, x: f(Csr.of(x)).data.reshape(x.shape), exact.log_softmax, logits_only,
        bounds_of="log_softmax", axes=False,
    ),
    Subject(
        "csr_logsumexp", lambda f, a, x: f(Csr.of(x)), exact.logsumexp, logits_only,
        form="rows", bounds_of="logsumexp", axes=False,
    ),
)  # fmt: skip
