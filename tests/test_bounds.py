"""The bounds are data, and what is written about them says the same."""

import pathlib
import re

from pointwise import BINARY, FUNCTIONS

import stablesoftmax

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


def test_the_readme_says_the_same():
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([0-9.]+) / ([0-9.]+) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert len(rows) == 3
    for function, single, double in rows:
        assert (float(single), float(double)) == tuple(table()[function, d]["observed"] for d in ("float32", "float64"))
