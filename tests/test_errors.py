"""Bad input: the right exception, a message that names function, value and way out, and nothing written."""

import re

import ml_dtypes
import numpy as np
import pytest
from by_rows import FUNCTIONS
from formats import DTYPES, FORMATS, cast

import stablesoftmax
from stablesoftmax import log_softmax, logsumexp, softmax

every_function = pytest.mark.parametrize("name", FUNCTIONS)
elementwise = pytest.mark.parametrize("function", [softmax, log_softmax])
ACCEPTED = ("float16", "bfloat16", "float32", "float64")


def refused(name, x, error, *parts, **kwargs):
    """The call raises `error`, whose message begins with the function and holds every part; `out` keeps its bytes."""
    function = getattr(stablesoftmax, name)
    with pytest.raises(error) as caught:
        function(x, **kwargs)
    message = str(caught.value)
    assert message.startswith(f"{name}: "), message
    assert "\n" not in message
    for part in parts:
        assert part in message, (part, message)
    if isinstance(out := kwargs.get("out"), np.ndarray) and out.dtype.kind == "f":
        assert (out == 42).all(), "out was written before the error"


def marked(shape, dtype=np.float64):
    return np.full(shape, 42, dtype)


class Tensor:
    """What an array library's tensor looks like from outside."""

    def __init__(self, requires_grad):
        self.requires_grad = requires_grad

    def __array__(self, dtype=None, copy=None):
        return np.array([1.0, 2.0])


# what is no array of a dtype with a kernel -------------------------------------------------------------------------


@every_function
@pytest.mark.parametrize(
    "x",
    [np.array([1, 2], complex), np.array([1, 2], np.complex64), np.array([1, 2], np.longdouble), np.array([1, None]),
     np.array([1.5, 2.5], object), np.array(["1", "2"]), np.array([b"1", b"2"]), np.array(["1.0"], np.dtypes.StringDType()),
     np.array(["2020-01-01"], "M8[D]"), np.array([1, 2], "m8[s]"), np.array([(1.0, 2)], "f8,i4"), np.array([b"x"], "V4"),
     np.array([1, 2], ml_dtypes.float8_e4m3fn), np.array([1, 2], ml_dtypes.int4)],
    ids=lambda x: str(x.dtype),
)  # fmt: skip
def test_dtypes_without_a_kernel(x, name):
    parts = (*ACCEPTED, "integers", "bool")
    refused(name, x, TypeError, str(x.dtype), *parts)
    refused(name, x, TypeError, *parts, dtype=np.float32)
    refused(name, x, TypeError, out=marked(x.shape))
    refused(name, x[:0], TypeError, str(x.dtype))


@every_function
@pytest.mark.parametrize("x", ["1.0", b"1.0", None, {"a": 1.0}, {1.0, 2.0}, [1, "a"], [1, None], [1 + 2j, 3], object(), print])
def test_objects_without_a_kernel(x, name):
    refused(name, x, TypeError, "float64")


@every_function
def test_ragged_lists(name):
    refused(name, [[1.0, 2.0], [3.0]], ValueError)


@every_function
@pytest.mark.parametrize("interruption", [KeyboardInterrupt, MemoryError, ZeroDivisionError])
def test_an_interrupt_comes_through(name, interruption):
    """What an element raises when it is converted is raised, the first time: not every error says that x is no array."""

    class Number:
        asked = 0

        def __array__(self, dtype=None, copy=None):
            Number.asked += 1
            if Number.asked == 1:
                raise interruption
            return np.array(1.0)

    with pytest.raises(interruption):
        getattr(stablesoftmax, name)([1.5, Number()])


@every_function
def test_masked_arrays(name):
    """Their mask would be ignored without a word."""
    masked = np.ma.MaskedArray([1.0, 2.0, 3.0], mask=[False, True, False])
    refused(name, masked, TypeError, "where=~", "mask")
    refused(name, np.ma.MaskedArray([1.0]), TypeError, "where=~")
    result = getattr(stablesoftmax, name)(masked.data, where=~masked.mask)
    assert np.array_equal(np.ravel(result)[[0]], np.ravel(getattr(stablesoftmax, name)([1.0, 3.0]))[[0]])


@every_function
def test_tensors_that_require_grad(name):
    """Their graph would end here without a word."""
    refused(name, Tensor(True), TypeError, "grad", "detach", "stablesoftmax.torch")
    assert np.array_equal(getattr(stablesoftmax, name)(Tensor(False)), getattr(stablesoftmax, name)([1.0, 2.0]))


