"""The same answer by the plainest way: the elements of one segment at a time, gathered into a row of their own.

It shares the kernels with the call under test and nothing else: ids, columns, masks and temperatures are handled here.
"""

import numpy as np
from formats import FORMATS, reduced

import stablesoftmax

FUNCTIONS = ("segment_softmax", "segment_log_softmax", "segment_logsumexp")


def by_segments(name, x, ids, count, *, where=True, temperature=1.0, **policies):
    function = getattr(stablesoftmax, name.removeprefix("segment_"))
    x, ids = np.asarray(x), np.asarray(ids)
    x = x.astype(x.dtype.newbyteorder("=")) if x.dtype.name in FORMATS else x.astype(np.float64)
    where = np.broadcast_to(where, x.shape)
    temperature = np.broadcast_to(temperature, (count, *x.shape[1:]))
    result = np.empty((count, *x.shape[1:]), reduced(x.dtype)) if name == "segment_logsumexp" else np.empty(x.shape, x.dtype)
    for segment in range(count):
        rows = np.flatnonzero(ids == segment)
        for column in np.ndindex(*x.shape[1:]):
            at = (rows, *column)
            values, mask = np.ascontiguousarray(x[at]), np.ascontiguousarray(where[at])
            if name == "segment_logsumexp":
                result[(segment, *column)] = function(values, where=mask)
            elif rows.size:
                result[at] = function(values, where=mask, temperature=float(temperature[(segment, *column)]), **policies)
    return result


def call(name, x, ids, count=None, *, temperature=1.0, all_neginf="nan", posinf="nan", **rest):
    """The function under test; logsumexp has no temperature and no policies."""
    if name != "segment_logsumexp":
        rest |= {"temperature": temperature, "all_neginf": all_neginf, "posinf": posinf}
    return getattr(stablesoftmax, name)(x, ids, count, **rest)


def random_ids(rng, count, mean, longest=None):
    """Ids of segments whose lengths are anything from 0 on, in any order."""
    lengths = rng.poisson(mean, count) * (rng.random(count) < 0.9)
    if longest is not None and count:
        lengths[rng.integers(count)] = longest
    return rng.permutation(np.repeat(np.arange(count), lengths))


def salted(rng, x, fmt_max):
    """Some of it -inf, some of it special."""
    for value, probability in (
        (-np.inf, 0.5),
        (0.0, 0.3),
        (-0.0, 0.3),
        (np.nan, 0.2),
        (np.inf, 0.2),
        (-fmt_max, 0.3),
        (fmt_max, 0.1),
    ):
        if rng.random() < probability:
            x[rng.random(x.shape) < rng.choice([0.01, 0.1, 0.4])] = np.asarray(value).astype(x.dtype)
    return x
