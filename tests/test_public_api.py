"""What the package promises by name: __all__, signatures, docstrings that are contracts, examples that run."""

import doctest
import importlib
import inspect
import operator
import pathlib
import re
import subprocess
import sys
import types

import numpy as np
import pytest

import stablesoftmax

MODULES = """
    _arguments _binary_cross_entropy _bounds _build _cross_entropy _csr _gradients _gumbel_softmax _hmm _information _log_weights
    _logcumsumexp _logmatmulexp _logsumexp _pointwise _rows _sample _segment_softmax _softmax _sparse _sparse_vjp _state
    _targets _top_k _verify scipy
"""
DOCTOR = """
    clipping curves diagnosis exceptions explaining explosion findings formats initialisers letter libraries logit_curves
    logit_findings logit_statistics normal orthogonal_weights page plot records remedies scaling signs statistics trees watch
    watch_summary
"""
FACE = ["stablesoftmax", *(f"stablesoftmax.{module}" for module in MODULES.split())]
FACE += [f"stablesoftmax.doctor.{module}" for module in DOCTOR.split()]
UFUNCS = [name for name in stablesoftmax.__all__ if isinstance(getattr(stablesoftmax, name), np.ufunc)]
FUNCTIONS = [name for name in stablesoftmax.__all__ if callable(getattr(stablesoftmax, name)) and name not in UFUNCS]
FUNCTIONS += [f"scipy.{name}" for name in stablesoftmax.scipy.__all__ if getattr(stablesoftmax.scipy, name).__name__ not in UFUNCS]
LOSS = (
    "(logits, targets, axis=-1, *, weight=None, label_smoothing=0.0, ignore_index=None, where=True, "
    'reduction="mean", normalizer=None, dtype=None)'
)
SEGMENTS = (
    '(x, segment_ids, num_segments=None, *, temperature=1.0, where=True, all_neginf="nan", posinf="nan", out=None, dtype=None)'
)
FIRST_WEIGHTS = '(shape, *, in_axis=-2, out_axis=-1, rng=None, dtype="float32")'
BINARY_LOSS = '(logits, targets, *, where=True, reduction="mean", normalizer=None, dtype=None)'
SIGNATURES = {
    "LogSumExp": "(dtype=None, temperature=1.0)",
    "binary_cross_entropy": BINARY_LOSS,
    "binary_cross_entropy_and_grad": BINARY_LOSS,
    "softmax": '(x, axis=-1, *, temperature=1.0, where=True, sink=None, all_neginf="nan", posinf="nan", out=None, dtype=None)',
    "log_softmax": '(x, axis=-1, *, temperature=1.0, where=True, sink=None, all_neginf="nan", posinf="nan", out=None, dtype=None)',
    "logsumexp": "(x, axis=None, *, weights=None, where=True, keepdims=False, out=None, dtype=None)",
    "gumbel_softmax": "(logits, axis=-1, *, temperature=1.0, hard=False, where=True, rng=None, out=None, dtype=None)",
    "sample": "(logits, size=None, axis=-1, *, temperature=1.0, top_k=None, top_p=None, min_p=None, where=True, rng=None)",
    "top_k": "(x, k, axis=-1)",
    "verify": "(functions=None, *, seed=0)",
    "get_num_threads": "()",
    "num_threads": "(n)",
    "set_num_threads": "(n)",
    "build_info": "()",
    "bounds": "()",
    "scipy.log_softmax": "(x, axis=None)",
    "scipy.logsumexp": "(a, axis=None, b=None, keepdims=False, return_sign=False)",
    "scipy.softmax": "(x, axis=None)",
    "sparsemax": "(x, axis=-1, *, where=True, k=None, out=None, dtype=None)",
    "entmax15": "(x, axis=-1, *, where=True, k=None, out=None, dtype=None)",
    "entmax": "(x, alpha=1.5, axis=-1, *, where=True, k=None, out=None, dtype=None)",
    "sparsemax_vjp": "(y, g, axis=-1, *, out=None)",
    "entmax15_vjp": "(y, g, axis=-1, *, out=None)",
    "entmax_vjp": "(y, g, alpha=1.5, axis=-1, *, out=None)",
    "entmax_alpha_vjp": "(y, g, alpha=1.5, axis=-1, *, keepdims=False, out=None)",
    "csr_softmax": '(matrix, *, temperature=1.0, all_neginf="nan", posinf="nan", dtype=None)',
    "csr_log_softmax": '(matrix, *, temperature=1.0, all_neginf="nan", posinf="nan", dtype=None)',
    "csr_logsumexp": "(matrix, *, dtype=None)",
    "segment_softmax": SEGMENTS,
    "segment_log_softmax": SEGMENTS,
    "segment_logsumexp": "(x, segment_ids, num_segments=None, *, where=True, out=None, dtype=None)",
    "Watch": "(every=200, history=400)",
    "clip_by_global_norm": '(grads, max_norm, *, nonfinite="nan")',
    "clip_by_value": "(grads, low, high)",
    "explain": "(x, axis=-1)",
    "glorot_normal": FIRST_WEIGHTS,
    "glorot_uniform": FIRST_WEIGHTS,
    "he_normal": FIRST_WEIGHTS,
    "he_uniform": FIRST_WEIGHTS,
    "lecun_normal": FIRST_WEIGHTS,
    "loss_scale": "(grads, scale, good_steps=0, *, growth_interval=2000, largest=16777216.0)",
    "orthogonal": '(shape, *, gain=1.0, rng=None, dtype="float32")',
    "effective_sample_size": "(log_weights, axis=-1, *, where=True)",
    "entropy_from_logits": "(x, axis=-1, *, where=True, keepdims=False, out=None, dtype=None)",
    "hmm_forward": "(log_initial, log_transition, log_emission)",
    "hmm_forward_backward": "(log_initial, log_transition, log_emission)",
    "kl_divergence_from_logits": "(p_logits, q_logits, axis=-1, *, where=True, keepdims=False, dtype=None)",
    "logcumsumexp": "(x, axis=-1, *, where=True, out=None, dtype=None)",
    "logmatmulexp": '(a, b, *, method="faithful")',
    "logmeanexp": "(x, axis=None, *, where=True, keepdims=False, out=None, dtype=None)",
    "logvarexp": "(x, axis=None, *, ddof=0, where=True, keepdims=False, dtype=None)",
    "normalize_log_weights": "(log_weights, axis=-1, *, where=True)",
    "viterbi": "(log_initial, log_transition, log_emission)",
    "cross_entropy": LOSS,
    "cross_entropy_and_grad": LOSS,
    "log_softmax_jvp": "(y, v, axis=-1, *, out=None)",
    "log_softmax_vjp": "(y, g, axis=-1, *, out=None)",
    "logsumexp_jvp": "(x, v, axis=None, *, where=True)",
    "logsumexp_vjp": "(x, g, axis=None, *, where=True, out=None)",
    "softmax_jvp": "(y, v, axis=-1, *, out=None)",
    "softmax_vjp": "(y, g, axis=-1, *, out=None)",
}
OPERANDS = {
    "log1mexp": "x",
    "log_sigmoid": "x",
    "logaddexp": "x1, x2",
    "logit": "x",
    "logsubexp": "x1, x2",
    "sigmoid": "x",
    "softplus": "x",
}


