"""stablesoftmax.torch as a caller sees it: the bits of the functions for arrays, the arguments of torch, errors."""

import doctest
import inspect
import warnings

import numpy as np
import pytest
from formats import assert_same_bits

import stablesoftmax as ssm

torch = pytest.importorskip("torch", reason="torch is not part of the test extra")

import torch.nn.functional as F  # noqa: E402
from torch._subclasses import FakeTensorMode  # noqa: E402

import stablesoftmax.torch as st  # noqa: E402
from stablesoftmax._torch_ops import as_array  # noqa: E402

pytestmark = pytest.mark.integration

FAMILIES = ("softmax", "log_softmax", "logsumexp")
DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
INF, NAN = float("inf"), float("nan")
every_family, every_dtype = pytest.mark.parametrize("name", FAMILIES), pytest.mark.parametrize("dtype", DTYPES, ids=str)


def random(*shape, dtype=torch.float32, seed=0):
    return (4 * torch.randn(shape, generator=torch.Generator().manual_seed(seed))).to(dtype)


def of_arrays(name, x, *arguments, **keywords):
    return getattr(ssm, name)(as_array(x), *arguments, **keywords)


def assert_is(tensor, array):
    assert isinstance(tensor, torch.Tensor)
    assert_same_bits(as_array(tensor), array)


# what is returned --------------------------------------------------------------------------------------------------------


@every_family
@every_dtype
def test_bits_are_those_of_arrays(name, dtype):
    """Along any dimension or several, for any strides; half precision is reduced to float32."""
    x = random(4, 6, 10, dtype=dtype)
    for view in (x, x.transpose(0, 2), x[::2, 1::3], x.flip(2), x[:, :1].expand(4, 7, 10), x[:0]):
        for dim in (0, 1, -1, (0, 2), (2, 1, 0)):
            assert_is(getattr(st, name)(view, dim), of_arrays(name, view, dim))
    assert_is(st.logsumexp(x, (0, 1), True), ssm.logsumexp(as_array(x), (0, 1), keepdims=True))


@every_family
def test_scalars_and_integers(name):
    assert_is(getattr(st, name)(torch.tensor(3.0), 0), np.asarray(getattr(ssm, name)(np.float32(3))))
    for dtype in (torch.int64, torch.uint8, torch.bool):
        x = torch.tensor([[3, 1, 2], [0, 0, 1]]).to(dtype)
        assert_is(getattr(st, name)(x, 1), of_arrays(name, x, 1))


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@every_dtype
def test_dtype_of_the_result(name, dtype):
    """Computed in the wider of the two: float16 of float64 logits far apart is not that of rounded logits."""
    x = random(3, 50, dtype=dtype)
    for wanted in DTYPES:
        array = np.zeros(0, as_array(torch.zeros(0, dtype=wanted)).dtype)
        assert_is(getattr(st, name)(x, -1, dtype=wanted), of_arrays(name, x, -1, dtype=array.dtype))


@pytest.mark.parametrize(
    "row", [[1.0, -INF, 2.0], [-INF, -INF, -INF], [INF, 0.0, 1.0], [NAN, 0.0, 1.0], [3e38, -3e38, 0.0], [0.0, -40.0, -INF]], ids=str
)
@every_family
def test_special_rows_and_their_gradients(name, row):
    """As documented for arrays, without a warning; -inf has no part, and logsumexp of nothing but -inf has the gradient 0."""
    x = torch.tensor([row], requires_grad=True)
    result = getattr(st, name)(x, 1)
    with np.errstate(all="ignore"):
        array = of_arrays(name, x, 1)
        g = np.linspace(0.5, 1.5, array.size, dtype=np.float32).reshape(array.shape)
        saved = as_array(x) if name == "logsumexp" else array
        gradient = getattr(ssm, f"{name}_vjp")(saved, g, 1)
    assert_is(result, array)
    result.backward(torch.from_numpy(g))
    assert_is(x.grad, gradient)
    if name == "logsumexp" and row[0] == -INF:
        assert x.grad.tolist() == [[0.0, 0.0, 0.0]]


def test_the_caller_s_environment():
    """Flush-to-zero of torch and a raised errstate change nothing."""
    x = random(3, 5)
    wanted = st.softmax(20 * x, -1)
    with np.errstate(all="raise"):
        assert st.softmax(torch.tensor([INF]), 0).isnan().all()
    if torch.set_flush_denormal(True):
        try:
            assert_is(st.softmax(20 * x, -1), as_array(wanted))
            assert st.cross_entropy(torch.tensor([[0.0, -100.0]]), torch.tensor([0])).item() == np.exp(np.float64(-100)).astype("f")
        finally:
            torch.set_flush_denormal(False)


