"""Watch under attack: strange arrays, extreme numbers, hostile names, skipped steps, large models, copies."""

import copy
import pickle
import re
import tracemalloc

import ml_dtypes
import numpy as np
import pytest
from doctor.test_watch import run

import stablesoftmax as ssm
from stablesoftmax.doctor.statistics import measure, measure_rows


@pytest.mark.parametrize(
    "kind", ["float16", "longdouble", "uint64", "bool", ">f8", "bfloat16", "float8_e4m3fn", "float8_e5m2", "int4"]
)
def test_every_dtype_that_holds_real_numbers(kind):
    dtype = np.dtype(getattr(ml_dtypes, kind, kind))
    x = np.array([[0, 1, 1], [1, 0, 1]]).astype(dtype)
    watch = ssm.Watch()
    for _ in range(5):
        watch.step(loss=1.0, logits=x, inputs=x, activations=[x], grads=[x], weights=[x], targets=np.array([0, 1]))
    watch.step(logits=x, grads=[x])
    assert watch.records[0].tensors["logits"].high == 1
    assert watch.diagnosis is None


def test_arrays_in_other_clothes(tmp_path):
    """Matrices, memory maps, data frames, views of a dict, no gradient at all: in steps with statistics and between them."""
    pandas = pytest.importorskip("pandas", reason="pandas is not part of the test extra")
    x = np.random.default_rng(0).standard_normal((6, 4))
    mapped = np.memmap(tmp_path / "x", np.float64, "w+", shape=x.shape)
    mapped[:] = x
    matrix = x.view(np.matrix)
    for one in (matrix, mapped, pandas.DataFrame(x)):
        watch = ssm.Watch()
        for _ in range(5):
            watch.step(logits=one, grads=[None, one], weights={"w": one}.values())
        assert watch.records[0].tensors["logits"].shape == (6, 4)
        assert list(watch.records[0].role("grads")) == ["grads[1]"]
        assert watch.records[0].norm("weights") == pytest.approx(np.linalg.norm(x))


def test_a_loss_of_one_element_and_a_number_beyond_float64():
    watch = ssm.Watch()
    watch.step(loss=np.array([[2.5]]))
    assert watch.records[0].loss == 2.5
    watch.step(loss=1.0, logits=np.array([[1, 2]], np.longdouble) * np.longdouble(10) ** 400)
    assert not watch.records[1].trouble or np.finfo(np.longdouble).max == np.finfo(float).max
    assert measure(np.full(9, 1e-30, np.float32)).rms == pytest.approx(1e-30)  # whose squares are 0


def test_watches_can_be_copied_and_pickled():
    watch = ssm.Watch(every=7)
    run(watch, 30, nan_at=20)
    for other in (copy.deepcopy(watch), pickle.loads(pickle.dumps(watch))):
        assert other.to_dict() == watch.to_dict()
        other.step(loss=1.0)
        assert (other.steps, watch.steps) == (31, 30)


@pytest.mark.parametrize("extreme", [1.7e308, 5e-324, -1.7e308, 0.0])
def test_a_report_of_extreme_numbers(extreme):
    watch = ssm.Watch(every=1)
    for value in (1.0, extreme, 1e-320, 1e308, extreme):
        watch.step(loss=value, logits=np.array([[value, -value]]), grads=[np.full(3, value)], weights=[np.full(3, value)])
    page = watch.html()
    assert page.count("<svg") >= 3
    assert not re.search(r'="[^"]*\b(nan|inf)\b', "".join(re.findall(r"<svg.*?</svg>", page)))


