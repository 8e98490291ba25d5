"""The definition: the state of a row is a commutative monoid, bit for bit, and the kernels are its last step."""

import pickle
import random

import numpy as np
import pytest
from budget import cases
from formats import FORMATS, WIDE, assert_same_bits
from oracle import Row
from row_state import RowState

import stablesoftmax

every_dtype = pytest.mark.parametrize("dtype", WIDE)
SPREADS = (0.1, 1.0, 10.0, 60.0, 400.0)
TEMPERATURES = (1.0, 1.0, 0.7, 3.0, 1e-30, 1e30)


def random_row(rng, dtype, least=1):
    """1 to 40 normal numbers (mostly few) at some offset, with ties, zeros of both signs, extremes and -inf."""
    size = int(41 ** rng.random()) - 1 + least
    row = rng.choice([0.0, 0.0, 1e4, -1e5, 2e5, 1.7e13, -2e13, 1e30]) + rng.choice(SPREADS) * rng.standard_normal(size)
    if rng.random() < 0.3:
        row = rng.choice(row, row.size)
    for value, probability in ((0.0, 0.1), (-0.0, 0.1), (-np.inf, 0.2), (FORMATS[dtype].max, 0.03), (-FORMATS[dtype].max, 0.05)):
        if rng.random() < probability:
            row[rng.random(row.size) < rng.choice([0.1, 0.5])] = value
    return row.astype(dtype)


def leaves(row, temperature=1.0):
    return [RowState.of(x, row.dtype, temperature) for x in row.tolist()]


def fold(states, identity):
    for state in states:
        identity = identity.merge(state)
    return identity


def tree(states, rng):
    """Merged in a random order, as a random binary tree."""
    states = list(states)
    while len(states) > 1:
        a, b = (states.pop(rng.randrange(len(states))) for _ in range(2))
        states.append(a.merge(b))
    return states[0]


