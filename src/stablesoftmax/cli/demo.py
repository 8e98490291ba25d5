"""`stablesoftmax demo`: a network trained twice, and its logits through three softmaxes."""

from __future__ import annotations

import argparse
import json
from typing import Any

from stablesoftmax.cli.errors import BAD_INPUT, CommandError, about, need
from stablesoftmax.io import atomic_writer

__all__ = ["add_parsers"]

PICTURES = ("png", "svg", "pdf")


def add_parsers(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "demo",
        help="train a network with np.exp(x) / np.sum(np.exp(x)) and with ours, and compare",
        description="Train a small network on handwritten digits twice, once with np.exp(x) / np.sum(np.exp(x)) and once with"
        " stablesoftmax, and measure three softmaxes on its logits. Nothing is downloaded; it takes a few seconds.",
    )
    parser.add_argument("--plot", metavar="FILE", help="also draw a picture: .png, .svg or .pdf (needs matplotlib)")
    parser.add_argument("--json", action="store_true", help="as one JSON object instead of tables (does not need rich)")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    if not arguments.json:
        need("rich", "cli")
    if arguments.plot is not None:
        need("matplotlib", "plot")
        picture = _picture_format(arguments.plot)
    # Only now: the demo trains and draws with packages that the other commands need not load.
    from stablesoftmax.demo.experiment import run

    if arguments.json:
        outcome = run()
        print(json.dumps(outcome.summary(), indent=2))
    else:
        from stablesoftmax.demo.report import report, training_progress

        with training_progress() as progress:
            outcome = run(progress)
        report(outcome)
    if arguments.plot is not None:
        from stablesoftmax.demo.plot import draw

        with about(arguments.plot), atomic_writer(arguments.plot) as stream:
            draw(outcome, stream, picture)


def _picture_format(path: str) -> str:
    name, dot, suffix = path.rpartition(".")
    if not (name and dot and suffix.lower() in PICTURES):
        raise CommandError(f"{path}: the suffix of a picture is .png, .svg or .pdf", BAD_INPUT)
    return suffix.lower()