def named(name):
    """The function of this name, `scipy.logsumexp` being that of stablesoftmax.scipy."""
    return operator.attrgetter(name)(stablesoftmax)


def test_all_is_complete_in_both_directions():
    exported = {name for name, value in vars(stablesoftmax).items() if not isinstance(value, types.ModuleType)}
    public = {name for name in exported if not name.startswith("_")} | {"__version__"}
    assert sorted(public) == sorted(stablesoftmax.__all__)
    assert len(set(stablesoftmax.__all__)) == len(stablesoftmax.__all__)
    assert {"softmax", "log_softmax", "logsumexp", "build_info", "bits_version", "__version__"} <= set(stablesoftmax.__all__)


def test_star_import():
    names = {}
    exec("from stablesoftmax import *", names)
    assert set(stablesoftmax.__all__) <= set(names)


def test_every_public_function_is_listed_here():
    assert sorted(SIGNATURES) == sorted(FUNCTIONS)
    assert sorted(OPERANDS) == sorted(UFUNCS)


@pytest.mark.parametrize("name", SIGNATURES)
def test_signature(name):
    parameters = [p.replace(annotation=p.empty) for p in inspect.signature(named(name)).parameters.values()]
    plain = inspect.Signature(parameters)
    assert str(plain).replace("'", '"') == SIGNATURES[name]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_annotated(name):
    signature = inspect.signature(named(name))
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(p.annotation is not p.empty for p in signature.parameters.values())


