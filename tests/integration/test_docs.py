"""The documentation, built and opened in a real browser: each name has a place, links lead somewhere, nothing comes from afar."""

import functools
import html.parser
import http.server
import importlib
import pathlib
import re
import subprocess
import sys
import threading
import urllib.parse
from collections import Counter

import pytest
from browser import visits

import stablesoftmax

pytest.importorskip("playwright.sync_api", reason="playwright is not part of the test extra")
for package in ("sphinx", "pydata_sphinx_theme", "myst_parser", "numpydoc", "dask", "torch", "xarray"):
    pytest.importorskip(package, reason=f"{package} is not part of the test extra")
pytestmark = pytest.mark.integration
DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
BUILTIN = {"genindex.html", "py-modindex.html", "search.html"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages, built without a warning."""
    if not (DOCS / "conf.py").exists():
        pytest.skip("the tests were taken out of their repository")
    folder = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", folder / "doctrees", DOCS, folder / "html"]
    built = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert (built.returncode, built.stderr) == (0, "")
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site):
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html") if "_static" not in path.parts)


class Reader(html.parser.HTMLParser):
    """The anchors of a page, where its links lead, and what it loads."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links, self.loads = [], [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.anchors += [found[key] for key in ("id", "name") if found.get(key)]
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "link" and found.get("rel") in ("stylesheet", "icon", "preload", "modulepreload"):
            self.loads.append(found["href"])
        if tag in ("script", "img", "iframe", "source", "video") and "src" in found:
            self.loads.append(found["src"])


@pytest.fixture(scope="module")
def read(site, pages):
    return {page: Reader(site / page) for page in pages}


def target(page, link):
    """(file, anchor) of a link within the site."""
    path, anchor = urllib.parse.urldefrag(urllib.parse.urljoin(f"http://site/{page}", link))
    return urllib.parse.unquote(urllib.parse.urlparse(path).path).lstrip("/"), urllib.parse.unquote(anchor)


def test_every_public_name_has_one_place(read):
    found = Counter(anchor for page, reader in read.items() if page.startswith("reference/") for anchor in reader.anchors)
    names = [f"stablesoftmax.{name}" for name in stablesoftmax.__all__]
    for module in stablesoftmax._ON_DEMAND:
        names += [f"stablesoftmax.{module}.{name}" for name in importlib.import_module(f"stablesoftmax.{module}").__all__]
    assert {name: found[name] for name in names if found[name] != 1} == {}


def test_links_lead_somewhere(site, read):
    broken = []
    for page, reader in read.items():
        for link in reader.links:
            if re.match(r"[a-z]+:", link):
                if not re.fullmatch(r"https://[\w-]+(\.[\w-]+)+(/\S*)?", link):
                    broken.append((page, link))
                continue
            file, anchor = target(page, link)
            if not (site / file).is_file() or (anchor and file in read and anchor not in read[file].anchors):
                broken.append((page, link))
    assert broken == []


def test_products_are_no_emphasis(site, pages):
    """`a*b + c*d` in prose loses its asterisks: it is written `a\\*b`, or as code."""
    beside_a_letter = re.compile(r".{0,20}[A-Za-z0-9)]<(?:em|strong)>.{20}|.{20}</(?:em|strong)>[A-Za-z0-9(|].{0,20}")
    found = {page: beside_a_letter.findall((site / page).read_text(encoding="utf-8")) for page in pages}
    assert {page: texts for page, texts in found.items() if texts} == {}


def test_nothing_is_loaded_from_elsewhere(site, read):
    """Scripts, styles, fonts and pictures lie beside the pages."""
    for page, reader in read.items():
        for load in reader.loads:
            assert not re.match(r"(https?:)?//", load), (page, load)
            assert load.startswith("data:") or (site / target(page, load.split("?")[0])[0]).is_file(), (page, load)
    for style in site.rglob("*.css"):
        for load in re.findall(r"url\(['\"]?([^)'\"]+)", style.read_text(encoding="utf-8")):
            assert not re.match(r"(https?:)?//", load), (style, load)


# in the browser ---------------------------------------------------------------------------------------------------------


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def address(site):
    """The search fetches pages, which a browser refuses to do for files: a server, on this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=site)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def visit(browser, address):
    """visit(name, ...) is a page of the site; what its theme logs, and a request that a search leaves behind, are no complaints."""

    def listen(page, complain):
        page.on("console", lambda message: complain(message.text) if message.type in ("error", "warning") else None)

    with visits(browser, (1280, 900), lambda _: address, listen) as open_page:
        yield lambda name, **keywords: open_page(address + name, **keywords)


def test_every_page_opens(visit, address, pages):
    """Without complaint, with a heading, and on a phone nothing is wider than the screen."""
    page = visit("index.html", width=360)
    for name in pages:
        page.goto(address + name)
        assert page.locator("h1").count() >= 1 or name in BUILTIN, name
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name


def test_search_finds_a_function(visit):
    page = visit("index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("logsumexp")
    page.keyboard.press("Enter")
    results = page.locator("#search-results li a")
    results.first.wait_for()
    found = page.locator("#search-results li a", has_text="stablesoftmax.logsumexp").first
    assert "reference/softmax.html" in found.get_attribute("href")
    found.click()
    page.wait_for_url("**/reference/softmax.html**")
    assert page.locator("[id='stablesoftmax.logsumexp']").is_visible()


def test_search_finds_words(visit):
    page = visit("search.html?q=padding+mask")
    page.locator("#search-results li a", has_text="Masks").first.wait_for()


def light(colour):
    """The mean of red, green and blue, from 0 to 255."""
    return sum(float(v) for v in re.findall(r"[\d.]+", colour)[:3]) / 3


def colours(page, selector):
    style = f"getComputedStyle(document.querySelector('{selector}'))"
    return light(page.evaluate(f"{style}.backgroundColor")), light(page.evaluate(f"{style}.color"))


def test_dark_mode(visit):
    """Chosen by the button, kept on the next page; and by the system without any choice."""
    page = visit("tutorial.html", color_scheme="light")
    paper, ink = colours(page, "body")
    assert paper - ink > 150
    page.get_by_role("button", name="Color mode").first.click()
    page.get_by_role("button", name="Dark").first.click()
    for name in ("tutorial.html", "howto/mask.html"):
        page.goto(urllib.parse.urljoin(page.url, name))
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        paper, ink = colours(page, "body")
        assert ink - paper > 150
        paper, ink = colours(page, "div.highlight pre")
        assert ink - paper > 120
    assert visit("index.html", color_scheme="dark").evaluate("document.documentElement.dataset.theme") == "dark"


def test_formulas_are_drawn(visit):
    page = visit("reference/softmax.html")
    assert page.locator("math").count() > 3
    assert page.locator("math msup").first.bounding_box()["height"] > 8


def test_by_keyboard(visit):
    """The first stop leads past the navigation."""
    page = visit("howto/loss.html")
    page.keyboard.press("Tab")
    assert "Skip to main content" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")


def test_the_interactive_page(visit):
    """It lies beside the pages and works there; the gallery leads to it."""
    page = visit("gallery/index.html")
    page.get_by_role("link", name="docs/interactive/index.html").click()
    page.locator("#rows th[scope=row]").first.wait_for()


def test_the_japanese_page(visit):
    page = visit("ja.html")
    assert "約束" in page.inner_text("article")
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
