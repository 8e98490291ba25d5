"""docs/interactive in a real browser: typing, pasting, sliders, keyboard, links, phone, dark mode, screen reader."""

import pathlib
import re

import pytest
from browser import contrast, luminance

pytest.importorskip("playwright.sync_api", reason="playwright is not part of the test extra")
pytestmark = pytest.mark.integration
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "interactive" / "index.html"


@pytest.fixture
def opened(visit):
    """opened(fragment, ...) is the page."""
    return lambda fragment="", *positional, **keywords: visit(PAGE.as_uri() + fragment, *positional, **keywords)


# reading -----------------------------------------------------------------------------------------------------------


def read(page):
    """The logits of the table, as it shows them."""
    return page.locator("#rows th[scope=row]").all_inner_texts()


@pytest.mark.parametrize(
    ("text", "logits"),
    [
        ("1, 2,3", ["1", "2", "3"]),
        ("1\n2\r\n\n3\n", ["1", "2", "3"]),
        ("[0. 1000.]", ["0", "1000"]),
        ("[[1.5, -2e1]]", ["1.5", "-20"]),
        ("array([ 0.1, −2.5, -inf], dtype=float32)", ["0.1", "-2.5", "-inf"]),
        ("tensor([1., 2.], device='cuda:0', grad_fn=<AddBackward0>)", ["1", "2"]),
        ("np.array([1, 2])", ["1", "2"]),
        ("1;2\t3 | .5", ["1", "2", "3", "0.5"]),
        ("+1e3 nan Infinity", ["1000", "nan", "inf"]),
    ],
)
def test_pasted(text, logits, opened):
    page = opened()
    page.fill("#typed", text)
    assert read(page) == logits
    assert not page.locator("#problem").is_visible()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "No logits yet"),
        ("  \n,", "No logits yet"),
        ("1, two, 3", "“two” is not a number"),
        ("1,5e", "“5e” is not a number"),
        ("<b>1</b>", "“<b>1</b>” is not a number"),
        ("0x10", "“0x10” is not a number"),
        ("[1, 2], [3, 4]", "more than one row"),
        ("1 " * 101, "101 logits are too many"),
        ("x" * 5000, "x…” is not a number"),
    ],
)
def test_garbage_gets_a_sentence_and_the_last_results_stay(text, says, opened):
    page = opened("#x=1,2")
    page.fill("#typed", text)
    assert says in page.inner_text("#problem")
    assert page.get_attribute("#typed", "aria-invalid") == "true"
    assert read(page) == ["1", "2"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 1100
    page.fill("#typed", "3")
    assert not page.locator("#problem").is_visible()
    assert read(page) == ["3"]


def test_typing_letter_by_letter(opened):
    page = opened("#x=1")
    page.click("#typed")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("0, 1e3")
    assert read(page) == ["0", "1000"]
    assert "1 of 2 results nan" in page.inner_text("[data-column=naive].card")


# choosing ----------------------------------------------------------------------------------------------------------


def mark(page, column, row):
    return page.locator(f"#rows tbody tr:nth-child({row}) td[data-column={column}]").get_attribute("class")


def test_the_question(opened):
    page = opened()
    assert read(page) == ["0", "1000"]
    assert [mark(page, column, 2) for column in ("naive", "shifted", "faithful")] == ["nan", "good", "good"]
    assert "term inf" in page.inner_text("#rows tbody tr:nth-child(2) td[data-column=naive]")


def test_presets_show_what_they_promise(opened):
    page = opened()
    marks = {}
    for button in page.locator("#presets button").all():
        button.click()
        cards = page.locator(".card").all()
        marks[button.inner_text()] = [card.get_attribute("class").split()[1] for card in cards]
    assert marks == {
        "The question": ["nan", "good", "good"],
        "float16 overflow": ["nan", "off", "good"],
        "Confident row": ["lost", "lost", "good"],
        "Mask": ["off", "good", "good"],
        "Lost to 0": ["lost", "good", "good"],
        "Small differences": ["nan", "good", "good"],
        "A long way down": ["good", "off", "good"],
    }


def test_dtype_and_function_by_keyboard(opened):
    page = opened("#x=0,-20&dtype=float32")
    page.focus("input[name=dtype]:checked")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("location.hash.includes('dtype=float64')")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert "log_softmax of 2 logits in float64" in page.inner_text("#summary")
    assert mark(page, "shifted", 1) == "off"
    assert page.locator("#rows tbody tr:first-child td[data-column=shifted] u").inner_text() != ""


def test_sliders_by_keyboard(opened):
    page = opened("#x=1,2&dtype=float16")
    page.focus("#offset")
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert read(page) == ["11", "12"]
    assert mark(page, "naive", 2) == "nan"  # exp(12) is beyond 65,504
    assert page.get_attribute("#offset", "aria-valuetext") == "plus 10"
    page.keyboard.press("Home")
    assert read(page) == ["-999", "-998"]
    page.focus("#scale")
    page.keyboard.press("End")
    assert page.inner_text("#scale-shown") == "× 100"
    assert read(page) == ["-900", "-800"]


def test_a_view_can_be_linked(opened):
    page = opened()
    page.fill("#typed", "1.5 -inf\n3")
    page.check("input[value=bfloat16]", force=True)
    page.check("input[value=log_softmax]", force=True)
    page.focus("#offset")
    page.keyboard.press("ArrowLeft")
    address = page.evaluate("location.hash")
    assert address == "#x=1.5,-inf,3&dtype=bfloat16&f=log_softmax&scale=0&offset=-1"
    again = opened(address)
    assert again.inner_text("#rows") == page.inner_text("#rows")
    again.evaluate("location.hash = 'x=7'")
    again.wait_for_function("document.querySelectorAll('#rows tbody tr').length === 1")


@pytest.mark.parametrize("fragment", ["#x=%zz&dtype=float8&scale=1e9&offset=no", "#<script>alert(1)</script>", "#x=&f=&dtype="])
def test_a_damaged_link_gives_a_page_that_works(fragment, opened):
    page = opened(fragment)
    page.click("#presets button >> nth=0")
    assert read(page) == ["0", "1000"]


@pytest.mark.parametrize(
    ("text", "says"), [("-inf, -inf", "all_neginf"), ("1, inf", "posinf"), ("1, nan", "nan, so every result is")]
)
def test_rows_without_an_answer_say_why(text, says, opened):
    page = opened()
    page.fill("#typed", text)
    assert says in page.inner_text("#summary")
    assert {mark(page, column, row) for column in ("naive", "shifted", "faithful") for row in (1, 2)} == {"undefined"}


# for everybody -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fragment", ["", "#x=0.1,1.23456789012345678,-300.123456789&dtype=float64&f=log_softmax&offset=7", "#x=-inf"]
)
@pytest.mark.parametrize("width", [320, 360, 800])
def test_on_a_phone_nothing_is_wider_than_the_screen(width, fragment, opened):
    page = opened(fragment, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("fragment", ["#x=3,7,11.5&dtype=float16", "#x=0,-20&f=log_softmax&dtype=float64", "#x=-inf"])
def test_all_text_can_be_read_in_the_light_and_in_the_dark(fragment, scheme, opened):
    """The contrast of every text with what lies behind it, as WCAG 2 defines it, is 4.5 at least."""
    page = opened(fragment, color_scheme=scheme)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(ground) < 0.2) == (scheme == "dark")
    found = page.evaluate(
        """() => [...document.querySelectorAll("main *")]
            .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && e.getClientRects().length)
            .map((e) => {
                const ground = (at) => getComputedStyle(at).backgroundColor;
                let behind = e;
                while (behind.parentElement && ground(behind) === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
                return [e.textContent.trim(), getComputedStyle(e).color, ground(behind)];
            })"""
    )
    assert len(found) > 40
    for text, colour, behind in found:
        assert contrast(colour, behind) >= 4.5, (text, colour, behind)


