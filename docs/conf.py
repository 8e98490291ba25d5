"""The documentation: `sphinx-build -W docs OUTPUT`, with the package and its extra [docs]. Nothing comes from the network."""

import pathlib
import re
import shutil
import typing

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

import stablesoftmax

project = "stablesoftmax"
author = "The stablesoftmax developers"
copyright = f"2026, {author}"  # Sphinx calls it so
version = release = stablesoftmax.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
nitpicky = True  # a reference that leads nowhere is a warning, and -W makes it an error
nitpick_ignore_regex = [("py:.*", r"(numpy|torch)\..*")]  # other projects' pages are not asked

# pages ------------------------------------------------------------------------------------------------------------------

myst_heading_anchors = 3
highlight_language = "none"  # a fence names its language; an indented block has none
highlight_options = {"python": {"stripnl": True}}  # the empty line that ends the output of an example

# the reference, from the docstrings -------------------------------------------------------------------------------------

autosummary_generate = False  # the pages of docs/reference hold the contracts; the tables only lead there
autodoc_typehints = "none"  # the docstrings say what is taken, in words
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
default_role = "literal"


def _no_list(app: typing.Any, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """An initial at the beginning of a line (L. R. Rabiner) is no item of a list."""
    lines[:] = [re.sub(r"^(\s*[A-Z])\. ", r"\1\\. ", line) for line in lines]


# the look ---------------------------------------------------------------------------------------------------------------

html_theme = "pydata_sphinx_theme"
html_title = f"stablesoftmax {version}"
html_static_path = ["_static"]
html_css_files = ["docs.css"]
html_favicon = "_static/icon.svg"
html_show_sphinx = False
html_copy_source = False
html_sidebars = {page: [] for page in ("index", "tutorial", "changelog", "ja")}  # these have no pages below them
html_theme_options = {
    "logo": {"text": "stablesoftmax", "image_light": "_static/icon.svg", "image_dark": "_static/icon.svg"},
    "navigation_with_keys": False,
    "header_links_before_dropdown": 8,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "back_to_top_button": False,
}
html_context = {"default_mode": "auto"}

# formulas as MathML, which browsers draw themselves ---------------------------------------------------------------------

html_math_renderer = "mathml"


def _mathml(node: nodes.Element, as_block: bool) -> str:
    """As docutils makes it, with the space around "log" that browsers leave out (none before a bracket)."""
    space = '<mspace width="0.17em"/>'
    text = tex2mathml(node.astext(), as_block=as_block).replace("<mi>log</mi>", f"{space}<mi>log</mi>")
    return re.sub(r"<mo>&ApplyFunction;</mo>(?!\s*<mo[^>]*>\()", space, text)


def _inline(self: typing.Any, node: nodes.math) -> None:
    self.body.append(_mathml(node, as_block=False))
    raise nodes.SkipNode


def _block(self: typing.Any, node: nodes.math_block) -> None:
    self.body.append(f'<div class="math">{_mathml(node, as_block=True)}</div>')
    raise nodes.SkipNode


# the interactive page, which is no page of Sphinx -------------------------------------------------------------------------

INTERACTIVE = pathlib.Path(__file__).parent / "interactive"


def _copy_interactive(app: typing.Any, exception: Exception | None) -> None:
    if exception is None and INTERACTIVE.exists():
        shutil.copytree(INTERACTIVE, pathlib.Path(app.outdir, "interactive"), dirs_exist_ok=True)


def setup(app: typing.Any) -> None:
    app.connect("autodoc-process-docstring", _no_list, priority=900)  # after numpydoc
    app.connect("build-finished", _copy_interactive)
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
