"""Runs a function of the library over a suite of rows and holds every result to the exact one."""

import numpy as np
from oracle import assert_faithful

import stablesoftmax

BOUNDS = {(row["function"], row["dtype"]): row for row in stablesoftmax.bounds()}


def cancellation(function, dtype):
    """The absolute part of the bound, 0 where nothing cancels."""
    wide = "float32" if dtype.name in ("float16", "bfloat16", "float32") else "float64"  # where it is computed
    exponent = BOUNDS[function, wide]["absolute_exponent"]
    return 2.0**exponent if exponent else 0.0


def check(function, rows, index=None, *, temperature=1.0, dtype=None, context=""):
    """`rows` is one row or a batch of them; returns the largest error in ulps."""
    given = {"axis": -1 if rows.ndim > 1 and function == "logsumexp" else None, "dtype": dtype}
    if function != "logsumexp" and temperature != 1.0:
        given["temperature"] = temperature
    with np.errstate(all="raise"):  # finite maxima: nothing may be raised, whatever is lost on the way
        # what has its default is left out: the commonest calls have a short way of their own
        got = getattr(stablesoftmax, function)(rows, **{key: value for key, value in given.items() if value is not None})
    assert not isinstance(got, np.ma.MaskedArray)
    if function == "logsumexp":
        results = np.asarray(got).reshape(-1, 1)
        index = None
    else:
        assert got.shape == rows.shape
        results = got.reshape(-1, rows.shape[-1])
    slack = cancellation(function, rows.dtype)
    worst = 0.0
    for row, result in zip(np.reshape(rows, (-1, rows.shape[-1])), results, strict=True):
        result = result if index is None else result[index]
        error = assert_faithful(
            function, row, result, temperature=temperature, dtype=dtype, index=index, slack=slack, context=context
        )
        worst = max(worst, error)
    return worst


def check_suite(function, suite, dtype):
    """Every row of the suite is faithful, and none is further off than the table of bounds says was ever observed."""
    worst, where = max((check(function, rows, index, context=what), what) for what, rows, index in suite(dtype))
    cancels = function == "logsumexp" and suite.__name__ == "normalised"  # there an ulp says nothing
    if (function, dtype) in BOUNDS and not cancels:
        observed = BOUNDS[function, dtype]["observed"]
        assert worst <= observed, f"{function} {dtype}: {worst:.4f} ulp on {where}: raise `observed` ({observed}) in the table"
    return worst
