"""`stablesoftmax verify`: every promise of the library, sampled on this machine."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from typing import Any

from stablesoftmax import _verify
from stablesoftmax.cli.errors import BAD_INPUT, CommandError

__all__ = ["BROKEN_PROMISE", "add_parsers"]

BROKEN_PROMISE = 1


def add_parsers(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "verify",
        help="sample every promise on this machine: errors, bits, special rows",
        description="Sample every promise of every function on this machine, against exact arithmetic, in less than a minute.",
        epilog="Exit code: 0 if every promise holds, 1 if not, 2 bad input, 130 Ctrl-C.",
    )
    parser.add_argument("functions", nargs="*", metavar="FUNCTION", help="verify these only")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the samples; default 0")
    parser.add_argument("--json", action="store_true", help="as one JSON object, a row a promise")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    plain = arguments.json or importlib.util.find_spec("rich") is None
    try:
        outcome = (_quietly if plain else _with_progress)(arguments.functions or None, arguments.seed)
    except ValueError as error:
        raise CommandError(str(error).removeprefix("verify: "), BAD_INPUT) from None
    if arguments.json:
        print(json.dumps(outcome.to_dict(), indent=1))
    elif plain:
        print(outcome)
    else:
        _print_table(outcome)
    if not outcome.passed:
        raise SystemExit(BROKEN_PROMISE)


def _quietly(functions: Any, seed: int) -> _verify.Verification:
    return _verify.run(functions, seed, lambda name: None)


def _with_progress(functions: Any, seed: int) -> _verify.Verification:
    """On standard error, and only where a person looks at it."""
    from rich.console import Console

    with Console(stderr=True).status("verify") as status:
        return _verify.run(functions, seed, lambda name: status.update(f"verify {name}"))


def _print_table(outcome: _verify.Verification) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console() if sys.stdout.isatty() else Console(width=120)
    headings, *lines = outcome.table()
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))  # fits 80 columns
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading != "function")
    for line in lines:
        table.add_row(*(f"[bold red]{cell}[/]" if cell == "FAILS" else cell for cell in line))
    console.print(table)
    for complaint in [*outcome.complaints(), outcome.heading()]:
        console.print(complaint, markup=False, highlight=False, soft_wrap=True)
