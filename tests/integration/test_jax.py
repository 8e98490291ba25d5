"""JAX: arrays by DLPack, and programs by stablesoftmax.jax.

Once imported JAX warns of every fork, so these tests have a process of their own.
"""

import doctest

import kinds
import ml_dtypes
import numpy as np
import pytest
from formats import DTYPES, FORMATS, assert_same_bits

import stablesoftmax as ssm

pytestmark = pytest.mark.integration
jax = pytest.importorskip("jax", reason="jax is not part of the test extra")

import jax.numpy as jnp  # noqa: E402
from jax.test_util import check_grads  # noqa: E402

import stablesoftmax.jax as inside  # noqa: E402

FUNCTIONS = ("softmax", "log_softmax", "logsumexp")
every_function = pytest.mark.parametrize("name", FUNCTIONS)
every_dtype = pytest.mark.parametrize("dtype", DTYPES)
VALUES = 4 * np.random.default_rng(820).standard_normal((3, 4, 5))
MASK = np.random.default_rng(821).random((3, 4, 5)) < 0.7
TOLERANCE = {"modes": ["rev"], "order": 2, "atol": 1e-6, "rtol": 1e-6}  # of differences in float64 by jax.test_util


@pytest.fixture(autouse=True)
def x64():
    """float64 exists in JAX only where it is asked for."""
    jax.config.update("jax_enable_x64", True)  # of all threads: callbacks run in others
    yield
    jax.config.update("jax_enable_x64", False)


# arrays outside of programs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["bfloat16", "float64"])
@pytest.mark.parametrize("name", kinds.FUNCTIONS)
def test_the_family(name, dtype):
    kinds.compare(name, dtype, jnp.asarray, np.asarray, jax.Array)


def test_without_x64():
    """The result of integers is float64, which JAX makes its default float."""
    jax.config.update("jax_enable_x64", False)
    assert ssm.softmax(jnp.arange(3)).dtype == jnp.float32
    assert ssm.softmax(jnp.zeros(2, jnp.bfloat16), dtype=jnp.bfloat16).dtype == jnp.bfloat16
    assert jax.jit(inside.softmax)(jnp.arange(3)).dtype == jnp.float32


@pytest.mark.parametrize("name", ["softmax", "logmeanexp", "cross_entropy"])
def test_plain_functions_refuse_a_tracer(name):
    more = (jnp.zeros((), int),) if name == "cross_entropy" else ()
    advice = f"^{name}: the first argument is traced by jax and holds no numbers here; stablesoftmax.jax has functions for that"
    for transform in (jax.jit, jax.grad):
        with pytest.raises(TypeError, match=advice):
            transform(lambda x: getattr(ssm, name)(x, *more))(jnp.zeros(3))


# programs ------------------------------------------------------------------------------------------------------------


def programs(name, *, axis, where=None):
    """The function of x in a program, and what NumPy's arrays make of it."""
    theirs = {} if where is None else {"where": where}
    dtype = (lambda x: {"dtype": x.dtype}) if name == "logsumexp" else (lambda x: {})
    return lambda x: getattr(inside, name)(x, axis, where=where), lambda x: getattr(ssm, name)(x, axis, **theirs, **dtype(x))


@pytest.mark.parametrize("axis", [-1, 0, (0, 2), None])
@every_dtype
@every_function
def test_bits(name, dtype, axis):
    values = VALUES.astype(FORMATS[dtype].dtype)
    for where in (None, MASK[0]):
        program, expected = programs(name, axis=axis, where=where)
        result = jax.jit(program)(values)
        assert isinstance(result, jax.Array)
        assert_same_bits(np.asarray(result), expected(values))
        assert_same_bits(np.asarray(program(values)), expected(values))


@every_dtype
def test_bits_of_gradients(dtype):
    """Those of the functions for gradients, also under vmap."""
    x, g = VALUES[0].astype(FORMATS[dtype].dtype), VALUES[1].astype(FORMATS[dtype].dtype)
    for name in ("softmax", "log_softmax"):
        function, expected = getattr(inside, name), getattr(ssm, f"{name}_vjp")(getattr(ssm, name)(x), g)
        assert_same_bits(np.asarray(jax.vjp(function, x)[1](g)[0]), expected)
        each = jax.vmap(lambda x, g, f=function: jax.vjp(f, x)[1](g)[0])
        assert_same_bits(np.asarray(jax.jit(each)(x, g)), expected)
    _, pull = jax.vjp(lambda x: inside.logsumexp(x, -1), x)
    assert_same_bits(np.asarray(pull(g[:, 0])[0]), ssm.logsumexp_vjp(x, g[:, 0], -1))


@every_dtype
def test_cross_entropy(dtype):
    x, labels = VALUES[0].astype(FORMATS[dtype].dtype), np.array([0, 4, 2, 1])
    kept = MASK[0] | (np.arange(5) == labels[:, None])
    for where, theirs in ((None, True), (kept, kept)):
        expected, gradient = ssm.cross_entropy_and_grad(x, labels, where=theirs, reduction="none", dtype=x.dtype)
        loss, pull = jax.vjp(lambda x, where=where: inside.cross_entropy(x, labels, where=where), x)
        assert_same_bits(np.asarray(loss), expected)
        assert_same_bits(np.asarray(jax.jit(inside.cross_entropy)(x, labels, where=where)), expected)
        assert_same_bits(np.asarray(pull(jnp.ones(4, x.dtype))[0]), gradient)
    each = jax.vmap(jax.value_and_grad(inside.cross_entropy))
    loss, gradient = ssm.cross_entropy_and_grad(x, labels, reduction="none", dtype=x.dtype)
    got = jax.jit(each)(x, labels)
    assert_same_bits(np.asarray(got[0]), loss)
    assert_same_bits(np.asarray(got[1]), gradient)
    assert_same_bits(np.asarray(inside.cross_entropy(x.T, labels, axis=0)), loss)


