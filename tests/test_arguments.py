"""What a caller may pass: anything NumPy makes an array of, in any layout, along any axes, with masks and temperatures."""

import array

import numpy as np
import pytest
import strategies
from by_rows import FUNCTIONS, by_rows
from formats import DTYPES, FORMATS, assert_same_bits, bits, cast, reduced
from hypothesis import given
from hypothesis import strategies as st
from oracle import assert_faithful

import stablesoftmax
from stablesoftmax import log_softmax, logsumexp, softmax

every_function = pytest.mark.parametrize("name", FUNCTIONS)
elementwise = pytest.mark.parametrize("function", [softmax, log_softmax])


def call(name, x, axis, **kwargs):
    return getattr(stablesoftmax, name)(x, axis=axis, **kwargs)


# what counts as an array -------------------------------------------------------------------------------------------


class HasArray:
    def __array__(self, dtype=None, copy=None):
        return np.array([1.0, 2.0, 5.0])


@every_function
@pytest.mark.parametrize(
    "x",
    [[1, 2, 5], (1.0, 2.0, 5.0), range(1, 6, 2), array.array("d", [1, 2, 5]), memoryview(np.array([1.0, 2, 5])), HasArray(),
     [np.float32(1), 2, 5.0], np.array([1, 2, 5], "<i2"), np.array([1, 2, 5], ">u8"), [[1, 2], [5, 6]], [[[1.0]], [[3]]]],
    ids=lambda x: type(x).__name__,
)  # fmt: skip
def test_array_likes(x, name):
    expected = np.asarray(x, np.float64)
    for axis in (-1, 0, None):
        assert_same_bits(call(name, x, axis), call(name, expected, axis))


@every_function
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_a_matrix_is_an_array(name):
    x = np.asmatrix([[1.0, 2.0], [3.0, 5.0]])
    result = call(name, x, 0)
    assert type(result) is np.ndarray
    assert_same_bits(result, call(name, np.asarray(x), 0))


@pytest.mark.parametrize("x", [5, 5.0, True, np.float32(5), np.array(5.0), np.array(-3, np.int8), np.float16(2)])
def test_scalars(x):
    """A scalar is a row of one element; NumPy's reductions know the axes -1 and 0 of it too."""
    dtype = np.asarray(x).dtype if np.asarray(x).dtype.kind == "f" else np.dtype(np.float64)
    for axis in (-1, 0, None):
        assert_same_bits(softmax(x, axis=axis), np.ones((), dtype))
        assert_same_bits(log_softmax(x, axis=axis), np.zeros((), dtype))
        assert_same_bits(logsumexp(x, axis=axis), np.asarray(x, reduced(dtype)))
        assert isinstance(softmax(x, axis=axis), np.generic)
        assert isinstance(logsumexp(x, axis=axis), np.generic)


def test_reductions_of_everything_are_scalars():
    assert isinstance(logsumexp([1.0, 2.0]), np.float64)
    assert isinstance(logsumexp(np.zeros((2, 3), np.float16)), np.float32)
    assert isinstance(logsumexp(np.zeros((2, 3)), axis=(0, 1), keepdims=True), np.ndarray)


def test_unsigned_integers():
    """SciPy's softmax of uint8 [3, 1, 2] is [0, nan, nan]: the difference to the maximum wraps around."""
    result = softmax(np.array([3, 1, 2], np.uint8))
    assert_faithful("softmax", np.array([3.0, 1.0, 2.0]), result)


