"""Notebooks: the code cells as one module, and findings back to their cells."""

from __future__ import annotations

import bisect
import dataclasses
import json
import re

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.source import Source, SourceError

__all__ = ["Notebook"]

_MAGIC = re.compile(r"^(\s*)([%!?]|.*\?\s*$)")


class Notebook:
    """A notebook as a module.

    Names hold from cell to cell, in the order of the file. Lines that are not Python (magics, shell commands) become
    comments; a cell of another language (`%%bash`), and one that does not parse, is left out.

    Parameters
    ----------
    data : bytes
        The file.

    Raises
    ------
    SourceError
        If it is not a notebook.
    """

    def __init__(self, data: bytes) -> None:
        try:
            cells = json.loads(data)["cells"]
            codes = [(number, "".join(cell["source"])) for number, cell in enumerate(cells, 1) if cell["cell_type"] == "code"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise SourceError(f"no notebook of format 4: {type(error).__name__}") from None
        self.first: list[int] = []  # of each cell, its first line in the module
        self.numbers: list[int] = []
        lines: list[str] = []
        for number, code in codes:
            self.first.append(len(lines) + 1)
            self.numbers.append(number)
            lines += _python(code)
        self.source = Source("\n".join(lines) + "\n")

    def place(self, finding: Finding) -> Finding:
        """A finding of the module, in its cell; notebooks are reported and not rewritten."""
        cell = bisect.bisect_right(self.first, finding.line) - 1
        return dataclasses.replace(finding, line=finding.line - self.first[cell] + 1, cell=self.numbers[cell], fix=None)


def _python(code: str) -> list[str]:
    lines = re.split("\r\n|\r|\n", code)
    if lines and lines[0].startswith("%%") and not lines[0].startswith(("%%time", "%%capture", "%%prun")):
        return ["#" + line for line in lines]
    lines = [f"{match[1]}pass" if (match := _MAGIC.match(line)) else line for line in lines]
    try:
        Source("\n".join(lines) + "\n").parse()
    except SourceError:
        return ["#" + line for line in lines]
    return lines
