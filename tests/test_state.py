"""LogSumExp: a commutative monoid bit for bit, and the bits of the functions that see the whole row."""

import copy
import pickle
import random
import threading

import ml_dtypes
import numpy as np
import oracle
import pytest
from budget import cases
from flint import arb, ctx
from formats import assert_same_bits, format_of
from row_state import RowState

import stablesoftmax as ssm
from stablesoftmax import LogSumExp

DTYPES = [np.dtype(t) for t in (np.float16, ml_dtypes.bfloat16, np.float32, np.float64)]
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)
TEMPERATURES = (1.0, 1.0, 0.7, 3.0, 1e-30, 1e30)


def random_rows(rng, dtype, rows, n):
    """Normal numbers at some offset and spread, with ties, both zeros, -inf and, in some rows, special values."""
    x = rng.choice([0.0, 0.0, -50.0, 1e4, 2e5, -2e13]) + rng.choice([0.1, 1.0, 10.0, 60.0, 400.0]) * rng.standard_normal((rows, n))
    if n and rng.random() < 0.3:
        x = rng.choice(x.ravel(), x.shape)
    for value, probability in ((0.0, 0.1), (-0.0, 0.1), (-np.inf, 0.2), (np.inf, 0.03), (np.nan, 0.03)):
        if rng.random() < probability:
            x[rng.random(x.shape) < rng.choice([0.01, 0.4])] = value
    with np.errstate(over="ignore"):
        return x.astype(dtype)


def tree(states, order):
    """Merged in a random order, as a random binary tree."""
    states = list(states)
    while len(states) > 1:
        a, b = (states.pop(order.randrange(len(states))) for _ in range(2))
        states.append(a.merge(b))
    return states[0]


def parts(rng, x, pieces):
    """The columns of x in a random order, cut into so many blocks, some of them empty."""
    x = x[:, rng.permutation(x.shape[1])]
    return np.split(x, np.sort(rng.integers(0, x.shape[1] + 1, pieces - 1)), axis=1)


@every_dtype
def test_random_trees_of_merges(dtype):
    """Ten thousand in all; the answers have the bits of the functions."""
    rng, order = np.random.default_rng(120), random.Random(120)
    for case in range(cases(1250)):  # two trees each, four dtypes
        temperature = float(rng.choice(TEMPERATURES))
        x = random_rows(rng, dtype, int(rng.integers(1, 4)), int(41 ** rng.random()))
        blocks = parts(rng, x, int(rng.integers(1, 9)))
        states = [LogSumExp(dtype, temperature).update(block) for block in blocks] + [LogSumExp()] * order.randrange(2)
        first, second = tree(states, order), tree(states, order)
        whole = LogSumExp(temperature=temperature).update(x)
        assert first == second == whole, x.tolist()
        with np.errstate(invalid="ignore"):
            for ours, function in ((first.softmax, ssm.softmax), (first.log_softmax, ssm.log_softmax)):
                expected = function(x, temperature=temperature)
                assert_same_bits(ours(x), expected, f"{x.tolist()}, T = {temperature}")
                if case % 4 == 0:
                    assert_same_bits(ours(x[:, ::2]), expected[:, ::2])


@every_dtype
def test_logsumexp_away_from_zero(dtype):
    rng, compared = np.random.default_rng(121), 0
    for _ in range(cases(300)):
        x = random_rows(rng, dtype, 3, int(rng.integers(1, 60)))
        state = LogSumExp()
        for block in parts(rng, x, 3):
            state.update(block)
        expected = ssm.logsumexp(x, axis=1)
        assert state.value.dtype == expected.dtype
        for row, ours, theirs in zip(x.astype(float), state.value, expected, strict=True):
            if not row.max() < 0 or abs(theirs) > 1:
                assert_same_bits(ours, theirs, str(row.tolist()))
                compared += 1
    assert compared > cases(300)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("temperature", [1.0, 0.7, 40.0])
