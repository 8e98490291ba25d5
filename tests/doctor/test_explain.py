"""explain: what it counts, against rows whose fate is known; what it says; files, blocks, bad input."""

import json
import math
import re

import hypothesis
import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import ml_dtypes
import numpy as np
import pytest

import stablesoftmax as ssm
from stablesoftmax._reference import softmax as exact_softmax
from stablesoftmax._reference import ulp_error
from stablesoftmax.doctor import logit_statistics
from stablesoftmax.doctor.formats import FORMATS, format_of


def causes(found, level=None):
    return [finding.cause for finding in found.findings if level in (None, finding.level)]


def test_formats_are_those_of_the_libraries():
    for name, format in FORMATS.items():
        info = ml_dtypes.finfo(name)
        assert format.largest == float(info.max)
        assert math.ldexp(1, format.lowest) == float(info.smallest_normal)
        assert format.collapse == float(info.eps) / 2
        values = np.exp(np.random.default_rng(0).standard_normal(1000) * 20)
        values = values[values < format.largest]
        np.testing.assert_array_equal(format.rounded(values), values.astype(name).astype(float))
        exact = np.array([1.0, 1.5, 2.0, 3.0, 2.0**-14, 2.0**-30])
        assert format.ulp(exact)[0] == float(info.eps)
    assert format_of(np.dtype(ml_dtypes.bfloat16)).name == "bfloat16"
    assert format_of(np.dtype(int)).name == "float64"


def test_every_fate_of_a_row():
    x = np.zeros((8, 3), np.float32)
    x[1] = [0, 89, 1]  # e^89 is inf in float32
    x[2] = [88.5, 88.5, 88.5]  # each e^x is finite, the sum is not
    x[3] = [-104, -200, -105]  # every e^x is 0
    x[4, 2] = np.nan
    x[5, 1] = np.inf
    x[6] = -np.inf
    x[7] = [0, -200, -np.inf]  # a probability of 0; 1 + loss is 1
    found = ssm.explain(x)
    s = found.statistics
    assert (s.rows, s.well, s.length) == (8, 5, 3)
    assert (s.nan.rows, s.nan.elements, s.nan.first) == (1, 1, (4, 2))
    assert (s.posinf.rows, s.posinf.first) == (1, (5, 1))
    assert (s.neginf_rows.rows, s.neginf_rows.first) == (1, (6, 0))
    assert (s.naive_overflow.rows, s.naive_overflow.first, s.naive_overflow.value) == (2, (1, 1), 89.0)
    assert (s.naive_underflow.rows, s.naive_underflow.first, s.naive_underflow.value) == (1, (3, 0), -104.0)
    assert (s.flushed.elements, s.flushed.first) == (1, (7, 1))
    assert s.collapsed["float32"].rows == 2  # the row of 89 too
    assert causes(found, "error") == [
        "bad-input", "inf-in-input", "fully-masked-rows", "naive-softmax-overflow", "naive-softmax-underflow",
    ]  # fmt: skip
    assert causes(found, "warning") == ["log-of-zero", "collapsed-cross-entropy"]
    assert found.findings[0].where == "x[4, 2]"
    assert "look at what made them" in found.verdict


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64", "int64", "bool"])
def test_healthy_logits_have_no_finding_above_a_note(dtype):
    x = (np.random.default_rng(1).standard_normal((40, 6)) * 2).astype(dtype)
    found = ssm.explain(x)
    assert causes(found, "error") == causes(found, "warning") == []
    assert "healthy" in found.verdict


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_the_error_is_the_exact_one(dtype):
    """The worst error of NumPy's textbook formula, by decimal arithmetic on every element."""
    x = (np.random.default_rng(2).standard_normal((60, 7)) * 4).astype(dtype)
    terms = np.exp(x - x.max(axis=1, keepdims=True))
    textbook = terms / terms.sum(axis=1, keepdims=True, dtype=x.dtype)
    errors = [
        max(ulp_error(float(p), exact, dtype) for p, exact in zip(row, exact_softmax(map(float, logits)), strict=True))
        for row, logits in zip(textbook, x, strict=True)
    ]
    found = ssm.explain(x).statistics
    assert found.exact
    assert found.textbook_ulp <= max(errors)
    assert found.textbook_ulp > max(errors) - (1 if dtype == "float64" else 0.001)


@hypothesis.given(
    hnp.arrays(np.float32, hnp.array_shapes(min_dims=1, max_dims=3, max_side=5), elements=st.floats(-300, 300, width=32)),
    st.data(),
)
@hypothesis.settings(max_examples=40)
def test_overflow_is_found_where_numpy_overflows(x, data):
    axis = data.draw(st.sampled_from([None, *range(-x.ndim, x.ndim)]))
    with np.errstate(all="ignore"):
        naive = np.exp(x) / np.sum(np.exp(x), axis=axis, keepdims=True)
        bad = np.isnan(naive).any(axis=axis) | (naive == 0).all(axis=axis)
    s = ssm.explain(x, axis).statistics
    assert s.naive_overflow.rows + s.naive_underflow.rows == np.count_nonzero(bad)


