"""The bounds are data, and what is written about them says the same."""

import pathlib
import re

import numpy as np
import observed
import pytest
from budget import cases
from family import FAMILY
from formats import DTYPES
from pointwise import BINARY, FUNCTIONS

import stablesoftmax

SAME = ("ulp", "absolute_exponent", "terms_exponent", "observed", "worst")
ROOT = pathlib.Path(__file__).resolve().parents[1]


def table():
    return {(row["function"], row["dtype"]): row for row in stablesoftmax.bounds()}


def test_every_function_and_dtype_has_a_bound():
    functions = ("softmax", "log_softmax", "logsumexp", "sparsemax", "entmax15", *FUNCTIONS)
    assert {key for key in table() if key[0] in functions} == {
        (f, d) for f in functions for d in ("float16", "bfloat16", "float32", "float64")
    }
    for row in (row for row in stablesoftmax.bounds() if row["function"] in functions):
        assert 0.5 <= row["observed"] < row["ulp"] <= 1
        assert row["source"]
        assert row["worst"]
        assert (row["absolute_exponent"] == -100) == (row["function"] in ("logsumexp", "sparsemax", "entmax15", *BINARY))


def test_every_public_function_has_one():
    """Functions that choose (sample, top_k) have no error of a result; models are float64 inside whatever they are given.

    LogSumExp has the bounds of the functions whose bits it has, and its docstring that of the rest.
    """
    known = {(function.partition("(")[0], dtype) for function, dtype in table()}
    models = {"hmm_forward", "hmm_forward_backward", "viterbi"}
    for name in FAMILY.keys() - {"LogSumExp", "sample", "top_k"}:
        assert {dtype for function, dtype in known if function == name} == ({"float64"} if name in models else set(DTYPES)), name


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", observed.FUNCTIONS)
def test_rows_are_within_them(name, dtype):
    """A sample of what `observed` was found by: the same stream of random rows, to its first few hundred elements."""
    row = table()[name, dtype]
    error, n = observed.largest(name, dtype, np.random.default_rng(7), cases(30), row["terms_exponent"])
    assert error <= row["observed"] < row["ulp"], f"{error} ulp, n = {n}"


def test_rows_by_other_names_have_the_same_bounds():
    for name in ("softmax", "log_softmax", "logsumexp"):
        for other in (f"segment_{name}", f"csr_{name}", *(["normalize_log_weights"] if name == "log_softmax" else [])):
            for dtype in DTYPES:
                ours, theirs = table()[name, dtype], table()[other, dtype]
                assert [ours[key] for key in SAME] == [theirs[key] for key in SAME]


def test_the_readme_says_the_same():
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([0-9.]+) / ([0-9.]+) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert len(rows) == 3
    for function, single, double in rows:
        assert (float(single), float(double)) == tuple(table()[function, d]["observed"] for d in ("float32", "float64"))
