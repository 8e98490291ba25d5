"""Watch on torch models: hooks that look and never touch, and that go away."""

import copy
import io
import pickle
import threading

import numpy as np
import pytest

import stablesoftmax as ssm
from stablesoftmax.doctor.libraries import library_of

torch = pytest.importorskip("torch", reason="torch is not part of the test extra")
pytestmark = pytest.mark.integration
torch.set_num_threads(1)  # small matrices: two threads would wait for each other


class Transformer(torch.nn.Module):
    """Two layers over letters, with dropout: random numbers must be the same with and without a watch."""

    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(16, 32)
        self.encoder = torch.nn.TransformerEncoder(torch.nn.TransformerEncoderLayer(32, 2, 64, 0.1, batch_first=True), 2)
        self.norm = torch.nn.BatchNorm1d(8)
        self.head = torch.nn.Linear(32, 16)

    def forward(self, letters):
        return self.head(self.norm(self.encoder(self.embed(letters))))


def train(watch, steps=60, every_loss=True, before_backward=True, poison=None):
    torch.manual_seed(0)
    model = Transformer()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    if watch is not None:
        watch.torch(model, optimizer)
    for step in range(1, steps + 1):
        letters = (torch.randint(0, 16, (16, 1)) + 3 * torch.arange(9)) % 16
        logits = model(letters[:, :-1])
        loss = torch.nn.functional.cross_entropy(logits.reshape(-1, 16), letters[:, 1:].reshape(-1))
        if step == poison:
            loss = loss * float("nan")
        if watch is not None and every_loss and before_backward:
            watch.step(loss=loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if watch is not None and every_loss and not before_backward:
            watch.step(loss=loss)
    return model


def bits(model):
    return [one.detach().numpy().tobytes() for one in [*model.state_dict().values()]]


@pytest.mark.parametrize("keywords", [{}, {"every_loss": False}, {"before_backward": False}])
def test_results_and_random_numbers_are_untouched(keywords):
    plain, state = train(None), torch.random.get_rng_state()
    with ssm.Watch(every=1) as watch:
        watched = train(watch, **keywords)
    assert bits(plain) == bits(watched)
    assert torch.equal(state, torch.random.get_rng_state())
    assert len(watch.records) == 60
    assert watch.diagnosis is None
    record = watch.records[-1]
    assert {"logits", "logit_grads", "grads['head.weight']", "weights['head.bias']", "activations['norm']"} <= set(record.tensors)
    assert (record.loss is not None) == keywords.get("every_loss", True)
    assert record.rows.classes == 16


def test_hooks_are_removed():
    with ssm.Watch() as watch:
        model = train(watch, 3)
        assert sum(len(m._forward_hooks) for m in model.modules()) > 10
    assert sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules()) == 0
    records = watch.records
    model(torch.zeros(4, 8, dtype=torch.int64)).sum().backward()
    assert watch.records == records


def test_evaluation_is_not_a_step():
    with ssm.Watch(every=1) as watch:
        model = train(watch, 3)
        model.eval()
        model(torch.zeros(4, 8, dtype=torch.int64))
        model.train()
        with torch.no_grad():
            model(torch.zeros(4, 8, dtype=torch.int64))
    assert watch.steps == 3


def test_copies_are_not_watched():
    """A watched model can be copied and pickled; its copies have hooks that do nothing."""
    with ssm.Watch(every=1) as watch:
        model = train(watch, 2)
        steps = watch.steps
        stream = io.BytesIO()
        torch.save(model, stream)
        stream.seek(0)
        for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model)), torch.load(stream, weights_only=False)):
            other.train()
            other(torch.zeros(4, 8, dtype=torch.int64)).sum().backward()
            assert watch.steps == steps


@pytest.mark.parametrize("before_backward", [True, False])
@pytest.mark.parametrize("every_loss", [True, False])
def test_a_nan_is_noticed_in_its_step(every_loss, before_backward):
    with ssm.Watch() as watch:
        train(watch, 45, every_loss, before_backward, poison=37)
    first = next(one for one in watch.records if one.trouble)
    assert first.step == 37
    assert first.tensors["logits"].finite
    assert all(one.finite for path, one in first.tensors.items() if path.startswith("weights"))
    assert not first.tensors["grads['head.weight']"].finite
    assert watch.diagnosis.step == 37