@every_function
@pytest.mark.parametrize("kind", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"])
def test_integers_become_float64(kind, name):
    info = np.iinfo(kind) if kind != "?" else None
    values = np.array([info.min, info.max, 3, 2, 1] if info else [True, False, True], kind)
    assert_same_bits(call(name, values, -1), call(name, values.astype(np.float64), -1))
    assert_same_bits(call(name, values, -1, dtype=np.float32), call(name, values.astype(np.float64), -1, dtype=np.float32))


# layouts and axes --------------------------------------------------------------------------------------------------


@every_function
@given(st.data())
def test_layout_does_not_matter(name, data):
    """Any stride, alignment, byte order and memory order, along any axes: the bits of one contiguous row at a time."""
    x, view = data.draw(strategies.arrays())
    axis = data.draw(strategies.axes(x.ndim))
    before = view.tobytes()
    with np.errstate(invalid="ignore"):
        expected = by_rows(name, x, axis)
        got = call(name, view, axis)
    assert got.dtype.isnative
    assert_same_bits(got, expected, f"{name} along {axis}")
    assert view.tobytes() == before


@every_function
@given(st.data())
def test_out_of_any_layout(name, data):
    x, view = data.draw(strategies.arrays())
    axis = data.draw(strategies.axes(x.ndim))
    keepdims = {"keepdims": data.draw(st.booleans())} if name == "logsumexp" else {}
    with np.errstate(invalid="ignore"):
        expected = by_rows(name, x, axis, **keepdims)
        out = data.draw(strategies.layouts(expected.ndim, writable=True)).place(np.zeros(expected.shape, expected.dtype))
        assert call(name, view, axis, out=out, **keepdims) is out
    assert_same_bits(out, expected)


@every_function
@pytest.mark.parametrize("dtype", DTYPES)
def test_zero_strides(name, dtype):
    """A broadcast array repeats one element: as a row, and as a batch."""
    for shape in ((1000,), (3, 50)):
        view = np.broadcast_to(cast(0.25, dtype), shape)
        for axis in (-1, 0, None):
            assert_same_bits(call(name, view, axis), call(name, view.copy(), axis))
    rows = np.broadcast_to(cast(np.linspace(-3, 3, 40), dtype), (7, 40))
    assert_same_bits(call(name, rows, -1), call(name, rows.copy(), -1))
    assert_same_bits(call(name, rows.T, -1), call(name, rows.T.copy(), -1))


@every_function
@pytest.mark.parametrize("dtype", DTYPES)
def test_huge_strides(name, dtype):
    """Elements a page apart, columns a page apart."""
    memory = np.zeros((40, 5000), FORMATS[dtype].dtype)
    memory[:, ::1000] = cast(np.random.default_rng(60).standard_normal((40, 5)), dtype)
    for view in (memory[:, ::1000], memory[:, ::1000].T, memory[::-1, ::-1000], memory[:, 0]):
        for axis in (-1, 0):
            assert_same_bits(call(name, view, axis), call(name, np.ascontiguousarray(view), axis))


@every_function
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_alignment_and_width(name, dtype):
    rng = np.random.default_rng(61)
    for n in (1, 5, 16, 33, 64, 100):
        x = cast(rng.standard_normal(n), dtype)
        expected = call(name, x, -1)
        for offset in range(64):
            memory = np.zeros(x.nbytes + 128, np.uint8)
            start = -memory.ctypes.data % 64 + offset
            view = memory[start : start + x.nbytes].view(x.dtype)
            view[...] = x
            assert_same_bits(call(name, view, -1), expected, f"n={n}, {offset} bytes off")


@every_function
def test_axis_by_position_and_default(name):
    x = np.random.default_rng(62).standard_normal((3, 4, 5))
    function = getattr(stablesoftmax, name)
    assert_same_bits(function(x, 1), function(x, axis=1))
    assert_same_bits(function(x), function(x, axis=None if name == "logsumexp" else -1))
    assert_same_bits(function(x, axis=np.int8(1)), function(x, axis=-2))
    assert_same_bits(function(x, axis=(2, 0)), function(x, axis=(0, -1)))
    assert_same_bits(function(x, axis=[0, 2]), function(x, axis=(0, 2)))
    assert_same_bits(function(x, axis=()), x if name == "logsumexp" else np.full_like(x, float(name == "softmax")))


def test_keepdims():
    x = np.random.default_rng(63).standard_normal((3, 4, 5))
    for axis in (0, -1, (0, 2), None, (1,), ()):
        kept = logsumexp(x, axis=axis, keepdims=True)
        assert kept.shape == np.sum(x, axis=axis, keepdims=True).shape
        assert_same_bits(kept.reshape(np.shape(logsumexp(x, axis=axis))), np.asarray(logsumexp(x, axis=axis)))


# masks -------------------------------------------------------------------------------------------------------------


@every_function
@given(st.data())
def test_where(name, data):
    """Masked elements take no part, whatever they hold: the bits of a row without them."""
    x, view = data.draw(strategies.arrays())
    axis = data.draw(strategies.axes(x.ndim))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    shape = data.draw(st.sampled_from([x.shape[k:] for k in range(x.ndim + 1)] + [tuple(min(1, n) for n in x.shape)]))
    mask = rng.random(shape) < data.draw(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]))
    hidden = ~np.broadcast_to(mask, x.shape)
    view.flags.writeable = True
    view[hidden] = rng.choice(np.array([np.nan, np.inf, -np.inf, 7.0]), int(hidden.sum())).astype(x.dtype)
    with np.errstate(invalid="ignore"):
        expected = by_rows(name, x, axis, where=mask)
        got = call(name, view, axis, where=data.draw(strategies.layouts(mask.ndim)).place(mask))
        assert_same_bits(got, expected)
        out = np.full(expected.shape, 5, expected.dtype)
        call(name, view, axis, where=mask, out=out)
    assert_same_bits(out, expected)


