"""Pages in headless Chromium, for tests: what a page complains of and what it asks the network for are errors."""

import contextlib
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


@contextlib.contextmanager
def visits(browser, size, at_home, listen):
    """visit(address, ...) opens a page; errors of its scripts, requests beyond at_home(address), and what listen(page, complain)
    makes a complaint, are errors at the end."""
    pages, complaints = [], []

    def visit(address, width=size[0], **keywords):
        own = at_home(address)
        page = browser.new_page(viewport={"width": width, "height": size[1]}, **keywords)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.extend([] if request.url.startswith((own, "data:")) else [request.url]))
        listen(page, complaints.append)
        page.goto(address)
        pages.append(page)
        return page

    yield visit
    for page in pages:
        page.close()
    assert complaints == []


@pytest.fixture
def visit(browser):
    """Pages that are files: at home is the folder of the first one, and every message is a complaint."""

    def listen(page, complain):
        page.on("console", lambda message: complain(message.text))
        page.on("requestfailed", lambda request: complain(request.url))

    with visits(browser, (1100, 800), lambda address: address.split("#")[0].rpartition("/")[0] + "/", listen) as visit:
        yield visit


def luminance(colour):
    """Of a colour as CSS computes it, by WCAG 2."""
    parts = [int(v) / 255 for v in re.findall(r"\d+", colour)[:3]]
    parts = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    """The contrast of two colours, as WCAG 2 defines it."""
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)
