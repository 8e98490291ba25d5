"""The pages of the documentation as programs: their examples, and what these need."""

import ast
import doctest
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGES = {path.relative_to(ROOT).as_posix(): path for path in [*ROOT.glob("README*.md"), *sorted(ROOT.glob("docs/**/*.md"))]}
FENCE = re.compile(r"^(`{3,})(\S*)[^\n]*\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
OWN = {*sys.stdlib_module_names, "numpy", "stablesoftmax"}


def text(name):
    return PAGES[name].read_text(encoding="utf-8")


def fences(name):
    """[(language, text)] of the blocks between fences, those of directives among them."""
    return [(language, body) for _, language, body in FENCE.findall(text(name))]


def examples(name):
    """All of a page as one doctest."""
    return doctest.DocTestParser().get_doctest(text(name), {}, name, str(PAGES[name]), 0)


def commands(name):
    """[(command, output)] of the console blocks."""
    blocks = "\n".join(body for language, body in fences(name) if language == "console")
    found = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", blocks, re.MULTILINE)
    return [(command, output.rstrip("\n")) for command, output in found]


def needs(name):
    """The packages, beside NumPy and this one, that the examples import, `stablesoftmax.xarray` standing for xarray."""
    found = set()
    for example in examples(name).examples:
        for node in ast.walk(ast.parse(example.source)):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module] if isinstance(node, ast.ImportFrom) else []
            found |= {module.split(".")[0] for module in modules}
    return sorted(found - OWN)
