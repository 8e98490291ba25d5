"""scipy.special beside stablesoftmax.scipy: the same but for what the docstring of that module lists, over a grid of everything.

Each list of exceptions below is one of its lines.
"""

import itertools
import math
import warnings

import numpy as np
import pytest

import stablesoftmax.scipy as ours

special = pytest.importorskip("scipy.special", reason="scipy is not part of the test extra")
pytestmark = pytest.mark.integration

REAL, COMPLEX = "?bBhHiIlLefd", "FD"
SHAPES = [(), (3,), (2, 3), (2, 1, 3), (0,), (0, 3), (3, 0)]
AXES = [None, 0, 1, -1, -2, 2, (), (0,), (0, 1), (0, -1), (-1, -2), (0, 0), 1.0, "x"]


def call(module, name, *arguments, **keywords):
    """A tuple of results, or the exception."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = getattr(module, name)(*arguments, **keywords)
    except Exception as error:
        return error
    return result if isinstance(result, tuple) else (result,)


def close(a, b, ulps=64):
    # in complex parts one may be infinite or nan alone
    tolerance = ulps * float(np.finfo(np.asarray(a).dtype).eps)
    parts = [(np.real(a), np.real(b)), (np.imag(a), np.imag(b))]
    return all(np.allclose(x, y, rtol=tolerance, atol=tolerance, equal_nan=True) for x, y in parts)


def difference(name, *arguments, **keywords):
    """None, or ours and SciPy's where they differ."""
    got, wanted = call(ours, name, *arguments, **keywords), call(special, name, *arguments, **keywords)
    if isinstance(got, Exception) and isinstance(wanted, Exception):
        return None if isinstance(got, type(wanted)) else (got, wanted)
    if isinstance(got, Exception) or isinstance(wanted, Exception):
        return got, wanted
    for a, b in zip(got, wanted, strict=True):
        if (type(a), a.dtype, np.shape(a)) != (type(b), b.dtype, np.shape(b)) or not close(a, b):
            return got, wanted
    return None


def numbers(dtype, shape, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 2, shape) + 1j * rng.normal(0, 2, shape) * (dtype in COMPLEX)
    return np.asarray((x if dtype in COMPLEX else np.abs(x.real) if dtype in "?BHIL" else x.real).astype(dtype))


# softmax, log_softmax, and the ufuncs --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("dtype", REAL + COMPLEX)
def test_softmax(name, dtype):
    for shape, axis in itertools.product(SHAPES, AXES):
        x = numbers(dtype, shape)
        found = difference(name, x, axis=axis)
        got, wanted = found or (None, None)
        if dtype in COMPLEX:
            assert isinstance(call(ours, name, x, axis=axis), TypeError | np.exceptions.AxisError)
        elif isinstance(wanted, ValueError) and "zero-size" in str(wanted):
            assert got[0].size == 0  # an empty row is an empty result
        elif isinstance(wanted, np.exceptions.AxisError) and shape == () and axis == (0,):
            assert np.shape(got[0]) == ()  # NumPy takes 0 as the axis of a scalar, but not (0,)
        elif found and dtype in "?bBhH":
            assert got[0].dtype == np.float64  # SciPy: float16, float32, TypeError for bool
        elif found and dtype in "IL":
            assert not np.allclose(np.sum(np.exp(wanted[0]) if name == "log_softmax" else wanted[0], axis=axis), 1)  # wrapped
        else:
            assert found is None, (shape, axis, found)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_of_special_values(name):
    values = [np.inf, -np.inf, np.nan, -0.0, 0.0, 1.0, 800.0, -800.0]
    for row in itertools.product(values, repeat=3):
        found = difference(name, row)
        if name == "log_softmax" and np.inf in row:
            assert np.isnan(call(ours, name, row)[0]).all()  # SciPy: -inf for the finite elements
        else:
            assert found is None, (row, found)


@pytest.mark.parametrize("name", ["expit", "log_expit", "logit"])
def test_ufuncs(name):
    for dtype in REAL + COMPLEX:
        for x in (numbers(dtype, (3, 2)), np.array([0, 1], dtype), np.array(1, dtype)[()], numbers(dtype, (0,))):
            found = difference(name, x)
            if dtype == "e":
                assert found[0][0].dtype == np.float16  # SciPy: float64
            else:
                assert found is None, (x, found)
    for x in [np.inf, -np.inf, np.nan, 0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 5e-324, 800.0, -800.0]:
        for value in (x, np.float32(x), [x, x]):
            assert difference(name, value) is None


# logsumexp -----------------------------------------------------------------------------------------------------------


