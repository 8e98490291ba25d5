"""What the pictures of peers share: the peers of benchmarks/, exact results from tests/oracle.py, and the command line."""

import argparse
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests")]


def arguments(what: str, picture: str, **numbers: int) -> argparse.Namespace:
    """The options of a script: --peers, --out, --json, and whole numbers such as --rows."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--peers", default="", metavar="REGEX", help="only the peers whose names match, and ours")
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent / "images" / picture, help="the picture")
    parser.add_argument("--json", type=pathlib.Path, help="also write what was found")
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=f"default: {default}")
    return parser.parse_args()


def load(wanted: str):
    """The installed peers whose names match, ours first, on one thread, and their versions as one line."""
    from peers import settle

    settle(1)
    from side_by_side.run import load

    peers, versions = load(wanted)
    return peers, ", ".join(f"{name} {version}" for name, version in versions.items())


def result(ways, case, logits):
    """What a peer makes of the logits, None where it has no such function."""
    way = next(iter(ways(case, logits, 1).values()), None)
    return None if way is None else way.result().copy()


def save(figure, path: pathlib.Path) -> None:
    """Write a picture, on white and in 256 colours so that it stays small."""
    import numpy as np
    import PIL.Image  # which matplotlib brings
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = PIL.Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").quantize(256, dither=PIL.Image.Dither.NONE)
    picture.save(path, optimize=True)


def finish(options: argparse.Namespace, figure, found) -> None:
    """Write the picture, and the figures if they are wanted."""
    save(figure, options.out)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