def test_a_confident_row_goes_on_learning():
    x = jnp.array([0.0, -40.0], jnp.float32)
    loss, gradient = jax.value_and_grad(inside.cross_entropy)(x, 0)
    assert (float(loss), *gradient.tolist()) == tuple(float(np.float32(v)) for v in (4.248354e-18, -4.248354e-18, 4.248354e-18))
    assert jax.grad(lambda x: -jax.nn.log_softmax(x)[0])(x).tolist()[0] == 0.0  # what JAX's own arithmetic makes of it


@pytest.mark.parametrize("axis", [-1, 0, (0, 2), None])
@pytest.mark.parametrize("where", [None, MASK], ids=["all", "masked"])
@every_function
def test_gradients_of_first_and_second_order(name, axis, where):
    function = programs(name, axis=axis, where=where)[0]
    if name == "log_softmax" and where is not None:  # -inf has no differences
        function = lambda x: jnp.where(where, inside.log_softmax(x, axis, where=where), 0.0)  # noqa: E731
    check_grads(function, (jnp.asarray(VALUES / 4),), **TOLERANCE)


def test_gradients_of_the_loss():
    x, labels = jnp.asarray(VALUES[0] / 4), jnp.array([0, 4, 2, 1])
    kept = MASK[0] | (np.arange(5) == np.asarray(labels)[:, None])
    check_grads(lambda x: inside.cross_entropy(x, labels, where=kept), (x,), **TOLERANCE)
    p = ssm.softmax(np.asarray(x[0]))
    hessian = jax.jit(jax.jacrev(jax.jacrev(lambda x: inside.cross_entropy(x, 0))))(x[0])
    assert np.allclose(hessian, np.diag(p) - np.outer(p, p), rtol=0, atol=1e-15)


def test_special_rows():
    low = jnp.full(3, -jnp.inf)
    assert inside.logsumexp(low) == -jnp.inf
    assert jax.grad(inside.logsumexp)(low).tolist() == [0.0, 0.0, 0.0]
    assert np.isnan(inside.softmax(low)).all()  # silently, as JAX is
    assert inside.softmax(low, where=jnp.zeros(3, bool)).tolist() == [0.0, 0.0, 0.0]
    assert inside.softmax(jnp.zeros((0, 3))).shape == (0, 3)
    assert inside.softmax(2.0).shape == ()


def test_as_jax_nn_within_its_error():
    x = jnp.asarray(VALUES)
    for name in FUNCTIONS:
        for axis in (1, None):
            mine, theirs = getattr(inside, name)(x, axis), getattr(jax.nn, name)(x, axis)
            assert (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype)
            assert np.allclose(mine, theirs, rtol=1e-12, atol=1e-12)
    assert inside.logsumexp(x, 1, keepdims=True).shape == (3, 1, 5)
    assert inside.softmax([1, 2]).dtype == jax.nn.softmax(jnp.array([1, 2])).dtype
    assert inside.logsumexp(x.astype(ml_dtypes.bfloat16)).dtype == jnp.bfloat16


def test_large_arrays_in_a_loop():
    """More work than one callback, on every thread that JAX and this package have."""
    x = jnp.asarray(np.random.default_rng(822).standard_normal((64, 20_000)))
    step = jax.jit(lambda x: jax.lax.fori_loop(0, 5, lambda i, x: inside.log_softmax(x) * 1.5, x))
    expected = np.asarray(x)
    for _ in range(5):
        expected = ssm.log_softmax(expected) * 1.5
    assert_same_bits(np.asarray(step(x)), expected)


def test_bad_input():
    x = jnp.zeros((2, 3))
    for name in FUNCTIONS:
        with pytest.raises(np.exceptions.AxisError, match=f"^{name}: axis 2 is out of range"):
            getattr(inside, name)(x, 2)
        with pytest.raises(TypeError, match=rf"^{name}: x has dtype complex128; accepted are float16"):
            getattr(inside, name)(x + 1j)
        with pytest.raises(TypeError, match=rf"^{name}: where has dtype float64, it must be boolean"):
            getattr(inside, name)(x, where=x)
    with pytest.raises(TypeError, match=r"^logsumexp: b is not taken in a JAX program; use jax\.nn\.logsumexp"):
        inside.logsumexp(x, b=x)
    with pytest.raises(TypeError, match=r"^logsumexp: return_sign is not taken"):
        inside.logsumexp(x, return_sign=True)
    with pytest.raises(TypeError, match=r"^cross_entropy: labels have dtype float64"):
        inside.cross_entropy(x, jnp.zeros(2))
    with pytest.raises(ValueError, match=r"^cross_entropy: labels have shape \(3,\); .* must have \(2,\)"):
        inside.cross_entropy(x, jnp.zeros(3, int))
    with pytest.raises(Exception, match=r"cross_entropy: label 7 at \(1,\) is out of range for 3 classes"):
        jax.block_until_ready(jax.jit(inside.cross_entropy)(x, jnp.array([0, 7])))
    with pytest.raises(TypeError, match="jvp"):
        jax.jvp(inside.softmax, (x,), (x,))


def test_examples():
    jax.config.update("jax_enable_x64", False)
    result = doctest.testmod(inside)
    assert result.failed == 0
    assert result.attempted >= 12
