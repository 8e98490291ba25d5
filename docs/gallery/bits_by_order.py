"""Bits by order: how many rows change their bits when the same numbers come in another way.

Every peer that is installed gets the same float32 logits as they are, with the columns of each row permuted, with rows along
the first axis, with masked columns (-inf) appended, and in batches of 1, 2, 5 and the rest. See bits_by_order.md.

    python docs/gallery/bits_by_order.py [--rows N] [--columns N] [--peers REGEX] [--out FILE.png] [--json FILE.json]
"""

import beside
import numpy as np

OURS = "stablesoftmax"
FUNCTIONS = ("softmax", "log_softmax", "logsumexp")
DEVIATION = 3.0
BATCHES = (1, 2, 5)
PADDING = 24  # columns
WAYS = ("columns permuted", "along the first axis", "padded with -inf", "in other batches")


def permuted(run, logits):
    """The results for permuted columns, put back in their order."""
    order = np.random.default_rng(4).permutation(logits.shape[1])
    result = run(np.ascontiguousarray(logits[:, order]))
    return result if result.ndim == 1 else result[:, np.argsort(order)]


def along_the_first_axis(run, logits):
    """The results for the transposed array."""
    result = run(np.ascontiguousarray(logits.T), axis=0)
    return None if result is None else result.T


def padded(run, logits):
    """The results for rows that end in masked columns, without those."""
    result = run(np.pad(logits, ((0, 0), (0, PADDING)), constant_values=-np.inf))
    return result if result.ndim == 1 else result[:, : logits.shape[1]]


def batched(run, logits):
    """The results of a few batches, one after the other."""
    return np.concatenate([run(np.ascontiguousarray(part)) for part in np.split(logits, np.cumsum(BATCHES))])


CHANGES = dict(zip(WAYS, (permuted, along_the_first_axis, padded, batched), strict=True))


def runner(ways, function):
    """run(logits, axis) calls one peer; None comes back where it has no such function."""
    from side_by_side.cases import Case

    def run(logits, axis=-1):
        return beside.result(ways, Case(function, logits.shape, axis=axis), logits)

    return run


def changed(before, after):
    """The share of rows of which any bit differs."""
    differs = before.view(np.uint32) != np.ascontiguousarray(after).view(np.uint32)
    return float(differs.reshape(len(before), -1).any(axis=1).mean())


def look(peers, options):
    """{function: {peer: {change: share of rows}}}; a peer without a function, or without an axis, is left out there."""
    from suites.logits import make

    logits = make((options.rows, options.columns), deviation=DEVIATION)
    found = {function: {} for function in FUNCTIONS}
    for function in FUNCTIONS:
        for peer, ways in peers.items():
            run = runner(ways, function)
            before = run(logits)
            if before is None:
                continue
            found[function][peer] = {}
            for name, change in CHANGES.items():
                after = change(run, logits)
                if after is not None:
                    found[function][peer][name] = changed(before, after)
    return found


def draw(found, options):
    """A table for each function, the shares as words on shades of one colour."""
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure
    from side_by_side.pictures import INK, LOOKS

    peers = [peer for peer in LOOKS if any(peer in shares for shares in found.values())]
    figure = Figure(figsize=(11, 1.9 + 0.36 * len(peers)), dpi=130, layout="constrained", facecolor="white")
    shades = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#f6c9a0", "#c1540a"])
    panels = figure.subplots(1, len(FUNCTIONS), sharey=True)
    for axes, function in zip(panels, FUNCTIONS, strict=True):
        shares = np.array([[found[function].get(peer, {}).get(way, np.nan) for way in WAYS] for peer in peers])
        axes.imshow(shares, cmap=shades, vmin=0, vmax=1, aspect="auto")
        for (i, j), share in np.ndenumerate(shares):
            word = "–" if np.isnan(share) else "0" if share == 0 else f"{100 * share:.0f} %" if share >= 0.01 else "< 1 %"
            axes.text(
                j, i, word, ha="center", va="center", color="white" if share > 0.75 else INK, fontweight="bold" if i == 0 else None
            )
        axes.set_xticks(range(len(WAYS)), [way.replace(" ", "\n", 1) for way in WAYS], fontsize=8.5)
        axes.set_yticks(range(len(peers)), peers)
        axes.set_title(function, loc="left", fontweight="bold")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_yticks(np.arange(len(peers) + 1) - 0.5, minor=True)
        axes.set_xticks(np.arange(len(WAYS) + 1) - 0.5, minor=True)
        axes.grid(which="minor", color="#dddddd", linewidth=1)
        axes.tick_params(which="minor", length=0)
    panels[0].get_yticklabels()[0].set_fontweight("bold")
    figure.suptitle(
        f"Rows whose bits change when the same numbers come in another way (float32, {options.rows} rows of {options.columns}; "
        "–: not offered)", fontsize=10, x=0.01, ha="left",
    )  # fmt: skip
    return figure


def main():
    options = beside.arguments(__doc__.splitlines()[0], "bits-by-order.png", rows=256, columns=1000)
    peers, versions = beside.load(options.peers)
    print(versions, flush=True)
    found = look(peers, options)
    beside.finish(options, draw(found, options), {"versions": versions, **found})


if __name__ == "__main__":
    main()
