"""Watch: what it keeps, what it never touches, what it refuses; the diagnoses themselves are the clinic's business."""

import json
import os
import subprocess
import sys
import threading
import types

import numpy as np
import pytest

import stablesoftmax as ssm
from stablesoftmax.doctor import remedies
from stablesoftmax.doctor.libraries import as_tensor, library_of
from stablesoftmax.doctor.records import History, Record
from stablesoftmax.doctor.statistics import measure, measure_rows
from stablesoftmax.doctor.watch import EARLY


def run(watch, steps=200, nan_at=None):
    """A training that is healthy unless its loss becomes NaN."""
    random = np.random.default_rng(0)
    weights = [random.standard_normal((6, 4)).astype(np.float32), np.zeros(4, np.float32)]
    for step in range(1, steps + 1):
        x = random.standard_normal((16, 6)).astype(np.float32)
        y = np.argmax(x[:, :4], axis=1)
        logits = x @ weights[0] + weights[1]
        loss, error = ssm.cross_entropy_and_grad(logits, y)
        grads = [x.T @ error, error.sum(axis=0)]
        if watch is not None:
            watch.step(
                loss=float("nan") if step == nan_at else loss, logits=logits, targets=y, inputs=x, grads=grads, weights=weights,
                learning_rate=0.5,
            )  # fmt: skip
        for parameter, gradient in zip(weights, grads, strict=True):
            parameter -= np.float32(0.5) * gradient
    return weights


def test_results_error_state_and_arrays_are_untouched():
    before = np.geterr()
    plain = run(None)
    with ssm.Watch(every=1) as watch:
        watched = run(watch)
    assert [one.tobytes() for one in plain] == [one.tobytes() for one in watched]
    assert np.geterr() == before
    with np.errstate(all="raise"):
        bad = np.array([[np.nan, 1e38, -np.inf, 3e38]], np.float32)
        kept = bad.tobytes()
        watch = ssm.Watch()
        for _ in range(3):
            watch.step(loss=np.float32(np.inf), logits=bad, grads=[bad, bad], weights=[bad], inputs=bad)
        repr(watch)
        watch.html()
        assert np.geterr()["over"] == "raise"
    assert bad.tobytes() == kept
    state = np.random.get_state()[1].tobytes()
    run(ssm.Watch(every=1), 20)
    assert np.random.get_state()[1].tobytes() == state


def test_which_steps_are_kept():
    watch = ssm.Watch()
    run(watch, 210)
    assert [one.step for one in watch.records] == [*sorted(EARLY), 200]
    assert watch.steps == 210
    assert watch.diagnosis is None
    assert "healthy" in repr(watch)
    watch = ssm.Watch(every=50)
    run(watch, 100, nan_at=77)
    assert [one.step for one in watch.records if one.trouble] == [77]


def test_the_history_is_bounded_and_covers_the_whole_training():
    watch = ssm.Watch(every=1, history=32)
    run(watch, 500)
    steps = [one.step for one in watch.records]
    assert len(steps) <= 32
    assert steps[:8] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert steps[-1] == 500
    assert max(np.diff(steps)) <= 32
    history = History(32)
    for step in range(200):
        history.add(Record(step, trouble=step == 60))
    assert history.trouble.step == 60


def test_a_model_of_many_tensors_is_condensed():
    """Old steps keep norms, not the statistics of every tensor."""
    watch = ssm.Watch(every=1)
    weights = [np.full((2, 2), 3.0) for _ in range(300)]
    for step in range(1, 101):
        grads = [np.full((2, 2), float(step)) for _ in range(300)]
        watch.step(loss=1.0, grads=grads, weights=weights, learning_rate=1e-3)
    assert sum(len(one.tensors) for one in watch.records) < 30 * 600 + 100 * 4
    for one in watch.records:
        assert one.norm("grads") == pytest.approx(one.step * np.sqrt(1200))
        assert (one.norm("weights"), one.size("weights")) == (pytest.approx(3 * np.sqrt(1200)), 1200)
    assert watch.diagnosis is None or watch.diagnosis.level == "warning"


