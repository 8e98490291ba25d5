"""sparsemax, entmax15 and entmax: right to the last place against exact arithmetic, and the same bits in every way of asking."""

import os
import subprocess
import sys

import numpy as np
import pytest
import strategies
from by_rows import normal_axes
from formats import BFLOAT16, DTYPES, FORMATS, WIDE, assert_same_bits, bits, cast, is_nan
from hypothesis import given
from hypothesis import strategies as st
from sparse_oracle import assert_within, entmax_balls

import stablesoftmax
from stablesoftmax import entmax, entmax15, softmax, sparsemax

INF, NAN = np.inf, np.nan
CLOSED = {2.0: sparsemax, 1.5: entmax15}
OTHERS = (1.0009765625, 1.01, 1.25, 1.75, 1.9375, 2.5, 3.0, 4.0)
every_dtype = pytest.mark.parametrize("dtype", DTYPES)
every_alpha = pytest.mark.parametrize("alpha", [*CLOSED, *OTHERS])


def slack(alpha, dtype):
    """The absolute part of the bound."""
    if alpha in CLOSED:
        return 2.0**-100
    return 2.0 ** (-90 / (alpha - 1)) if alpha > 2 else 2.0 ** (-90 if dtype == "float64" else -40) / (alpha - 1)


def check(x, alpha, dtype, context=""):
    """Half an ulp, and the absolute part of the bound; a thousandth more where single precision is computed in double."""
    most = 0.5 if alpha in CLOSED or alpha > 2 or dtype == "float64" else 0.501
    return assert_within(entmax_balls(x, alpha), entmax(x, alpha), slack(alpha, dtype), dtype, most, (alpha, dtype, context))


# accuracy ----------------------------------------------------------------------------------------------------------


@every_dtype
@pytest.mark.parametrize("alpha", CLOSED)
def test_every_width(alpha, dtype):
    rng = np.random.default_rng(1)
    for n in range(1, 131):
        spread = (0.02, 0.3, 1.0, 4.0)[n % 4]
        check(cast(spread * rng.standard_normal(n) + n % 3, dtype), alpha, dtype, n)


@every_dtype
@pytest.mark.parametrize("alpha", OTHERS)
def test_other_alphas(alpha, dtype):
    rng = np.random.default_rng(2)
    for n in (1, 2, 3, 10, 33) if dtype in WIDE else (4, 20):
        for spread in (0.05, 0.5, 2.0):
            check(cast(spread * rng.standard_normal(n), dtype), alpha, dtype, (n, spread))


@pytest.mark.parametrize("dtype", WIDE)
@pytest.mark.parametrize("spread", [0.01, 0.1, 1.0, 3.0])
def test_a_thousand(spread, dtype):
    x = cast(spread * np.random.default_rng(3).standard_normal(1000), dtype)
    for alpha in CLOSED:
        check(x, alpha, dtype, spread)


@every_dtype
@every_alpha
def test_adversaries(alpha, dtype):
    fmt, reach = FORMATS[dtype], 1 / (alpha - 1)
    edge = np.float64(cast(1.0 - reach, dtype))
    below = [float(cast(np.nextafter(edge, -9e9), dtype)), float(cast(edge * (1 + 2.0 ** (1 - fmt.precision)), dtype))]
    rows = [
        [fmt.max, -fmt.max], [fmt.max] * 3, [-fmt.max] * 3, [fmt.max, fmt.max, 0.0, -1.0], [0.0, -0.0, fmt.tiny, -fmt.tiny],
        [fmt.tiny, 3 * fmt.tiny], [1.0, edge, *below], [1.0, 1.0 - 2.0 ** (1 - fmt.precision), 1.0], [0.0] * 7, [1.0, fmt.tiny],
        [1.0, -fmt.tiny], [0.5, 0.25, 0.125, 0.0625, 0.03125], [-1.5, -1.25, -7.0, -1.5, -1.5], [1e-3, 1e-6, 0.0, -1e-6],
    ]  # fmt: skip
    for row in rows:
        check(cast(row, dtype), alpha, dtype, row)


@pytest.mark.parametrize("dtype", WIDE)
@pytest.mark.parametrize("alpha", CLOSED)
def test_small_probabilities(alpha, dtype):
    """An element that just makes it into the support keeps its digits, though they come from a difference that cancels."""
    for power in range(2, 60, 3):
        gap = 1.0 / (alpha - 1)
        row = cast([0.0, -gap + 2.0**-power if power < FORMATS[dtype].precision else -gap, -gap * (1 - 2.0**-10)], dtype)
        check(row, alpha, dtype, power)


