"""Derivatives of first and second order: torch's own checks, special rows, and exact arithmetic where rows are confident."""

import numpy as np
import pytest
from balls import balls, beyond, errors, exponentials, total
from flint import arb
from formats import FORMATS, cast

torch = pytest.importorskip("torch", reason="torch is not part of the test extra")

import stablesoftmax.torch as st  # noqa: E402
from stablesoftmax._torch_ops import as_array  # noqa: E402

# forward mode of torch, when it is first used, warns of a function that it uses itself
pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")]

FAMILIES = ("softmax", "log_softmax", "logsumexp")
INF = float("inf")


def random(*shape, dtype=torch.float64, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


def tensor(array):
    """An array of any of the four formats as a tensor."""
    if array.dtype.name == "bfloat16":
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


# torch's own checks: against differences -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dim", [0, -1, (0, 2)])
@pytest.mark.parametrize("name", FAMILIES)
def test_gradcheck(name, dim):
    x = random(2, 3, 4).requires_grad_()
    for leaf in (x, x.detach().transpose(0, 2).requires_grad_()):
        function = lambda x: getattr(st, name)(x, dim)  # noqa: E731
        assert torch.autograd.gradcheck(function, leaf, check_forward_ad=True, check_batched_grad=True)
        assert torch.autograd.gradgradcheck(function, leaf, check_batched_grad=True)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_gradcheck_of_cross_entropy(reduction, weighted, smoothing):
    """With respect to the logits, the gradient from above, and probabilities as targets."""
    x = random(2, 3, 2).requires_grad_()
    weight = torch.tensor([0.5, 1.0, -0.25], dtype=torch.float64) if weighted else None
    options = {"reduction": reduction, "label_smoothing": smoothing}
    loss = lambda x: st.cross_entropy(x, torch.tensor([[0, 2], [-100, 0]]), weight, **options)  # noqa: E731
    assert torch.autograd.gradcheck(loss, x, check_forward_ad=True, check_batched_grad=True)
    assert torch.autograd.gradgradcheck(loss, x, check_batched_grad=True)
    target = random(2, 3, 2, seed=1).softmax(1).requires_grad_()
    loss = lambda x, target: st.cross_entropy(x, target, weight, **options)  # noqa: E731
    assert torch.autograd.gradcheck(loss, (x, target))
    assert torch.autograd.gradgradcheck(loss, (x, target))


@pytest.mark.parametrize("name", FAMILIES)
def test_forward_mode(name):
    x, v = random(3, 4), random(3, 4, seed=1)
    _, change = torch.func.jvp(lambda x: getattr(st, name)(x, 1), (x,), (v,))
    assert torch.allclose(change, torch.func.jvp(lambda x: getattr(torch, name)(x, 1), (x,), (v,))[1], rtol=1e-12)
    with pytest.raises(NotImplementedError, match="with respect to target"):
        torch.func.jvp(lambda t: st.cross_entropy(x, t), (x.softmax(1),), (v,))


def test_third_order_is_refused():
    x = random(3).requires_grad_()
    for function in (lambda x: st.softmax(x, 0)[0], lambda x: st.cross_entropy(x, torch.tensor(0))):
        (first,) = torch.autograd.grad(function(x), x, create_graph=True)
        (second,) = torch.autograd.grad(first[0], x, create_graph=True)
        with pytest.raises(NotImplementedError, match="no derivatives of third order"):
            torch.autograd.grad(second[1], x)


# special rows ------------------------------------------------------------------------------------------------------------


def second_order(function, x, g, v):
    """(loss gradient, what v makes of its gradient)"""
    x = x.detach().requires_grad_()
    (first,) = torch.autograd.grad(function(x), x, g, create_graph=True)
    (second,) = torch.autograd.grad(first, x, v)
    return first.detach(), second


@pytest.mark.parametrize("name", [*FAMILIES, "cross_entropy"])
def test_second_order_of_a_row_with_absent_classes(name):
    """-inf gives what a row without that element gives, and 0 there."""
    x, v = torch.tensor([[0.5, -INF, 2.0, -1.0]]), torch.tensor([[1.0, 3.0, -2.0, 0.5]])
    second = torch.tensor([2]) if name == "cross_entropy" else 1
    g = {"logsumexp": torch.tensor([0.7]), "cross_entropy": torch.tensor(0.7)}.get(name, torch.tensor([[0.3, 0.0, -1.0, 2.0]]))
    kept = torch.tensor([0, 2, 3])
    some = torch.tensor([1]) if name == "cross_entropy" else 1
    found = second_order(lambda x: getattr(st, name)(x, second), x, g, v)[1]
    wanted = second_order(lambda x: getattr(st, name)(x, some), x[:, kept], g[:, kept] if g.ndim == 2 else g, v[:, kept])[1]
    assert torch.equal(found[:, kept], wanted)
    assert found[0, 1] == 0


def test_second_order_of_rows_without_a_distribution():
    """logsumexp of nothing but -inf is constant: 0. +inf and nan make nan, and so do the others of a row of -inf."""
    v = torch.tensor([[1.0, -2.0]])
    first, second = second_order(lambda x: st.logsumexp(x, 1), torch.full((1, 2), -INF), torch.ones(1), v)
    assert first.tolist() == second.tolist() == [[0.0, 0.0]]
    for row in ([INF, 0.0], [float("nan"), 0.0]):
        for name in FAMILIES:
            x = torch.tensor([row])
            g = torch.ones(1) if name == "logsumexp" else torch.ones(1, 2)
            assert second_order(lambda x, name=name: getattr(st, name)(x, 1), x, g, v)[1].isnan().all()
    x = torch.tensor([[-INF, -INF]])
    assert second_order(lambda x: st.cross_entropy(x, torch.tensor([0])), x, torch.tensor(1.0), v)[1].isnan().all()
    assert (
        second_order(lambda x: st.cross_entropy(x, torch.tensor([-100]), reduction="sum"), x, torch.tensor(1.0), v)[1].eq(0).all()
    )


# confident rows ----------------------------------------------------------------------------------------------------------


def test_a_confident_row_does_not_collapse():
    """Loss, gradient and second derivative of one row of which torch says 0."""
    p = np.float32(4.248354e-18)
    x = torch.tensor([[0.0, -40.0]], requires_grad=True)
    loss = st.cross_entropy(x, torch.tensor([0]))
    (gradient,) = torch.autograd.grad(loss, x, create_graph=True)
    assert (loss.item(), gradient.tolist()) == (p, [[-p, p]])
    for v, wanted in (([[1.0, 0.0]], [[p, -p]]), ([[0.0, 1.0]], [[-p, p]]), ([[1.0, 1.0]], [[0.0, 0.0]])):
        assert torch.autograd.grad(gradient, x, torch.tensor(v), retain_graph=True)[0].tolist() == wanted
    x = torch.tensor([0.0, -40.0], requires_grad=True)
    (gradient,) = torch.autograd.grad(st.logsumexp(x, 0), x, create_graph=True)
    assert torch.autograd.grad(gradient, x, torch.tensor([1.0, 0.0]))[0].tolist() == [p, -p]


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("spread", [1.0, 10.0, 60.0])
def test_second_order_is_exact_but_for_rounding(dtype, spread):
    """p*(v - sum p*v), times a gradient: 1 ulp + 2^-49 of p*(|v - v_max| + sum p*|v - v_max|), v_max where p is largest."""
    rng = np.random.default_rng(1)
    for n in (2, 3, 10, 100):
        x, v = cast(rng.standard_normal(n) * spread / 2, dtype), cast(rng.standard_normal(n), dtype)
        exact_v, (terms, top) = balls(v), exponentials(x)
        p = [term / total(terms) for term in terms]
        w = [b - exact_v[top] for b in exact_v]
        mean, size = total(a * b for a, b in zip(p, w, strict=True)), total(a * abs(b) for a, b in zip(p, w, strict=True))
        wanted = [a * (b - mean) for a, b in zip(p, w, strict=True)]
        slack = [arb(2) ** -49 * a * (abs(b) + size) for a, b in zip(p, w, strict=True)]
        label, one = (
            torch.tensor(int(rng.integers(n))),
            torch.tensor(1.0, dtype=torch.float64 if dtype == "float64" else torch.float32),
        )
        for function in (lambda x: st.logsumexp(x, 0), lambda x, label=label: st.cross_entropy(x, label)):
            found = second_order(function, tensor(x), one, tensor(v))[1]
            assert beyond(as_array(found), wanted, slack, FORMATS[dtype]).max() < 1


def test_a_loss_scale_takes_part_before_the_rounding():
    """float16: a gradient of 1e-7 would be a subnormal of two bits before it is multiplied by 1024."""
    rng = np.random.default_rng(2)
    x = cast(rng.standard_normal((64, 10)) - 12 * (np.arange(10) > 0), "float16")
    leaf = tensor(x).requires_grad_()
    (1024 * st.cross_entropy(leaf, torch.zeros(64, dtype=torch.int64))).backward()
    for row, found in zip(x, as_array(leaf.grad), strict=True):
        terms, _ = exponentials(row)
        wanted = [16 * (term / total(terms)) for term in terms]
        wanted[0] = -total(wanted[1:])
        assert errors(found, wanted, FORMATS["float16"]).max() < 1
