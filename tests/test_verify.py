"""verify: every public function has its rows, they hold at every level, and a promise that is broken is the one that fails."""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys

import make_verify
import numpy as np
import pytest

import stablesoftmax
from stablesoftmax import _verify, cli
from stablesoftmax._promises import golden_bits, hidden_markov, samples, sampling
from stablesoftmax._promises.special import SPECIAL
from stablesoftmax._promises.state import STATES

INFO = stablesoftmax.build_info()
HERE = pathlib.Path(__file__).parent
SOME = ("log1mexp", "log_softmax_jvp", "normalize_log_weights", "segment_logsumexp")
ALL = ("accuracy", "golden bits", "layout", "threads")


@pytest.fixture(scope="module")
def full():
    return stablesoftmax.verify()


# the table -----------------------------------------------------------------------------------------------------------


def test_every_public_name_has_promises_or_is_said_to_have_none():
    assert sorted({*sampling.FUNCTIONS, *sampling.WITHOUT_PROMISES}) == sorted(stablesoftmax.__all__)
    assert not set(sampling.FUNCTIONS) & set(sampling.WITHOUT_PROMISES)
    assert set(SPECIAL) == {subject.function for subject in sampling.SUBJECTS}


def test_everything_holds(full):
    assert full.passed, full.complaints()
    assert full.failed == []
    assert full.facts["level"] == INFO["level"]
    assert full.facts["bits_version"] == stablesoftmax.bits_version
    assert full.facts["dtypes"] == ["bfloat16", "float16", "float32", "float64"]


def test_every_function_and_dtype_has_a_row_a_promise(full):
    found = {(row["function"], row["dtype"], row["promise"]) for row in full.rows if not row["variant"] or "=" in row["variant"]}
    for name in set(sampling.FUNCTIONS) - set(STATES):
        for dtype in full.facts["dtypes"]:
            wanted = {*ALL, "special rows"} | ({"distribution", "stream"} if name == "sample" else set())
            assert {p for f, d, p in found if (f, d) == (name, dtype)} >= wanted - ({"accuracy"} if name == "sample" else set())
    assert {(f, p) for f, _, p in found if f in STATES} == {("LogSumExp", "parts")}
    unordered = {*STATES, *hidden_markov.HIDDEN_MARKOV, "gumbel_softmax", "sample", "top_k"}
    assert {f for f, _, p in found if p == "order"} == set(sampling.FUNCTIONS) - unordered
    assert all(row["samples"] > 0 for row in full.rows)


def test_bounds_are_those_of_the_table_where_it_has_them(full):
    """What it lacks is in the docstring. Of gumbel_softmax bounds() takes the noise as given, and verify does not."""
    table = {(row["function"], row["dtype"]) for row in stablesoftmax.bounds() if row["function"] != "gumbel_softmax"}
    for row in full.rows:
        if row["promise"] == "accuracy":
            if (row["function"], row["dtype"]) in table and not row["variant"]:
                assert row["bound_source"] == "bounds()", row
            if row["bound_source"] == "docstring" and row["function"] != "top_k":
                notes = getattr(stablesoftmax, row["function"]).__doc__
                assert "*Accuracy*" in notes or "Accuracy and bits" in notes or row["function"] == "gumbel_softmax"


def test_json(full):
    read = json.loads(json.dumps(full.to_dict(), allow_nan=False))
    assert read["passed"] is True
    assert len(read["rows"]) == len(full.rows)
    keys = [
        "function",
        "variant",
        "dtype",
        "promise",
        "bound",
        "bound_source",
        "samples",
        "failures",
        "error_ulp",
        "part_of_bound",
        "worst",
        "passed",
    ]
    assert all(list(row) == keys for row in read["rows"])
    assert {"version", "bits_version", "level", "numpy", "python", "platform", "seed", "seconds"} <= set(read)


def test_repr_is_a_line_a_function(full):
    lines = repr(full).splitlines()
    assert len(lines) == len(sampling.FUNCTIONS) + 2
    assert [line.split()[0] for line in lines[1:-1]] == list(sampling.FUNCTIONS)
    assert lines[-1].startswith("every promise holds")
    assert f"level {INFO['level']}" in lines[-1]


