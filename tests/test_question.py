"""The question it began with, and every example of its answers; expected values come from exact arithmetic."""

import numpy as np
import pytest
from formats import DTYPES, FORMATS, cast
from oracle import Row, assert_faithful

import stablesoftmax
from stablesoftmax import log_softmax, softmax


def exact_softmax(x):
    """The correctly rounded softmax of a row or of each row, as float64."""
    x = np.asarray(x, np.float64)
    return np.stack([Row(row).softmax().nearest() for row in x.reshape(-1, x.shape[-1])]).reshape(x.shape)


def test_the_question():
    """np.exp(x)/np.sum(np.exp(y)), x above and y below: large logits give NaN there, and not here."""
    x = np.array([1.0, 10.0, 800.0])
    with np.errstate(over="ignore", invalid="ignore"):
        naive = np.exp(x) / np.sum(np.exp(x))
    assert np.isnan(naive).any()
    result = softmax(x)
    assert not np.isnan(result).any()
    assert_faithful("softmax", x, result)


class TestPaulPanzer:
    """Only overflow and underflow of exp can go wrong, and softmax(x) = softmax(x + c)."""

    @pytest.mark.parametrize("dtype", DTYPES)
    def test_never_overflows_and_never_divides_by_zero(self, dtype):
        m = FORMATS[dtype].max
        for row in ([m, m, 0.0], [-m, -m, -m], [1e4] * 3, [-1e4] * 3, [m, -m, 0.0]):
            with np.errstate(all="raise"):
                result = softmax(cast(row, dtype))
            assert_faithful("softmax", cast(row, dtype), result)

    def test_result_lies_between_0_and_1(self):
        x = 50 * np.random.default_rng(0).standard_normal((100, 30))
        assert ((softmax(x) >= 0) & (softmax(x) <= 1)).all()

    @pytest.mark.parametrize("c", [-1e6, -700.0, 0.5, 700.0, 1e6, 2.0**40])
    def test_shift(self, c):
        x = np.array([0.0, 1.0, -2.5, 3.25, -20.0])
        assert (x + c - c == x).all()  # the sum is exact, so both rows have the same softmax
        expected = Row(x).softmax()
        assert not expected.unfaithful(softmax(x)).any()
        assert not expected.unfaithful(softmax(x + c)).any()

    @pytest.mark.parametrize("n", [65_503, 65_504, 65_505, 65_536, 70_000])
    def test_footnote_absurdly_many_terms_in_16_bits(self, n):
        """He thought one could lose the sum only with absurdly many terms: a float16 sum is infinite at 65,504."""
        x = np.zeros(n, np.float16)
        assert_faithful("softmax", x, softmax(x)[[0, n - 1]], index=[0, n - 1])
        assert (softmax(x) > 0).all()


class TestKmario23:
    """Overflow, underflow, the shift by the maximum; the examples of the answer."""

    def test_one_to_five(self):
        result = softmax([1, 2, 3, 4, 5])
        assert_faithful("softmax", np.arange(1.0, 6.0), result)
        assert np.round(result, 8).tolist() == [0.01165623, 0.03168492, 0.08612854, 0.23412166, 0.63640865]

    def test_large_numbers(self):
        result = softmax([12345, 67890, 99999999])
        assert result.tolist() == [0, 0, 1] == exact_softmax([12345, 67890, 99999999]).tolist()

    def test_large_negative_numbers_do_not_vanish(self):
        x = np.array([-12345.0, -12346.0])
        assert_faithful("softmax", x, softmax(x))


class TestAlumiLu:
    """Asks why; the article it links has a multiplier and an axis."""

    X = np.array([[0.1, 2.0, -3.0], [4.0, 5.5, 0.25]])

    @pytest.mark.parametrize("theta", [0.5, 1.0, 2.0, 4.0])
    def test_theta_is_one_over_temperature(self, theta):
        for row, result in zip(self.X, softmax(self.X, temperature=1 / theta), strict=True):
            assert_faithful("softmax", row * theta, result)  # exact: theta is a power of two

    def test_axis(self):
        for column, result in zip(self.X.T, softmax(self.X, axis=0).T, strict=True):
            assert_faithful("softmax", column, result)
        assert_faithful("softmax", self.X.ravel(), softmax(self.X, axis=None).ravel())


class TestDavidParks:
    """1-D and 2-D arrays and nested lists, batches along the last axis."""

    BATCH = ((12345, 67890, 99999999), (123, 678, 88888888))

    def test_batch(self):
        result = softmax([list(row) for row in self.BATCH])
        assert result.tolist() == [[0, 0, 1], [0, 0, 1]] == exact_softmax(self.BATCH).tolist()

    def test_list(self):
        assert softmax([12345, 67890, 999999999]).tolist() == [0, 0, 1]

    def test_nested_list(self):
        result = softmax([[12345, 67890, 999999999]])
        assert result.shape == (1, 3)
        assert result.tolist() == [[0, 0, 1]]

    def test_log_softmax_of_the_batch(self):
        """The zeros above are no loss: their logarithms are still there."""
        for row, result in zip(self.BATCH, log_softmax(self.BATCH), strict=True):
            assert_faithful("log_softmax", np.array(row, np.float64), result)


class TestLastAnswer:
    """Nothing is wrong with the softmax: a NaN in the logits is the network's. It must come through, not be hidden."""

    @pytest.mark.parametrize("dtype", DTYPES)
    def test_nan_comes_through(self, dtype):
        x = cast([[1.0, 2.0, np.nan], [1.0, 2.0, 3.0]], dtype)
        for function in (softmax, log_softmax):
            result = function(x)
            assert np.isnan(result[0]).all()
            assert not np.isnan(result[1]).any()
        assert np.isnan(stablesoftmax.logsumexp(x, axis=1)).tolist() == [True, False]

    def test_an_exploded_logit_is_still_answered(self):
        """A diverging network gives huge logits long before NaN; those have an exact answer."""
        x = np.float32([1e30, 3e38, -1e25])
        assert softmax(x).tolist() == [0, 1, 0]