def test_value_near_zero_and_with_a_temperature(dtype, temperature):
    """The bound of the docstring, against exact arithmetic."""
    rng = np.random.default_rng(122)
    relative, of_parts = (2.0**-25, 2.0**-52) if dtype == np.float32 else (2.0**-56, 2.0**-104)
    for _ in range(cases(150)):
        x = (temperature * np.log(rng.dirichlet(np.ones(int(rng.integers(1, 20)))))).astype(dtype)
        x = x + dtype(rng.choice([0, 0, 1, -300]))
        ctx.prec = 300
        exact = oracle.exact([sum((arb(float(v)) / arb(temperature)).exp() for v in x).log()], format_of(x.dtype))
        error = exact.errors(LogSumExp(temperature=temperature).update(x).value)[0] * 2.0 ** exact.exponent[0]
        largest = abs(float(x.max())) / temperature
        rest = np.log1p(np.exp((x.astype(float) - float(x.max())) / temperature).sum() - 1)
        assert error < 2.0 ** exact.exponent[0] + relative * min(rest, 1) + of_parts * largest


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_states_of_the_definition(dtype, temperature):
    """Element by element, in every window: the sums that are kept modulo 2^64 are those of tests/row_state.py."""
    rng = np.random.default_rng(123)
    for _ in range(cases(20)):
        row = random_rows(rng, dtype, 1, int(rng.integers(2, 30)))[0]
        row = row[row < np.inf]
        model = RowState(dtype, temperature)
        for v in row:
            model = model.merge(RowState.of(v, dtype, temperature))
        state = LogSumExp(dtype, temperature).update(row)
        assert state.count == row.size
        if temperature == 1.0:
            assert_same_bits(state.value, model.logsumexp())
        if (row > -np.inf).any():
            for v in row[:5]:
                assert_same_bits(state.softmax(v, axis=()), model.softmax(v))
                assert_same_bits(state.log_softmax(v, axis=()), model.log_softmax(v))


@every_dtype
def test_layouts_of_digits(dtype):
    """The digits of a sum change at 2^14, 2^16, 2^21 and 2^23 elements above -inf; a state passes through all."""
    rng = np.random.default_rng(124)
    for temperature in (1.0, 0.7):
        x = (3 * rng.standard_normal((1 << 23) + 100)).astype(dtype)
        state, seen = LogSumExp(dtype, temperature), 0
        for more in (1 << 14, 1, (1 << 16) - (1 << 14) - 1, 1, (1 << 21) - (1 << 16) - 1, 1, (1 << 23) - (1 << 21) - 1, 1):
            state.update(x[seen : seen + more])
            seen += more
            row = x[:seen]
            for name in ("softmax", "log_softmax"):
                expected = getattr(ssm, name)(row, temperature=temperature)[:50]
                assert_same_bits(getattr(state, name)(row[:50]), expected)
            if temperature == 1.0:
                assert_same_bits(state.value, ssm.logsumexp(row))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_longest_rows(dtype):
    """Doubling takes a row to 2^34 elements; sums kept modulo 2^64 stay those of so many. Beyond, 128 bits would not hold them."""
    state = LogSumExp().update(np.array([0.0, -1.0], dtype))
    for _ in range(33):
        state = state.merge(state)
    assert state.count == 2**34
    ctx.prec = 200
    exact = oracle.exact([((1 + arb(-1).exp()) * 2**33).log()], format_of(np.dtype(dtype)))
    assert exact.errors(state.value)[0] < 1
    exact = oracle.exact([1 / ((1 + arb(-1).exp()) * 2**33)], format_of(np.dtype(dtype)))
    assert exact.errors(state.softmax(np.zeros(1, dtype)))[0] < 1
    with pytest.raises(
        OverflowError, match=r"LogSumExp\.merge: a row of 34359738368 elements; the sums of a state hold 17179869184"
    ):
        state.merge(state)
    before = state.copy()
    with pytest.raises(OverflowError, match=r"LogSumExp\.update: a row of 17179869185"):
        state.update(np.zeros(1, dtype))
    assert state == before


@every_dtype
@pytest.mark.parametrize("axis", [0, 1, 2, (0, 2), None])
def test_axes_shapes_and_layouts(dtype, axis):
    rng = np.random.default_rng(125)
    x = random_rows(rng, dtype, 5, 42).reshape(5, 6, 7)
    swapped = x if dtype.itemsize == 2 and dtype.char != "e" else x.astype(dtype.newbyteorder())
    for view in (x, np.asfortranarray(x), swapped, np.repeat(x, 2, axis=1)[:, ::2], x[::-1]):
        state = LogSumExp().update(view, axis)
        expected = ssm.logsumexp(view, axis)
        assert np.shape(state.value) == np.shape(expected)
        assert (state.shape or ()) == np.shape(expected)
        with np.errstate(invalid="ignore"):
            assert_same_bits(state.softmax(view, axis), ssm.softmax(view, axis))
            assert_same_bits(state.log_softmax(view, axis), ssm.log_softmax(view, axis))


