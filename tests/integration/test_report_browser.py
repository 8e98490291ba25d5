"""The reports in a real browser: what is in them, that nothing complains; phone, dark mode, paper, keyboard, screen reader."""

import itertools
import re

import numpy as np
import pytest
from browser import contrast
from doctor.clinic import examine

import stablesoftmax as ssm

pytest.importorskip("playwright.sync_api", reason="playwright is not part of the test extra")
pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """A training that becomes NaN, its healthy twin, and logits."""
    folder = tmp_path_factory.mktemp("reports")
    x = np.random.default_rng(0).standard_normal((300, 10)).astype(np.float32) * 40
    pages = {
        "nan": examine("naive_softmax", sick=True),
        "healthy": examine("naive_softmax", sick=False),
        "logits": ssm.explain(x),
    }
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page.html(), encoding="utf-8")
    return folder


@pytest.fixture
def opened(visit, reports):
    """opened(name, ...) is the page of a report."""
    return lambda name, *positional, **keywords: visit((reports / f"{name}.html").as_uri(), *positional, **keywords)


def test_a_training_that_became_nan(opened):
    page = opened("nan")
    assert "NaN" in page.inner_text(".verdict")
    assert page.locator(".finding").count() >= 1
    assert "ERROR" in page.inner_text(".finding >> nth=0").upper()
    assert "cross_entropy_and_grad" in page.inner_text(".finding >> nth=0")
    assert [re.sub(r"\W+", " ", text) for text in page.locator("figure h3").all_inner_texts()] == [
        "Loss", "Gradient norm and weight norm", "Range of the logits", "Entropy of softmax",
    ]  # fmt: skip
    assert page.locator("svg .mark").count() == 4  # the onset, in every chart
    step = int(re.search(r"step ([\d,]+)", page.inner_text(".verdict"))[1].replace(",", ""))
    assert f"step {step}" in page.locator("svg .mark-word").first.text_content().replace(",", "")


def test_a_healthy_training(opened):
    page = opened("healthy")
    assert "healthy" in page.inner_text(".verdict")
    assert page.locator(".finding.error, .finding.warning").count() == 0
    assert page.locator("svg .mark").count() == 0


def test_logits(opened):
    page = opened("logits")
    assert page.locator("svg").count() == 3
    assert page.locator("svg circle").count() > 100


@pytest.mark.parametrize("name", ["nan", "healthy", "logits"])
def test_on_a_phone_nothing_is_wider_than_the_screen(name, opened):
    page = opened(name, width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert (
        page.evaluate("Math.min(...[...document.querySelectorAll('p')].map(p => parseFloat(getComputedStyle(p).fontSize)))") >= 12
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["nan", "healthy"])
def test_text_can_be_read_in_the_light_and_in_the_dark(name, scheme, opened):
    page = opened(name, color_scheme=scheme)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (contrast(ground, "rgb(0, 0, 0)") < 4) == (scheme == "dark")
    card = page.evaluate("getComputedStyle(document.querySelector('.finding')).backgroundColor")
    for selector, behind in (
        (".verdict", ground),
        ("figcaption p", ground),
        (".finding h3", card),
        (".finding .level", card),
        ("summary", ground),
    ):
        colour = page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).color")
        assert contrast(colour, behind) >= 4.5, selector
    assert contrast(page.evaluate("getComputedStyle(document.querySelector('svg text')).fill"), ground) >= 4.5


def test_by_keyboard(opened):
    """Tab reaches the skip link, every remedy and every table of numbers, and Enter opens one; focus can be seen."""
    page = opened("nan")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the findings"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "findings"
    reached, opened_table = set(), False
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.tagName")
        if name == "BODY":
            break
        reached.add(name)
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        if name == "SUMMARY" and not opened_table:
            page.keyboard.press("Enter")
            opened_table = page.locator("details[open] table").first.is_visible()
    assert reached == {"PRE", "SUMMARY"}
    assert opened_table


@pytest.mark.parametrize("name", ["nan", "healthy", "logits"])
def test_for_a_screen_reader(name, opened):
    """A language, one h1, headings without gaps, a name for every picture, scopes for every table."""
    page = opened(name)
    assert page.evaluate("document.documentElement.lang") == "en"
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert page.evaluate(
        "[...document.querySelectorAll('svg')].every(s => s.getAttribute('role') == 'img' && s.ariaLabel.length > 20)"
    )
    assert page.evaluate("[...document.querySelectorAll('th')].every(h => ['row', 'col'].includes(h.scope))")
    assert page.evaluate("document.querySelectorAll('main').length") == 1
    for heading in ("Findings", "Curves", "Measured"):
        assert page.get_by_role("heading", name=heading, exact=True).count() == 1


def test_on_paper(opened):
    page = opened("nan", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="light")
    assert not page.locator("details").first.is_visible()
    assert page.locator("svg").first.is_visible()
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 4
