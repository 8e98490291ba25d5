"""Error against magnitude: the largest error of softmax and log_softmax as logits grow, and of a loss as it shrinks.

Every peer that is installed gets the same float32 logits; each result is compared with the exact one, in ulp. See
error_by_magnitude.md.

    python docs/gallery/error_by_magnitude.py [--rows N] [--columns N] [--points N] [--peers REGEX] [--out PNG] [--json FILE]
"""

import math

import beside
import numpy as np

OURS = "stablesoftmax"
DEVIATIONS = (0.1, 1000.0)  # of the logits
LOSSES = (1e-30, 1e2)
CLASSES = 10  # of the rows whose loss is asked for


def by_deviation(peers, function, options):
    """{peer: [[deviation, largest error], ...]} for normally distributed logits."""
    from oracle import Row
    from side_by_side.cases import Case

    found = {}
    for deviation in np.geomspace(*DEVIATIONS, options.points):
        shape = (options.rows, options.columns)
        case = Case(function, shape, deviation=deviation)
        logits = (np.random.default_rng(1).standard_normal(shape) * deviation).astype(np.float32)
        exact = [getattr(Row(row), function)() for row in logits]
        for peer, ways in peers.items():
            result = beside.result(ways, case, logits)
            if result is not None:
                worst = max(e.errors(row).max() for e, row in zip(exact, result, strict=True))
                found.setdefault(peer, []).append([float(deviation), float(worst)])
    return found


def by_loss(peers, options):
    """{peer: [[loss, largest error], ...]}: the loss of a row is -log_softmax at its label, the first class."""
    from oracle import Row
    from side_by_side.cases import Case

    rng, found = np.random.default_rng(2), {}
    for loss in np.geomspace(*LOSSES, options.points):
        logits = rng.standard_normal((options.rows, CLASSES))
        rest = np.log(np.exp(logits[:, 1:]).sum(axis=1))
        logits[:, 0] = rest - (math.log(math.expm1(loss)) if loss < 30 else loss)  # log(1 + e^(rest - x)) = loss
        logits = logits.astype(np.float32)
        exact = [Row(row).log_softmax(index=[0]) for row in logits]
        for peer, ways in peers.items():
            result = beside.result(ways, Case("log_softmax", logits.shape), logits)
            if result is not None:
                worst = max(e.errors(row[:1]).max() for e, row in zip(exact, result, strict=True))
                found.setdefault(peer, []).append([float(loss), float(worst)])
    return found


def draw(found, options):
    """Three panels with one scale of errors, and one legend."""
    from matplotlib.figure import Figure
    from side_by_side.pictures import FAINT, INK, LOOKS

    figure = Figure(figsize=(11, 5.6), dpi=130, layout="constrained", facecolor="white")
    panels = figure.subplots(1, 3, sharey=True)
    about = (
        ("softmax", "softmax", "standard deviation of the logits"),
        ("log_softmax", "log_softmax", "standard deviation of the logits"),
        ("loss", "cross entropy", "loss: the more confident, the further left"),
    )
    for axes, (key, title, label) in zip(panels, about, strict=True):
        for k, (peer, (colour, marker)) in enumerate(LOOKS.items()):  # markers take turns: lines lie on one another
            if peer in found[key]:
                x, errors = np.array(found[key][peer]).T
                size, width, above = (8, 3, 4) if peer == OURS else (6, 1.2, 3)
                axes.plot(
                    x, np.maximum(errors, 0.1), color=colour, linewidth=width, zorder=above, label=peer,
                    marker=marker, markersize=size, markevery=(k % 5, 5), markeredgecolor="white", markeredgewidth=0.5,
                )  # fmt: skip
        axes.axhspan(0.1, 1, color="#009e73", alpha=0.09, linewidth=0)
        axes.axhline(1, color=INK, linewidth=0.8)
        axes.set(xscale="log", yscale="log", xlabel=label, ylim=(0.1, 1e8))
        axes.set_title(title, loc="left", fontweight="bold")
        axes.grid(color=FAINT, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
    panels[2].set_xticks([1e-30, 1e-20, 1e-10, 1])
    panels[2].set_xticks([], minor=True)
    panels[0].set_ylabel("largest error, ulp, less is better")
    panels[1].text(0.1, 0.12, "below 1 ulp: one of the two neighbours", fontsize=8.5, color=INK)
    figure.legend(
        *panels[0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=10,
        columnspacing=1.2,
        handlelength=1.6,
        fontsize=8.5,
        frameon=False,
    )
    figure.suptitle(
        f"float32; {options.rows} rows of {options.columns} logits a point; on the right of {CLASSES} classes",
        fontsize=9,
        x=0.01,
        ha="left",
    )
    return figure


def main():
    options = beside.arguments(__doc__.splitlines()[0], "error-by-magnitude.png", rows=32, columns=256, points=25)
    peers, versions = beside.load(options.peers)
    print(versions, flush=True)
    found = {function: by_deviation(peers, function, options) for function in ("softmax", "log_softmax")}
    found["loss"] = by_loss(peers, options)
    beside.finish(options, draw(found, options), {"versions": versions, **found})


if __name__ == "__main__":
    main()
