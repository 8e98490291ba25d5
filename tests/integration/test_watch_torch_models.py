"""Watch on torch models of every kind: sparse, complex, shared, scripted, transformed, scaled; nothing may stop them."""

import pytest

import stablesoftmax as ssm

torch = pytest.importorskip("torch", reason="torch is not part of the test extra")
pytestmark = pytest.mark.integration
torch.set_num_threads(1)  # small matrices: two threads would wait for each other


def bits(model):
    return [one.detach().numpy().tobytes() for one in model.state_dict().values()]


class Sparse(torch.nn.Module):
    """Gradients of an embedding that hold a few rows only."""

    def __init__(self):
        super().__init__()
        self.embed, self.head = torch.nn.Embedding(10, 4, sparse=True), torch.nn.Linear(4, 3)

    def forward(self, x):
        return self.head(self.embed((x[:, 0] > 0).long()))


class Fourier(torch.nn.Module):
    """Complex weights, complex activations."""

    def __init__(self):
        super().__init__()
        self.filter, self.head = torch.nn.Parameter(torch.randn(4, dtype=torch.complex64)), torch.nn.Linear(4, 3)

    def forward(self, x):
        return self.head(torch.fft.ifft(torch.fft.fft(x) * self.filter).real)


class ToSparse(torch.nn.Module):
    """An activation that is no dense tensor."""

    def forward(self, x):
        return x.to_sparse()


class SparseInside(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inside, self.head = ToSparse(), torch.nn.Linear(4, 3)

    def forward(self, x):
        self.inside(x)
        return self.head(x)


class Shared(torch.nn.Module):
    """One layer called twice, one matrix in two layers."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.head = torch.nn.Linear(4, 4), torch.nn.Linear(4, 4), torch.nn.Linear(4, 3)
        self.b.weight = self.a.weight

    def forward(self, x):
        return self.head(self.b(torch.relu(self.a(self.a(x)))))


def steps(make, watch, optimizer=torch.optim.SGD, closure=False):
    torch.manual_seed(0)
    model = make()
    stepper = optimizer(model.parameters(), lr=0.1)
    x, y = torch.randn(8, 4), torch.arange(8) % 3
    if watch is not None:
        watch.torch(model, stepper)

    def work():
        stepper.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        if watch is not None:
            watch.step(loss=loss)
        loss.backward()
        return loss

    for _ in range(5):
        if closure:
            stepper.step(work)
        else:
            work()
            stepper.step()
    return model


@pytest.mark.parametrize("make", [Sparse, Fourier, SparseInside, Shared])
def test_models_of_every_kind_go_on_as_if_nobody_watched(make):
    plain = steps(make, None)
    with ssm.Watch(every=1) as watch:
        watched = steps(make, watch)
    assert bits(plain) == bits(watched)
    assert len(watch.records) == 5
    assert watch.diagnosis is None
    assert watch.records[0].norm("grads") > 0


def test_closures():
    plain = steps(Shared, None, torch.optim.LBFGS, closure=True)
    with ssm.Watch(every=1) as watch:
        watched = steps(Shared, watch, torch.optim.LBFGS, closure=True)
    assert bits(plain) == bits(watched)
    assert watch.steps > 5


def test_torch_func():
    """Tensors of vmap can neither be read nor be kept: such calls are no steps."""
    with ssm.Watch(every=1) as watch:
        model = torch.nn.Linear(4, 3)
        watch.torch(model, torch.optim.SGD(model.parameters(), lr=0.1))
        parameters = dict(model.named_parameters())
        call = torch.func.grad(lambda p, x: torch.func.functional_call(model, p, (x,)).sum())
        torch.func.vmap(call, in_dims=(None, 0))(parameters, torch.ones(5, 4))
    assert watch.steps == 0


@pytest.mark.filterwarnings("ignore:.torch.jit.script")
def test_hooks_are_removed_whatever_happens():
    """An exception in the block; a step that could not be measured; a model that is watched twice; a scripted part."""

    def broken(watch, model):
        with watch:
            watch.torch(model, torch.optim.SGD(model.parameters(), lr=0.1))
            watch.torch(model)
            loss = model(torch.ones(5, 4)).sum()
            watch.step(loss=loss, grads=[torch.ones(2).to_sparse()])
            raise KeyboardInterrupt

    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.jit.script(torch.nn.Linear(3, 3)))
    with pytest.raises(TypeError, match=r"torch\.sparse_coo"):
        broken(ssm.Watch(every=1), model)
    assert sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules()) == 0
    with pytest.raises(TypeError, match=r"^Watch.torch: a ScriptModule takes no hooks"):
        ssm.Watch().torch(torch.jit.script(torch.nn.Linear(3, 3)))


def test_a_model_is_watched_once_by_a_watch_and_by_several_watches():
    model = torch.nn.Linear(4, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with ssm.Watch(every=1) as one, ssm.Watch(every=1) as other:
        for watch in (one, one, other):
            watch.torch(model, optimizer)
        for _ in range(3):
            loss = model(torch.ones(5, 4)).square().mean()
            one.step(loss=loss)
            other.step(loss=loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert [record.loss for record in one.records] == [record.loss for record in other.records]
    assert (one.steps, other.steps) == (3, 3)


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_grad_scaler_that_finds_its_scale_is_healthy(order):
    """2^30 is too much: the scaler skips steps until it fits. No weight has seen an inf."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
    optimizer, scaler = torch.optim.Adam(model.parameters(), lr=1e-3), torch.amp.GradScaler("cpu", init_scale=2.0**30)
    x = torch.randn(64, 64)
    with ssm.Watch() as watch:
        watch.torch(model, optimizer)
        for _ in range(60):
            with torch.autocast("cpu", dtype=torch.float16):
                logits = model(x)
            loss = torch.nn.functional.cross_entropy(logits.float(), x[:, :10].argmax(1))
            watch.step(loss=loss)
            if order == "before":
                optimizer.zero_grad()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            if order == "after":
                optimizer.zero_grad()
    assert scaler.get_scale() < 2.0**30
    assert watch.diagnosis is None
    assert [finding.cause for finding in watch.findings] == ["skipped-steps"]


def test_module_names_in_the_report():
    model = torch.nn.Sequential()
    model.add_module("<script>alert(1)</script>", torch.nn.Linear(4, 3))
    with ssm.Watch(every=1) as watch:
        watch.torch(model, torch.optim.SGD(model.parameters(), lr=0.1))
        loss = model(torch.full((2, 4), float("nan"))).sum()
        loss.backward()
    assert watch.diagnosis is not None
    assert "<script" not in watch.html()


def test_a_loss_that_is_no_single_number_is_said_to_be_none():
    model = torch.nn.Linear(4, 3)
    with ssm.Watch() as watch:
        watch.torch(model)
        losses = torch.nn.functional.cross_entropy(model(torch.ones(2, 4)), torch.tensor([0, 1]), reduction="none")
        with pytest.raises(TypeError, match=r"^Watch.step: loss must be a number, not Tensor"):
            watch.step(loss=losses)
