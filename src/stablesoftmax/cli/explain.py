"""`stablesoftmax explain`: what formulas make of the logits in a file."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

from stablesoftmax.cli.apply import parse_axis
from stablesoftmax.cli.errors import BAD_INPUT, CommandError, about
from stablesoftmax.io import atomic_writer, read_arrays
from stablesoftmax.io.maps import map_npy

__all__ = ["add_parsers"]


def add_parsers(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "explain",
        help="what a naive, the textbook's and our softmax make of logits, and what to do",
        description="Tell what a naive softmax, the textbook's and ours make of the logits in a file: overflow, NaN, lost losses,"
        " errors; each with its remedy as code.",
        epilog="FILE is .npy (mapped and read in blocks), .npz or .csv by its suffix; - is .npy on standard input."
        " Exit code: 0 whatever was found, 2 bad input, 3 refused by the system.",
    )
    parser.add_argument("file", metavar="FILE", help="the logits")
    parser.add_argument(
        "--axis", type=parse_axis, default=-1, help="a number, several with commas (--axis=-2,-1), or all; default -1"
    )
    parser.add_argument("--html", metavar="OUT", help="also write the report as one HTML file (one array only)")
    parser.add_argument("--json", action="store_true", help="as one JSON object instead of a letter")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    from stablesoftmax.doctor.explaining import explain

    if arguments.html is not None and _is_same_file(arguments.file, arguments.html):
        raise CommandError(f"{arguments.html}: --html would write the report over the logits; give it another name", BAD_INPUT)
    with about(arguments.file):
        arrays = {None: map_npy(arguments.file)} if arguments.file.lower().endswith(".npy") else read_arrays(arguments.file)
        if arguments.html is not None and len(arrays) != 1:
            raise CommandError(f"{arguments.file}: --html takes a file of one array, this one holds {len(arrays)}", BAD_INPUT)
        explanations = {}
        for name, array in arrays.items():
            try:
                explanations[name] = explain(array, arguments.axis)
            except (TypeError, ValueError) as error:
                whose = "" if name is None else f"array {name!r}: "
                raise CommandError(f"{arguments.file}: {whose}{str(error).removeprefix('explain: ')}", BAD_INPUT) from None
    if arguments.html is not None:
        (explanation,) = explanations.values()
        with about(arguments.html), atomic_writer(arguments.html) as stream:
            stream.write(explanation.html().encode())
    if arguments.json:
        found: Any = {name: explanation.to_dict() for name, explanation in explanations.items()}
        print(json.dumps(found.get(None, found), indent=2))
        return
    for name, explanation in explanations.items():
        if name is not None:
            print(f"== {name}\n")
        print(explanation, end="\n" if len(explanations) == 1 else "\n\n")


def _is_same_file(one: str, other: str) -> bool:
    """Whether two names lead to one file, through links as well; False where there is none yet."""
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False