@every_dtype
def test_masks(dtype):
    rng = np.random.default_rng(126)
    x = random_rows(rng, dtype, 6, 50)
    for where in (rng.random(x.shape) < 0.5, rng.random((6, 1)) < 0.5, rng.random(50) < 0.1):
        state = LogSumExp().update(x[:, :20], where=np.broadcast_to(where, x.shape)[:, :20])
        state.update(x[:, 20:], where=np.broadcast_to(where, x.shape)[:, 20:])
        assert_same_bits(state.count, np.broadcast_to(where, x.shape).sum(1))
        masked = np.where(where, x.astype(np.float64), -np.inf).astype(dtype)
        for ours, theirs in zip(state.value, LogSumExp().update(masked).value, strict=True):
            assert_same_bits(ours, theirs)


def test_special_rows():
    x = np.array([[np.nan, 1], [np.inf, 1], [np.inf, np.inf], [-np.inf, -np.inf], [np.nan, np.inf], [0.0, -0.0]])
    state = LogSumExp().update(x[:, :1]).update(x[:, 1:])
    np.testing.assert_array_equal(state.value, [np.nan, np.inf, np.inf, -np.inf, np.nan, np.log(2)])
    for name in ("softmax", "log_softmax"):
        with np.errstate(invalid="ignore"):
            assert_same_bits(getattr(state, name)(x), getattr(ssm, name)(x))
        with pytest.warns(RuntimeWarning, match=f"invalid value encountered in {name}"):
            getattr(state, name)(x)
        with np.errstate(all="raise"):
            getattr(LogSumExp().update(x[5:]), name)(x[5:])
            getattr(LogSumExp().update(x[:1]), name)(x[:1])  # the nan was there before


@every_dtype
def test_identity_and_emptiness(dtype):
    state = LogSumExp().update(np.array([1, 2], dtype))
    for identity in (LogSumExp(), LogSumExp(dtype), LogSumExp(temperature=3.0)):
        assert identity.merge(state) == state == state.merge(identity)
        assert identity.value == -np.inf
        assert identity.count == 0
    assert LogSumExp().merge(LogSumExp()) == LogSumExp()
    assert LogSumExp().merge(LogSumExp(dtype)) == LogSumExp(dtype) == LogSumExp(dtype).merge(LogSumExp())
    for shape in ((0,), (3, 0), (0, 3)):
        nothing = LogSumExp().update(np.empty(shape, dtype))
        assert nothing.shape == shape[:-1]
        assert_same_bits(nothing.value, ssm.logsumexp(np.empty(shape, dtype), axis=-1))
        assert nothing.softmax(np.empty(shape, dtype)).shape == shape
    rows = np.zeros((2, 3), dtype)
    assert LogSumExp().update(rows[:, :0]).update(rows) == LogSumExp().update(rows)


@every_dtype
def test_pickle_and_copy(dtype):
    rng = np.random.default_rng(127)
    for n in (0, 1, 2, 30, 3000):
        for temperature in (1.0, 0.3):
            state = LogSumExp(dtype, temperature).update(random_rows(rng, dtype, 4, n))
            data = pickle.dumps(state)
            for again in (pickle.loads(data), state.copy(), copy.copy(state), copy.deepcopy(state)):
                assert again == state
                assert_same_bits(again.value, state.value)
                again.update(np.zeros((4, 1), dtype))
                assert again != state
    assert pickle.loads(pickle.dumps(LogSumExp())) == LogSumExp()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pickles_are_small(dtype):
    rng = np.random.default_rng(128)
    one = LogSumExp().update(rng.standard_normal(100_000).astype(dtype))
    assert len(pickle.dumps(one)) < 1500
    many = LogSumExp().update(rng.standard_normal((1000, 20)).astype(dtype))
    assert len(pickle.dumps(many)) < 250 * 1000


def test_equality_and_repr():
    a = LogSumExp().update(np.float32([1, 2]))
    assert a == LogSumExp().update(np.float32([2, 1]))
    for other in (np.float32([1, 3]), np.float64([1, 2]), np.float32([[1, 2]]), np.float32([1, 2, -np.inf])):
        assert a != LogSumExp().update(other)
    assert a != LogSumExp(temperature=2.0).update(np.float32([1, 2]))
    assert a != 1
    with pytest.raises(TypeError, match="unhashable"):
        hash(a)
    assert repr(a) == "<LogSumExp of 2 elements, dtype float32, temperature 1.0>"
    assert repr(LogSumExp(np.float64, 2.0)) == "<LogSumExp of no rows, dtype float64, temperature 2.0>"
    assert repr(LogSumExp().update(np.zeros((3, 2)))) == "<LogSumExp of rows of shape (3,), dtype float64, temperature 1.0>"