def assert_answers(state, row, temperature):
    """The state answers with the bits of the functions that see the whole row."""
    with np.errstate(invalid="ignore"):
        softmax = stablesoftmax.softmax(row, temperature=temperature)
        log_softmax = stablesoftmax.log_softmax(row, temperature=temperature)
    if (row > -np.inf).any():
        for k in {row.size // 2, int(np.argmax(row)), int(np.argmin(row))}:
            x = float(row[k])
            assert_same_bits(state.softmax(x), softmax[k], f"softmax of {x!r} in {row.tolist()}, T = {temperature}")
            assert_same_bits(state.log_softmax(x), log_softmax[k], f"log_softmax of {x!r} in {row.tolist()}, T = {temperature}")


@every_dtype
def test_random_trees(dtype):
    rng, order = np.random.default_rng(110), random.Random(110)
    for case in range(cases(300)):  # tests/test_state.py grows ten thousand of them natively
        temperature = float(rng.choice(TEMPERATURES))
        row = random_row(rng, dtype)
        states = leaves(row, temperature)
        states += [RowState(dtype, temperature)] * order.randrange(2)
        first, second = tree(states, order), tree(states, order)
        assert first == second, row.tolist()
        assert_answers(first, row, temperature)
        if case % 10 == 0:
            assert fold(states, RowState(dtype, temperature)) == first


@every_dtype
def test_answers_are_bits_of_every_tree(dtype):
    """Equal states are not enough if equality overlooks something: the answers of both trees are compared as bits."""
    rng, order = np.random.default_rng(111), random.Random(111)
    for _ in range(cases(200)):
        row = random_row(rng, dtype)
        a, b = tree(leaves(row), order), tree(leaves(row), order)
        assert_same_bits(a.logsumexp(), b.logsumexp())
        if (row > -np.inf).any():
            x = float(rng.choice(row))
            assert_same_bits(a.softmax(x), b.softmax(x))
            assert_same_bits(a.log_softmax(x), b.log_softmax(x))


@every_dtype
def test_logsumexp_away_from_zero(dtype):
    """Where max and log1p(rest) cancel the functions read the data again, which a state cannot; elsewhere the bits are theirs."""
    rng, order = np.random.default_rng(112), random.Random(112)
    compared = 0
    for _ in range(cases(200)):
        row = random_row(rng, dtype)
        expected = stablesoftmax.logsumexp(row)
        if row.max() >= 0 or abs(expected) > 1:
            assert_same_bits(tree(leaves(row), order).logsumexp(), expected, str(row.tolist()))
            compared += 1
    assert compared > cases(200) / 2


@every_dtype
def test_logsumexp_near_zero_keeps_its_wider_bound(dtype):
    """max + log1p(rest): half an ulp of each of the two that cancel."""
    rng = np.random.default_rng(113)
    for _ in range(cases(200)):
        row = np.log(rng.dirichlet(np.ones(int(rng.integers(2, 20))))).astype(dtype)
        state = fold(leaves(row), RowState(dtype))
        exact = Row(row).logsumexp()
        error = exact.errors(state.logsumexp())[0] * 2.0 ** exact.exponent[0]
        assert error < 2 * np.finfo(dtype).eps * abs(float(row.max()))


@every_dtype
def test_laws(dtype):
    rng = np.random.default_rng(114)
    for _ in range(cases(200)):
        temperature = float(rng.choice(TEMPERATURES))
        a, b, c = (fold(leaves(random_row(rng, dtype, 0)[:6], temperature), RowState(dtype, temperature)) for _ in range(3))
        identity = RowState(dtype, temperature)
        assert a.merge(b) == b.merge(a)
        assert a.merge(b.merge(c)) == a.merge(b).merge(c)
        assert a.merge(identity) == a == identity.merge(a)


@every_dtype
@pytest.mark.parametrize("rest", [[], [-np.inf] * 3, [-3e38] * 2, [-5.0, -np.inf]])
def test_identity(dtype, rest):
    identity = RowState(dtype)
    assert identity.merge(identity) == identity
    assert identity.logsumexp() == -np.inf
    state = fold(leaves(np.array(rest, dtype)), identity)
    assert state.merge(identity) == state
    assert fold(leaves(np.full(4, -np.inf, dtype)), identity).logsumexp() == -np.inf


@every_dtype
def test_signed_zeros(dtype):
    """+0 and -0 are equal numbers: whichever is the maximum, the bits are the same."""
    rng = random.Random(115)
    for row in ([0.0, -0.0], [-0.0, 0.0, -50.0], [-0.0, -200.0], [0.0, -0.0, -0.0, -1.0]):
        row = np.array(row, dtype)
        expected = tree(leaves(row), rng)
        for _ in range(20):
            state = tree(leaves(row), rng)
            assert state == expected
            assert_same_bits(state.logsumexp(), expected.logsumexp())
            assert_answers(state, row, 1.0)


@every_dtype
def test_many_elements(dtype):
    """The digits change at 2^17 elements; doubling reaches them in seventeen merges."""
    for temperature, doublings in ((1.0, 16), (1.0, 17), (0.7, 15), (0.7, 16), (0.7, 17)):
        for x, start in ((0.5, -3.0), (-20.0, 0.0), (2.0, 2.0)):
            state, one = RowState.of(x, dtype, temperature), RowState.of(start, dtype, temperature)
            for _ in range(doublings):
                state = state.merge(state)
            for extra in (0, 1, 2):
                row = np.array([x] * 2**doublings + [start] * extra, dtype)
                whole = fold([state] + [one] * extra, RowState(dtype, temperature))
                softmax, log_softmax = (f(row, temperature=temperature) for f in (stablesoftmax.softmax, stablesoftmax.log_softmax))
                assert whole.n == row.size
                assert_same_bits(whole.softmax(x), softmax[0])
                assert_same_bits(whole.log_softmax(float(row[-1])), log_softmax[-1])
                if temperature == 1:
                    assert_same_bits(whole.logsumexp(), stablesoftmax.logsumexp(row))


@every_dtype
def test_blocks_of_a_long_row(dtype):
    """What a reader in blocks does: states of the blocks, merged in any order."""
    rng, order = np.random.default_rng(116), random.Random(116)
    row = (10 * rng.standard_normal(3000)).astype(dtype)
    blocks = [fold(leaves(part), RowState(dtype)) for part in np.split(row, [1, 100, 101, 1500, 2999])]
    state = tree(blocks, order)
    assert_answers(state, row, 1.0)
    assert_same_bits(state.logsumexp(), stablesoftmax.logsumexp(row))
    assert state == fold(leaves(row), RowState(dtype))


@every_dtype
def test_merge_changes_neither_side(dtype):
    a, b = (fold(leaves(np.array(row, dtype)), RowState(dtype)) for row in ([1.0, 2.0], [3.0, -1.0]))
    before = pickle.dumps((a, b))
    a.merge(b).merge(a)
    assert pickle.dumps((a, b)) == before


@every_dtype
def test_pickle(dtype):
    state = fold(leaves(np.array([1.0, 2.0, -np.inf], dtype), 0.5), RowState(dtype, 0.5))
    again = pickle.loads(pickle.dumps(state))
    assert again == state
    assert hash(again) == hash(state)
    assert_same_bits(again.logsumexp(), state.logsumexp())


def test_equality():
    assert RowState.of(1.0, np.float32) != RowState.of(2.0, np.float32)
    assert RowState.of(1.0, np.float32) != RowState.of(1.0, np.float64)
    assert RowState.of(1.0, np.float32) != RowState.of(1.0, np.float32, 2.0)
    assert RowState.of(1.0, np.float32) != 1.0
    one = RowState.of(1.0, np.float32)
    assert one.merge(one) != one
    assert hash(one) == hash(RowState.of(1.0, "float32"))
    assert RowState(np.float32) != RowState(np.float64)


def test_what_does_not_add_up():
    a = RowState.of(1.0, np.float32)
    with pytest.raises(ValueError, match=r"float32.*float64"):
        a.merge(RowState.of(1.0, np.float64))
    with pytest.raises(ValueError, match=r"1\.0.*2\.0"):
        a.merge(RowState.of(1.0, np.float32, temperature=2.0))
    with pytest.raises((TypeError, AttributeError)):
        a.merge(1.0)


def test_bad_arguments():
    for dtype in (np.float16, int, complex, object, np.longdouble):
        with pytest.raises(TypeError, match="float32 or float64"):
            RowState(dtype)
    for temperature in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="temperature"):
            RowState(np.float32, temperature)
    for x in (np.nan, np.inf):
        with pytest.raises(ValueError, match="special"):
            RowState.of(x, np.float32)