def test_half_precision_is_rounded_once():
    """entmax 30: float16. The exact result, rounded to nearest."""
    x = np.float16([1.0, 0.5, 0.2, -3.0, 0.9995])
    wide = sparsemax(x.astype(np.float64))
    assert_same_bits(sparsemax(x), wide.astype(np.float16))
    assert_same_bits(entmax15(x.astype(BFLOAT16)), entmax15(x.astype(BFLOAT16).astype(np.float64)).astype(BFLOAT16))


@pytest.mark.parametrize("alpha", [1.5, 2.0, 1.25, 8.0, 32.0])
def test_equal_elements(alpha):
    """1/n, for large alpha too, where the threshold is n^-(alpha - 1)."""
    for n in (2, 3, 7, 1000, 70_000):
        for dtype in WIDE:
            assert_same_bits(entmax(np.full(n, 3.25, dtype), alpha), np.full(n, 1 / n, dtype))


def test_large_alpha():
    assert entmax([1.0, 1.0, 0.5], 32.0).tolist() == [0.5, 0.5, 0.0]
    for alpha in (5.0, 9.0, 32.0):
        check(np.array([0.0, -(2.0**-40), -(2.0**-45), -1.0]), alpha, "float64")


def test_alpha_close_to_one():
    x = np.array([0.3, -1.0, 2.0, 0.0, -40.0])
    for power in (10, 20, 30, 40, 52):
        alpha = 1 + 2.0**-power
        check(x, alpha, "float64")
        assert np.abs(entmax(x, alpha) - softmax(x)).max() < 10 * 2.0**-power


# rows that do not fit into the list of candidates ------------------------------------------------------------------


@pytest.mark.parametrize("alpha", [2.0, 1.5, 1.25, 3.0])
@pytest.mark.parametrize("dtype", WIDE)
def test_more_candidates_than_are_kept(alpha, dtype):
    """70,000 elements near the maximum: their row is read again for each pass. A row whose exact values are known."""
    n = 35_000
    x = np.tile(cast([0.0, -(2.0**-40)], dtype), n)
    y = entmax(x, alpha)
    assert len(np.unique(y)) <= 2
    assert abs((float(y[0]) + float(y[1])) * n - 1) < 1e-6
    if alpha == 2.0:
        assert_same_bits(y, np.tile(cast([(1 / n + 2.0**-40) / 2, (1 / n - 2.0**-40) / 2], dtype), n))
    order = np.random.default_rng(4).permutation(2 * n)
    assert_same_bits(entmax(x[order], alpha), y[order])
    z = x.copy()
    assert entmax(z, alpha, out=z) is z
    assert_same_bits(z, y)


def test_listed_or_read_again_is_the_same():
    """The same distribution once in a list and, spread over more elements than it holds, read again."""
    x = np.random.default_rng(5).standard_normal(66_000) * 0.01
    for alpha in (2.0, 1.5):
        y = entmax(x, alpha)
        support = y > 0
        few = entmax(x[support], alpha)
        assert support.sum() < 65_536 < (x > x.max() - 1 / (alpha - 1)).sum()
        assert_same_bits(y[support], few)


# bits --------------------------------------------------------------------------------------------------------------


@every_dtype
@every_alpha
def test_order_does_not_matter(alpha, dtype):
    rng = np.random.default_rng(6)
    for n in (2, 17, 100, 1000 if alpha in CLOSED else 64):
        x = cast(rng.standard_normal(n) * rng.choice([0.1, 1.0]), dtype)
        y, order = entmax(x, alpha), rng.permutation(n)
        assert_same_bits(entmax(x[order], alpha), y[order])
        assert_same_bits(entmax(np.concatenate([x, cast([-INF] * 9, dtype)]), alpha)[:n], y)


@every_dtype
def test_alphas_that_are_other_functions(dtype):
    x = cast(np.random.default_rng(7).standard_normal((6, 50)), dtype)
    assert_same_bits(entmax(x, 1.0), softmax(x))
    assert_same_bits(entmax(x, 1), softmax(x))
    assert_same_bits(entmax(x, 2.0), sparsemax(x))
    assert_same_bits(entmax(x), entmax15(x))
    alphas = np.array([1.0, 1.5, 2.0, 1.25, 3.0, 1.0])
    each = np.stack([entmax(row, a) for row, a in zip(x, alphas, strict=True)])
    assert_same_bits(entmax(x, alphas[:, None]), each)
    assert_same_bits(entmax(x.T, alphas, axis=0), each.T)
    assert_same_bits(entmax(x.reshape(6, 5, 10), alphas[:, None, None], axis=(1, 2)).reshape(6, 50), each)


def test_alpha_one_follows_the_rules_of_softmax():
    mask = np.array([True, False, True, True])
    assert_same_bits(entmax([0.0, NAN, 1.0, -INF], 1.0, where=mask), softmax([0.0, NAN, 1.0, -INF], where=mask))


