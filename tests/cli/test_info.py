"""`info`, in processes of their own: what it says is what the library says."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import stablesoftmax


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "stablesoftmax", "info", *arguments],
        capture_output=True, check=False, text=True, env=os.environ | environment,
    )  # fmt: skip


def test_json():
    finished = run("--json")
    assert (finished.returncode, finished.stderr) == (0, "")
    facts = json.loads(finished.stdout)
    expected = stablesoftmax.build_info()
    assert {key: facts[key] for key in expected} == expected
    assert facts["numpy"] == np.__version__
    assert facts["python"] == sys.version.split()[0]


def test_text_is_a_line_a_fact():
    finished = run()
    assert (finished.returncode, finished.stderr) == (0, "")
    facts = dict(line.split(maxsplit=1) for line in finished.stdout.splitlines())
    info = stablesoftmax.build_info()
    assert facts.keys() >= info.keys() | {"numpy", "python", "platform"}
    assert facts["version"] == stablesoftmax.__version__
    assert facts["levels_compiled"] == ", ".join(info["levels_compiled"])


@pytest.mark.parametrize("level", stablesoftmax.build_info()["levels_supported"])
def test_a_forced_level_is_told(level):
    finished = run("--json", STABLESOFTMAX_ISA=level)
    assert json.loads(finished.stdout)["level"] == level


def test_no_optional_package_is_needed():
    script = (
        "import sys; sys.modules.update(rich=None, matplotlib=None); from stablesoftmax.cli import main; sys.exit(main(['info']))"
    )
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, text=True)
    assert finished.returncode == 0
    assert finished.stdout == run().stdout