def test_samples_are_reproducible():
    first, second, other = (stablesoftmax.verify("logmeanexp", seed=seed).to_dict()["rows"] for seed in (5, 5, 6))
    assert first == second
    assert first != other


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (
            {"functions": ["softmaxx"]},
            ValueError,
            "verify: 'softmaxx' is no function with promises; use some of LogSumExp",
        ),
        ({"functions": "bounds"}, ValueError, "verify: 'bounds' is no function"),
        ({"functions": 3}, TypeError, "verify: functions is 3; use names"),
        ({"seed": 1.5}, TypeError, "verify: seed must be an int, not 1.5"),
        ({"seed": -1}, ValueError, "verify: seed is -1; it must be 0 or more"),
    ],
)
def test_errors(arguments, error, words):
    with pytest.raises(error, match=words):
        stablesoftmax.verify(**arguments)


# broken promises -----------------------------------------------------------------------------------------------------


def operands(purpose, *shape):
    name = (0, "softmax", "float32", purpose)
    source = samples.Source(*name, 0, shape[1]) if purpose == "accuracy" else samples.Source(*name, shape)
    return source.logits(np.dtype(np.float32), shape)


def up(y, steps=1):
    for _ in range(steps):
        y[0, 0] = np.nextafter(y[0, 0], np.float32(2))
    return y


def broken(monkeypatch, change):
    """softmax, but change(x, y) is what it returns; gives the rows that fail then."""
    right = stablesoftmax.softmax
    monkeypatch.setattr(stablesoftmax, "softmax", lambda x, *args, **kwargs: change(x, right(x, *args, **kwargs)))
    outcome = stablesoftmax.verify("softmax")
    assert not outcome.passed
    assert "FAIL" in outcome.heading()
    assert len(outcome.complaints()) == len(outcome.failed)
    return {(row["variant"], row["dtype"], row["promise"]): row for row in outcome.failed}


def test_two_ulp_in_one_result(monkeypatch):
    sample = operands("accuracy", 10, 7)
    failed = broken(monkeypatch, lambda x, y: up(y, 2) if np.array_equal(x, sample) else y)
    (row,) = [failed.pop(("", "float32", "accuracy"))]
    assert (row["failures"], failed) == (1, {})
    assert 1 < row["error_ulp"] < 3


def test_bits_that_depend_on_the_order(monkeypatch):
    sample = operands("order", 10, 19)
    permuted = np.sort(sample)

    def change(x, y):
        return up(y) if np.array_equal(np.sort(x), permuted) and not np.array_equal(x, sample) else y

    failed = broken(monkeypatch, change)
    assert failed.pop(("", "float32", "order"))["failures"] == 3
    assert failed == {}


def test_bits_that_depend_on_the_layout(monkeypatch):
    failed = broken(monkeypatch, lambda x, y: up(y) if x.dtype == np.float32 and x.strides[-1] < 0 else y)
    assert set(failed) == {(v, "float32", "layout") for v in ("", "temperature", "where", "sink")}
    assert {row["worst"] for row in failed.values()} == {"negative strides"}


def test_bits_that_depend_on_the_threads(monkeypatch):
    failed = broken(monkeypatch, lambda x, y: up(y) if stablesoftmax.get_num_threads() == 3 and x.dtype == np.float64 else y)
    assert set(failed) == {(v, "float64", "threads") for v in ("", "temperature", "where", "sink")}


def test_a_nan(monkeypatch):
    def change(x, y):
        if x.shape == (10, 19) and x.dtype == np.float64 and np.isneginf(x).any():
            y[3, 4] = np.nan
        return y

    failed = broken(monkeypatch, change)
    assert failed.pop(("", "float64", "special rows"))["failures"] == 1
    assert failed == {}


def test_a_nan_among_numbers_is_no_small_error(monkeypatch):
    sample = operands("accuracy", 10, 7)
    failed = broken(monkeypatch, lambda x, y: np.where(np.arange(7) == 2, np.nan, y) if np.array_equal(x, sample) else y)
    row = failed.pop(("", "float32", "accuracy"))
    assert (row["failures"], row["error_ulp"], failed) == (10, np.inf, {})
    document = _verify.Verification([row], {"dtypes": []}).to_dict()
    assert json.loads(json.dumps(document, allow_nan=False))["rows"][0]["error_ulp"] is None