# dtype= ------------------------------------------------------------------------------------------------------------


@every_function
@pytest.mark.parametrize("dtype", [int, bool, complex, np.longdouble, object, str, "U5", "M8[s]", "nonsense", 3.5, np.int32])
def test_dtype_of_the_result(dtype, name):
    refused(name, [1.0, 2.0], TypeError, *ACCEPTED, dtype=dtype)
    refused(name, [1.0, 2.0], TypeError, dtype=dtype, out=marked(2))


# axis --------------------------------------------------------------------------------------------------------------


def test_axis_message():
    """The example of the design, word for word."""
    with pytest.raises(np.exceptions.AxisError) as caught:
        softmax(np.zeros((8, 16)), axis=3)
    assert str(caught.value) == "softmax: axis 3 is out of range for an array of shape (8, 16); use -2 to 1"


@every_function
@pytest.mark.parametrize(
    ("shape", "axis"),
    [((3,), 1), ((3,), -2), ((2, 3), 2), ((2, 3), -3), ((2, 3), 10**9), ((0,), 1), ((2, 3), (0, 2)), ((2, 3), (-3,))],
)
def test_axis_out_of_range(name, shape, axis):
    outside = axis if isinstance(axis, int) else next(a for a in axis if not -len(shape) <= a < len(shape))
    refused(
        name,
        np.zeros(shape),
        np.exceptions.AxisError,
        f"axis {outside}",
        str(shape),
        f"{-len(shape)} to {len(shape) - 1}",
        axis=axis,
    )
    refused(name, np.zeros(shape), np.exceptions.AxisError, axis=axis, out=marked(shape))


@every_function
@pytest.mark.parametrize("axis", [1, -2, (0, 0)])
def test_axis_of_a_scalar(name, axis):
    refused(name, 5.0, ValueError, axis=axis)


@every_function
@pytest.mark.parametrize("axis", [(0, 0), (0, -2), (1, 0, 1)])
def test_axis_twice(name, axis):
    refused(name, np.zeros((2, 3)), ValueError, str(axis), axis=axis)


@every_function
@pytest.mark.parametrize("axis", [1.0, "0", True, None.__class__, (0, 1.5), (0, None), np.array([0.5])], ids=repr)
def test_axis_of_another_type(name, axis):
    refused(name, np.zeros((2, 3)), TypeError, "axis", axis=axis)


@every_function
@pytest.mark.parametrize("axis", [2**31, -(2**63), 2**64, 10**30])
def test_axis_beyond_machine_integers(name, axis):
    refused(name, np.zeros((2, 3)), np.exceptions.AxisError, axis=axis)


# out ---------------------------------------------------------------------------------------------------------------


@every_function
def test_out_of_another_shape(name):
    x = np.zeros((2, 3))
    for shape in ((3, 2), (6,), (2, 3, 1), (1, 2, 3), (3,), (2, 1), (2, 4), (0,), ()):
        wanted = (2,) if name == "logsumexp" else (2, 3)
        refused(name, x, ValueError, "out", str(shape), str(wanted), axis=1, out=marked(shape))
    if name == "logsumexp":
        refused(name, x, ValueError, "(2,)", "(2, 1)", axis=1, keepdims=True, out=marked(2))


@every_function
@pytest.mark.parametrize("dtype", DTYPES)
def test_out_of_another_dtype(name, dtype):
    x = np.zeros(3, FORMATS[dtype].dtype)
    result = getattr(stablesoftmax, name)(x)
    for other in (*(f.dtype for f in FORMATS.values()), np.dtype(int), np.dtype(bool), np.dtype(complex), np.dtype(object)):
        if other != result.dtype:
            refused(name, x, ValueError, "out", str(other), str(result.dtype), out=marked(result.shape, other))


@every_function
def test_out_that_is_read_only(name):
    out = marked(3) if name != "logsumexp" else marked(())
    out.flags.writeable = False
    refused(name, [1.0, 2.0, 3.0], ValueError, "read-only", out=out)


@every_function
@pytest.mark.parametrize(
    "out", [[0.0] * 3, 5, "x", (marked(3),), np.ma.MaskedArray(marked(3)), memoryview(marked(3))], ids=lambda o: type(o).__name__
)
def test_out_of_another_type(name, out):
    refused(name, [1.0, 2.0, 3.0], TypeError, "out", type(out).__name__, out=out)


# where -------------------------------------------------------------------------------------------------------------


