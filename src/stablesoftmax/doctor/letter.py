"""Findings as a letter: plain text of 79 columns, the important first."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from stablesoftmax.doctor.findings import Finding

__all__ = ["letter"]

WIDTH = 79


def letter(verdict: str, facts: Sequence[tuple[str, str]], findings: Iterable[Finding]) -> str:
    """The verdict, the findings with evidence and remedy, then the facts."""
    parts = [textwrap.fill(verdict, WIDTH)]
    parts += [_paragraph(number, finding) for number, finding in enumerate(findings, start=1)]
    if facts:
        width = max(len(name) for name, _ in facts)
        parts.append("\n".join(_fact(name, value, width) for name, value in facts))
    return "\n\n".join(parts)


def _fact(name: str, value: str, width: int) -> str:
    return textwrap.fill(value, WIDTH, initial_indent=f"  {name:{width}}  ", subsequent_indent=" " * (width + 4))


def _paragraph(number: int, finding: Finding) -> str:
    when = "" if finding.step is None else f" (step {finding.step:,})"
    lines = [textwrap.fill(f"{number}. {finding.level.upper()}{when}  {finding.title}", WIDTH, subsequent_indent="   ")]
    lines.append(textwrap.fill(finding.evidence, WIDTH, initial_indent="   ", subsequent_indent="   "))
    lines += [
        textwrap.fill(link, WIDTH, initial_indent="   > ", subsequent_indent="     ", break_long_words=False)
        for link in finding.chain
    ]
    lines.append(textwrap.indent(finding.remedy, "       "))
    return "\n".join(lines)
