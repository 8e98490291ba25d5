"""What the package promises by name: __all__, signatures, docstrings that are contracts, examples that run."""

import doctest
import importlib
import inspect
import pathlib
import re
import subprocess
import sys
import types

import pytest

import stablesoftmax

FACE = [
    "stablesoftmax",
    *(f"stablesoftmax.{m}" for m in ("_arguments", "_bounds", "_build", "_logsumexp", "_rows", "_softmax", "_state")),
    *(f"stablesoftmax.{m}" for m in ("_gumbel_softmax", "_sample", "_top_k")),
]
FUNCTIONS = [name for name in stablesoftmax.__all__ if callable(getattr(stablesoftmax, name))]
SIGNATURES = {
    "softmax": '(x, axis=-1, *, temperature=1.0, where=True, all_neginf="nan", posinf="nan", out=None, dtype=None)',
    "log_softmax": '(x, axis=-1, *, temperature=1.0, where=True, all_neginf="nan", posinf="nan", out=None, dtype=None)',
    "logsumexp": "(x, axis=None, *, where=True, keepdims=False, out=None, dtype=None)",
    "gumbel_softmax": "(logits, axis=-1, *, temperature=1.0, hard=False, where=True, rng=None, out=None, dtype=None)",
    "sample": "(logits, size=None, axis=-1, *, temperature=1.0, top_k=None, top_p=None, min_p=None, where=True, rng=None)",
    "top_k": "(x, k, axis=-1)",
    "get_num_threads": "()",
    "num_threads": "(n)",
    "set_num_threads": "(n)",
    "build_info": "()",
    "bounds": "()",
}


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


@pytest.mark.parametrize("name", SIGNATURES)
def test_signature(name):
    parameters = [p.replace(annotation=p.empty) for p in inspect.signature(getattr(stablesoftmax, name)).parameters.values()]
    plain = inspect.Signature(parameters)
    assert str(plain).replace("'", '"') == SIGNATURES[name]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_annotated(name):
    signature = inspect.signature(getattr(stablesoftmax, name))
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
    function = getattr(stablesoftmax, name)
    found = sections(function)
    order = ["Summary", "Parameters", "Returns", "Raises", "Warns", "See Also", "Notes", "References", "Examples"]
    assert list(found) == sorted(found, key=order.index), f"{name}: {list(found)}"
    assert found["Summary"].splitlines()[0].endswith((".", ":", "row."))
    assert "Returns" in found
    assert "Examples" in found
    documented = re.findall(r"^(\w+) : .+", found.get("Parameters", ""), re.MULTILINE)
    assert documented == list(inspect.signature(function).parameters)
    assert ">>> " in found["Examples"]


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
    rows = stablesoftmax.bounds()
    assert {(row["function"], row["dtype"]) for row in rows} >= {
        (f, d) for f in ("softmax", "log_softmax", "logsumexp") for d in ("float32", "float64")
    }
    for row in rows:
        assert set(row) >= {"function", "dtype", "domain", "ulp", "absolute_exponent", "source", "observed", "worst"}
        assert 0.5 <= row["observed"] < row["ulp"] <= 1
        assert row["absolute_exponent"] == 0 if row["function"] != "logsumexp" else row["absolute_exponent"] <= -98
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
    code = "import sys, stablesoftmax; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(child.stdout.split())
    assert "numpy" in loaded
    assert not loaded & {"ml_dtypes", "rich", "matplotlib", "flint", "mpmath", "scipy", "torch", "argparse", "csv"}


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
