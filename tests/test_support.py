"""docs/support.md says what pyproject.toml says."""

import pathlib
import re
import tomllib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "support.md"

pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="the tests were taken out of their repository")


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def rows(heading):
    """The cells of each row of the table under a heading, its head left out."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_extras():
    written = {name.strip("`"): sorted(re.findall(r"`([^`]+)`", brings)) for name, brings, _ in rows("Extras")}
    assert written == {name: sorted(brings) for name, brings in project()["optional-dependencies"].items()}


def test_requirements():
    text, (numpy,) = PAGE.read_text(encoding="utf-8"), project()["dependencies"]
    assert f"Python `{project()['requires-python']}`, `{numpy}`" in text
    named = [what for what, *_ in rows("Python and NumPy")]
    assert f"Python {project()['requires-python'].removeprefix('>=')}" == named[0]
    assert numpy.replace("numpy>=", "NumPy ") in named


def test_the_oldest_numpy_is_asked_for_by_the_native_code():
    (numpy,) = project()["dependencies"]
    macro = numpy.replace("numpy>=", "NPY_").replace(".", "_") + "_API_VERSION"
    header = (ROOT / "src" / "native" / "numpy_api.h").read_text(encoding="utf-8")
    assert f"#define NPY_TARGET_VERSION {macro}\n" in header


def test_every_state_is_one_of_four():
    states = {"every run", "once", "untested", "unsupported"}
    for heading, column in (("Python and NumPy", 1), ("Platforms", 1), ("Extras", 2)):
        for cells in rows(heading):
            assert cells[column].split(",")[0] in states, cells
