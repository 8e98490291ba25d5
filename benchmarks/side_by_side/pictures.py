"""The two pictures: speed by length of a row, and error by speed."""

import itertools
import math
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from suites.shapes import name

from .peers import OURS
from .run import Measured

# Colours that remain different to the colour-blind (Okabe and Ito, and Tol's muted ones); a marker each, should they not.
LOOKS = {
    OURS: ("#d55e00", "o"),
    "numpy": ("#0072b2", "s"),
    "scipy": ("#3c9fd6", "D"),
    "torch": ("#cc79a7", "^"),
    "oneDNN": ("#882255", "v"),
    "jax": ("#117733", "P"),
    "onnxruntime": ("#000000", "X"),
    "OpenVINO": ("#999933", "<"),
    "XNNPACK": ("#332288", ">"),
    "numba": ("#888888", "d"),
}
FASTER = "each peer by the faster of a fresh result and out="
INK, FAINT = "#222222", "#dddddd"
LABEL = 9.5  # points, the size of type
Point = tuple[float, float]


def draw(folder: Path, by_length: list[Measured], error_by_speed: Measured, processor: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    where = f"{processor}, {error_by_speed.threads} thread{'s' if error_by_speed.threads > 1 else ''}; {FASTER}"
    _draw_speed_by_length(folder / "speed-by-length.png", by_length, where)
    _draw_error_by_speed(folder / "error-by-speed.png", error_by_speed, where)


def _draw_speed_by_length(path: Path, by_length: list[Measured], where: str) -> None:
    figure, axes = _figure((10, 6))
    ends = {}
    for peer, (colour, marker) in LOOKS.items():
        found = [(measured.case.shape[1], best.ns) for measured in by_length if (best := measured.best_way(peer))]
        if found:
            axes.plot(
                *zip(*found, strict=True), color=colour, marker=marker, markersize=7 if peer == OURS else 4.5,
                markeredgecolor="white", markeredgewidth=0.6, linewidth=3.4 if peer == OURS else 1.3,
                zorder=4 if peer == OURS else 3,
            )  # fmt: skip
            ends[peer] = found[-1]
    axes.set_xscale("log")
    axes.set_yscale("log")
    _plain_ticks(axes)
    elements = f"{by_length[0].case.elements // 1024}K elements a call, a row at least"
    axes.set_xlabel(f"elements in a row ({elements})")
    axes.set_ylabel("ns/element, less is better")
    _title(axes, "Time of softmax by length of row", f"float32, last axis, {where}")
    _name_lines(axes, ends)
    figure.savefig(path)


def _draw_error_by_speed(path: Path, measured: Measured, where: str) -> None:
    figure, axes = _figure((10, 6))
    points = {peer: (best.ns, best.ulps) for peer in LOOKS if (best := measured.best_way(peer))}
    for peer, point in points.items():
        colour, marker = LOOKS[peer]
        axes.plot(*point, color=colour, marker=marker, markersize=15 if peer == OURS else 9, markeredgecolor="white", zorder=3)
    axes.set_xscale("log")
    axes.set_yscale("log")
    times, errors = zip(*points.values(), strict=True)
    axes.set_xlim(min(times) / 1.4, max(times) * 1.7)
    axes.set_ylim(min(0.3, min(errors) / 2), max(errors) * (max(errors) / min(errors)) ** 0.12)
    _plain_ticks(axes)
    axes.axhspan(axes.get_ylim()[0], 1, color="#009e73", alpha=0.09, linewidth=0)
    axes.axhline(1, color=INK, linewidth=1)
    axes.annotate(
        "1 ulp: below, a result is one of the two numbers next to the exact one", (1, 1), xycoords=("axes fraction", "data"),
        xytext=(-6, -5), textcoords="offset points", ha="right", va="top", color=INK, fontsize=LABEL,
    )  # fmt: skip
    axes.set_xlabel("ns/element, less is better")
    axes.set_ylabel("largest error, ulp, less is better")
    logits = f"{name(measured.case.shape)} logits of standard deviation {measured.case.deviation:g}"
    _title(axes, "Largest error of softmax by its time", f"float32, {logits}, {where}")
    _name_points(axes, points)
    figure.savefig(path)


def _figure(size: tuple[float, float]) -> tuple[Figure, Axes]:
    # A figure of its own, without pyplot: no window system is asked for.
    figure = Figure(figsize=size, dpi=150, layout="constrained", facecolor="white")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(True, which="major", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, which="both")
    return figure, axes


def _title(axes: Axes, what: str, about: str) -> None:
    axes.set_title(what, loc="left", fontweight="bold", fontsize=13, pad=24)
    axes.annotate(about, (0, 1), xycoords="axes fraction", xytext=(0, 8), textcoords="offset points", fontsize=8.5, color=INK)


def _plain_ticks(axes: Axes) -> None:
    """1, 2 and 5 of every decade, as people write them, unless that is too many."""
    for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        wide = limits[1] / limits[0] > 1000
        ticks = [digit * 10.0**power for power in range(-3, 8) for digit in ((1,) if wide else (1, 2, 5))]
        axis.set_ticks([tick for tick in ticks if limits[0] <= tick <= limits[1]])
        axis.set_major_formatter(lambda tick, _: f"{tick:,.0f}" if tick >= 1 else f"{tick:g}")
        axis.set_ticks([], minor=True)


def _name_lines(axes: Axes, ends: dict[str, Point]) -> None:
    """Names to the right of where the lines end, moved apart until none covers another, and joined to them."""
    at = _on_paper(axes, ends)
    names = sorted(ends, key=lambda peer: at[peer][1])
    wanted = [at[peer][1] for peer in names]
    for peer, wish, given in zip(names, wanted, _apart(wanted, 1.45 * LABEL), strict=True):
        _name(axes, peer, peer, ends[peer], (26, given - wish), ha="left")


def _name_points(axes: Axes, points: dict[str, Point]) -> None:
    """Each name, with its error, as near to its point as the points and the names before it let it."""
    at = _on_paper(axes, points)
    taken = [(x - 7, x + 7, y - 7, y + 7) for x, y in at.values()]
    for peer in sorted(points, key=lambda peer: at[peer]):
        text = f"{peer} {points[peer][1]:,.{2 if points[peer][1] < 10 else 0}f}"
        half = 0.33 * LABEL * len(text)
        for distance, angle in itertools.product(range(16, 120, 8), (90, -90, 60, -60, 120, -120)):
            dx, dy = distance * math.cos(math.radians(angle)), distance * math.sin(math.radians(angle))
            x, y = at[peer][0] + dx, at[peer][1] + dy
            box = (x - half, x + half, y - 0.7 * LABEL, y + 0.7 * LABEL)
            if not any(box[0] < right and left < box[1] and box[2] < top and low < box[3] for left, right, low, top in taken):
                break
        taken.append(box)
        _name(axes, peer, text, points[peer], (dx, dy), ha="center")


def _name(axes: Axes, peer: str, text: str, point: Point, offset: Point, ha: str) -> None:
    leader = {"arrowstyle": "-", "color": LOOKS[peer][0], "linewidth": 0.6, "shrinkA": 1, "shrinkB": 5}
    axes.annotate(
        text, point, xytext=offset, textcoords="offset points", ha=ha, va="center", color=LOOKS[peer][0], zorder=5,
        fontsize=LABEL, fontweight="bold" if peer == OURS else "normal",
        arrowprops=leader | {"relpos": (0, 0.5) if ha == "left" else (0.5, 0.5)},
    )  # fmt: skip


def _on_paper(axes: Axes, points: dict[str, Point]) -> dict[str, Point]:
    """Where points of the data come to lie, in points of 1/72 inch."""
    axes.figure.draw_without_rendering()  # which settles the layout
    return {peer: tuple(axes.transData.transform(point) * 72 / axes.figure.dpi) for peer, point in points.items()}


def _apart(wanted: list[float], gap: float) -> list[float]:
    """The places nearest to ascending `wanted` that are `gap` apart: runs that are too dense spread about their mean."""
    runs = []  # [sum of wishes less the offsets, how many]
    for wish in wanted:
        runs.append([wish, 1])
        while len(runs) > 1 and runs[-2][0] / runs[-2][1] + gap * runs[-2][1] > runs[-1][0] / runs[-1][1]:
            total, n = runs.pop()
            runs[-1][0] += total - n * gap * runs[-1][1]
            runs[-1][1] += n
    return [total / n + gap * i for total, n in runs for i in range(n)]