@elementwise
def test_where_is_written_to_out(function):
    """Unlike the `where` of a ufunc, which leaves `out` alone."""
    out = np.full(3, 7.0)
    function([1.0, np.nan, 1.0], where=[True, False, True], out=out)
    assert out[1] == (0 if function is softmax else -np.inf)


@every_function
def test_where_as_a_list_and_as_a_scalar(name):
    x = [[1.0, 2.0, 3.0], [4.0, np.nan, 6.0]]
    got = call(name, x, -1, where=[True, False, True])
    assert_same_bits(got, by_rows(name, x, -1, where=np.array([True, False, True])))
    assert_same_bits(call(name, x, -1, where=[[True], [False]])[0], call(name, x[0], -1))
    assert_same_bits(call(name, x[0], -1, where=np.True_), call(name, x[0], -1))


# temperature -------------------------------------------------------------------------------------------------------


@elementwise
@given(st.data())
def test_temperature_broadcasts_like_a_keepdims_result(function, data):
    x, view = data.draw(strategies.arrays())
    axis = data.draw(strategies.axes(x.ndim))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    kept = logsumexp(np.zeros(x.shape), axis=axis, keepdims=True).shape
    lead = data.draw(st.integers(0, len(kept)))
    shape = tuple(1 if data.draw(st.booleans()) else n for n in kept)[lead:]
    temperature = np.exp(rng.standard_normal(shape)).astype(data.draw(st.sampled_from(["<f8", ">f8", "<f4"])))
    with np.errstate(invalid="ignore"):
        expected = by_rows(function.__name__, x, axis, temperature=temperature)
        assert_same_bits(function(view, axis=axis, temperature=temperature), expected)


@elementwise
@pytest.mark.parametrize("temperature", [2, np.int8(2), np.float16(2), np.float32(2), np.float64(2), np.array(2.0), [2.0], True])
def test_temperature_of_any_real_type(function, temperature):
    x = np.array([0.5, -1.0, 3.0], np.float32)
    assert_same_bits(function(x, temperature=temperature), function(x, temperature=float(np.asarray(temperature).item(0))))


@elementwise
def test_temperature_is_exact(function):
    """A temperature is one float64 whatever the dtype of x, and x/T is never rounded."""
    x = np.array([0.5, -1.0, 3.0, 80.0], np.float32)
    for temperature in (0.1, 1 / 3, 1.0 + 2.0**-52, np.nextafter(3.0, 4.0)):
        assert_faithful(function.__name__, x, function(x, temperature=temperature), temperature=temperature)
    assert_same_bits(function(x, temperature=1.0), function(x))


@elementwise
def test_policies_do_not_touch_ordinary_rows(function):
    x = np.random.default_rng(64).standard_normal((5, 20))
    for all_neginf in ("nan", "zero", "uniform", "raise"):
        for posinf in ("nan", "limit"):
            assert_same_bits(function(x, all_neginf=all_neginf, posinf=posinf), function(x))


def test_neginf_elements_keep_their_sign_of_zero():
    assert (bits(softmax(np.float32([-np.inf, 0.0]))) == [0, 0x3F800000]).all()
