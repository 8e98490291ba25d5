"""`# noqa` and `# noqa: SSM101, SSM2` on the line of a finding."""

from __future__ import annotations

import re

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.source import Source

__all__ = ["is_silenced"]

_NOQA = re.compile(r"#\s*noqa(?P<codes>\s*:\s*[A-Z]+[0-9]*(?:[,\s]+[A-Z]+[0-9]+)*)?", re.IGNORECASE)


def is_silenced(source: Source, finding: Finding) -> bool:
    """Whether the first or the last line of a finding asks for silence.

    Parameters
    ----------
    source : Source
        The file.
    finding : Finding
        The finding.

    Returns
    -------
    bool
    """
    last, _ = source.position(max(finding.span[1] - 1, finding.span[0]))
    return any(_silences(source.line(number), finding.code) for number in {finding.line, last})


def _silences(line: str, code: str) -> bool:
    for match in _NOQA.finditer(line):
        codes = match["codes"]
        if codes is None or code.upper().startswith(tuple(re.findall(r"[A-Z]+[0-9]*", codes.upper()))):
            return True
    return False