# the arguments of torch --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "cross_entropy"])
def test_names_and_defaults_are_those_of_torch(name):
    ours, theirs = (inspect.signature(getattr(module, name)).parameters.values() for module in (st, F))
    assert [(p.name, p.default, p.kind) for p in ours] == [(p.name, p.default, p.kind) for p in theirs]


def test_arguments_of_logsumexp():
    """torch.logsumexp is a built-in without a signature: logsumexp(input, dim, keepdim=False)."""
    assert [(p.name, p.default) for p in inspect.signature(st.logsumexp).parameters.values()] == [
        ("input", inspect.Parameter.empty), ("dim", inspect.Parameter.empty), ("keepdim", False),
    ]  # fmt: skip
    x = random(2, 3, dtype=torch.float64)
    assert torch.allclose(st.logsumexp(input=x, dim=1, keepdim=True), torch.logsumexp(input=x, dim=1, keepdim=True))


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("rank", [0, 1, 2, 3, 4])
def test_a_dim_that_is_not_given_is_that_of_torch_with_a_warning(name, rank):
    x = random(*range(2, 2 + rank), dtype=torch.float64)
    with pytest.warns(UserWarning, match=f"^{name}: dim is not given, and [01] is taken, as torch does") as caught:
        found = getattr(st, name)(x)
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="Implicit dimension choice"):
        assert torch.allclose(found, getattr(F, name)(x))


SHAPES = {"row": (5,), "batch": (6, 5), "image": (3, 5, 2, 2)}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_and_its_gradient_are_those_of_torch(shape, soft, weighted, smoothing):
    """All arguments of torch, to rounding errors of float64."""
    x = random(*shape, dtype=torch.float64).requires_grad_()
    outer = shape[:1] + shape[2:] if len(shape) > 1 else ()
    labels = torch.arange(int(np.prod(outer))).reshape(outer) % 5
    target = x.detach().softmax(min(1, x.ndim - 1)) if soft else labels if not outer else labels.where(labels != 3, -100)
    weight = torch.linspace(0.2, 2.0, 5, dtype=torch.float64) if weighted else None
    for reduction in ("mean", "sum", "none"):
        options = {"reduction": reduction, "label_smoothing": smoothing}
        ours, theirs = (module.cross_entropy(x, target, weight, **options) for module in (st, F))
        assert torch.allclose(ours, theirs, rtol=1e-13, atol=0)
        g = torch.linspace(0.5, 2, ours.numel(), dtype=torch.float64).reshape(ours.shape)
        ours, theirs = (torch.autograd.grad(loss, x, g)[0] for loss in (ours, theirs))
        assert torch.allclose(ours, theirs, rtol=1e-13, atol=1e-15)


@every_dtype
def test_cross_entropy_and_its_gradient_have_the_bits_of_arrays(dtype):
    x, target = random(4, 5, 3, dtype=dtype), torch.arange(12).reshape(4, 3) % 5
    target[1, 1] = -1
    for weight in (None, torch.linspace(0.5, 2, 5)):
        for smoothing in (0.0, 0.2):
            leaf = x.detach().requires_grad_()
            loss = st.cross_entropy(leaf, target, weight, ignore_index=-1, label_smoothing=smoothing)
            options = {"weight": None if weight is None else weight.numpy(), "ignore_index": -1, "label_smoothing": smoothing}
            value, gradient = ssm.cross_entropy_and_grad(as_array(x), target.numpy(), 1, **options)
            loss.backward()
            assert_is(loss, np.asarray(value))
            assert_is(leaf.grad, gradient)


@pytest.mark.parametrize(
    ("given", "reduction"), [((False, None), "sum"), ((None, False), "none"), ((True, True), "mean"), ((True, None), "mean")]
)
def test_arguments_of_old(given, reduction):
    x, target = random(3, 4), torch.tensor([0, 1, 2])
    with pytest.warns(UserWarning, match=f"use reduction='{reduction}'"):
        found = st.cross_entropy(x, target, None, given[0], -100, given[1])
    assert_is(found, as_array(st.cross_entropy(x, target, reduction=reduction)))


def test_targets_of_any_integer_dtype():
    x = random(3, 4)
    wanted = st.cross_entropy(x, torch.tensor([0, 3, 1]))
    for dtype in (torch.uint8, torch.int32, torch.int16):
        assert_is(st.cross_entropy(x, torch.tensor([0, 3, 1]).to(dtype)), as_array(wanted))


def test_rows_that_do_not_count():
    """They may hold anything; a mean over nothing is nan, as in torch, without a warning."""
    x = torch.tensor([[NAN, INF], [0.0, 1.0]], requires_grad=True)
    st.cross_entropy(x, torch.tensor([-100, 1])).backward()
    assert x.grad[0].tolist() == [0.0, 0.0]
    assert_same_bits(x.grad[1].numpy(), ssm.cross_entropy_and_grad(np.array([[0, 1]], np.float32), np.array([1]))[1][0])
    assert st.cross_entropy(x, torch.tensor([-100, -100])).isnan()
    assert st.cross_entropy(x[:0], torch.zeros(0, dtype=torch.int64), reduction="sum").item() == 0


