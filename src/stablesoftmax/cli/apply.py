"""`stablesoftmax softmax`, `log-softmax` and `logsumexp`: a function of the library over a file."""

from __future__ import annotations

import argparse
import os
import re
import warnings
from collections.abc import Callable
from typing import Any

from stablesoftmax import bits_version, get_num_threads
from stablesoftmax._stored import Source
from stablesoftmax.cli.errors import BAD_INPUT, CommandError, about, complain
from stablesoftmax.cli.progress import progress_bar
from stablesoftmax.io.arrays import FORMATS, STANDARD_STREAM, create_arrays, format_of, open_arrays
from stablesoftmax.io.task import Prepared, prepare

__all__ = ["add_parsers"]

DEFAULT_MEMORY = 512 << 20
LEAST_MEMORY = 16 << 20

FILES = """\
FILE and OUT are .npy, .npz, .csv, .parquet, .zarr or .safetensors, by their suffix; - is .npy on a standard stream. All arrays of
an .npz or .safetensors file are taken, each under its name. Columns of a .csv or .parquet table are axis 1; a single column is a
vector. OUT is replaced in one step or not at all; a .zarr store goes on where the same command was killed. Exit code: 0, 2 bad
input, 3 refused by the system, 130 Ctrl-C."""


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
    parser.set_defaults(run=_run)
    parser.add_argument("file", metavar="FILE", help="the logits")
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="where the result goes")
    default = "all" if axis is None else axis
    parser.add_argument(
        "--axis", type=parse_axis, default=axis, help=f"a number, several with commas (--axis=-2,-1), or all; default {default}"
    )
    parser.add_argument("--dtype", choices=("float16", "float32", "float64"), help="of the result; default: that of the input")
    parser.add_argument("--from", choices=FORMATS, dest="source_format", help="the format of FILE, if its suffix does not tell")
    parser.add_argument("--to", choices=FORMATS, help="the format of OUT, if its suffix does not tell")
    parser.add_argument(
        "--max-memory", type=_memory, default=DEFAULT_MEMORY, metavar="SIZE",
        help="for what is read, computed and written at a time, beside the program's own; default 512MiB",
    )  # fmt: skip
    parser.add_argument("--fill-missing", action="store_true", help="take missing chunks of a .zarr store for its fill value")
    parser.add_argument("--threads", type=_threads, metavar="N", help="default: the processors that the process may use")
    return parser


def parse_axis(text: str) -> int | tuple[int, ...] | None:
    if text == "all":
        return None
    try:
        axes = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number, nor numbers with commas, nor all") from None
    return axes if len(axes) > 1 else axes[0]


def _memory(text: str) -> int:
    match = re.fullmatch(r"(\d+) *([KMGT]i?B?|B)?", text, re.IGNORECASE)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of memory; write 512MiB or 2GiB")
    number, unit = int(match[1]), (match[2] or "B").upper()
    power = " KMGT".index(unit[0]) if unit != "B" else 0
    memory: int = number * (1024 if "I" in unit or len(unit) == 1 else 1000) ** power
    if memory < LEAST_MEMORY:
        raise argparse.ArgumentTypeError(f"{text} is too little; give at least {LEAST_MEMORY >> 20}MiB")
    return memory


def _threads(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of threads; use 1 or more")
    return int(text)


def _run(arguments: argparse.Namespace) -> None:
    source, target = arguments.file, arguments.output
    with about(target):
        format_of(target, arguments.to)  # before the work, not after it
    folder = os.path.dirname(os.path.realpath(target))
    scratch = folder if target != STANDARD_STREAM and os.path.isdir(folder) and os.access(folder, os.W_OK) else None
    said = []
    with (
        warnings.catch_warnings(action="ignore"),  # what packages say of each other
        about(source),
        open_arrays(source, arguments.source_format, scratch=scratch, fill_missing=arguments.fill_missing) as arrays,
    ):
        tasks = {name: _prepared(arguments, name, array) for name, array in arrays.items()}
        specs = {name: task.spec for name, task in tasks.items()}
        work = f"{arguments.command} {_options(arguments)} {os.path.realpath(source)} {arrays.identity} {bits_version}"
        total = sum(task.elements * arrays[name].dtype.itemsize for name, task in tasks.items())
        with about(target, source), create_arrays(target, specs, arguments.to, work=work) as targets:
            with progress_bar(arguments.command, total) as advance:
                for name, task in tasks.items():
                    with warnings.catch_warnings(record=True, action="always") as caught:
                        task.run(targets[name], _in_bytes(advance, arrays[name].dtype.itemsize))
                    said += [_whose(name) + message for message in dict.fromkeys(str(warning.message) for warning in caught)]
            arrays.check_unchanged()
    for message in said:
        complain(f"stablesoftmax {arguments.command}: {source}: warning: {message}")


def _whose(name: str | None) -> str:
    return "" if name is None else f"array {name!r}: "


def _prepared(arguments: argparse.Namespace, name: str | None, array: Source) -> Prepared:
    function = arguments.command.replace("-", "_")
    threads = arguments.threads or get_num_threads()
    try:
        return prepare(function, array, memory=arguments.max_memory, threads=threads, **_options(arguments))
    except (TypeError, ValueError) as error:
        # The line says the name of the command already.
        reason = str(error).removeprefix(f"{function}: ")
        raise CommandError(f"{arguments.file}: {_whose(name)}{reason}", BAD_INPUT) from None


def _in_bytes(advance: Callable[[int], None], itemsize: int) -> Callable[[int], None]:
    return lambda elements: advance(elements * itemsize)


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    return {key: getattr(arguments, key) for key in ("axis", "dtype", "temperature", "keepdims") if key in arguments}