def test_logsumexp_without_weights():
    for dtype, shape, axis, keepdims, sign in itertools.product(REAL + COMPLEX, SHAPES, AXES, (False, True), (False, True)):
        a = numbers(dtype, shape)
        found = difference("logsumexp", a, axis=axis, keepdims=keepdims, return_sign=sign)
        got, wanted = found or (None, None)
        if a.size == 0 and found:
            if axis == ():
                assert got[0].shape == a.shape  # each element by itself, and there is none; SciPy: one
            elif isinstance(wanted, IndexError):  # axis=None, (0, 1): several axes of nothing; and errors of another kind
                assert isinstance(got, ValueError | TypeError) or np.all(got[0] == -np.inf)
            else:
                assert sign  # SciPy: -1, or nan and a complex logarithm
                assert np.all(got[0] == -np.inf)
                assert np.all(got[1] == 0)
        else:
            assert found is None, (dtype, shape, axis, keepdims, sign, found)


@pytest.mark.parametrize("b_dtype", "?bilefdFD")
def test_logsumexp_with_weights(b_dtype):
    for dtype, shape, b_shape in itertools.product("?bilefdFD", SHAPES, [(), (3,), (2, 3), (2, 1, 1), (4,)]):
        a = numbers(dtype, shape)
        b = np.asarray(np.random.default_rng(len(b_shape)).integers(-2, 5, b_shape)).astype(b_dtype)
        for axis, keepdims, sign in itertools.product(AXES, (False, True), (False, True)):
            found = difference("logsumexp", a, axis=axis, b=b, keepdims=keepdims, return_sign=sign)
            got, wanted = found or (None, None)
            if found is None:
                continue
            if axis == () and np.size(got[0]) == 0:
                continue
            if isinstance(wanted, Exception):
                assert isinstance(wanted, IndexError)  # several axes of nothing, as above
            elif a.size == 0:
                assert sign  # -1, nan or a complex logarithm, as above
                assert np.all(got[0] == -np.inf)
            elif dtype in "il" and b_dtype == "e":
                assert got[0].dtype == np.float64  # SciPy: float16
            else:
                exact_zero = np.real(got[0]) == -np.inf  # integers that cancel: SciPy has something of 1e-16
                assert np.any(exact_zero), (a, b, axis, keepdims, sign, found)
                assert close(np.where(exact_zero, 0, got[0]), np.where(exact_zero, 0, wanted[0]))


def test_python_scalars_are_weak():
    for a, b in itertools.product(
        [np.ones(3, np.float32), [1, 2], 5.0, 1j, np.float16(1), 2, True], [None, 2, 2.0, True, 1j, [1.5]]
    ):
        assert difference("logsumexp", a, b=b) is None, (a, b)


def plain_formula_fails(a, b):
    """SciPy takes infinite results from log(sum(b*e^a)) itself, where these are inf - inf, 0*inf, or 0 for what is not."""
    beyond = [abs(x) > 700 or math.isnan(x) for x in a]
    return any(beyond) and any(w == 0 or w < 0 or math.isinf(w) for w in b)


def test_special_values():
    values = [np.inf, -np.inf, np.nan, -0.0, 0.0, 1.0, -1.0, 800.0, -800.0]
    weights = [0, -0.0, 1.0, -1.0, 2.5, np.nan, np.inf, -np.inf]
    same = 0
    for a in itertools.product(values, repeat=2):
        for sign in (False, True):
            assert difference("logsumexp", a, return_sign=sign) is None
            for b in itertools.product(weights, repeat=2):
                found = difference("logsumexp", a, b=b, return_sign=sign)
                same += found is None
                assert found is None or plain_formula_fails(a, b), (a, b, found)
    assert same > 0.85 * 2 * 81 * 64


def test_complex_special_values():
    parts = [np.inf, -np.inf, np.nan, 0.0, 1.0], [np.inf, np.nan, 0.0, 1.0, -2.0, math.pi]
    values = [complex(x, y) for x, y in itertools.product(*parts)]
    for a in [
        *itertools.product(values, repeat=1),
        *itertools.product(values, [0j, 2 - 3j, complex(-np.inf, 0), complex(np.inf, 0)]),
    ]:
        found = difference("logsumexp", a)
        if found:
            (got,), (wanted,) = found
            assert np.isnan(wanted.real), (a, found)
            assert np.isinf(got.real)  # a sum one of whose parts is infinite and the other nan
            assert np.isnan(got.imag)
        found = difference("logsumexp", a, return_sign=True)
        if found:
            (log, phase), (scipy_log, scipy_phase) = found
            infinite = np.isinf(log) and np.isnan(scipy_phase)  # whose phase is known here
            no_number = np.isnan(log) and np.isfinite(scipy_log) and np.isnan(phase)  # 1 + nan j
            assert infinite or no_number, (a, found)