def sections(function):
    """{heading: text} of a numpydoc docstring."""
    lines, found, heading = inspect.getdoc(function).splitlines(), {}, "Summary"
    for i, line in enumerate(lines):
        if i + 1 < len(lines) and line and re.fullmatch("-{3,}", lines[i + 1]):
            assert len(line) == len(lines[i + 1]), f"{function.__name__}: the line under {line} has another length"
            heading = line
        elif not re.fullmatch("-{3,}", line):
            found[heading] = found.get(heading, "") + line + "\n"
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_docstring(name):
    function = named(name)
    found = sections(function)
    order = ["Summary", "Parameters", "Attributes", "Returns", "Raises", "Warns", "See Also", "Notes", "References", "Examples"]
    assert list(found) == sorted(found, key=order.index), f"{name}: {list(found)}"
    assert found["Summary"].splitlines()[0].endswith((".", ":", "row."))
    assert "Returns" in found or inspect.isclass(function)
    assert "Examples" in found
    documented = re.findall(r"^(\w+) : .+", found.get("Parameters", ""), re.MULTILINE)
    assert documented == list(inspect.signature(function).parameters)
    assert ">>> " in found["Examples"]


@pytest.mark.parametrize("name", OPERANDS)
def test_docstring_of_a_ufunc(name):
    """NumPy puts the signature first; what follows is a contract like the others, with the keywords that matter."""
    found = sections(getattr(stablesoftmax, name))
    assert list(found) == ["Summary", "Parameters", "Returns", "Raises", "Notes", "References", "Examples"]
    signature, _, summary = found["Summary"].partition("\n\n")
    assert signature.startswith(f"{name}({OPERANDS[name]}, /, out=None, *, where=True,")
    assert re.fullmatch(r"[A-Z].*\.\n*", summary)
    documented = re.findall(r"^(\w+(?:, \w+)*) : .+", found["Parameters"], re.MULTILINE)
    assert documented == [OPERANDS[name], "out", "where", "dtype"]
    assert "TypeError" in found["Raises"]
    for word in ("ulp", "bounds", "-inf", "nan", "*Bits*"):
        assert word in found["Notes"]
    for dtype in ("float16", "bfloat16", "float32", "float64"):
        assert dtype in found["Parameters"]


@pytest.mark.parametrize("name", [*OPERANDS, *(name for name in FUNCTIONS if hasattr(named(name), "__wrapped__"))])
def test_examples_that_doctest_does_not_find_run(name):
    """doctest looks into no ufunc by itself, and into no function that a decorator of another module has wrapped."""
    example = doctest.DocTestParser().get_doctest(inspect.getdoc(named(name)), {}, name, None, 0)
    result = doctest.DocTestRunner(verbose=False).run(example)
    assert (result.failed, result.attempted > 1) == (0, True)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_docstring_is_a_contract(name):
    """Special values, errors, the bound and a reference are said; so is what `where` does to `out`."""
    found = sections(getattr(stablesoftmax, name))
    assert {"Raises", "Notes", "References"} <= set(found)
    for error in ("TypeError", "ValueError", "AxisError"):
        assert error in found["Raises"]
    for word in ("ulp", "bounds", "-inf", "nan"):
        assert word in found["Notes"]
    for dtype in ("float16", "bfloat16"):
        assert dtype in inspect.getdoc(stablesoftmax.softmax)
        assert dtype in inspect.getdoc(stablesoftmax.logsumexp)