def test_axes_and_indices():
    x = np.zeros((4, 5, 6, 3), np.float32)
    x[2, 3, 1, 2] = np.nan
    x[3, 4, 5, 0] = 100
    for axis in (0, 1, -1, (0, 2), (1, 2), (2, 3), (3, 1), None):
        s = ssm.explain(x, axis).statistics
        assert s.nan.first == (2, 3, 1, 2)
        if axis is not None:
            assert (s.naive_overflow.first, s.naive_overflow.rows) == ((3, 4, 5, 0), 1)
    strange = np.asfortranarray(x)[::-1, :, ::-1].astype(">f4")
    assert ssm.explain(strange, 1).statistics.nan.first == (1, 3, 4, 2)
    assert ssm.explain(3.0).statistics.rows == 1


def test_blocks_change_nothing(monkeypatch):
    x = np.random.default_rng(4).standard_normal((37, 4, 9)).astype(np.float32) * 40
    x[20, 1, 2] = np.nan
    whole = ssm.explain(x, axis=(0, 2)).to_dict(), ssm.explain(x).to_dict()
    monkeypatch.setattr(logit_statistics, "ELEMENTS", 50)
    parts = ssm.explain(x, axis=(0, 2)).to_dict(), ssm.explain(x).to_dict()
    for one, other in zip(whole, parts, strict=True):
        for key in ("entropy", "spread"):  # sums of NumPy, in another order
            np.testing.assert_allclose(one["statistics"].pop(key), other["statistics"].pop(key), rtol=1e-12)
        for findings in (one["findings"], other["findings"]):
            findings[:] = [f for f in findings if f["cause"] != "uniform"]
        assert one == other


def test_special_kinds_of_logits():
    x = np.random.default_rng(5).standard_normal((30, 10))
    assert causes(ssm.explain(ssm.softmax(x)), "warning") == ["softmax-twice"]
    assert causes(ssm.explain(ssm.log_softmax(x)))[0] in ("textbook-error", "already-normalised")
    assert "already-normalised" in causes(ssm.explain(ssm.log_softmax(x)))
    assert "uniform" in causes(ssm.explain(x * 1e-6))
    assert "latent-overflow" in causes(ssm.explain(np.array([85.0, 84.0], np.float32)))
    assert "half-precision-overflow" in causes(ssm.explain(np.zeros(70_000, np.float16)))
    assert ssm.explain(x.astype(np.float32)).statistics.smallest_format == "float16"
    assert ssm.explain(np.array([70000.0, 69999.0])).statistics.smallest_format == "float32"
    assert ssm.explain(np.array([2.0**25, 2.0**25 + 1])).statistics.smallest_format == "float64"
    assert ssm.explain(np.array([1e300, -1e300])).statistics.spread == 1e300


def test_the_letter_the_page_and_the_dictionary_say_the_same():
    x = np.random.default_rng(0).standard_normal((50, 10)).astype(np.float32) * 40
    found = ssm.explain(x)
    letter, page, small = repr(found), found.html(), found._repr_html_()
    assert max(map(len, (line for line in letter.splitlines() if not line.startswith("       ")))) <= 79
    for finding in found.findings:
        assert finding.title.split(",")[0] in " ".join(letter.split())
        assert page.count(finding.level) >= 1
        assert finding.remedy.splitlines()[0] in letter
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["findings"][0]["cause"] == found.findings[0].cause
    assert page.count("<svg") == 3
    assert "<script" not in page + small
    assert "http" not in page
    assert small.startswith("<div>")
    assert "<b>" not in ssm.explain(np.zeros(3)).html().split("</style>")[1]


def test_remedies_are_python():
    x = np.random.default_rng(0).standard_normal((50, 10)).astype(np.float32) * 40
    x[0, 0] = np.nan
    x[1] = -np.inf
    x[2, 0] = np.inf
    names = {"np": np, "ssm": ssm, "x": x, "mask": ~np.isnan(x), "targets": np.zeros(50, int)}
    with np.errstate(all="ignore"):
        for finding in ssm.explain(x).findings:
            exec(finding.remedy, dict(names))


def test_plot():
    figure = ssm.explain(np.random.default_rng(0).standard_normal((50, 10)) * 300).plot()
    assert len(figure.axes) == 3
    assert ssm.explain([np.nan]).plot().axes[0].get_xlabel() == "logit"


@pytest.mark.parametrize(
    ("x", "error", "line"),
    [
        (np.zeros((0, 3)), ValueError, r"^explain: x of shape \(0, 3\) holds no element"),
        ("abc", TypeError, r"^explain: x has dtype <U3"),
        (np.zeros(3, complex), TypeError, r"^explain: x has dtype complex128"),
        ([[1.0], [1.0, 2.0]], ValueError, r"^explain: x is no array"),
    ],
)
def test_bad_input(x, error, line):
    with pytest.raises(error, match=line):
        ssm.explain(x)


def test_nothing_leaks():
    """No warning, no event, no change of the input."""
    x = np.array([[np.nan, 1e30], [np.inf, -np.inf], [-np.inf, -np.inf], [1e38, -1e38]], np.float32)
    before = x.tobytes()
    with np.errstate(all="raise"):
        repr(ssm.explain(x))
    assert x.tobytes() == before


@pytest.mark.parametrize("x", [[1.7e308, -1.7e308], [5e-324, 0.0], [-np.inf, 1.7e308], [[1.7e308] * 3] * 3])
def test_pictures_of_extreme_logits(x):
    found = ssm.explain(np.array(x))
    page = found.html()
    assert page.count("<svg") >= 2
    assert not re.search(r'="[^"]*\b(nan|inf)\b', "".join(re.findall(r"<svg.*?</svg>", page)))
    assert len(found.plot().axes) == 3