@given(st.data())
def test_layout_does_not_matter(data):
    """Any stride, alignment, byte order and memory order, along any axes, masked: the bits of one contiguous row at a time."""
    x, view = data.draw(strategies.arrays())
    axis, alpha = data.draw(strategies.axes(x.ndim)), data.draw(st.sampled_from([1.0, 1.25, 1.5, 2.0, 3.0]))
    where = data.draw(st.sampled_from([True, None]))
    if where is None:
        where = np.random.default_rng(data.draw(st.integers(0, 99))).random(x.shape) < 0.7
    axes = normal_axes(axis, x.ndim)
    rest = [a for a in range(x.ndim) if a not in axes]
    expected = np.zeros(x.shape, x.dtype.newbyteorder("="))
    order = rest + list(axes)
    targets, rows, masks = expected.transpose(order), x.transpose(order), np.broadcast_to(where, x.shape).transpose(order)
    out = data.draw(strategies.layouts(x.ndim, writable=True)).place(np.zeros(x.shape, expected.dtype))
    before = view.tobytes()
    with np.errstate(invalid="ignore"):
        for index in np.ndindex(*(x.shape[a] for a in rest)):
            mask = masks[index]
            if mask.any():
                targets[(*index, mask)] = entmax(np.ascontiguousarray(rows[index][mask]), alpha)
        assert_same_bits(entmax(view, alpha, axis=axis, where=where), expected)
        assert entmax(view, alpha, axis=axis, where=where, out=out) is out
    assert_same_bits(out, expected)
    assert view.tobytes() == before


@every_dtype
def test_out_that_overlaps_the_input(dtype):
    memory = cast(np.random.default_rng(8).standard_normal((9, 40)), dtype)
    for function in (sparsemax, entmax15):
        for get in (lambda m: (m, m), lambda m: (m[:, :39], m[:, 1:]), lambda m: (m[:-1], m[1:]), lambda m: (m[:, ::-1], m)):
            x, _ = get(memory.copy())
            expected = function(x.copy())
            x, out = get(memory.copy())
            assert function(x, out=out) is out
            assert_same_bits(out, expected)


def test_threads():
    x = np.random.default_rng(9).standard_normal((700, 1000)).astype(np.float32)
    for function in (sparsemax, entmax15):
        with stablesoftmax.num_threads(1):
            one = function(x)
        with stablesoftmax.num_threads(3):
            assert_same_bits(function(x), one)
            assert_same_bits(function(x.T, axis=0), one.T)


def test_levels():
    """Every SIMD level in a process of its own: one digest."""
    code = """
import hashlib, numpy as np, stablesoftmax as s
rng, digest = np.random.default_rng(10), hashlib.sha256()
for dtype in (np.float16, np.float32, np.float64):
    x, g = (rng.standard_normal((20, 77)).astype(dtype) for _ in range(2))
    for alpha in (1.25, 1.5, 1.9, 2.0, 3.0):
        y = s.entmax(x, alpha)
        for result in (y, s.entmax_vjp(y, g, alpha), s.entmax_alpha_vjp(y, g, alpha)):
            digest.update(result.tobytes())
print(digest.hexdigest())
"""
    found = set()
    for level in stablesoftmax.build_info()["levels_supported"]:
        environment = {**os.environ, "STABLESOFTMAX_ISA": level}
        child = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        found.add(child.stdout)
    assert len(found) == 1


# special rows ------------------------------------------------------------------------------------------------------


