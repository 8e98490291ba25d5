"""Scaling: softmax over Dask with one, two and four workers as measured, and the plan for a thousand of them.

The figures are those of docs/design/scale.md; benchmarks/dask_scaling.py measures them again. See scaling.md.

    python docs/gallery/scaling.py [--out FILE.png]
"""

import argparse
import pathlib

import beside
import numpy as np

# MB/s on a machine of two processors: medians of three interleaved runs of benchmarks/dask_scaling.py, chunks of 4 MB
WORKERS = (1, 2, 4)
PROCESSORS = 2
MEASURED = {
    "strong": {"softmax": (75, 135, 125), "logsumexp": (156, 248, 254)},
    "weak": {"softmax": (77, 129, 125), "logsumexp": (142, 238, 236)},
}
SECONDS_A_TASK = 1.07e-3  # of one scheduler, measured there too

# The plan: 10^15 float32 logits, rows whole in their chunks.
READ_AND_WRITTEN = 8e15  # bytes of softmax
STORAGE = 1e9  # bytes/s a worker: what is supposed, not measured
CHUNKS = {"128 MB": 128e6, "1 GB": 1e9}
STRIPES = 10  # clusters, each with a scheduler of its own
COLOURS = {"softmax": "#d55e00", "logsumexp": "#0072b2"}


def hours_of_workers(workers):
    """What the storage of so many workers needs."""
    return READ_AND_WRITTEN / (workers * STORAGE) / 3600


def hours_of_scheduler(chunk, schedulers=1):
    """What schedulers need for a task a chunk of logits."""
    return READ_AND_WRITTEN / 2 / chunk * SECONDS_A_TASK / schedulers / 3600


def draw_measured(axes):
    """Speed by workers, and what the processors allow: as much again for the second, nothing for the fourth."""
    styles = {"strong": ("-", "o"), "weak": ("--", "s")}
    for kind, functions in MEASURED.items():
        line, marker = styles[kind]
        for function, speeds in functions.items():
            axes.plot(WORKERS, speeds, line, marker=marker, color=COLOURS[function], label=f"{function}, {kind} scaling", zorder=3)
    for function, (alone, *_) in MEASURED["strong"].items():
        allowed = [alone * min(n, PROCESSORS) for n in WORKERS]
        axes.plot(WORKERS, allowed, ":", color=COLOURS[function], linewidth=1, label=f"{function}, {PROCESSORS} processors in full")
    axes.set_xscale("log", base=2)
    axes.set_xticks(WORKERS, [str(n) for n in WORKERS])
    axes.set(xlabel="workers, a process of one thread each", ylabel="MB/s of logits, more is better", ylim=(0, 420))
    axes.set_title(f"Measured: {PROCESSORS} processors, zarr on a local disk", loc="left", fontweight="bold", fontsize=11)
    axes.legend(frameon=False, fontsize=8.5, loc="upper left", ncols=2)


def draw_plan(axes):
    """Hours for 4 PB by workers: the slower of storage and scheduler."""
    workers = np.geomspace(10, 10_000, 200)
    lines = [(f"one scheduler, chunks of {name}", hours_of_scheduler(chunk)) for name, chunk in CHUNKS.items()]
    lines.append((f"{STRIPES} schedulers, a stripe of rows each, chunks of 1 GB", hours_of_scheduler(CHUNKS["1 GB"], STRIPES)))
    for (label, limit), colour, width in zip(lines, ("#882255", "#117733", "#0072b2"), (5, 3.2, 1.6), strict=True):
        hours = np.maximum(hours_of_workers(workers), limit)
        axes.plot(workers, hours, color=colour, linewidth=width, label=label)
        axes.annotate(
            f"{hours[-1]:.2g} h", (10_000, hours[-1]), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8.5,
            color=colour,
        )  # fmt: skip
    axes.plot(1000, hours_of_workers(1000), "o", color="#222222", markersize=7, zorder=4)
    axes.annotate(
        f"1000 workers: {hours_of_workers(1000):.1f} h", (1000, hours_of_workers(1000)), xytext=(-8, -10),
        textcoords="offset points", ha="right", va="top", fontsize=9,
    )  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="workers of 1 GB/s each", ylabel="hours, less is better")
    axes.xaxis.set_major_formatter(lambda n, _: f"{n:,.0f}")
    axes.yaxis.set_major_formatter(lambda n, _: f"{n:g}")
    axes.set_title("On paper: softmax of 4 PB, rows whole in a chunk", loc="left", fontweight="bold", fontsize=11)
    axes.legend(frameon=False, fontsize=8.5, loc="upper right")


def draw():
    """What was measured on the left, the plan on the right."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.8), dpi=130, layout="constrained", facecolor="white")
    for axes, panel in zip(figure.subplots(1, 2), (draw_measured, draw_plan), strict=True):
        panel(axes)
        axes.grid(color="#dddddd", linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=beside.HERE.parent / "images" / "scaling.png")
    beside.save(draw(), parser.parse_args().out)


if __name__ == "__main__":
    main()
