"""The command `stablesoftmax`: one file a subcommand; here, what they share.

Every failure that is not a bug is one line on standard error and an exit code of `cli.errors`.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from stablesoftmax import __version__
from stablesoftmax.cli import apply, demo, explain, info, lint, verify
from stablesoftmax.cli.errors import BAD_INPUT, BROKEN_PIPE, INTERRUPTED, CommandError, about, complain

__all__ = ["main"]

COMMANDS = (apply, explain, info, verify, lint, demo)


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line, as all others of this command."""

    def error(self, message: str) -> NoReturn:
        complain(f"{self.prog}: {message}; see {self.prog} --help")
        raise SystemExit(BAD_INPUT)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments, by default those of the process.

    Returns
    -------
    int
        0; 1 if `verify` found a broken promise; 2 if what was asked for is wrong (arguments, no such file, the content of a
        file); 3 if the system refused (permission, full disk, memory, a missing package); 130 after Ctrl-C; 141 if the reader of
        standard output left.
    """
    name, code = "stablesoftmax", 0
    try:
        with about("standard output"):  # of the errors that no command puts down to a file
            try:
                arguments = _parser(name).parse_args(argv)
                name = f"{name} {arguments.command}"
                arguments.run(arguments)
            except SystemExit as leaving:  # argparse has said what there was to say
                code = int(leaving.code or 0)
            _flush()
    except CommandError as error:
        complain(f"{name}: {error}")
        code = error.code
    except KeyboardInterrupt as interrupt:
        if interrupt.args:  # there is something to say
            complain(f"{name}: {interrupt}")
        code = INTERRUPTED
    except BrokenPipeError:
        code = BROKEN_PIPE
    if code:
        _drop_output()
    return code


def _parser(name: str) -> Parser:
    parser = Parser(prog=name, description="softmax, log_softmax and logsumexp, faithful and the same bits everywhere")
    parser.add_argument("--version", action="version", version=f"{name} {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_parsers(commands)
    return parser


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _drop_output() -> None:
    """What a broken standard output still holds must not fail once more when Python ends."""
    try:
        _flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError), open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
