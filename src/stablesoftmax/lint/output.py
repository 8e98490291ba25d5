"""Findings as text, JSON, or commands of GitHub workflows."""

from __future__ import annotations

import json
from collections.abc import Sequence

from stablesoftmax.lint.findings import Finding

__all__ = ["FORMATS", "formatted"]

FORMATS = ("text", "json", "github")


def formatted(findings: Sequence[Finding], form: str) -> str:
    """All findings as they are printed.

    Parameters
    ----------
    findings : sequence of Finding
        The findings.
    form : str
        One of `FORMATS`.

    Returns
    -------
    str
        Lines, or one JSON list.
    """
    if form == "json":
        return json.dumps([_object(finding) for finding in findings], indent=1)
    return "\n".join(map(_text if form == "text" else _github, findings))


def _object(finding: Finding) -> dict[str, object]:
    keys = ("path", "line", "column", "code", "message", "fixable")
    cell = {} if finding.cell is None else {"cell": finding.cell}
    return {key: getattr(finding, key) for key in keys} | cell


def _text(finding: Finding) -> str:
    cell = "" if finding.cell is None else f"cell {finding.cell}:"
    fix = " [--fix]" if finding.fixable else ""
    return f"{finding.path}:{cell}{finding.line}:{finding.column}: {finding.code} {finding.message}{fix}"


def _github(finding: Finding) -> str:
    path = _escaped(finding.path).replace(":", "%3A").replace(",", "%2C")
    where = "" if finding.cell is None else f"cell {finding.cell}: "
    return (
        f"::warning file={path},line={finding.line},col={finding.column},title={finding.code}::{_escaped(where + finding.message)}"
    )


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
