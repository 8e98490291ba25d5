"""The native core without Python: the harness of this folder, built by two compilers, with much optimization and with little.

One hash of bits (golden.h) must come out of all of them. What an optimizer cannot change is checked once, at -O3.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from native.build import HERE, NATIVE, build, family, levels

import stablesoftmax

pytestmark = pytest.mark.skipif(not NATIVE.exists(), reason="the tests were taken out of their repository")
INFO = stablesoftmax.build_info()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """STABLESOFTMAX_HARNESS names a folder whose objects are used again."""
    return Path(os.environ.get("STABLESOFTMAX_HARNESS") or tmp_path_factory.mktemp("native"))


def run(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def build_or_skip(folder, compiler, flags):
    if shutil.which(compiler) is None:
        pytest.skip(f"there is no {compiler} here")
    return build(folder, compiler, flags)


@pytest.mark.parametrize(("compiler", "flags", "checks"), [
    ("c++", "-O3", ()),
    ("clang++", "-O1", ("bits", "family")),  # at -O0 .ci/run builds it with the sanitizers
])  # fmt: skip
def test_every_build_has_the_committed_bits(folder, compiler, flags, checks):
    program = build_or_skip(folder, compiler, flags)
    report = ""
    for only in [["--only", check] for check in checks] or [[]]:
        status, part, errors = run(program, "--quick", *only)
        assert status == 0, part + errors
        report += part
    for check in checks or ("bits", "family"):
        ran = set(re.findall(rf"^(\w+) +{check} .* ok ", report, re.MULTILINE))
        assert ran == {*INFO["levels_supported"], "simulated512"}
        not_run = set(re.findall(r"^(\w+) +not run here", report, re.MULTILINE))
        assert ran | not_run == {*levels(family(compiler)), "simulated512"}


def test_a_level_can_be_chosen(folder):
    program = build_or_skip(folder, "c++", "-O3")
    level = INFO["levels_supported"][-1]
    status, report, _ = run(program, "--quick", "--level", level, "--only", "special_rows")
    assert (status, len(report.splitlines())) == (0, 1)
    assert report.startswith(level)
    for arguments in (["--level", "sse9"], ["--only", "nothing"], ["--slow"], ["--level"]):
        status, report, errors = run(program, *arguments)
        assert (status, report, len(errors.splitlines())) == (2, "", 1)


def test_golden_names_the_version_of_the_bits():
    entries = re.findall(r'^ *\{(\d+), 0x[0-9a-f]{16}u, "(.+)"\}', (HERE / "golden.h").read_text(), re.MULTILINE)
    versions = [int(version) for version, _ in entries]
    assert versions == sorted(versions)
    assert versions[-1] == INFO["bits_version"]