def test_what_does_not_add_up():
    a = LogSumExp().update(np.float32([1, 2]))
    for other, message in (
        (LogSumExp().update(np.float64([1])), "dtype float32 and float64"),
        (LogSumExp(temperature=2.0).update(np.float32([1])), r"temperature 1\.0 and 2\.0"),
        (LogSumExp().update(np.float32([[1]])), r"shape \(\) and \(1,\)"),
        (LogSumExp(np.float16), "dtype float32 and float16"),
    ):
        with pytest.raises(ValueError, match=rf"LogSumExp\.merge: states of {message} do not add up"):
            a.merge(other)
    with pytest.raises(TypeError, match=r"LogSumExp\.merge: other is a float"):
        a.merge(1.0)
    old = a.copy()
    old.bits_version = 1
    with pytest.raises(ValueError, match="bits_version 3 and 1 do not add up"):
        a.merge(old)
    for use in (lambda: old.value, lambda: old.update(np.float32([1])), lambda: old.softmax(np.float32([1]))):
        with pytest.raises(ValueError, match=r"made by bits_version 1, this is \d+; make it again"):
            use()
    assert pickle.loads(pickle.dumps(old)).bits_version == 1


def test_bad_blocks_leave_the_state_alone():
    state = LogSumExp().update(np.zeros((2, 3), np.float32))
    before = state.copy()
    for block, error, message in (
        (np.zeros((2, 3)), TypeError, r"block has dtype float64, the state float32; use block\.astype\('float32'\)"),
        (np.zeros((3, 3), np.float32), ValueError, r"rows of shape \(3,\); those of the state are \(2,\)"),
        (np.zeros(3, np.float32), ValueError, r"rows of shape \(\)"),
        (np.zeros((2, 3), complex), TypeError, "block has dtype complex128"),
    ):
        with pytest.raises(error, match=rf"LogSumExp\.update: .*{message}"):
            state.update(block)
        assert state == before
    with pytest.raises(np.exceptions.AxisError, match=r"LogSumExp\.update: axis 2"):
        state.update(np.zeros((2, 3), np.float32), axis=2)
    with pytest.raises(TypeError, match="where has dtype"):
        state.update(np.zeros((2, 3), np.float32), where=np.ones((2, 3)))
    with pytest.raises(TypeError, match="accepted are float16"):
        LogSumExp(complex)
    for temperature in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="LogSumExp: temperature"):
            LogSumExp(temperature=temperature)
    with pytest.raises(ValueError, match=r"temperature has shape \(2,\)"):
        LogSumExp(temperature=[1.0, 2.0])


def test_blocks_that_were_not_seen():
    state = LogSumExp().update(np.array([1.0, 2.0]))
    for name in ("softmax", "log_softmax"):
        function = getattr(state, name)
        with pytest.raises(ValueError, match=rf"LogSumExp\.{name}: block holds 3\.0, which the state has not seen .*2\.0"):
            function([1.0, 3.0])
        with pytest.raises(ValueError, match="block holds a nan"):
            function([1.0, np.nan])
        with pytest.raises(ValueError, match="has seen nothing"):
            getattr(LogSumExp(), name)([1.0])
        with pytest.raises(TypeError, match="block has dtype float32"):
            function(np.float32([1]))


@pytest.mark.parametrize("shape", [(1, 1_000_000), (3, 300_000), (50_000, 20)])
def test_threads(shape):
    x = np.random.default_rng(129).standard_normal(shape).astype(np.float32)
    with ssm.num_threads(1):
        alone = LogSumExp().update(x)
    with ssm.num_threads(3):
        assert LogSumExp().update(x) == alone
        assert_same_bits(alone.softmax(x), ssm.softmax(x))
    blocks, states = np.array_split(x, 8, axis=1), []
    workers = [threading.Thread(target=lambda block=b: states.append(LogSumExp().update(block))) for b in blocks]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert tree(states, random.Random(1)) == alone


def test_an_interrupt_leaves_the_state_as_it_was(monkeypatch):
    state = LogSumExp().update(np.zeros((4, 10), np.float32))
    before, calls = state.copy(), []
    native = ssm._streams._native.stream_absorb

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) > 2:
            raise KeyboardInterrupt
        native(*arguments)

    monkeypatch.setattr(ssm._streams._native, "stream_absorb", interrupted)
    with pytest.raises(KeyboardInterrupt):
        state.update(np.ones((4, 300_000), np.float32))
    assert state == before
