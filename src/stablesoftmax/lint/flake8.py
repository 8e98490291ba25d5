"""The plugin of flake8."""

from __future__ import annotations

import ast
import importlib.metadata
from collections.abc import Iterator

from stablesoftmax.lint.engine import analyse, is_suspicious
from stablesoftmax.lint.source import Source, SourceError

__all__ = ["Plugin"]


class Plugin:
    """What flake8 makes of each file.

    Parameters
    ----------
    tree : ast.Module
        Its syntax.
    filename : str
        Its name.
    lines : list of str
        Its lines.
    """

    name = "stablesoftmax"
    version = importlib.metadata.version("stablesoftmax")

    def __init__(self, tree: ast.Module, filename: str, lines: list[str]) -> None:
        self.tree, self.filename, self.text = tree, filename, "".join(lines)

    def run(self) -> Iterator[tuple[int, int, str, type]]:
        """Line from 1, column from 0, text, and who says so."""
        if not is_suspicious(self.text.encode(errors="replace")):
            return
        try:
            for finding in analyse(Source(self.text.removeprefix("\ufeff")), self.filename, tree=self.tree):
                yield finding.line, finding.column - 1, f"{finding.code} {finding.message}", type(self)
        except SourceError:
            return  # flake8 has said so itself
