"""The three formulas: equal where all are right, and the naive one exactly as the question wrote it."""

import numpy as np
import pytest

import stablesoftmax
from stablesoftmax.demo.formulas import FORMULAS, NAIVE, OURS, TEXTBOOK

LOGITS = np.array([[1.0, 2.0, 3.0, 4.0, 5.0], [0.5, -0.5, 0.0, 0.25, 0.1]], np.float32)


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula.name)
def test_small_logits_satisfy_everybody(formula):
    probabilities = formula.softmax(LOGITS)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities[0], [0.01165623, 0.03168492, 0.08612854, 0.23412166, 0.63640865], rtol=1e-6)
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, rtol=1e-6)
    np.testing.assert_allclose(formula.log_softmax(LOGITS), np.log(probabilities), rtol=1e-5, atol=1e-6)


def test_the_naive_formula_is_the_questioners():
    for row in LOGITS:
        np.testing.assert_array_equal(NAIVE.softmax(row), np.exp(row) / np.sum(np.exp(row)))


def test_ours_is_the_library():
    assert OURS.softmax is stablesoftmax.softmax
    assert OURS.log_softmax is stablesoftmax.log_softmax


def test_large_logits_break_only_the_naive_formula(recwarn):
    large = np.array([12345, 67890, 99999999], np.float32)
    assert np.isnan(NAIVE.softmax(large)[-1])
    assert np.isnan(NAIVE.log_softmax(large)[-1])
    assert TEXTBOOK.softmax(large).tolist() == [0, 0, 1]
    assert OURS.softmax(large).tolist() == [0, 0, 1]
    assert not recwarn.list


def test_a_confident_row_needs_ours():
    row = np.array([0, -20], np.float32)
    assert TEXTBOOK.log_softmax(row)[0] == 0
    assert OURS.log_softmax(row)[0] == np.float32(-2.0611537e-09)
