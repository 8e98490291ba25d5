"""The measurements, on logits whose errors are known."""

import math
from decimal import Decimal

import numpy as np
import pytest

from stablesoftmax.demo.compare import exactly, measure, most_confident
from stablesoftmax.demo.formulas import FORMULAS, NAIVE, OURS, TEXTBOOK, Formula

LOGITS = (np.random.RandomState(4).standard_normal((40, 10)) * 25).astype(np.float32)
WITH_OVERFLOW = np.concatenate([LOGITS, np.array([[100] + [0] * 9, [0, -104] + [-3] * 8], np.float32)])


def test_exact_values_are_those_of_the_rows():
    exact = exactly(np.array([[0, 0], [0, -20]], np.float32))
    assert exact.softmax[0] == [Decimal("0.5")] * 2
    assert float(exact.log_softmax[1][0]) == -2.061153620314381e-09


def test_ours_is_faithful_and_keeps_its_bits():
    measured = measure(OURS, WITH_OVERFLOW, exactly(WITH_OVERFLOW))
    assert measured.softmax_ulp < 1
    assert measured.log_softmax_ulp < 1
    assert (measured.softmax_lost_rows, measured.log_softmax_lost_rows, measured.changed_rows) == (0, 0, 0)


def test_the_textbook_formula_is_off_and_changes_bits():
    measured = measure(TEXTBOOK, WITH_OVERFLOW, exactly(WITH_OVERFLOW))
    assert 10 < measured.softmax_ulp < 200
    assert measured.log_softmax_ulp > 1000
    assert (measured.softmax_lost_rows, measured.log_softmax_lost_rows) == (0, 0)
    assert measured.changed_rows > 0


def test_lost_rows_are_counted_apart():
    measured = measure(NAIVE, WITH_OVERFLOW, exactly(WITH_OVERFLOW))
    overflowing = int((WITH_OVERFLOW.max(axis=-1) > 88.72).sum())
    assert measured.softmax_lost_rows == overflowing == 1
    # Where a probability underflows to 0, its logarithm is -inf.
    assert measured.log_softmax_lost_rows > overflowing
    assert math.isfinite(measured.softmax_ulp)
    assert math.isfinite(measured.log_softmax_ulp)


def test_an_error_of_known_size_is_found():
    def off(x):
        probabilities = OURS.softmax(x)
        probabilities[3, 4] = np.nextafter(np.nextafter(np.nextafter(probabilities[3, 4], 1), 1), 1)
        return probabilities

    exact = exactly(LOGITS)
    measured = measure(Formula("off", "", off, OURS.log_softmax), LOGITS, exact)
    assert 2 < measured.softmax_ulp < 4
    assert np.unravel_index(measured.softmax_errors.argmax(), LOGITS.shape) == (3, 4)


def test_a_formula_of_nothing_but_nan():
    lost = Formula("lost", "", lambda x: x * np.float32(np.nan), lambda x: x * np.float32(np.nan))
    measured = measure(lost, LOGITS, exactly(LOGITS))
    assert measured.softmax_lost_rows == len(LOGITS)
    assert measured.softmax_ulp == math.inf


def test_shuffling_sees_a_change_of_one_bit():
    """A formula that looks at the first column only, and a zero that changes its sign."""
    signs = Formula("signs", "", lambda x: np.copysign(np.zeros_like(x), x[..., :1]), OURS.log_softmax)
    logits = np.array([[1, -1, 1], [1, 1, 1], [-2, 3, -4]], np.float32)
    assert measure(signs, logits, exactly(logits)).changed_rows == 2


def test_the_most_confident_row_is_one_the_dtype_still_holds():
    logits = np.array([[0, -20], [0, -87], [-88, 0], [0, -200], [1, 1]], np.float32)
    row = most_confident(FORMULAS, logits, exactly(logits))
    assert row.index == 1  # e^-88 is subnormal, e^-200 is nothing
    assert row.exact == exactly(logits).log_softmax[1][0]
    assert row.values == {"naive": 0, "textbook": 0, "ours": pytest.approx(-math.exp(-87), rel=1e-6)}
