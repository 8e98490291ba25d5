"""`stablesoftmax softmax`, `log-softmax` and `logsumexp`: a function of the library over a file."""

from __future__ import annotations

import argparse
import warnings
from typing import Any

from numpy.typing import NDArray

import stablesoftmax
from stablesoftmax.cli.errors import BAD_INPUT, CommandError, about, complain
from stablesoftmax.io import read_arrays, write_arrays
from stablesoftmax.io.arrays import check_path

__all__ = ["add_parsers"]

FILES = """\
FILE and OUT are .npy, .npz or .csv, by their suffix; - is .npy on a standard stream. All arrays of an .npz file are taken, each
under its name. A .csv file is UTF-8, numbers separated by commas, one row a line, with or without a line of names; a single
column is a vector. OUT is replaced in one step or not at all. Exit code: 0, 2 bad input, 3 refused by the system, 130 Ctrl-C."""


def add_parsers(commands: Any) -> None:
    """Add the three subcommands."""
    softmax = _add(commands, "softmax", "the probabilities of logits", axis=-1)
    log_softmax = _add(commands, "log-softmax", "the logarithms of the probabilities", axis=-1)
    for parser in softmax, log_softmax:
        parser.add_argument("--temperature", type=float, default=1.0, metavar="T", help="divide the logits by T, exactly")
    logsumexp = _add(commands, "logsumexp", "the logarithm of the sum of exponentials", axis=None)
    logsumexp.add_argument("--keepdims", action="store_true", help="keep the reduced axes with length 1")


def _add(commands: Any, name: str, what: str, axis: int | None) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=what, description=f"Compute {what}.", epilog=FILES)
    parser.set_defaults(run=_run, function=name.replace("-", "_"))
    parser.add_argument("file", metavar="FILE", help="the logits")
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="where the result goes")
    default = "all" if axis is None else axis
    parser.add_argument(
        "--axis", type=parse_axis, default=axis, help=f"a number, several with commas (--axis=-2,-1), or all; default {default}"
    )
    parser.add_argument("--dtype", choices=("float16", "float32", "float64"), help="of the result; default: that of the input")
    return parser


def parse_axis(text: str) -> int | tuple[int, ...] | None:
    if text == "all":
        return None
    try:
        axes = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number, nor numbers with commas, nor all") from None
    return axes if len(axes) > 1 else axes[0]


def _run(arguments: argparse.Namespace) -> None:
    with about(arguments.output):
        check_path(arguments.output)  # before the work, not after it
    with about(arguments.file):
        arrays = read_arrays(arguments.file)
        results = {name: _apply(arguments, name, array) for name, array in arrays.items()}
    with about(arguments.output):
        write_arrays(arguments.output, results)


def _apply(arguments: argparse.Namespace, name: str | None, array: NDArray[Any]) -> NDArray[Any]:
    options = {key: getattr(arguments, key) for key in ("axis", "dtype", "temperature", "keepdims") if key in arguments}
    whose = "" if name is None else f"array {name!r}: "
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result: NDArray[Any] = getattr(stablesoftmax, arguments.function)(array, **options)
        except (TypeError, ValueError) as error:
            # The line says the name of the command already.
            reason = str(error).removeprefix(f"{arguments.function}: ")
            raise CommandError(f"{arguments.file}: {whose}{reason}", BAD_INPUT) from None
    for message in dict.fromkeys(str(warning.message) for warning in caught):
        complain(f"stablesoftmax {arguments.command}: {arguments.file}: warning: {whose}{message}")
    return result
