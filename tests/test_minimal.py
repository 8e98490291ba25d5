"""If only one test file is run then this is the one: it imports, and the five answers hold."""

import numpy as np

import stablesoftmax
from stablesoftmax import log_softmax, logsumexp, softmax


def test_build_info():
    info = stablesoftmax.build_info()
    assert info["version"] == stablesoftmax.__version__
    assert info["level"] in info["levels_supported"]
    assert set(info["levels_supported"]) <= set(info["levels_compiled"])
    assert info["bits_version"] == stablesoftmax.bits_version
    assert isinstance(stablesoftmax.bits_version, int)


def test_first_answer_no_overflow_and_no_vanishing_sum():
    assert softmax([1000.0, 1000.0]).tolist() == [0.5, 0.5]
    assert softmax([-1000.0, -1000.0]).tolist() == [0.5, 0.5]


def test_second_answer_example():
    expected = [0.01165623, 0.03168492, 0.08612854, 0.23412166, 0.63640865]
    assert np.abs(softmax([1, 2, 3, 4, 5]) - expected).max() < 5e-9
    assert softmax([12345, 67890, 99999999]).tolist() == [0, 0, 1]


def test_third_answer_axis_and_temperature():
    x = np.array([[1.0, 2.0], [3.0, 5.0]])
    assert np.abs(softmax(x, axis=0).sum(axis=0) - 1).max() < 1e-15
    assert np.array_equal(softmax(x, temperature=2.0), softmax(x / 2.0))


def test_fourth_answer_batches():
    assert softmax([[12345, 67890, 99999999], [123, 678, 88888888]]).tolist() == [[0, 0, 1], [0, 0, 1]]


def test_last_answer_a_nan_is_the_networks_not_the_functions():
    with np.errstate(all="raise"):
        assert np.isnan(softmax([np.nan, 1.0])).all()


def test_confident_row():
    assert log_softmax(np.float32([0, -20]))[0] == np.float32(-2.0611537e-09)


def test_logsumexp():
    assert logsumexp([0.0, 0.0]) == np.log(2.0)
    assert logsumexp(np.float32([])) == -np.inf
