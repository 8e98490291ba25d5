"""Cross entropy and its gradient: faithful for a confident row too, the same bits in any order of classes and rows."""

import itertools

import numpy as np
import pytest
from balls import balls, beyond, errors, exponentials, total
from flint import arb
from formats import DTYPES, FORMATS, WIDE, assert_same_bits, cast, reduced
from strategies import random_layout

import stablesoftmax as ssm

LENGTHS = (1, 2, 3, 9, 17, 64, 130, 1000, 2049, 2500)


def exact_loss(row, label):
    terms, top = exponentials(row)
    rest = total(t for i, t in enumerate(terms) if i != top)
    return (arb(float(row[top])) - arb(float(row[label]))) + rest.log1p()


def exact_gradient(row, label):
    terms, _ = exponentials(row)
    everything = total(terms)
    gradient = [t / everything for t in terms]
    gradient[label] = -total(t for i, t in enumerate(terms) if i != label) / everything
    return gradient


def rows(dtype, seed):
    rng = np.random.default_rng(seed)
    for n, spread in itertools.product(LENGTHS, (0.5, 10.0, 40.0)):
        row = cast(rng.standard_normal(n) * spread, dtype)
        top = int(np.argmax(row.astype(np.float64)))
        for label in {0, n - 1, n // 2, top}:
            yield row, label


@pytest.mark.parametrize("dtype", DTYPES)
def test_loss_and_gradient_are_faithful(dtype):
    fmt, result = FORMATS[dtype], FORMATS[reduced(dtype).name]
    for row, label in rows(dtype, 1):
        loss, gradient = ssm.cross_entropy_and_grad(row, label)
        assert loss.dtype == result.dtype
        assert gradient.dtype == fmt.dtype
        assert_same_bits(ssm.cross_entropy(row, label), loss)
        assert errors([loss], [exact_loss(row, label)], result).max() < 1, (row.size, label)
        assert errors(gradient, exact_gradient(row, label), fmt).max() < 1, (row.size, label)


@pytest.mark.parametrize("dtype", WIDE)
def test_gradient_of_a_mean_is_rounded_once(dtype):
    fmt = FORMATS[dtype]
    rng = np.random.default_rng(2)
    for n, rows_ in ((3, 7), (130, 77), (2500, 3)):
        x, labels = cast(rng.standard_normal((rows_, n)) * 10, dtype), rng.integers(0, n, rows_)
        _, gradient = ssm.cross_entropy_and_grad(x, labels)
        for row, label, got in zip(x, labels, gradient, strict=True):
            assert errors(got, [g * arb(1 / rows_) for g in exact_gradient(row, int(label))], fmt).max() < 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_softmax_collapse(dtype):
    """The loss of a confident row and its gradient: never 0 while they are representable."""
    fmt, result = FORMATS[dtype], FORMATS[reduced(dtype).name]
    for gap in (*range(1, 110, 3), 300, 700, 740):
        row = cast([0, -gap], dtype)
        loss, gradient = ssm.cross_entropy_and_grad(row, 0)
        assert errors([loss], [exact_loss(row, 0)], result).max() < 1
        assert errors(gradient, exact_gradient(row, 0), fmt).max() < 1
        if gap < 100 and dtype in WIDE:
            assert gradient[1] > 0 > gradient[0]
            assert loss > 0


def test_the_figures_of_the_literature():
    loss, gradient = ssm.cross_entropy_and_grad(np.array([0, -40], np.float32), 0)
    assert_same_bits(loss, np.float32(4.248354e-18))
    assert_same_bits(gradient, np.float32([-4.248354e-18, 4.248354e-18]))


@pytest.mark.parametrize("dtype", DTYPES)
def test_order_of_classes_and_rows(dtype):
    rng = np.random.default_rng(3)
    for n in (2, 17, 130, 1000, 4000):
        x, labels = cast(rng.standard_normal((9, n)) * 10, dtype), rng.integers(0, n, 9)
        loss, gradient = ssm.cross_entropy_and_grad(x, labels)
        columns, order = rng.permutation(n), rng.permutation(9)
        moved = x[order][:, columns]
        again, moved_gradient = ssm.cross_entropy_and_grad(moved, np.argsort(columns)[labels[order]])
        assert_same_bits(again, loss)
        assert_same_bits(moved_gradient, gradient[order][:, columns])


def test_ties():
    for n, label in ((2, 0), (5, 3), (1000, 17)):
        loss, gradient = ssm.cross_entropy_and_grad(np.zeros(n, np.float32), label)
        assert errors([loss], [arb(n).log()], FORMATS["float32"]).max() < 1
        wanted = [arb(1) / n] * n
        wanted[label] -= 1
        assert errors(gradient, wanted, FORMATS["float32"]).max() < 1


def test_layouts_axes_and_dtypes_of_labels():
    rng = np.random.default_rng(4)
    for dtype in DTYPES:
        x, labels = cast(rng.standard_normal((4, 6, 5)), dtype), rng.integers(0, 6, (4, 5))
        loss, gradient = ssm.cross_entropy_and_grad(np.moveaxis(x, 1, -1).copy(), labels)
        for kind in (np.int8, np.uint64, np.dtype(">i4")):
            placed = random_layout(rng, 3).place(x)
            for axis in (1, -2):
                got, got_gradient = ssm.cross_entropy_and_grad(placed, labels.astype(kind), axis=axis)
                assert_same_bits(got, loss)
                assert_same_bits(np.moveaxis(got_gradient, 1, -1), gradient)
        assert_same_bits(
            ssm.cross_entropy(x.tolist(), labels.tolist(), 1, dtype=np.float32),
            np.float32(ssm.cross_entropy(x.astype(float), labels, 1)),
        )


@pytest.mark.parametrize("dtype", DTYPES)
def test_reductions_and_weights(dtype):
    rng = np.random.default_rng(5)
    result = FORMATS[reduced(dtype).name]
    x, labels, weight = cast(rng.standard_normal((30, 8)) * 6, dtype), rng.integers(0, 8, 30), rng.random(8)
    exact = [exact_loss(row, int(label)) for row, label in zip(x, labels, strict=True)]
    weights = [arb(float(weight[label])) for label in labels]
    allowed = 2 if dtype == "float64" else 1
    weighted = [w * e for w, e in zip(weights, exact, strict=True)]
    assert errors(ssm.cross_entropy(x, labels, reduction="none"), exact, result).max() < 1
    assert errors(ssm.cross_entropy(x, labels, reduction="none", weight=weight), weighted, result).max() < allowed
    for found, wanted in [
        (ssm.cross_entropy(x, labels), total(exact) / 30),
        (ssm.cross_entropy(x, labels, reduction="sum"), total(exact)),
        (ssm.cross_entropy(x, labels, normalizer=7.5), total(exact) / 7.5),
        (ssm.cross_entropy(x, labels, weight=weight), total(weighted) / total(weights)),
        (ssm.cross_entropy(x, labels, weight=weight, reduction="sum"), total(weighted)),
    ]:
        assert errors([found], [wanted], result).max() < allowed


@pytest.mark.parametrize("dtype", DTYPES)
def test_ignored_rows(dtype):
    rng = np.random.default_rng(6)
    x, labels = cast(rng.standard_normal((12, 5)), dtype), rng.integers(0, 5, 12)
    x[[2, 7]] = np.nan
    labels[[2, 7]] = -100
    kept = labels >= 0
    loss, gradient = ssm.cross_entropy_and_grad(x, labels, ignore_index=-100)
    wanted, wanted_gradient = ssm.cross_entropy_and_grad(x[kept], labels[kept])
    assert_same_bits(loss, wanted)
    assert_same_bits(gradient[kept], wanted_gradient)
    assert (gradient[~kept] == 0).all()
    assert (ssm.cross_entropy(x, labels, ignore_index=-100, reduction="none")[~kept] == 0).all()
    smooth, smooth_gradient = ssm.cross_entropy_and_grad(x, labels, ignore_index=-100, label_smoothing=0.25)
    assert_same_bits(smooth, ssm.cross_entropy(x[kept], labels[kept], label_smoothing=0.25))
    assert (smooth_gradient[~kept] == 0).all()


def test_mean_over_nothing():
    """pytorch 70348, 75181, 116349: nan, and it is said that this is invalid; the gradient is 0."""
    with pytest.warns(RuntimeWarning, match="invalid value encountered in cross_entropy"):
        assert np.isnan(ssm.cross_entropy(np.zeros((2, 3)), [-1, -1], ignore_index=-1))
    with pytest.warns(RuntimeWarning, match="invalid value encountered in cross_entropy_and_grad"):
        loss, gradient = ssm.cross_entropy_and_grad(np.zeros((2, 3)), [-1, -1], ignore_index=-1)
    assert np.isnan(loss)
    assert (gradient == 0).all()
    assert ssm.cross_entropy(np.zeros((2, 3)), [-1, -1], ignore_index=-1, reduction="sum") == 0
    with np.errstate(invalid="ignore"):
        assert np.isnan(ssm.cross_entropy(np.zeros((0, 3)), np.zeros(0, int)))


def soft_cases(dtype):
    rng = np.random.default_rng(7)
    for n in (1, 2, 17, 300):
        x = cast(rng.standard_normal((4, n)) * 12, dtype)
        targets = rng.random((4, n)) * (rng.random((4, n)) < 0.7)
        yield x, targets / max(targets.sum(), 1)


@pytest.mark.parametrize("dtype", DTYPES)
def test_probabilities_as_targets(dtype):
    fmt, result = FORMATS[dtype], FORMATS[reduced(dtype).name]
    allowed = 2 if dtype == "float64" else 1
    for x, targets in soft_cases(dtype):
        losses = ssm.cross_entropy(x, targets, reduction="none")
        _, gradient = ssm.cross_entropy_and_grad(x, targets, reduction="sum")
        for row, target, loss, got in zip(x, targets, losses, gradient, strict=True):
            exact_t = balls(target)
            wanted = total(t * exact_loss(row, i) for i, t in enumerate(exact_t))
            assert errors([loss], [wanted], result).max() < allowed
            terms, _ = exponentials(row)
            mass, everything = total(exact_t), total(terms)
            wanted = [t / everything * mass - w for t, w in zip(terms, exact_t, strict=True)]
            slack = [arb(2) ** -51 * (t / everything * mass + w) for t, w in zip(terms, exact_t, strict=True)]
            assert beyond(got, wanted, slack, fmt).max() < 1


@pytest.mark.parametrize("dtype", WIDE)
def test_label_smoothing(dtype):
    rng = np.random.default_rng(8)
    x, labels, weight = cast(rng.standard_normal((5, 7)) * 4, dtype), rng.integers(0, 7, 5), rng.random(7) + 0.5
    allowed = 2 if dtype == "float64" else 1
    for smoothing in (0.0, 0.125, 1.0):
        targets = (np.arange(7) == labels[:, None]) * (1 - smoothing) + smoothing / 7
        losses = ssm.cross_entropy(x, labels, label_smoothing=smoothing, weight=weight, reduction="none")
        exact_w = balls(weight)
        for row, target, loss in zip(x, targets, losses, strict=True):
            wanted = total(arb(float(t)) * w * exact_loss(row, i) for i, (t, w) in enumerate(zip(target, exact_w, strict=True)))
            assert errors([loss], [wanted], FORMATS[dtype]).max() < allowed + 1
        mean = ssm.cross_entropy(x, labels, label_smoothing=smoothing, weight=weight)
        assert np.isclose(mean, losses.astype(float).sum() / weight[labels].sum(), rtol=1e-6)


def test_smoothing_spreads_over_the_classes_that_take_part():
    x = np.array([[1.0, 2.0, np.nan, 0.5]])
    mask = np.array([True, True, False, True])
    got, gradient = ssm.cross_entropy_and_grad(x, [1], label_smoothing=0.3, where=mask)
    wanted, wanted_gradient = ssm.cross_entropy_and_grad(x[:, mask], [1], label_smoothing=0.3)
    assert_same_bits(got, wanted)
    assert_same_bits(gradient[:, mask], wanted_gradient)
    assert gradient[0, 2] == 0


@pytest.mark.parametrize("dtype", DTYPES)
def test_masks(dtype):
    rng = np.random.default_rng(9)
    x, labels = cast(rng.standard_normal((20, 9)) * 5, dtype), np.zeros(20, int)
    mask = rng.random((20, 9)) < 0.6
    mask[:, 0] = True
    x[~mask] = np.nan
    losses = ssm.cross_entropy(x, labels, where=mask, reduction="none")
    _, gradient = ssm.cross_entropy_and_grad(x, labels, where=mask, reduction="sum")
    for row, kept, loss, got in zip(x, mask, losses, gradient, strict=True):
        wanted, wanted_gradient = ssm.cross_entropy_and_grad(row[kept], 0)
        assert_same_bits(loss, wanted)
        assert_same_bits(got[kept], wanted_gradient)
        assert (got[~kept] == 0).all()
    assert ssm.cross_entropy([[1.0, 2.0]], [1], where=[True, False]) == np.inf


def test_special_rows():
    """A label at -inf costs inf; a class at -inf that is no target adds nothing (optax 896)."""
    inf = np.inf
    assert ssm.cross_entropy([0.0, -inf], 1) == inf
    loss, gradient = ssm.cross_entropy_and_grad([0.0, -inf], 0)
    assert loss == 0
    assert gradient.tolist() == [0, 0]
    assert ssm.cross_entropy([0.0, -inf], [1.0, 0.0]) == 0
    assert ssm.cross_entropy([0.0, -inf, 0.0], [0.5, 0.0, 0.5]) == np.log(2)
    for row in ([inf, 0.0], [-inf, -inf]):
        with pytest.warns(RuntimeWarning, match="invalid value encountered in cross_entropy_and_grad"):
            loss, gradient = ssm.cross_entropy_and_grad(row, 0)
        assert np.isnan(loss)
        assert np.isnan(gradient).all()
    assert np.isnan(ssm.cross_entropy([np.nan, 0.0], 1))
    for dtype in WIDE:
        top = FORMATS[dtype].max
        loss, gradient = ssm.cross_entropy_and_grad(cast([top, -top], dtype), 0)
        assert loss == 0
        assert gradient.tolist() == [0, 0]
        assert ssm.cross_entropy(cast([top, top], dtype), 0) == FORMATS[dtype].dtype.type(np.log(2))


def test_every_width():
    rng = np.random.default_rng(10)
    for n in range(1, 131):
        x, labels = rng.standard_normal((5, n)).astype(np.float32) * 5, rng.integers(0, n, 5)
        loss, gradient = ssm.cross_entropy_and_grad(x, labels, reduction="sum")
        y = ssm.softmax(x.astype(float))
        y[np.arange(5), labels] -= 1
        assert np.allclose(gradient, y, rtol=1e-6, atol=1e-30)
        assert np.isclose(loss, -ssm.log_softmax(x.astype(float))[np.arange(5), labels].sum(), rtol=1e-6)


def test_threads_and_blocks():
    rng = np.random.default_rng(11)
    x, labels = rng.standard_normal((600, 1500)).astype(np.float32), rng.integers(0, 1500, 600)
    losses = np.array([ssm.cross_entropy(row, int(label), dtype=float) for row, label in zip(x, labels, strict=True)])
    for threads in (1, 2, 5):
        with ssm.num_threads(threads):
            loss, gradient = ssm.cross_entropy_and_grad(x, labels, reduction="sum")
            assert_same_bits(ssm.cross_entropy(x, labels, reduction="sum"), loss)
            assert np.isclose(loss, losses.sum(), rtol=1e-7)
            for i in (0, 299, 599):
                assert_same_bits(gradient[i], ssm.cross_entropy_and_grad(x[i], int(labels[i]))[1])


def test_labels_out_of_range():
    for bad, text in [([0, 3], r"label 3 at \(1,\) is out of range for 3 classes; use 0 to 2"), ([-1, 0], r"label -1 at \(0,\)")]:
        with pytest.raises(ValueError, match="^cross_entropy: " + text):
            ssm.cross_entropy(np.zeros((2, 3)), np.array(bad))
        with pytest.raises(ValueError, match="^cross_entropy_and_grad: " + text):
            ssm.cross_entropy_and_grad(np.zeros((2, 3)), bad, ignore_index=7)
    with pytest.raises(ValueError, match=r"label 0 at \(0,\) names a class, and logits of shape \(2, 0\) have none"):
        ssm.cross_entropy(np.zeros((2, 0)), [0, 0])
    with pytest.raises(ValueError, match="label 18446744073709551615"):
        ssm.cross_entropy(np.zeros((1, 3)), np.array([2**64 - 1], np.uint64))


def test_bad_input():
    x = np.zeros((2, 3))
    for arguments, keywords, text in [
        ((x, np.eye(3, dtype=int)[:2]), {}, r"targets are integers of the shape \(2, 3\) of the logits; if they are one-hot, use"),
        ((x, [0]), {}, r"labels have shape \(1,\); with logits of shape \(2, 3\) they must have shape \(2,\)"),
        ((x, [0.5, 0.5]), {}, r"targets of dtype float64 and shape \(2,\); use integer labels of shape \(2,\) or floating"),
        ((x, np.zeros((2, 3), bool)), {}, "targets of dtype bool"),
        ((x, [0, 1]), {"reduction": "avg"}, 'reduction=\'avg\'; use "mean", "sum" or "none"'),
        ((x, [0, 1]), {"weight": [1.0]}, r"weight has shape \(1,\); it holds one number a class, shape \(3,\)"),
        ((x, [0, 1]), {"label_smoothing": 2}, "label_smoothing is 2; it must be between 0 and 1"),
        ((x, [0, 1]), {"normalizer": 0}, "normalizer is 0; it must be positive and finite"),
        ((x, [0, 1]), {"normalizer": 2, "reduction": "sum"}, "normalizer divides the sum of a mean"),
        ((x, x), {"ignore_index": 0}, "ignore_index=0 is for labels"),
        ((x, [0, 1]), {"axis": (0, 1)}, r"axis must name the one axis of the classes, not \(0, 1\)"),
    ]:
        for function in (ssm.cross_entropy, ssm.cross_entropy_and_grad):
            with pytest.raises(ValueError, match=f"^{function.__name__}: {text}"):
                function(*arguments, **keywords)
    with pytest.raises(TypeError, match="cross_entropy: label_smoothing must be a number"):
        ssm.cross_entropy(x, [0, 1], label_smoothing="much")
    with pytest.raises(np.exceptions.AxisError, match="cross_entropy: axis 2 is out of range"):
        ssm.cross_entropy(x, [0, 1], axis=2)