@pytest.mark.parametrize("name", FACE)
def test_examples_run(name):
    result = doctest.testmod(importlib.import_module(name), verbose=False)
    assert result.failed == 0
    if name in ("stablesoftmax", "stablesoftmax._softmax", "stablesoftmax._logsumexp", "stablesoftmax._state"):
        assert result.attempted > 0


def test_bounds_are_data():
    """One row for each function and dtype that has a kernel; what was observed lies below what is promised."""
    rows, faithful = stablesoftmax.bounds(), ("softmax", "log_softmax", "logsumexp", *OPERANDS)
    assert {(row["function"], row["dtype"]) for row in rows} >= {(f, d) for f in faithful for d in ("float32", "float64")}
    for row in rows:
        assert set(row) >= {
            "function",
            "dtype",
            "domain",
            "ulp",
            "absolute_exponent",
            "terms_exponent",
            "source",
            "observed",
            "worst",
        }
        assert 0.5 <= row["observed"] < row["ulp"]
        if row["function"] in faithful:
            cancels = row["function"] in ("logsumexp", "logaddexp", "logsubexp")
            assert row["ulp"] <= 1
            assert row["absolute_exponent"] <= -98 if cancels else row["absolute_exponent"] == 0
    rows[0]["ulp"] = 99.0
    assert stablesoftmax.bounds()[0]["ulp"] != 99.0  # a copy: nobody can loosen the table


def test_build_info_is_data():
    info = stablesoftmax.build_info()
    assert set(info) >= {"version", "compiler", "flags", "levels_compiled", "levels_supported", "level", "bits_version"}
    assert isinstance(info["bits_version"], int)
    assert info["bits_version"] >= 1
    info["level"] = "changed"
    assert stablesoftmax.build_info()["level"] != "changed"


def test_typed():
    assert (pathlib.Path(stablesoftmax.__file__).parent / "py.typed").exists()


def test_import_brings_nothing_but_numpy():
    """The extras, and what only some inputs need, are imported when they are asked for."""
    code = "import sys, stablesoftmax; print(*sorted({m.partition('.')[0] for m in sys.modules}), *sys.modules)"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(child.stdout.split())
    assert "numpy" in loaded
    assert not [name for name in loaded if name.startswith("stablesoftmax.doctor")]
    assert not loaded & {"ml_dtypes", "rich", "matplotlib", "flint", "mpmath", "scipy", "torch", "argparse", "csv"}


def test_import_does_not_wait_for_what_few_calls_need():
    """np.random and pathlib take longer to load than all of this package.

    A call must not load them either: a signal handler that calls us meanwhile would find them half there.
    """
    code = """
import sys, numpy
before = set(sys.modules)
import stablesoftmax
stablesoftmax.softmax(numpy.zeros((600, 600), numpy.float32))
print(*(set(sys.modules) - before))
"""
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "stablesoftmax" in child.stdout.split()
    assert not set(child.stdout.split()) & {"numpy.random", "pathlib", "hashlib", "inspect"}


def test_importing_again():
    """Importing again, from another thread or after removal from sys.modules, is the same package or an error, never a crash."""
    code = """
import sys, threading, stablesoftmax
threads = [threading.Thread(target=__import__, args=("stablesoftmax",)) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
for name in [m for m in sys.modules if m.startswith("stablesoftmax")]: del sys.modules[name]
try:
    import stablesoftmax as again
    assert again.softmax([0.0, 0.0]).tolist() == [0.5, 0.5]
except ImportError: pass
assert stablesoftmax.softmax([0.0, 0.0]).tolist() == [0.5, 0.5]
"""
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
