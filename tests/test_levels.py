"""One set of bits for every SIMD level: forced levels run, are the ones in use, and give the golden hashes."""

import json
import os
import pathlib
import subprocess
import sys

import make_golden
import pytest
from family import PLAIN
from formats import DTYPES

import stablesoftmax

INFO = stablesoftmax.build_info()
HERE = pathlib.Path(__file__).parent


def python(*arguments, level=None):
    environment = {key: value for key, value in os.environ.items() if key != "STABLESOFTMAX_ISA"}
    if level is not None:
        environment["STABLESOFTMAX_ISA"] = level
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)


def different(found):
    golden = json.loads(make_golden.GOLDEN.read_text())
    return sorted(key for key in golden.keys() | found.keys() if golden.get(key) != found.get(key))


def test_golden():
    """A change here is a change of bits: it needs a new bits_version, a reason, and make_golden.py --write."""
    assert different(make_golden.digests()) == []


def test_every_function_has_a_hash_of_each_dtype():
    functions = {name for name in stablesoftmax.__all__ if callable(getattr(stablesoftmax, name))} - PLAIN
    names = {tuple(key.split()[:2]) for key in json.loads(make_golden.GOLDEN.read_text()) if key.endswith(" family")}
    assert names == {(name, dtype) for name in functions for dtype in DTYPES}


@pytest.mark.parametrize("level", INFO["levels_supported"])
def test_forced_level_has_the_golden_bits(level):
    child = python(str(HERE / "make_golden.py"), "--print", level=level)
    assert child.returncode == 0, child.stderr
    found = json.loads(child.stdout)
    assert found.pop("level") == level
    assert different(found) == []


@pytest.mark.parametrize("level", INFO["levels_supported"])
def test_forced_level_is_the_one_in_use(level):
    child = python("-c", "import stablesoftmax as s; print(s.build_info()['level'])", level=level)
    assert (child.returncode, child.stdout.strip()) == (0, level), child.stderr


def test_the_best_level_is_the_default():
    child = python("-c", "import stablesoftmax as s; print(s.build_info()['level'])")
    assert child.stdout.strip() == INFO["levels_supported"][0]


@pytest.mark.parametrize("level", ["", "AVX2", "avx", "sse9", "avx2 ", "none", "x" * 10_000, "%s%n", "é"])
def test_unknown_level(level):
    """The message is the list of what would have worked."""
    child = python("-c", "import stablesoftmax", level=level)
    if level == "":  # set to nothing is as good as not set
        assert child.returncode == 0, child.stderr
        return
    assert child.returncode == 1
    last = child.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: "), child.stderr[-2000:]
    assert "STABLESOFTMAX_ISA" in last
    for valid in INFO["levels_supported"]:
        assert valid in last


def test_unsupported_level():
    unsupported = set(INFO["levels_compiled"]) - set(INFO["levels_supported"])
    if not unsupported:
        pytest.skip("this machine runs every compiled level")
    for level in unsupported:
        child = python("-c", "import stablesoftmax", level=level)
        assert child.returncode == 1
        last = child.stderr.strip().splitlines()[-1]
        assert last.startswith("ImportError: ")
        assert level in last
        assert all(valid in last for valid in INFO["levels_supported"])


def test_levels_are_listed_best_first():
    order = ["avx512", "avx2", "baseline"]
    for key in ("levels_compiled", "levels_supported"):
        assert INFO[key] == sorted(INFO[key], key=lambda level: order.index(level) if level in order else -1)
    assert INFO["levels_supported"][-1] in ("baseline", "neon")