# errors ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*FAMILIES, "cross_entropy"])
def test_other_devices_and_what_is_no_tensor(name):
    second = torch.tensor([0, 0]) if name == "cross_entropy" else -1
    function = getattr(st, name)
    with pytest.raises(ValueError, match=rf"^{name}: input is a meta tensor, which has no numbers; use"):
        function(torch.zeros(2, 3, device="meta"), second)
    with FakeTensorMode(), pytest.raises(ValueError, match=rf"^{name}: input is on cuda:0, .*use input\.cpu\(\)"):
        function(torch.empty(2, 3, device="cuda"), second)
    with pytest.raises(TypeError, match=rf"^{name}: input is a ndarray, not a torch\.Tensor; use stablesoftmax\.{name} for arrays"):
        function(np.zeros((2, 3)), second)
    with pytest.raises(TypeError, match=rf"^{name}: input is a sparse or nested tensor; use input\.to_dense"):
        function(torch.eye(2).to_sparse(), second)
    for dtype in (torch.complex64, torch.float8_e4m3fn):
        with pytest.raises(TypeError, match=rf"^{name}: input has dtype {dtype}; accepted are float16"):
            function(torch.zeros(2, 3).to(dtype), second)


@every_family
def test_wrong_dimensions(name):
    function, x = getattr(st, name), torch.zeros(2, 3)
    for dim, error, message in (
        (2, IndexError, "dim 2 is out of range for a tensor of rank 2; use -2 to 1"),
        ((0, -2), ValueError, r"dim \(0, -2\) names a dimension twice"),
        ((), ValueError, "dim is empty"),
        (1.0, TypeError, "dim must be an int"),
        (True, TypeError, "dim must be an int"),
    ):
        with pytest.raises(error, match=f"^{name}: {message}"):
            function(x, dim)
    with pytest.raises(IndexError, match="of rank 0; use -1 to 0"):
        function(torch.tensor(1.0), 1)


def test_wrong_dtype_of_a_result():
    for dtype in (torch.int64, "float32", np.float32):
        with pytest.raises(TypeError, match=r"^softmax: dtype=.*use torch\.float16"):
            st.softmax(torch.zeros(2), 0, dtype=dtype)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((torch.zeros(()), torch.tensor(0)), ValueError, "input is a scalar"),
        ((torch.zeros(2, 3), [0, 1]), TypeError, "target is a list, not a torch.Tensor"),
        ((torch.zeros(2, 3), torch.tensor([0, 1, 2])), ValueError, r"target has shape \(3,\); labels .* have \(2,\)"),
        ((torch.zeros(2, 3), torch.eye(2, 3).long()), ValueError, r"one-hot, use target\.argmax\(1\) or target\.float\(\)"),
        ((torch.zeros(2, 3), torch.zeros(2)), ValueError, r"target, being probabilities, has shape \(2,\); input has \(2, 3\)"),
        ((torch.zeros(2, 3), torch.tensor([0, 3])), ValueError, r"label 3 at \(1,\) is out of range for 3 classes"),
        ((torch.zeros(2, 3), torch.tensor([0, -1])), ValueError, r"label -1 at \(1,\) is out of range"),
        ((torch.zeros(2, 3), torch.tensor([0, 1]), torch.ones(2)), ValueError, r"weight has shape \(2,\)"),
        ((torch.zeros(2, 3), torch.tensor([0, 1]), torch.ones(3, requires_grad=True)), TypeError, r"use weight\.detach\(\)"),
        ((torch.zeros(2, 3), torch.zeros(2, 3), None, None, 1), ValueError, "ignore_index=1 is for labels"),
        ((torch.zeros(2, 3), torch.tensor([0, 1], device="meta")), ValueError, "target is on meta and input on cpu"),
        ((torch.zeros(2, 3), torch.tensor([0, 1]), None, None, -100, None, "avg"), ValueError, "reduction='avg'; use 'mean'"),
        ((torch.zeros(2, 3), torch.tensor([0, 1]), None, None, -100, None, "sum", 2.0), ValueError, "label_smoothing is 2.0"),
    ],
)
def test_wrong_arguments_of_cross_entropy(arguments, error, message):
    with pytest.raises(error, match=f"^cross_entropy: .*{message}"):
        st.cross_entropy(*arguments)


def test_examples_run():
    from stablesoftmax import _torch_cross_entropy, _torch_ops

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = [doctest.testmod(module) for module in (st, _torch_ops, _torch_cross_entropy)]
    assert [result.failed for result in results] == [0, 0, 0]
    assert results[0].attempted >= 15
