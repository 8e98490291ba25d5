"""Programs written after the rules were frozen (docs/design/lint.md has the figures of that commit): they stay as they are."""

import lint_pairs
import pytest

PAIRS = list(lint_pairs.pairs(lint_pairs.FOLDER.parent / "frozen"))


def test_recall():
    """At least 0.9 of the places, with the very code that was written beside them."""
    assert len(PAIRS) == 20
    expected = [lint_pairs.expected(bad) for _, bad, _ in PAIRS]
    found = [lint_pairs.found(bad) for _, bad, _ in PAIRS]
    places = sum(sum(counts.values()) for counts in expected)
    met = sum(sum((e & f).values()) for e, f in zip(expected, found, strict=True))
    assert places >= 25
    assert met >= 0.9 * places


@pytest.mark.parametrize("good", [good for _, _, good in PAIRS], ids=[name for name, _, _ in PAIRS])
def test_no_false_alarm(good):
    assert not lint_pairs.found(good)