@every_dtype
@pytest.mark.parametrize("alpha", [1.0, 1.25, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("n", [1, 2, 16, 33, 130])
def test_special_rows(n, alpha, dtype):
    ordinary = cast(np.random.default_rng(n).standard_normal(n), dtype)
    row = ordinary.copy()
    with np.errstate(all="raise"):
        row[n // 2] = NAN
        assert is_nan(entmax(row, alpha)).all()
        assert (bits(entmax(row, alpha)) == FORMATS[dtype].nan).all()
        assert_same_bits(entmax(row, alpha, where=False), np.zeros(n, row.dtype))
        mask = np.arange(n) != n // 2
        if n > 1:  # pytorch 101967: a masked nan takes no part
            result = entmax(row, alpha, where=mask)
            assert_same_bits(result[mask], entmax(ordinary[mask], alpha))
            assert result[n // 2] == 0
            row[n // 2] = -INF  # entmax 9: -inf is 0, not nan
            assert_same_bits(entmax(row, alpha), result)
    for value in (-INF, INF):
        row[:] = value
        with np.errstate(invalid="ignore"):
            assert is_nan(entmax(row, alpha)).all()
        with np.errstate(invalid="raise"), pytest.raises(FloatingPointError, match="invalid value encountered in entmax"):
            entmax(row, alpha)
        row[: n // 2] = 0.0
    with np.errstate(invalid="ignore"):
        assert is_nan(entmax(row, alpha)).all()


def test_messages_quote_the_function():
    for name in ("sparsemax", "entmax15"):
        with np.errstate(invalid="raise"), pytest.raises(FloatingPointError, match=f"invalid value encountered in {name}"):
            getattr(stablesoftmax, name)([INF, 0.0])


@every_dtype
@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 3), (2, 0, 3)])
def test_empty(shape, dtype):
    x = np.zeros(shape, FORMATS[dtype].dtype)
    for axis in (-1, 0, None):
        result = entmax(x, 1.5, axis=axis)
        assert (result.shape, result.dtype) == (shape, x.dtype)


def test_scalars_and_lists():
    assert_same_bits(sparsemax(5.0), np.ones(()))
    assert isinstance(entmax15(np.float32(2)), np.float32)
    assert sparsemax([[1, 2], [3, 3]]).tolist() == [[0, 1], [0.5, 0.5]]
    assert sparsemax(np.array([3, 1, 3], np.uint8)).tolist() == [0.5, 0, 0.5]
    assert sparsemax([True, False]).tolist() == [1, 0]


@pytest.mark.parametrize("source", DTYPES)
@pytest.mark.parametrize("result", DTYPES)
def test_dtype_of_the_result(source, result):
    x = cast(np.random.default_rng(11).standard_normal((5, 30)), source)
    got = entmax15(x, dtype=FORMATS[result].dtype)
    computed = np.promote_types(source, result) if "bfloat16" not in (source, result) else None
    wide = entmax15(x.astype(computed or (np.float64 if "float64" in (source, result) else np.float32)))
    assert_same_bits(got, wide.astype(FORMATS[result].dtype) if source != result else entmax15(x))


# arguments ---------------------------------------------------------------------------------------------------------


def test_k_is_a_hint():
    """In entmax k limits a sort, and what comes out is right for any: here too."""
    x = np.random.default_rng(12).standard_normal((4, 30)) * 0.1
    for k in (1, 2, 30, 1000, np.int64(3), None):
        assert_same_bits(sparsemax(x, k=k), sparsemax(x))
        assert_same_bits(entmax15(x, k=k), entmax15(x))
        assert_same_bits(entmax(x, 1.2, k=k), entmax(x, 1.2))
    for k in (0, -1):
        with pytest.raises(ValueError, match=rf"^sparsemax: k is {k}; "):
            sparsemax(x, k=k)
    for k in (1.0, "3", True, [3]):
        with pytest.raises(TypeError, match=r"^entmax15: k must be an int or None"):
            entmax15(x, k=k)


@pytest.mark.parametrize("alpha", [0.5, 0.0, -1.0, NAN, INF, -INF, 33.0, np.nextafter(1.0, 0.0)])
def test_alphas_that_are_refused(alpha):
    out = np.full(3, 42.0)
    with pytest.raises(ValueError, match=r"^entmax: alpha is .*; it must be from 1 to 32: ") as caught:
        entmax(np.zeros(3), alpha, out=out)
    assert str(np.float64(alpha)) in str(caught.value)
    assert (out == 42).all()
    with pytest.raises(ValueError, match=r"^entmax: alpha is "):
        entmax(np.zeros((2, 3)), [[1.5], [alpha]])


def test_alphas_of_another_kind():
    for alpha in ("1.5", None, 1.5j, [[1.5], [None]]):
        with pytest.raises(TypeError, match=r"^entmax: alpha must be a number from 1 to 32 or an array of them"):
            entmax(np.zeros((2, 3)), alpha)
    with pytest.raises(ValueError, match=r"^entmax: alpha of shape \(3,\) does not broadcast to \(2, 1\)"):
        entmax(np.zeros((2, 3)), [1.5, 1.5, 1.5])


@pytest.mark.parametrize("name", ["sparsemax", "entmax15", "entmax"])
def test_refused_before_anything_is_written(name):
    function, out = getattr(stablesoftmax, name), np.full((2, 3), 42.0)
    x = np.zeros((2, 3))
    for error, arguments in (
        (TypeError, {"x": x.astype(complex)}),
        (TypeError, {"x": np.ma.MaskedArray(x)}),
        (TypeError, {"x": x, "where": np.ones(3)}),
        (TypeError, {"x": x, "dtype": int}),
        (ValueError, {"x": x, "out": np.zeros(3)}),
        (ValueError, {"x": x, "dtype": np.float32}),
        (ValueError, {"x": x, "where": np.ones(4, bool)}),
        (np.exceptions.AxisError, {"x": x, "axis": 2}),
    ):
        with pytest.raises(error, match=f"^{name}: "):
            function(**{"out": out, **arguments})
        assert (out == 42).all()
