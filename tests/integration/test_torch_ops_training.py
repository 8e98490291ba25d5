"""A real training step: the same bits for any number of threads and any split of the batch, and learning where torch stops.

Products of matrices are torch's, whose bits depend on both. So they are made of the whole batch by one thread; what is split and
threaded are the functions of this package.
"""

import contextlib

import pytest
from formats import assert_same_bits

import stablesoftmax as ssm

torch = pytest.importorskip("torch", reason="torch is not part of the test extra")

import stablesoftmax.torch as st  # noqa: E402

pytestmark = pytest.mark.integration

ROWS, TOKENS, CLASSES = 720, 24, 512  # 368,640 logits: more than one thread takes part from 2^18 on


class Attention(torch.nn.Module):
    """One head over tokens, and logits for each row: softmax inside the network and cross entropy behind it."""

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value = (torch.nn.Linear(TOKENS, TOKENS) for _ in range(3))
        self.head = torch.nn.Linear(TOKENS, CLASSES)

    def forward(self, x):
        scores = self.query(x) @ self.key(x).T
        return self.head(st.softmax(scores, -1) @ self.value(x))


@contextlib.contextmanager
def threads(of_torch, ours):
    before = torch.get_num_threads()
    torch.set_num_threads(of_torch)
    try:
        with ssm.num_threads(ours):
            yield
    finally:
        torch.set_num_threads(before)


def trained(ours, dtype):
    """The parameters after three steps with so many threads of ours, and the losses."""
    torch.manual_seed(0)
    model, losses = Attention(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    x, target = torch.randn(ROWS, TOKENS), torch.randint(CLASSES, (ROWS,))
    with threads(1, ours):
        for _ in range(3):
            optimizer.zero_grad()
            loss = st.cross_entropy(model(x).to(dtype), target)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
    assert losses[2] < losses[0]
    return [*losses, *(parameter.detach() for parameter in model.parameters())]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_training_does_not_depend_on_threads(dtype):
    for a, b in zip(trained(1, dtype), trained(2, dtype), strict=True):
        assert_same_bits(a.numpy(), b.numpy())


def step(logits, target, parts, loss):
    """The loss of each part and the gradient of the logits."""
    leaf = logits.detach().requires_grad_()
    pieces = zip(leaf.tensor_split(parts), target.tensor_split(parts), strict=True)
    losses = [loss(a, b) for a, b in pieces]
    torch.autograd.backward([one.sum() / len(target) for one in losses])
    return losses, leaf.grad


@pytest.mark.parametrize("reduction", ["none", "sum"])
def test_a_step_does_not_depend_on_the_split_of_the_batch(reduction):
    """Logits of a model; losses of rows and gradients of the logits, hence of the weights, in 1, 2, 7 and 720 parts."""
    torch.manual_seed(0)
    model, x, target = Attention(), torch.randn(ROWS, TOKENS), torch.randint(CLASSES, (ROWS,))
    target[5] = -100
    with threads(1, 1):
        logits = 10 * model(x)
        losses, gradient = step(logits, target, 1, lambda a, b: st.cross_entropy(a, b, reduction=reduction))
        weights = torch.autograd.grad(logits, model.head.weight, gradient, retain_graph=True)[0]
    for parts, of_torch, ours in ((2, 1, 1), (7, 2, 2), (ROWS, 1, 2), (1, 2, 2)):
        with threads(of_torch, ours):
            again, found = step(logits, target, parts, lambda a, b: st.cross_entropy(a, b, reduction=reduction))
        assert_same_bits(found.numpy(), gradient.numpy())
        if reduction == "none":
            assert_same_bits(torch.cat(again).detach().numpy(), losses[0].detach().numpy())
        with threads(1, 1):
            assert_same_bits(
                torch.autograd.grad(logits, model.head.weight, found, retain_graph=True)[0].numpy(), weights.numpy()
            )  # fmt: skip


def test_a_mean_over_steps_of_an_accumulation():
    """The mean of a whole batch is a sum in parts over the number of rows: the same gradient to the last bit, 1/N being exact."""
    logits, target = torch.randn(512, 40), torch.randint(40, (512,))
    whole = logits.clone().requires_grad_()
    st.cross_entropy(whole, target).backward()
    parts = logits.clone().requires_grad_()
    for a, b in zip(parts.split(64), target.split(64), strict=True):
        (st.cross_entropy(a, b, reduction="sum") / 512).backward()
    assert_same_bits(parts.grad.numpy(), whole.grad.numpy())


def test_learning_goes_on_where_the_loss_of_torch_is_zero():
    """Every label 30 ahead, in float32: torch says 0, and pushes the other logits down but not that of the label up."""
    logits = torch.full((4, 3), -30.0)
    logits[:, 0] = 0
    target, found = torch.zeros(4, dtype=torch.int64), {}
    for name, loss in (("torch", torch.nn.functional.cross_entropy), ("ours", st.cross_entropy)):
        leaf = logits.clone().requires_grad_()
        value = loss(leaf, target)
        value.backward()
        found[name] = value.item(), leaf.grad
    assert found["torch"][0] == 0
    assert found["torch"][1][:, 0].eq(0).all()
    assert found["ours"][0] > 0
    assert found["ours"][1].sum(1).abs().max() == 0
