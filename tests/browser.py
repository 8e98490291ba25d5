"""Pages in headless Chromium, for tests: what a page complains of and what it asks the network for are errors."""

import re
import shutil

import pytest

WHERE = "chromium", "chromium-browser", "google-chrome"


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not part of the test extra")
    path = next((found for name in WHERE if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """visit(address, ...) is a page; complaints and requests beyond the folder of the first file are errors at the end."""
    pages, complaints = [], []

    def visit(address, width=1100, **keywords):
        at_home = (address.split("#")[0].rpartition("/")[0] + "/", "data:")
        page = browser.new_page(viewport={"width": width, "height": 800}, **keywords)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.on("request", lambda request: complaints.extend([] if request.url.startswith(at_home) else [request.url]))
        page.goto(address)
        pages.append(page)
        return page

    yield visit
    for page in pages:
        page.close()
    assert complaints == []


def luminance(colour):
    """Of a colour as CSS computes it, by WCAG 2."""
    parts = [int(v) / 255 for v in re.findall(r"\d+", colour)[:3]]
    parts = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    """The contrast of two colours, as WCAG 2 defines it."""
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)