def test_hostile_names_and_messages():
    """Whatever a name or an exception holds, the page has no markup of it, and the page and the letter can be written."""
    evil = "<script>alert(1)</script>\x1b[31m\x00\udcff"
    x = np.zeros((4, 10))

    def broken(watch):
        with watch:
            for _ in range(3):
                watch.step(loss=np.nan, logits=x, grads={evil: x * np.nan}, weights={evil: x}, activations={evil: x})
            raise IndexError(f"Target 99 is out of bounds. {evil}")

    watch = ssm.Watch(every=1)
    with pytest.raises(IndexError):
        broken(watch)
    assert watch.diagnosis.cause == "labels-out-of-range"
    for text in (watch.html(), watch._repr_html_(), repr(watch)):
        assert not {"\x1b", "\x00", "\udcff"} & set(text)
    assert "<script" not in watch.html() + watch._repr_html_()


def scaled(watch, overflows, steps=40, spoil=False):
    """A training with a loss scale: gradients of some steps are inf, and those steps are skipped, or not."""
    weights = [np.ones((3, 2))]
    for step in range(1, steps + 1):
        grads = [np.full((3, 2), np.inf if step in overflows else 0.01)]
        watch.step(loss=1 / step, logits=np.eye(2) * step / 10, grads=grads, weights=weights, learning_rate=0.1, loss_scale=1024.0)
        if spoil or step not in overflows:
            weights[0] = weights[0] - 0.1 * grads[0]


def test_skipped_steps_are_no_trouble():
    """A dynamic loss scale overflows now and then and skips the step; what it spares, nothing has happened to."""
    watch = ssm.Watch()
    scaled(watch, {1, 2, 3, 4, 5, 6, 23})
    assert watch.diagnosis is None
    assert [(one.cause, one.level, one.step) for one in watch.findings] == [("skipped-steps", "note", 1)]
    assert [one.step for one in watch.records if one.skipped] == [1, 2, 3, 4, 5, 6, 23]
    watch = ssm.Watch()
    scaled(watch, set(range(1, 41)))  # never a step that counts
    assert watch.diagnosis.cause == "loss-scale"
    watch = ssm.Watch()
    scaled(watch, {23}, spoil=True)
    assert (watch.diagnosis.cause, watch.diagnosis.step) == ("loss-scale", 23)


def test_a_hinge_is_not_collapsed():
    """A loss of 0 is the end of a hinge's work; only certain rows make it a loss that rounding has swallowed."""
    watch = ssm.Watch(every=1)
    for step in range(1, 20):
        watch.step(loss=max(0.0, 1 - step / 5), logits=np.array([[step / 9, 0.0], [0.0, step / 9]]))
    assert watch.findings == ()


def test_one_number_a_row_is_no_row_of_logits():
    """Distances of a batch: (24,) for inputs (24, 8)."""
    watch = ssm.Watch(every=1)
    watch.step(loss=1.0, inputs=np.ones((24, 8)), logits=np.arange(24.0) * 100)
    assert watch.records[0].rows is None
    watch.step(loss=1.0, inputs=np.ones((8,)), logits=np.arange(8.0))  # one example, eight classes
    assert watch.records[1].rows.classes == 8


def test_weights_that_begin_at_zero():
    """A step is measured by the size that they will have to get, not by their size."""
    coefficients = np.zeros(5)
    watch = ssm.Watch(every=1)
    for step in range(1, 30):
        watch.step(loss=0.7 - step / 1000, grads=[np.full(5, 0.2)], weights=[coefficients.copy()], learning_rate=0.05)
        coefficients -= 0.05 * 0.2
    assert watch.diagnosis is None


def test_rows_of_many_classes_take_bounded_memory():
    x = np.zeros((64, 1 << 18), np.float32)
    tracemalloc.start()
    measure_rows(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * x.nbytes  # fourteen of the rows at a time would be 5; all of them together more than 4 * x.nbytes


def test_many_activations_are_condensed():
    watch = ssm.Watch(every=1)
    activations = [np.full((8, 2), 1.0 if i else 0.0) for i in range(300)]
    for _ in range(100):
        watch.step(loss=1.0, activations=activations)
    assert sum(len(one.tensors) for one in watch.records) < 30 * 300 + 100 * 2
    assert watch.diagnosis.cause == "dead-units"
