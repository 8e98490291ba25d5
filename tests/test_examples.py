"""The examples of the documentation: each asserts its own result, and needs nothing but NumPy."""

import pathlib
import subprocess
import sys

import pytest

SCRIPTS = sorted((pathlib.Path(__file__).resolve().parents[1] / "docs" / "examples").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_example(script, tmp_path):
    done = subprocess.run([sys.executable, "-W", "error", script], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert len(script.read_text(encoding="utf-8").splitlines()) < 100


def test_all_are_here():
    assert [script.stem for script in SCRIPTS] == ["hmm", "model_averaging", "network", "policy_gradient"]