@every_function
@pytest.mark.parametrize("where", [1, [1, 0, 1], np.ones(3), "yes", None, [None, True, True]], ids=repr)
def test_where_is_boolean(name, where):
    """A mask of another type is more likely a mistake (weights, indices) than a mask."""
    refused(name, [1.0, 2.0, 3.0], TypeError, "where", "bool", where=where)


@every_function
@pytest.mark.parametrize("shape", [(4,), (3, 2), (2, 2, 3), (5, 1)])
def test_where_that_does_not_broadcast(name, shape):
    """Nor may it broadcast x: the result has the shape of x."""
    refused(name, np.zeros((2, 3)), ValueError, "where", str(shape), "(2, 3)", where=np.ones(shape, bool))


# temperature -------------------------------------------------------------------------------------------------------


@elementwise
@pytest.mark.parametrize("temperature", [0, 0.0, -0.0, np.float32(0), [0.0], np.zeros((1,))], ids=repr)
def test_temperature_zero_names_argmax(function, temperature):
    refused(function.__name__, [1.0, 2.0], ValueError, "temperature", "argmax", temperature=temperature, out=marked(2))


@elementwise
@pytest.mark.parametrize("temperature", [-1.0, np.nan, -5e-324, -np.inf, np.inf, -3, np.float16(-2)])
def test_temperature_that_is_not_positive(function, temperature):
    refused(
        function.__name__,
        [1.0, 2.0],
        ValueError,
        "temperature",
        str(float(temperature)),
        "positive",
        temperature=temperature,
        out=marked(2),
    )


@elementwise
def test_one_bad_temperature_among_many(function):
    x = np.zeros((3, 2))
    for bad in (0.0, -1.0, np.nan):
        refused(function.__name__, x, ValueError, str(bad), temperature=[[1.0], [bad], [2.0]], out=marked((3, 2)))


@elementwise
@pytest.mark.parametrize("temperature", ["1", 1j, None, [1, None], np.longdouble(1), np.datetime64("2020"), object()], ids=repr)
def test_temperature_of_another_type(function, temperature):
    refused(function.__name__, [1.0, 2.0], TypeError, "temperature", temperature=temperature)


@elementwise
@pytest.mark.parametrize("shape", [(2, 3), (1, 3), (3, 1), (2, 1, 1), (4,)])
def test_temperature_that_does_not_broadcast(function, shape):
    """One temperature a row: the shape of a keepdims result, here (2, 1)."""
    refused(function.__name__, np.zeros((2, 3)), ValueError, "temperature", str(shape), "(2, 1)", temperature=np.ones(shape))


# policies and signatures -------------------------------------------------------------------------------------------


@elementwise
@pytest.mark.parametrize("value", ["", "NaN", "zeros", None, 0, ["nan"], np.nan, "limit"])
def test_unknown_policies(function, value):
    name = function.__name__
    refused(name, [1.0], ValueError, "all_neginf", repr(value), '"nan"', '"zero"', '"uniform"', '"raise"', all_neginf=value)
    if value != "limit":
        refused(name, [1.0], ValueError, "posinf", repr(value), '"nan"', '"limit"', posinf=value)


def test_keyword_only_and_unknown_arguments():
    for call in (
        lambda: softmax([1.0], -1, 2.0),
        lambda: softmax([1.0], keepdims=True),
        lambda: softmax(),
        lambda: log_softmax([1.0], dim=0),
        lambda: logsumexp([1.0], 0, True),
        lambda: logsumexp([1.0], temperature=2.0),
    ):
        with pytest.raises(TypeError):
            call()


def test_messages_are_one_plain_line():
    """No repr of a large array, no trailing traceback: a line a person reads."""
    with pytest.raises(ValueError, match="temperature") as caught:
        softmax(np.zeros((1000, 2)), temperature=np.full((1000, 1), -1.0))
    assert re.fullmatch(r"[^\n]{20,250}", str(caught.value))
    with pytest.raises(TypeError) as caught:
        softmax(np.zeros((1000, 2)), temperature=np.full((1000, 1), "hot"))
    assert re.fullmatch(r"[^\n]{20,250}", str(caught.value))
    with pytest.raises(TypeError) as caught:
        softmax(np.zeros((1000, 2)), axis=np.zeros(5000))
    assert re.fullmatch(r"[^\n]{20,250}", str(caught.value))


def test_nothing_is_written_by_a_refused_policy():
    out = marked((2, 2))
    refused("softmax", cast([[0, 1], [-np.inf, -np.inf]], "float64"), ValueError, "(1,)", all_neginf="raise", out=out)