def test_nothing_is_held_alive():
    """Statistics, not tensors."""
    import gc
    import weakref

    watch = ssm.Watch(every=1)
    arrays = [np.ones((4, 4)), np.ones((4, 3))]
    references = [weakref.ref(one) for one in arrays]
    watch.step(loss=1.0, logits=arrays[1], grads=[arrays[0]], weights=arrays)
    del arrays
    gc.collect()
    assert [reference() for reference in references] == [None, None]


def test_threads():
    watch = ssm.Watch(every=1, history=4000)
    threads = [threading.Thread(target=run, args=(watch, 100)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert watch.steps == 400
    assert sorted(one.step for one in watch.records) == list(range(1, 401))


FORK = """
import os
import stablesoftmax as ssm
watch = ssm.Watch(every=1)
watch.step(loss=1.0)
watch._lock.acquire()  # as a thread that is gone in the child would hold it
child = os.fork()
if child == 0:
    for _ in range(3):
        watch.step(loss=float("nan"))
    os._exit(watch.steps != 4 or watch.diagnosis is None)
assert os.waitpid(child, 0)[1] == 0
watch._lock.release()
watch.step(loss=1.0)
print(watch.steps, len(watch.findings))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_fork():
    """The child goes on with a copy; the parent does not see it."""
    child = subprocess.run([sys.executable, "-W", "ignore", "-c", FORK], capture_output=True, text=True, check=True, timeout=60)
    assert child.stdout.split() == ["2", "0"]


@pytest.mark.parametrize(
    "x", [np.array([[1.0, -2, 0], [0, 0, 0]]), np.float32(3), np.arange(6).reshape(2, 3), np.ones((2, 3, 4), np.float16)]
)
def test_measure(x):
    found, wide = measure(np.asarray(x), columns=True), np.asarray(x).astype(float)
    assert (found.low, found.high, found.nan, found.inf) == (wide.min(), wide.max(), 0, 0)
    assert found.rms == pytest.approx(np.sqrt((wide**2).mean()))
    assert found.zeros == pytest.approx((wide == 0).mean())
    if wide.ndim > 1:
        table = wide.reshape(-1, wide.shape[-1])
        assert found.dead == (table == 0).all(axis=0).mean()
        assert found.zero_rows == (table == 0).all(axis=1).mean()


@np.errstate(all="ignore")
def test_measure_what_is_not_finite_or_huge():
    found = measure(np.array([np.nan, np.inf, -np.inf, 3, -4], np.float32))
    assert (found.nan, found.inf, found.low, found.high, found.largest, found.finite) == (1, 2, -4, 3, 4, False)
    assert found.rms == pytest.approx(np.sqrt(12.5))
    assert measure(np.full(3, 1e30, np.float32)).rms == pytest.approx(1e30)
    nothing = measure(np.array([np.nan]))
    assert np.isnan(nothing.low)
    assert np.isnan(nothing.largest)


def test_masks_are_no_trouble():
    """-inf in logits and scores is how one leaves a class out; anywhere else it is an accident."""
    x = np.array([[1.0, -np.inf, 2.0], [0.0, 3.0, -np.inf]])
    watch = ssm.Watch()
    watch.step(loss=1.0, logits=x, activations=[x], targets=np.array([0, 1]))
    assert not watch.records[0].trouble
    assert watch.records[0].rows.entropy == pytest.approx(ssm.entropy_from_logits(x).mean())
    assert watch.records[0].rows.range == 3
    watch.step(loss=1.0, inputs=x)
    assert watch.diagnosis.cause == "bad-input"


def test_signs_before_the_first_nan():
    """Growing gradients, long steps, and logits on their way to overflow, while everything is finite."""
    watch = ssm.Watch(every=1)
    for step in range(1, 41):
        grow = 1.3 ** max(0, step - 20)
        watch.step(loss=1.0 / step, grads=[np.full(4, 0.1 * grow**3)], weights=[np.ones(4)], learning_rate=0.5,
                   logits=np.array([[step * 2.1, 0.0]], np.float32))  # fmt: skip
    causes = {finding.cause: finding for finding in watch.findings}
    assert {"exploding-gradient", "learning-rate-too-high", "latent-overflow"} <= set(causes)
    assert {causes[cause].level for cause in causes} == {"warning"}
    assert "be warned" in repr(watch)


def test_rows_agree_with_this_package():
    x = np.random.default_rng(3).standard_normal((40, 7)).astype(np.float32) * 3
    y = np.random.default_rng(4).integers(0, 7, 40)
    rows = measure_rows(x, y)
    assert rows.loss == pytest.approx(ssm.cross_entropy(x, y), rel=1e-5)
    assert rows.entropy == pytest.approx(ssm.entropy_from_logits(x).mean(), rel=1e-5)
    assert (rows.top, rows.lowest_top) == (x.max(), x.max(axis=1).min())
    assert rows.normalised is False
    p = ssm.softmax(x)
    rows = measure_rows(p, y)
    assert rows.normalised
    assert rows.loss_of_probabilities == pytest.approx(-np.log(p[np.arange(40), y]).mean(), rel=1e-5)
    assert measure_rows(np.array([[np.nan, 1]])) is None
    assert measure_rows(np.ones((3, 1))) is None


class _Foreign:
    """An array of a library with an array API namespace: NumPy's, under another name."""

    def __init__(self, array):
        self.array = array

    def __array_namespace__(self):
        return _foreign


def _wrapped(function):
    def call(*arguments, **keywords):
        plain = [one.array if isinstance(one, _Foreign) else one for one in arguments]
        return _Foreign(np.asarray(function(*plain, **keywords)))

    return call


def _operator(name):
    def call(self, *others):
        return _Foreign(getattr(self.array, name)(*(one.array if isinstance(one, _Foreign) else one for one in others)))

    return call


for _name in (
    "__add__",
    "__sub__",
    "__mul__",
    "__truediv__",
    "__neg__",
    "__eq__",
    "__ne__",
    "__lt__",
    "__gt__",
    "__getitem__",
    "reshape",
):
    setattr(_Foreign, _name, _operator(_name))
_Foreign.shape = property(lambda self: self.array.shape)
_Foreign.dtype = property(lambda self: self.array.dtype)
_Foreign.__float__ = lambda self: float(self.array)
_Foreign.__hash__ = None
_foreign = types.SimpleNamespace(__name__="foreign", float32=np.float32)
for _name in ("min", "max", "sum", "any", "exp", "log", "sqrt", "abs", "isfinite", "isnan", "where", "arange"):
    setattr(_foreign, _name, _wrapped(getattr(np, _name)))
_foreign.astype = lambda x, dtype: _Foreign(x.array.astype(dtype))


def _hashable():
    """A namespace is a module, and modules can be keys."""
    module = types.ModuleType("foreign")
    vars(module).update(vars(_foreign))
    return module


_foreign = _hashable()


def test_any_array_api_library():
    """The same numbers by another library's functions; only scalars are read."""
    x = np.random.default_rng(5).standard_normal((40, 7)) * 3
    x[3] = 0
    y = np.random.default_rng(6).integers(0, 7, 40)
    foreign = as_tensor("Watch.step", _Foreign(x), "logits")
    assert library_of(foreign).name == "foreign"
    ours, theirs = measure(x, columns=True), measure(foreign, columns=True)
    assert (theirs.low, theirs.high, theirs.zero_rows, theirs.library) == (ours.low, ours.high, 1 / 40, "foreign")
    assert measure_rows(foreign, _Foreign(y)).loss == pytest.approx(measure_rows(x, y).loss)
    watch = ssm.Watch()
    watch.step(loss=1.0, logits=foreign, targets=_Foreign(y))
    assert watch.records[0].tensors["logits"].library == "foreign"


class _OnDevice:
    """An array on a device whose library offers nothing to compute with."""

    __cuda_array_interface__ = {}  # noqa: RUF012
    __module__ = "farlib.arrays"


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"loss": "high"}, r"^Watch.step: loss must be a number, not str"),
        ({"loss": "5"}, r"^Watch.step: loss must be a number, not str"),
        ({"loss": 10**400}, r"^Watch.step: loss must be a number, not int"),
        ({"loss": 1.0, "logits": "abc"}, r"^Watch.step: logits has dtype <U3 \(it is a str\); give real numbers"),
        (
            {"loss": 1.0, "grads": (g for g in [1.0])},
            r"^Watch.step: grads has dtype object \(it is a generator\); give real numbers",
        ),
        ({"loss": 1.0, "logits": np.ma.masked_array([1.0, 2.0], [0, 1])}, r"^Watch.step: logits is a masked array"),
        ({"loss": 1.0, "grads": [np.zeros(2, complex)]}, r"^Watch.step: grads\[0\] has dtype complex128"),
        ({"loss": 1.0, "logits": [[1.0], [1.0, 2.0]]}, r"^Watch.step: logits is no array"),
        ({"loss": 1.0, "weights": {"w": _OnDevice()}}, r"^Watch.step: weights\['w'\] lives on a device and farlib offers no"),
    ],
)
def test_bad_input(given, line):
    with pytest.raises(TypeError, match=line):
        ssm.Watch().step(**given)


