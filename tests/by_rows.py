"""The same answer by the plainest way: one contiguous native row at a time, masked elements removed.

It shares the kernels with the call under test and nothing else: axes, layouts, masks and broadcasting are done here.
"""

import numpy as np
from formats import FORMATS, reduced

import stablesoftmax

FUNCTIONS = ("softmax", "log_softmax", "logsumexp")


def normal_axes(axis, ndim):
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    return tuple(a % ndim for a in axes) if ndim else ()


def by_rows(name, x, axis, *, where=True, temperature=1.0, keepdims=False):
    function = getattr(stablesoftmax, name)
    x = np.asarray(x)
    x = x.astype(x.dtype.newbyteorder("=")) if x.dtype.name in FORMATS else x.astype(np.float64)
    axes = normal_axes(axis, x.ndim)
    rest = [a for a in range(x.ndim) if a not in axes]
    where = np.broadcast_to(where, x.shape)
    temperature = np.broadcast_to(temperature, [1 if a in axes else n for a, n in enumerate(x.shape)])
    batch, row = [x.shape[a] for a in rest], [x.shape[a] for a in axes]
    if name == "logsumexp":
        result = np.empty(batch, reduced(x.dtype))
    else:
        result = np.full(x.shape, 0.0 if name == "softmax" else -np.inf, x.dtype)
        rows = result.transpose(rest + list(axes))  # a view: what is assigned here arrives there
    for index in np.ndindex(*batch):
        mask = where.transpose(rest + list(axes))[index]
        values = np.ascontiguousarray(x.transpose(rest + list(axes))[index][mask])
        if name == "logsumexp":
            result[index] = function(values)
        elif values.size:
            t = float(temperature.transpose(rest + list(axes))[index].reshape(()) if row else temperature[index])
            rows[(*index, mask)] = function(values, temperature=t)
    if keepdims:
        result = result.reshape([1 if a in axes else n for a, n in enumerate(x.shape)])
    return result
