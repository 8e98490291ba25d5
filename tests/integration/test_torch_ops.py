"""The operators of torch as torch sees them: its own opcheck, layouts, no copies, vmap, torch.func and compilers."""

import ml_dtypes
import numpy as np
import pytest
from formats import assert_same_bits

torch = pytest.importorskip("torch", reason="torch is not part of the test extra")

import torch.nn.functional as F  # noqa: E402
from torch._subclasses import FakeTensorMode  # noqa: E402

import stablesoftmax.torch as st  # noqa: E402
from stablesoftmax._torch_ops import as_array  # noqa: E402

pytestmark = pytest.mark.integration

OPS = torch.ops.stablesoftmax
FAMILIES = ("softmax", "log_softmax", "logsumexp")
NO_OPTIONS = (None, 0, -100, "mean", 0.0)


def random(*shape, dtype=torch.float32, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


def same(a, b):
    assert a.dtype == b.dtype
    assert_same_bits(as_array(a), as_array(b))


# opcheck -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("name", FAMILIES)
def test_opcheck(name, dtype):
    """Schema, registration, fake results of the same strides, and the graph of a compiler with its gradients."""
    first, second, third = (getattr(OPS, name + order).default for order in ("", "_backward", "_double_backward"))
    x = random(3, 4, 5, dtype=dtype)
    for input, dim in ((x, [2]), (x.transpose(0, 2)[:, ::2], [0, 2])):
        torch.library.opcheck(first, (input.detach().requires_grad_(), dim))
        y = first(input, dim)
        saved = input if name == "logsumexp" else y
        g, v = random(*y.shape, dtype=y.dtype, seed=1), random(*input.shape, dtype=dtype, seed=2)
        torch.library.opcheck(second, (g.detach().requires_grad_(), saved.detach().requires_grad_(), dim))
        torch.library.opcheck(third, (v, g, saved, dim))


@pytest.mark.parametrize("reduction", ["mean", "none"])
@pytest.mark.parametrize("soft", [False, True])
def test_opcheck_of_cross_entropy(soft, reduction):
    x = random(4, 5, 2)
    target = random(4, 5, 2, seed=1).softmax(1) if soft else torch.tensor([[0, 1], [4, -100], [2, 2], [3, 0]])
    options = (torch.linspace(0.5, 1.5, 5), 0, -100, reduction, 0.1)
    torch.library.opcheck(OPS.cross_entropy.default, (x.requires_grad_(), target, *options))
    g = torch.ones_like(OPS.cross_entropy(x.detach(), target, *options))
    torch.library.opcheck(OPS.cross_entropy_backward.default, (g.requires_grad_(), x, target, *options))
    torch.library.opcheck(OPS.cross_entropy_double_backward.default, (random(4, 5, 2), g.detach(), x.detach(), target, *options))


@pytest.mark.parametrize("name", FAMILIES)
def test_operators_take_no_negative_dimensions(name):
    with pytest.raises(ValueError, match=r"dim is \[-1\]; use dimensions from 0 on, or the functions of stablesoftmax\.torch"):
        getattr(OPS, name)(torch.zeros(2, 3), [-1])


# memory ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int64], ids=str)
def test_a_tensor_is_seen_where_it_lies(dtype):
    x = torch.arange(24).reshape(4, 6).to(dtype)
    for view in (x, x.T, x[::2, 1::2], x[2:, 3], x[0, 0], x[:1].expand(5, 6), x[:0]):
        array = as_array(view)
        assert array.shape == tuple(view.shape)
        assert array.ctypes.data == view.data_ptr() or view.numel() == 0
        assert array.astype(np.float64).tolist() == view.double().tolist()
    assert as_array(x.requires_grad_() if dtype.is_floating_point else x).dtype == (
        ml_dtypes.bfloat16 if dtype == torch.bfloat16 else x.detach().numpy().dtype
    )


def test_bfloat16_without_ml_dtypes(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ml_dtypes", None)
    with pytest.raises(
        ImportError, match=r"bfloat16 needs ml_dtypes, .*pip install 'stablesoftmax\[torch\]', or use input\.float\(\)"
    ):
        st.softmax(torch.zeros(3, dtype=torch.bfloat16), -1)
    assert st.softmax(torch.zeros(2), -1).tolist() == [0.5, 0.5]


def test_nothing_is_kept_but_what_the_backward_needs():
    """softmax keeps its result; the loss the logits, which are there already."""
    kept = []
    x = random(6, 5).requires_grad_()
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        y = st.softmax(x, 1)
        st.cross_entropy(x, torch.zeros(6, dtype=torch.int64))
    pointers = [t.data_ptr() for t in kept if t is not None]
    assert pointers[:2] == [y.data_ptr(), x.data_ptr()]
    assert len(pointers) == 3  # and the labels


# vmap and torch.func -----------------------------------------------------------------------------------------------------


def test_vmap():
    x = random(3, 4, 5)
    same(torch.vmap(lambda x: st.softmax(x, 0))(x), st.softmax(x, 1))
    same(torch.vmap(lambda x: st.log_softmax(x, -1), in_dims=1)(x), st.log_softmax(x.transpose(0, 1), -1))
    same(torch.vmap(lambda x: st.logsumexp(x, (0, 1)), in_dims=2)(x), st.logsumexp(x, (0, 1)))
    same(torch.vmap(torch.vmap(lambda x: st.logsumexp(x, 0)))(x), st.logsumexp(x, 2))
    same(torch.vmap(torch.vmap(torch.vmap(lambda x: st.softmax(x, 0))))(x), torch.ones_like(x))
    same(OPS.softmax(x, [1]), torch.vmap(lambda x: OPS.softmax(x, [0]))(x))  # the operator by itself


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("soft", [False, True])
def test_vmap_of_cross_entropy(soft, reduction):
    """One loss an element of the batch; a mean divides by what counts in its own."""
    x, weight = random(3, 4, 5, 2), torch.linspace(0.5, 1.5, 5)
    target = x.softmax(2) if soft else torch.tensor([[0, -100], [4, 1], [2, 2], [-100, 3]]).expand(3, 4, 2)
    loss = lambda x, t: st.cross_entropy(x, t, weight, reduction=reduction, label_smoothing=0.0 if soft else 0.1)  # noqa: E731
    same(torch.vmap(loss)(x, target), torch.stack([loss(*pair) for pair in zip(x, target, strict=True)]))
    same(torch.vmap(loss, in_dims=(0, None))(x, target[0]), torch.stack([loss(one, target[0]) for one in x]))
    with pytest.raises(NotImplementedError, match="weights"):
        torch.vmap(lambda w: st.cross_entropy(x[0], target[0], w))(weight.expand(2, 5))


def test_gradients_of_each_sample():
    x, target = random(6, 5), torch.tensor([0, 1, 2, 3, 4, -100])
    each = torch.vmap(torch.func.grad(lambda x, t: st.cross_entropy(x, t, reduction="sum")))(x, target)
    same(each, torch.func.grad(lambda x: st.cross_entropy(x, target, reduction="sum"))(x))
    means = torch.vmap(torch.func.grad(st.cross_entropy))(x.reshape(2, 3, 5), target.reshape(2, 3))
    same(means[1], torch.func.grad(st.cross_entropy)(x[3:], target[3:]))


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")  # torch of itself
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp", "cross_entropy"])
def test_second_derivatives_by_torch_func(name):
    x = random(3, 4, dtype=torch.float64)
    ours, theirs = (getattr(module, name, torch.logsumexp) for module in (st, F))
    second = torch.tensor([0, 3, -100]) if name == "cross_entropy" else 1
    found = torch.func.jacrev(torch.func.jacrev(lambda x: ours(x, second)))(x)
    assert torch.allclose(found, torch.func.hessian(lambda x: theirs(x, second))(x), rtol=1e-12, atol=1e-15)
    with pytest.raises(NotImplementedError, match=f"{name}_backward: there is no forward mode over a backward"):
        torch.func.hessian(lambda x: ours(x, second))(x)


# compilers ---------------------------------------------------------------------------------------------------------------


def everything(x, target):
    """Each function once, as compilers meet them: between other operations, without a break."""
    loss = st.cross_entropy(2 * x, target, label_smoothing=0.1) + st.logsumexp(x, -1).mean()
    return loss + (st.softmax(x, 1, dtype=torch.float64) * st.log_softmax(x, dim=-1)).sum().float()


def gradient(function, *arguments):
    arguments[0].grad = None
    value = function(*arguments)
    value.backward()
    return value.detach(), arguments[0].grad


def test_compiled_without_a_break():
    torch._dynamo.reset()
    compiled = torch.compile(everything, fullgraph=True, backend="aot_eager", dynamic=True)
    for rows in (4, 7):
        x, target = random(rows, 5).requires_grad_(), torch.arange(rows) % 5
        for found, wanted in zip(gradient(compiled, x, target), gradient(everything, x, target), strict=True):
            same(found, wanted)


def test_a_vmap_is_compiled():
    torch._dynamo.reset()
    x = random(3, 4, 5)
    compiled = torch.compile(torch.vmap(lambda x: st.softmax(x, 0)), fullgraph=True, backend="aot_eager")
    same(compiled(x), st.softmax(x, 1))


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")  # torch of itself
def test_compiled_to_native_code(tmp_path, monkeypatch):
    """By inductor, in this process and with a cache of its own."""
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("torch._inductor.config.compile_threads", 1)
    torch._dynamo.reset()
    x, target = random(6, 5).requires_grad_(), torch.arange(6) % 5
    compiled = torch.compile(st.cross_entropy, fullgraph=True)
    for found, wanted in zip(gradient(compiled, x, target), gradient(st.cross_entropy, x, target), strict=True):
        same(found, wanted)


def test_fake_tensors_have_shapes_and_no_numbers():
    with FakeTensorMode():
        x = torch.empty(4, 5, 6, dtype=torch.float16)
        assert st.softmax(x, 1).shape == (4, 5, 6)
        assert st.log_softmax(x, 1, dtype=torch.float32).dtype == torch.float32
        assert (st.logsumexp(x, (0, 2)).shape, st.logsumexp(x, 1, True).shape) == ((5,), (4, 1, 6))
        loss = st.cross_entropy(x, torch.zeros(4, 6, dtype=torch.int64), reduction="none")
        assert (loss.shape, loss.dtype) == ((4, 6), torch.float32)
