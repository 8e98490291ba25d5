"""Every rule on its fixtures: the buggy program gives the codes written on its lines and no other, the fixed one none."""

import collections
import inspect
import pathlib
import re
import textwrap

import lint_pairs
import pytest

from stablesoftmax.lint.documentation import explain, manual
from stablesoftmax.lint.engine import analyse, is_suspicious
from stablesoftmax.lint.rules import RULES
from stablesoftmax.lint.source import Source

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAIRS = list(lint_pairs.pairs())
CODES = [rule.CODE for rule in RULES]


def test_there_are_enough():
    assert len(PAIRS) >= 60


@pytest.mark.parametrize(("bad", "good"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_pair(bad, good):
    expected = lint_pairs.expected(bad)
    assert expected, "a buggy program names the codes that it must get"
    assert lint_pairs.found(bad) == expected
    assert lint_pairs.found(good) == collections.Counter()


@pytest.mark.parametrize("rule", RULES, ids=CODES)
def test_every_rule_has_a_fixture(rule):
    assert any(code == rule.CODE for _, bad, _ in PAIRS for _, code in lint_pairs.expected(bad))


@pytest.mark.parametrize("rule", RULES, ids=CODES)
def test_the_docstring_is_a_page(rule):
    """One sentence, why, Bad, Good, and what is done about it; the examples behave as they say."""
    text = inspect.cleandoc(rule.__doc__)
    assert text.splitlines()[0].endswith(".")
    assert re.search(r"\n(No fix|Fix): ", text)
    bad, good = (_example(text, word) for word in ("Bad", "Good"))
    assert rule.CODE in {finding.code for finding in analyse(Source(bad))}
    assert analyse(Source(good)) == []
    assert is_suspicious(bad.encode())
    fixes = [finding.fix for finding in analyse(Source(bad), target="stablesoftmax") if finding.code == rule.CODE]
    assert any(fixes) == ("\nFix: " in text)


def _example(text, word):
    block = re.search(rf"\n{word}:\n\n((?:    .*\n|\n)+)", text)[1]
    return textwrap.dedent(block).strip() + "\n"


def test_codes_and_names_are_distinct():
    assert len(set(CODES)) == len(CODES)
    assert len({rule.NAME for rule in RULES}) == len(RULES)
    assert all(re.fullmatch(r"SSM\d{3}", code) for code in CODES)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.NAME) for rule in RULES)


def test_the_manual_is_made_from_the_docstrings():
    """python -m stablesoftmax.lint.documentation > docs/lint.md"""
    page = ROOT / "docs" / "lint.md"
    if not page.exists():
        pytest.skip("the tests were taken out of their repository")
    assert page.read_text(encoding="utf-8") == manual()
    assert all(explain(rule) in manual() for rule in RULES)
