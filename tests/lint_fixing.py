"""The check of a rewritten file, independent of how the fixer works: lines outside the findings are the same bytes, in order."""

import re

from stablesoftmax.lint.config import Settings
from stablesoftmax.lint.run import check_bytes
from stablesoftmax.lint.source import Source

ENDS = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")


def fixed(data, target="", path="file.py"):
    """The rewritten bytes, or None; fails if they are not what a fix may make of the file."""
    settings = Settings(target=target)
    report = check_bytes(data, path, settings, fix=True)
    if report.problem is not None:
        return None
    if report.text is None:
        assert report.fixed == 0
        return None
    before = check_bytes(data, path, settings)
    new = report.text
    assert new != data
    Source.decode(new).parse()
    again = check_bytes(new, path, settings, fix=True)
    assert again.text is None
    assert again.problem is None
    assert again.fixed == 0
    touched = set()
    source = Source.decode(data)
    for finding in before.findings:
        if finding.fixable:
            touched.update(range(finding.line, source.position(finding.span[1] - 1)[0] + 1))
    untouched = [line for number, line in enumerate(ENDS.findall(data), 1) if number not in touched]
    rest = iter(ENDS.findall(new))
    for line in untouched:
        lost = line + b"\n" if not line.endswith((b"\r", b"\n")) else None
        assert any(candidate == line or candidate.rstrip(b"\r\n") == lost for candidate in rest), line
    return new
