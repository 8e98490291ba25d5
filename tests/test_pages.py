"""Every snippet of the documentation runs and prints what the page says; both READMEs say the same."""

import doctest
import re
import subprocess
import sys
from collections import Counter

import pytest
from pages import PAGES, commands, examples, fences, needs, text

RUNNING = [name for name in PAGES if examples(name).examples]
FLAGS = doctest.ELLIPSIS | doctest.DONT_ACCEPT_TRUE_FOR_1

pytestmark = pytest.mark.skipif("README.md" not in PAGES, reason="the tests were taken out of their repository")


@pytest.mark.parametrize("name", RUNNING)
def test_snippets_run(name, tmp_path, monkeypatch):
    """The examples of a page one after the other, in a folder of its own; then its commands, in the same folder."""
    for package in needs(name):
        pytest.importorskip(package, reason=f"{package} is not part of the test extra")
    monkeypatch.chdir(tmp_path)
    said = []
    result = doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(examples(name), out=said.append)
    assert result.failed == 0, "".join(said)
    ours = f"""stablesoftmax() {{ '{sys.executable}' -m stablesoftmax "$@"; }}\n"""
    for command, output in commands(name):
        child = subprocess.run(["bash", "-ec", ours + command], capture_output=True, text=True, check=False)
        assert child.returncode == 0, f"{command}: {child.stderr}"
        assert doctest.OutputChecker().check_output(output, (child.stdout + child.stderr).rstrip("\n"), FLAGS), child.stdout


@pytest.mark.parametrize("name", PAGES)
def test_python_is_executed(name):
    """What is called Python begins with a prompt, so doctest sees it; commands to be run are called console."""
    for language, body in fences(name):
        assert language in ("python", "console", "toml", "") or language.startswith("{"), language
        assert language != "python" or body.startswith(">>> "), body
        assert language != "console" or (body.startswith("$ ") and name in RUNNING), body


def test_there_is_something_to_run():
    assert len(RUNNING) > 20
    assert any(commands(name) for name in RUNNING)


def test_both_readmes_say_the_same():
    """The same blocks of code, pictures and names; between them the words of each language."""

    def parts(name):
        blocks = re.findall(r"^```[\s\S]*?^```|(?:^ {4}.+\n)+", text(name), re.MULTILINE)
        names = Counter(re.findall(r"`([^`\n]+)`", re.sub(r"^```[\s\S]*?^```", "", text(name), flags=re.MULTILINE)))
        figures = re.findall(r"\d+\.\d+|\d+ ulp|\^-\d+", text(name))
        pages = Counter(re.findall(r"(?:docs|src)/[\w/.]*\w", text(name)))
        return blocks, names, figures, pages, re.findall(r"^#+ |^\| |^- |^\d\. ", text(name), re.MULTILINE)

    assert parts("README.md") == parts("README.ja.md")
    assert "(README.ja.md)" in text("README.md")
    assert "(README.md)" in text("README.ja.md")
    assert "pip install '.[test]' && pytest" in parts("README.md")[0][-1]
