"""Rows done many at once, a row a lane, have the bits of the same rows done alone: short rows, columns, and mixtures of both
with rows that are special, slow or near zero."""

import numpy as np
import pytest
from formats import bits

import stablesoftmax as ssm

FUNCTIONS = (ssm.softmax, ssm.log_softmax, ssm.logsumexp)
KINDS = ("normal", "probabilities", "zeros", "huge", "special", "padded")


def batch(kind, rows, n, dtype, seed):
    rng = np.random.default_rng([seed, rows, n])
    x = rng.standard_normal((rows, n)) * 5
    if kind == "probabilities":  # logsumexp near zero: the row is read again
        x = np.log(rng.dirichlet(np.ones(n), rows))
    elif kind == "zeros":
        x = np.where(x < 0, -0.0, 0.0)
    elif kind == "huge":
        x = x * (2e3 if dtype == np.float16 else 1e6)
    elif kind == "special":
        x[rng.integers(rows), rng.integers(n)] = rng.choice([np.nan, np.inf, -np.inf])
    elif kind == "padded":
        x[rng.random(x.shape) < 0.3] = -np.inf
    return x.astype(dtype)


def alone(function, x):
    return np.stack([np.asarray(function(row.copy(), axis=-1)) for row in x])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_many_rows_have_the_bits_of_one(function, kind, dtype):
    for seed, (rows, n) in enumerate([(2, 3), (3, 1), (5, 2), (16, 10), (17, 32), (33, 33), (40, 7), (64, 5)]):
        x = batch(kind, rows, n, dtype, seed)
        with np.errstate(all="ignore"):
            wanted = bits(alone(function, x))
            wide = np.repeat(x.T, 2, axis=1)
            found = {
                "rows": function(x, axis=-1),
                "columns": np.moveaxis(function(np.ascontiguousarray(x.T), axis=0), 0, -1) if function is not ssm.logsumexp
                else function(np.ascontiguousarray(x.T), axis=0),
                "every other column": np.moveaxis(function(wide[:, ::2], axis=0), 0, -1) if function is not ssm.logsumexp
                else function(wide[:, ::2], axis=0),
            }  # fmt: skip
        for how, y in found.items():
            assert (bits(np.ascontiguousarray(y)) == wanted).all(), (how, rows, n)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_long_columns(function, dtype):
    for n, columns in [(300, 17), (3000, 20), (20_000, 16)]:  # within the scratch and beyond it
        x = batch("padded", n, columns, dtype, 1)
        y = function(x, axis=0)
        assert (bits(np.ascontiguousarray(y.T)) == bits(alone(function, x.T))).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("in_place", [False, True], ids=["apart", "in place"])
@pytest.mark.parametrize(
    ("n", "columns"), [(1025, 16), (1500, 43), (1100, 150), (2100, 1200)]
)  # the last is written past the caches
@pytest.mark.parametrize("first", [0, 3])  # columns before the one where the array begins: cache lines begin elsewhere
def test_panels_of_columns(n, columns, first, in_place, dtype):
    x = batch("normal", n, columns + first, dtype, 2)
    x[7, first + columns // 2] = np.nan  # a row of its own, whose neighbours are not held up
    x = x[:, first:]
    some = np.unique(np.linspace(0, columns - 1, 40).astype(int))
    for function in (ssm.softmax, ssm.log_softmax):
        wanted = bits(alone(function, x.T[some]))
        y = x.copy(order="K") if in_place else np.full_like(x, 3)
        function(y if in_place else x, axis=0, out=y)
        assert (bits(np.ascontiguousarray(y.T[some])) == wanted).all()
    assert (bits(ssm.logsumexp(x, axis=0)[some]) == bits(alone(ssm.logsumexp, x.T[some]))).all()