def test_other_golden_bits(monkeypatch):
    monkeypatch.setitem(golden_bits.GOLDEN, "top_k float16", "0" * 16)
    (row,) = stablesoftmax.verify("top_k").failed
    assert (row["dtype"], row["promise"], row["bound"]) == ("float16", "golden bits", "0" * 16)


def test_a_function_that_raises_fails_its_rows(monkeypatch):
    def refuse(x, k):
        raise OSError("no")

    monkeypatch.setattr(stablesoftmax, "top_k", refuse)
    outcome = stablesoftmax.verify(["top_k"])
    assert len(outcome.failed) == len(outcome.rows) > 0
    assert {row["worst"] for row in outcome.failed} == {"OSError: no"}


# the command ---------------------------------------------------------------------------------------------------------


def run(*arguments, **environment):
    return subprocess.run([sys.executable, *arguments], capture_output=True, check=False, text=True, env=os.environ | environment)


@pytest.mark.parametrize("level", INFO["levels_supported"])
def test_command_at_each_level(level):
    finished = run("-m", "stablesoftmax", "verify", "--json", *SOME, STABLESOFTMAX_ISA=level)
    assert (finished.returncode, finished.stderr) == (0, "")
    document = json.loads(finished.stdout)
    assert (document["passed"], document["level"]) == (True, level)
    assert {row["function"] for row in document["rows"]} == set(SOME)


@pytest.mark.parametrize("level", INFO["levels_supported"])
def test_golden_bits_at_each_level(level):
    """A change here is a change of bits: it needs a new bits_version, a reason, and make_verify.py --write."""
    finished = run(str(HERE / "make_verify.py"), "--check", STABLESOFTMAX_ISA=level)
    assert (finished.returncode, finished.stderr) == (0, ""), finished.stdout
    assert stablesoftmax.bits_version == golden_bits.BITS_VERSION
    assert finished.stdout.splitlines()[0] == f"{len(golden_bits.GOLDEN)} digests, 0 different"


def test_make_verify_writes_what_is_there(monkeypatch, tmp_path):
    monkeypatch.setattr(make_verify, "FILE", tmp_path / "golden_bits.py")
    monkeypatch.setattr(make_verify, "found", lambda: golden_bits.GOLDEN)
    assert make_verify.main("--write") == 0
    assert (tmp_path / "golden_bits.py").read_text() == pathlib.Path(golden_bits.__file__).read_text()


def test_text_with_and_without_rich(monkeypatch, capsys):
    assert cli.main(["verify", "top_k"]) == 0
    with_rich = capsys.readouterr()
    find_spec = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *rest: None if name == "rich" else find_spec(name, *rest))
    assert cli.main(["verify", "top_k"]) == 0
    plain = capsys.readouterr()
    for captured in with_rich, plain:
        assert captured.err == ""
        assert captured.out.splitlines()[1].split() == ["top_k", "holds", "-", "holds", "holds", "holds", "holds"]
        assert captured.out.splitlines()[-1].startswith("every promise holds")


def test_exit_code_of_a_broken_promise(monkeypatch, capsys):
    monkeypatch.setitem(golden_bits.GOLDEN, "top_k float16", "0" * 16)
    assert cli.main(["verify", "top_k"]) == 1
    assert "top_k, float16, golden bits: 1 of 1 fail" in capsys.readouterr().out
    assert cli.main(["verify", "--json", "top_k"]) == 1
    assert json.loads(capsys.readouterr().out)["passed"] is False


def test_bad_arguments(capsys):
    assert cli.main(["verify", "nothing"]) == 2
    assert capsys.readouterr().err.startswith("stablesoftmax verify: 'nothing' is no function with promises; use some of")
    assert cli.main(["verify", "--seed", "-1"]) == 2


def test_needs_numpy_alone():
    code = """
import sys
for name in ("ml_dtypes", "rich", "scipy", "flint", "mpmath", "hypothesis"):
    sys.modules[name] = None
import stablesoftmax, stablesoftmax.cli
assert "decimal" not in sys.modules and "stablesoftmax._promises" not in sys.modules
assert stablesoftmax.verify("softmax").facts["dtypes"] == ["float16", "float32", "float64"]
sys.exit(stablesoftmax.cli.main(["verify", "gumbel_softmax", "viterbi"]))
"""
    finished = run("-c", code)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "every promise holds" in finished.stdout
    assert "bfloat16 was not verified: ml_dtypes is not installed" in finished.stdout
