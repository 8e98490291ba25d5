"""The whole demo: what it finds is computed from one network, and fits into JSON."""

import json

import numpy as np

from stablesoftmax.demo.formulas import FORMULAS


def test_the_logits_are_the_trained_networks(outcome):
    network = outcome.ours.network
    np.testing.assert_array_equal(outcome.logits, network.logits(network.hidden(outcome.held_out.images)))
    assert outcome.logits.dtype == np.float32
    right = (outcome.logits.argmax(axis=-1) == outcome.held_out.labels).mean()
    assert right == outcome.ours.accuracy


def test_the_formulas_side_by_side(outcome):
    naive, textbook, ours = outcome.measured
    assert [measured.formula for measured in outcome.measured] == list(FORMULAS)
    assert ours.softmax_ulp < 1 < naive.softmax_ulp < textbook.softmax_ulp
    assert ours.log_softmax_ulp < 1 < textbook.log_softmax_ulp
    assert (ours.softmax_lost_rows, ours.log_softmax_lost_rows, ours.changed_rows) == (0, 0, 0)
    assert textbook.changed_rows > 0


def test_the_confident_row(outcome):
    confident = outcome.confident
    assert confident.exact != 0
    assert confident.values["textbook"] == 0
    assert abs(confident.values["ours"] / float(confident.exact) - 1) < 1e-6


def test_the_summary_is_strict_json(outcome):
    text = json.dumps(outcome.summary(), allow_nan=False)
    summary = json.loads(text)
    assert summary["images"] == {"training": 1440, "held_out": 357}
    assert list(summary["formulas"]) == ["naive", "textbook", "ours"]
    assert summary["training"]["naive"]["steps"] == summary["training"]["ours"]["steps"] == len(outcome.ours.losses)
    assert float(summary["confident_row"]["exact"]) == float(outcome.confident.exact)
