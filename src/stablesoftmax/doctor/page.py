"""The report: one HTML file that needs nothing else.

No script, no font, no network: readable on a phone, in dark mode and on paper, by keyboard and by screen reader (headings in order,
a skip link, lists, tables with scopes, focus that can be seen).
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from stablesoftmax._build import __version__
from stablesoftmax.doctor.findings import Finding

__all__ = ["fragment", "page"]

STYLE = """
:root{color-scheme:light dark;--ink:#1d2026;--soft:#565d6b;--ground:#fff;--card:#f5f6f8;--rule:#d9dce2;--error:#b3261e;
--warning:#8a5a00;--note:#1f5fa8;--line-1:#0b6bb5;--line-2:#c2520a;--line-3:#17795e;--mark:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaee;--soft:#a9b0bd;--ground:#14161a;--card:#1e2127;--rule:#383d47;
--error:#ff8a80;--warning:#f2b84b;--note:#8ab8f0;--line-1:#6cb4f0;--line-2:#f49a5c;--line-3:#5fcfab;--mark:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main,header,footer{max-width:70rem;margin:0 auto;padding:0 1rem}
h1{font-size:1.5rem;margin:1.5rem 0 .25rem}h2{font-size:1.2rem;margin:2rem 0 .75rem}h3{font-size:1rem;margin:0 0 .25rem}
.verdict{font-size:1.1rem;margin:.25rem 0 1rem;max-width:46rem}
a{color:var(--note)}:focus-visible{outline:3px solid var(--note);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
ol.findings{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:minmax(0,1fr);gap:.75rem}
.finding{background:var(--card);border-left:5px solid var(--soft);padding:.75rem 1rem;border-radius:4px}
.finding.error{border-color:var(--error)}.finding.warning{border-color:var(--warning)}.finding.note{border-color:var(--note)}
.level{font-size:.8rem;font-weight:700;letter-spacing:.04em;text-transform:uppercase}
.error .level{color:var(--error)}.warning .level{color:var(--warning)}.note .level{color:var(--note)}
.when{color:var(--soft);font-weight:400;text-transform:none;letter-spacing:0}
.finding p,.finding ol{margin:.25rem 0}.chain{padding-left:1.25rem}
pre{background:var(--ground);border:1px solid var(--rule);padding:.6rem .75rem;margin:.5rem 0 0;overflow-x:auto;border-radius:4px;
font:.875rem/1.45 ui-monospace,monospace}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:1.5rem}
figure{margin:0;min-width:0}figcaption p{margin:0;color:var(--soft);font-size:.875rem}
svg{display:block;width:100%;height:auto;margin-top:.25rem}svg text{font:11.5px system-ui,sans-serif;fill:var(--soft);
paint-order:stroke;stroke:var(--ground);stroke-width:3px;stroke-linejoin:round}
.grid{stroke:var(--rule);stroke-width:1}.axis{stroke:var(--soft)}
[class^=line-]{fill:none;stroke-width:1.8;stroke-linejoin:round}
.line-1{stroke:var(--line-1)}.line-2{stroke:var(--line-2)}.line-3{stroke:var(--line-3)}
.points-1,.bars-1{fill:var(--line-1)}.points-2,.bars-2{fill:var(--line-2)}.points-3,.bars-3{fill:var(--line-3)}
[class^=points-]{fill-opacity:.7}
.mark{stroke:var(--mark);stroke-width:1.5;stroke-dasharray:4 3}svg .mark-word{fill:var(--mark);font-weight:600}
.limit{stroke:var(--soft);stroke-dasharray:2 3}svg .limit-word{fill:var(--soft)}
.keys .key{margin-right:1rem;color:var(--ink)}.key::before{content:"";display:inline-block;width:.9rem;height:.25rem;
border-radius:2px;margin-right:.4rem;vertical-align:middle}
.key-1::before{background:var(--line-1)}.key-2::before{background:var(--line-2)}.key-3::before{background:var(--line-3)}
details{margin-top:.25rem}summary{cursor:pointer;color:var(--note);font-size:.875rem}
table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .9rem .25rem 0;text-align:right;vertical-align:top;border-bottom:1px solid var(--rule);font-weight:400}
thead th{font-weight:600}
table.facts th,table.facts td{text-align:left}table.facts th{white-space:nowrap;color:var(--soft)}
footer{color:var(--soft);font-size:.875rem;margin-top:2rem;padding-bottom:2rem}
@media print{:root{color-scheme:light}.skip,details{display:none}.finding,figure{break-inside:avoid}pre{white-space:pre-wrap}
.finding,pre{border-color:#999}h2{break-after:avoid}}
"""


def finding_html(finding: Finding) -> str:
    """One finding."""
    when = "" if finding.step is None else f' <span class="when">at step {finding.step:,}</span>'
    where = "" if finding.where is None else f' <span class="when">in {html.escape(finding.where)}</span>'
    chain = "".join(f"<li>{html.escape(link)}</li>" for link in finding.chain)
    return (
        f'<li class="finding {finding.level}"><p class="level">{finding.level}{when}{where}</p>'
        f"<h3>{html.escape(finding.title)}</h3><p>{html.escape(finding.evidence)}</p>"
        + (f'<ol class="chain" aria-label="What led there">{chain}</ol>' if chain else "")
        + f'<pre tabindex="0" aria-label="Remedy"><code>{html.escape(finding.remedy)}</code></pre></li>'
    )


def facts_html(facts: Iterable[tuple[str, str]]) -> str:
    """A table of what was measured."""
    rows = "".join(f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(value)}</td></tr>' for name, value in facts)
    return f'<table class="facts"><tbody>{rows}</tbody></table>'


def findings_html(findings: Sequence[Finding]) -> str:
    """The list of findings."""
    if not findings:
        return "<p>Nothing was found.</p>"
    return f'<ol class="findings">{"".join(map(finding_html, findings))}</ol>'


def fragment(verdict: str, facts: Sequence[tuple[str, str]], findings: Sequence[Finding]) -> str:
    """For a notebook: the same content with the barest style, which cannot leak into the page around it."""
    items = "".join(
        f"<li><b>{finding.level}: {html.escape(finding.title)}</b><br>{html.escape(finding.evidence)}"
        f"<pre>{html.escape(finding.remedy)}</pre></li>"
        for finding in findings
    )
    return f"<div><p><b>{html.escape(verdict)}</b></p><ol>{items}</ol>{facts_html(facts)}</div>"


def page(title: str, verdict: str, facts: Sequence[tuple[str, str]], findings: Sequence[Finding], charts: Sequence[str]) -> str:
    """The whole file."""
    shown = [one for one in charts if one]
    curves = f'<section aria-labelledby="curves"><h2 id="curves">Curves</h2><div class="charts">{"".join(shown)}</div></section>'
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f'<style>{STYLE}</style></head><body><a class="skip" href="#findings">To the findings</a>'
        f'<header><h1>{html.escape(title)}</h1><p class="verdict">{html.escape(verdict)}</p></header>'
        '<main><section aria-labelledby="findings"><h2 id="findings" tabindex="-1">Findings</h2>'
        f"{findings_html(findings)}</section>"
        f"{curves if shown else ''}"
        f'<section aria-labelledby="facts"><h2 id="facts">Measured</h2>{facts_html(facts)}</section></main>'
        f"<footer><p>stablesoftmax {html.escape(__version__)}. This file needs no network and holds no script.</p></footer>"
        "</body></html>\n"
    )
