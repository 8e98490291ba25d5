"""The fixtures: a program with a bug, the line `# fixed`, the program without; the codes are written on the offending lines."""

import collections
import pathlib
import re
import textwrap

from stablesoftmax.lint.engine import analyse
from stablesoftmax.lint.source import Source

FOLDER = pathlib.Path(__file__).parent / "lint" / "fixtures"


def pairs(folder=FOLDER):
    """Name, buggy program, fixed program."""
    for path in sorted(folder.glob("*.py")):
        bad, good = re.split(r"^# fixed\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        yield path.stem, bad, good


def expected(program):
    """(line, code) -> how often, from the comments."""
    lines = enumerate(program.split("\n"), 1)
    return collections.Counter((number, code) for number, line in lines for code in re.findall(r"SSM\d+", line.partition("#")[2]))


def found(program):
    """(line, code) -> how often, from the linter."""
    return collections.Counter((finding.line, finding.code) for finding in analyse(Source(program)))


def without(program, changes):
    """A program without what silenced a rule: old text -> new text."""
    for old, new in changes.items():
        assert old in program
        program = program.replace(old, new)
    return textwrap.dedent(program)