def test_by_keyboard_everything_is_reached_and_seen(opened):
    page, reached = opened(), []
    for _ in range(30):
        page.keyboard.press("Tab")
        at = page.evaluate("document.activeElement.id || document.activeElement.name || document.activeElement.textContent")
        if page.evaluate("document.activeElement === document.body"):
            break
        reached.append(at)
        seen = "const e = document.activeElement; getComputedStyle(e.type === 'radio' ? e.nextElementSibling : e).outlineStyle"
        assert page.evaluate(f"() => {{ {seen.replace('getComputed', 'return getComputed')} }}") != "none", at
    assert reached[:2] == ["To the results", "typed"]
    assert reached[-4:] == ["dtype", "f", "scale", "offset"]
    assert len(reached) == 6 + page.locator("#presets button").count()


def test_for_a_screen_reader(opened):
    page = opened(width=360)  # where the table is laid out as cards and must remain a table
    assert page.get_by_role("textbox", name="Logits").count() == 1
    assert page.get_by_role("slider", name=re.compile("^Offset")).count() == 1
    assert page.get_by_role("slider", name=re.compile("^Scale")).count() == 1
    assert page.get_by_role("group", name="dtype").get_by_role("radio").count() == 4
    assert page.get_by_role("table").get_by_role("row").count() == 3
    assert page.get_by_role("columnheader").count() == 4
    assert page.locator("#summary").get_attribute("aria-live") == "polite"
    assert "Naive: 1 of 2 results nan" in page.locator("#summary").text_content()
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1


def test_it_runs_from_a_folder_alone(opened):
    """Classic scripts, no request beyond the folder; a module would not load from a file."""
    text = PAGE.read_text(encoding="utf-8")
    assert "http" not in text
    assert 'type="module"' not in text
    assert opened().locator("#rows td").count() == 6