def test_no_tensor_is_kept():
    import gc
    import weakref

    with ssm.Watch(every=1) as watch:
        model = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        watch.torch(model, optimizer)
        x = torch.ones(5, 4)
        output = model(x)
        loss = torch.nn.functional.cross_entropy(output, torch.zeros(5, dtype=torch.int64))
        watch.step(loss=loss)
        loss.backward()
        optimizer.step()
        references = [weakref.ref(one) for one in (x, output, loss)]
        del x, output, loss
        gc.collect()
        assert [reference() for reference in references] == [None] * 3


def test_gradient_accumulation_is_one_step():
    with ssm.Watch(every=1) as watch:
        model = torch.nn.Linear(4, 3)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        watch.torch(model, optimizer)
        for _ in range(3):
            a, b = model(torch.ones(5, 4)), model(torch.zeros(5, 4))
            (a.sum() + b.sum()).backward()
            optimizer.step()
            optimizer.zero_grad()
    assert watch.steps == 3


def test_without_an_optimizer_and_with_model_outputs():
    class Output(dict):
        """As transformers return: a mapping with logits."""

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = torch.nn.Linear(4, 3)

        def forward(self, x=None):
            return Output(logits=self.linear(x), hidden=x)

    with ssm.Watch(every=1) as watch:
        model = Model()
        watch.torch(model)
        for _ in range(4):
            loss = model(x=torch.ones(5, 4))["logits"].square().mean()
            loss.backward()
            watch.step(loss=loss)
            model.zero_grad()
    assert len(watch.records) == 4
    assert watch.records[0].tensors["inputs"].shape == (5, 4)
    assert watch.records[0].loss is not None


def test_dtypes_and_autocast():
    for dtype in (torch.bfloat16, torch.float16, torch.float64):
        x = (torch.arange(12).reshape(3, 4) - 5).to(dtype)
        record = ssm.Watch().record(1, {"loss": torch.tensor(1.0), "logits": x, "targets": torch.tensor([0, 1, 3])})
        assert (record.tensors["logits"].low, record.tensors["logits"].high) == (-5, 6)
        assert record.rows.loss == pytest.approx(ssm.cross_entropy(x.double().numpy(), [0, 1, 3]), rel=1e-3)
        assert record.tensors["logits"].dtype == str(dtype).removeprefix("torch.")
    with ssm.Watch(every=1) as watch, torch.autocast("cpu", dtype=torch.bfloat16):
        train(watch, 3)
    assert watch.diagnosis is None


def test_tensors_on_a_device_are_computed_there():
    """The meta device holds no numbers: what is computed there shows that nothing is moved or read before `read`."""
    x = torch.zeros((3, 4), device="meta")
    library = library_of(x)
    assert {one.device.type for one in library.summary(library.wide(x))} == {"meta"}
    with pytest.raises(TypeError, match=r"^Watch.step: logits is on the meta device, which holds no numbers"):
        ssm.Watch().step(loss=1.0, logits=x)


def test_backward_in_another_thread():
    def work():
        with ssm.Watch(every=1) as watch:
            train(watch, 4)
        found.append(len(watch.records))

    found = []
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [4, 4]


@pytest.mark.parametrize(
    ("model", "optimizer", "line"),
    [
        (3, None, r"^Watch.torch: model must be a torch.nn.Module, not int"),
        (torch.nn.Linear(2, 2), 3, r"^Watch.torch: optimizer must be a torch.optim.Optimizer, not int"),
    ],
)
def test_messages(model, optimizer, line):
    with pytest.raises(TypeError, match=line):
        ssm.Watch().torch(model, optimizer)
    with pytest.raises(TypeError, match=r"^Watch.step: logits is a torch.sparse_coo tensor"):
        ssm.Watch().step(loss=1.0, logits=torch.zeros(2, 2).to_sparse())


def test_a_tensor_that_requires_grad_is_measured_not_changed():
    x = torch.ones(2, 3, requires_grad=True)
    watch = ssm.Watch()
    watch.step(loss=x.sum(), logits=x, weights=[x])
    assert watch.records[0].tensors["logits"].high == 1
    assert x.grad is None
    assert np.isfinite(watch.records[0].loss)