def test_other_messages():
    for keywords in ({"every": 0}, {"history": 5}):
        with pytest.raises(ValueError, match=r"^Watch: every is .*at least"):
            ssm.Watch(**keywords)
    for value in (2.5, "10", None, float("nan"), float("inf")):
        with pytest.raises(TypeError, match=r"^Watch: every must be an int, not"):
            ssm.Watch(every=value)


def test_without_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModuleNotFoundError, match=r"^Watch.torch: torch is not installed; pip install 'stablesoftmax\[torch\]'"):
        ssm.Watch().torch(None)


def test_empty_tensors_and_lists_are_taken():
    watch = ssm.Watch()
    watch.step(loss=1.0, logits=[[1.0, 2.0]], grads=[np.zeros((0, 3))], weights=[])
    assert watch.records[0].tensors["logits"].shape == (1, 2)
    assert list(watch.records[0].tensors) == ["logits"]


def test_exceptions_pass_and_are_looked_at():
    def broken(watch, index):
        with watch:
            watch.step(loss=1.0, logits=np.zeros((2, 10)))
            index()

    watch = ssm.Watch()
    with pytest.raises(IndexError):
        broken(watch, lambda: np.zeros((2, 10))[np.arange(2), [3, 10]])
    assert watch.diagnosis.cause == "labels-out-of-range"
    assert "classes, 0 to 9" in watch.diagnosis.evidence
    watch = ssm.Watch()
    with pytest.raises(ValueError, match="out of range"):
        broken(watch, lambda: ssm.cross_entropy(np.zeros((1, 10)), [10]))
    assert watch.diagnosis.cause == "labels-out-of-range"
    watch = ssm.Watch()
    with pytest.raises(IndexError):
        broken(watch, lambda: [1, 2, 3][5])
    assert watch.diagnosis is None


def test_letter_dictionary_and_page_say_the_same():
    watch = ssm.Watch(every=10)
    run(watch, 100, nan_at=64)
    letter, found, page = repr(watch), watch.to_dict(), watch.html()
    assert json.loads(json.dumps(found, allow_nan=False))["findings"][0]["step"] == 64
    assert "step 64" in letter
    assert page.count("<svg") == 4
    assert "step 64" in page.split("<svg")[1]
    assert "<script" not in page
    assert watch._repr_html_().startswith("<div>")
    assert "nothing above a note" not in letter
    assert "Nothing was watched yet" in repr(ssm.Watch())
    assert ssm.Watch().html().count("<svg") == 0


def test_every_cause_has_a_cure_that_is_python():
    for cause, (title, numpy, torch) in remedies.CAUSES.items():
        assert title.endswith("."), cause
        for code in (numpy, torch):
            compile(code, cause, "exec")
