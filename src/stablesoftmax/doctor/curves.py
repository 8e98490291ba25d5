"""Charts as inline SVG: lines over steps, points, bars. Each has a title, a description and its numbers as a table.

Colours are custom properties of the page (`--line-1`, ...), so that the same SVG is right on white, in the dark and on paper.
"""

from __future__ import annotations

import html
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stablesoftmax.doctor.findings import short

__all__ = ["Series", "chart"]

WIDTH, HEIGHT = 420, 230
LEFT, RIGHT, TOP, BOTTOM = 54, 12, 14, 34
MOST_TABLE_ROWS = 40
FARTHEST = sys.float_info.max


@dataclass(frozen=True)
class Series:
    """Numbers under one name; what is not finite is left out of the drawing, not out of the table."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    kind: str = "line"  # line, points, bars


@dataclass(frozen=True)
class _Scale:
    """From numbers to places along an axis."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high = self.low, self.high
        if self.log:
            value = min(max(value, low), high)  # beyond 1e-300 and 1e300: at the edge
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        low, high, value = low / 4, high / 4, value / 4  # their differences are finite
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        if self.log:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            every = max(1, -(-(last - first) // 5))
            return [10.0**e for e in range(first, last + 1, every) if self.low <= 10.0**e <= self.high]
        raw = self.high / 4 - self.low / 4
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(m * power for m in (1, 2, 5, 10) if m * power >= 0.7 * raw)
        first = math.ceil(self.low / step - 1e-9)
        return [i * step for i in range(first, math.floor(self.high / step + 1e-9) + 1)]


def _scale(values: list[float], start: float, end: float, log: bool) -> _Scale:
    values = [v for v in values if math.isfinite(v) and (v > 0 or not log)] or [0.1, 1.0]
    low, high = min(values), max(values)
    if log:
        first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
        first = min(max(first, -300), 299)
        return _Scale(10.0**first, 10.0 ** min(max(last, first + 1), 300), start, end, True)
    if high / 4 - low / 4 < 1e-290:  # equal, or as good as that
        low, high = max(low - 0.5 - abs(low) / 2, -FARTHEST), min(high + 0.5 + abs(high) / 2, FARTHEST)
    return _Scale(low, high, start, end)


def chart(
    title: str, description: str, series: Sequence[Series], *, x_label: str, log: bool = False,
    marks: Sequence[tuple[float, str]] = (), limits: Sequence[tuple[float, str]] = (),
) -> str:  # fmt: skip
    """A figure. `marks` are vertical lines with a word (the onset), `limits` horizontal ones (where e^x overflows)."""
    series = [one for one in series if any(math.isfinite(y) and (y > 0 or not log) for y in one.y)]
    if not series:
        return ""
    x = _scale([v for one in series for v in one.x] + [at for at, _ in marks], LEFT, WIDTH - RIGHT, False)
    y = _scale([v for one in series for v in one.y] + [at for at, _ in limits], HEIGHT - BOTTOM, TOP, log)
    parts = [_axes(x, y, x_label)]
    for number, one in enumerate(series, start=1):
        parts.append(_drawn(one, x, y, number))
    for at, word in limits:
        parts.append(f'<path class="limit" d="M{LEFT} {y(at):.1f}H{WIDTH - RIGHT}"/>')
        word_at = f'x="{LEFT + 4}" y="{max(y(at) - 4, 10):.1f}"'
        parts.append(f'<text class="limit-word" {word_at}>{html.escape(word)}</text>')
    for at, word in marks:
        late = x(at) > (LEFT + WIDTH) / 2
        anchor = f'x="{x(at) + (-5 if late else 5):.1f}" y="{TOP + 10}" text-anchor="{"end" if late else "start"}"'
        parts.append(f'<path class="mark" d="M{x(at):.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text class="mark-word" {anchor}>{html.escape(word)}</text>')
    names = "".join(f'<span class="key key-{i}">{html.escape(one.name)}</span>' for i, one in enumerate(series, start=1))
    label = html.escape(f"{title}. {description}", quote=True)
    return (
        f"<figure><figcaption><h3>{html.escape(title)}</h3><p>{html.escape(description)}</p>"
        f'<p class="keys">{names}</p></figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
        f"{_table(series, x_label)}</figure>"
    )


def _axes(x: _Scale, y: _Scale, x_label: str) -> str:
    parts = []
    for tick in y.ticks():
        parts.append(f'<path class="grid" d="M{LEFT} {y(tick):.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{_tick(tick)}</text>')
    for tick in x.ticks():
        parts.append(f'<text x="{x(tick):.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{_tick(tick)}</text>')
    parts.append(f'<path class="axis" d="M{LEFT} {HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 4}" text-anchor="middle">{html.escape(x_label)}</text>')
    return "".join(parts)


def _tick(value: float) -> str:
    if value and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.0e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    return f"{value:.6g}"


def _drawn(one: Series, x: _Scale, y: _Scale, number: int) -> str:
    shown = [
        (x(a), y(b)) if math.isfinite(a) and math.isfinite(b) and (b > 0 or not y.log) else None
        for a, b in zip(one.x, one.y, strict=True)
    ]
    places = [place for place in shown if place]
    if one.kind == "points":
        return "".join(f'<circle class="points-{number}" cx="{a:.1f}" cy="{b:.1f}" r="2"/>' for a, b in places)
    if one.kind == "bars":
        width = max(1.0, (WIDTH - LEFT - RIGHT) / max(1, len(places)) - 1)
        return "".join(
            f'<rect class="bars-{number}" x="{a - width / 2:.1f}" y="{b:.1f}" width="{width:.1f}" '
            f'height="{HEIGHT - BOTTOM - b:.1f}"/>'
            for a, b in places
        )
    path, broken = [], True
    for place in shown:
        if place:
            path.append(f"{'M' if broken else 'L'}{place[0]:.1f} {place[1]:.1f}")
        broken = place is None
    dots = f'<circle class="points-{number}" cx="{places[0][0]:.1f}" cy="{places[0][1]:.1f}" r="3"/>' if len(places) == 1 else ""
    return f'<path class="line-{number}" d="{"".join(path)}"/>{dots}'


def _table(series: Sequence[Series], x_label: str) -> str:
    """The numbers, for those who do not see the picture; thinned to what one can listen to."""
    if any(one.kind != "line" for one in series):
        return ""
    columns: dict[float, list[Any]] = {}
    for i, one in enumerate(series):
        for a, b in zip(one.x, one.y, strict=True):
            columns.setdefault(a, [None] * len(series))[i] = b
    keys = sorted(columns)
    keep = sorted({round(i * (len(keys) - 1) / max(1, MOST_TABLE_ROWS - 1)) for i in range(min(len(keys), MOST_TABLE_ROWS))})
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in (x_label, *(one.name for one in series)))
    rows = "".join(
        f'<tr><th scope="row">{short(keys[i])}</th>'
        + "".join(f"<td>{'' if v is None else short(v)}</td>" for v in columns[keys[i]])
        + "</tr>"
        for i in keep
    )
    return f"<details><summary>The numbers</summary><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details>"
