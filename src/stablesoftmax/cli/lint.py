"""`stablesoftmax lint`: find unstable softmax, log and exp code, and rewrite it."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from typing import Any

from stablesoftmax.cli.errors import BAD_INPUT, CommandError, complain

__all__ = ["add_parsers"]

FOUND = 1  # warnings, or with --diff something to change


def add_parsers(commands: Any) -> None:
    """Add the subcommand."""
    what = "find unstable softmax, log and exp code, and rewrite it"
    parser = commands.add_parser(
        "lint", help=what, description=f"{what.capitalize()}. Exit code 0: nothing found, 1: warnings, 2: bad input."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files, folders, or - for standard input")
    parser.add_argument("--select", metavar="CODES", help="only these codes or beginnings of codes: SSM1,SSM301")
    parser.add_argument("--ignore", metavar="CODES", help="not these")
    parser.add_argument("--exclude", metavar="PATTERN", action="append", help="names or patterns of files and folders to pass over")
    parser.add_argument("--fix", action="store_true", help="rewrite what has a fix")
    parser.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")
    parser.add_argument("--target", choices=["stablesoftmax"], help="have fixes call this library for NumPy arrays")
    parser.add_argument("--format", choices=["text", "json", "github"], default="text", help="of the warnings")
    parser.add_argument(
        "--jobs", type=int, default=0, metavar="N", help="processes; by default one a core, if there is enough to do"
    )
    parser.add_argument("--explain", metavar="CODE", help="print the page of a rule")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    if arguments.explain:
        _explain(arguments.explain)
        return
    if not arguments.paths:
        raise CommandError("no path; name files or folders, or - for standard input", BAD_INPUT)
    from stablesoftmax.lint.output import formatted

    reports = list(_reports(arguments))
    findings = [finding for report in reports for finding in report.findings]
    problems = [report.problem for report in reports if report.problem is not None]
    for problem in problems:
        complain(f"{problem.path}: {problem.reason}")
    fixed = sum(report.fixed for report in reports)
    standard = arguments.paths == ["-"]
    if arguments.diff:
        sys.stdout.writelines(report.diff for report in reports)
    elif not (arguments.fix and standard):
        text = formatted(findings, arguments.format)
        if text:
            print(text)
        if fixed:
            complain(f"{fixed} fixed, {len(findings)} left")
    sys.exit(BAD_INPUT if problems else FOUND if (fixed if arguments.diff else findings) else 0)


def _settings(arguments: argparse.Namespace) -> Any:
    from stablesoftmax.lint.config import read_settings
    from stablesoftmax.lint.rules import RULES
    from stablesoftmax.lint.source import SourceError

    try:
        settings = read_settings("." if arguments.paths[0] == "-" else arguments.paths[0])
    except SourceError as error:
        raise CommandError(str(error), BAD_INPUT) from None
    changes: dict[str, Any] = {}
    for key in ("select", "ignore"):
        given = getattr(arguments, key)
        if given is not None:
            changes[key] = tuple(code.strip() for code in given.split(",") if code.strip())
            for code in changes[key]:
                if not any(rule.CODE.startswith(code) for rule in RULES):
                    raise CommandError(f"--{key} {code}: no rule begins so; see docs/lint.md", BAD_INPUT)
    if arguments.exclude:
        changes["exclude"] = (*settings.exclude, *arguments.exclude)
    if arguments.target:
        changes["target"] = arguments.target
    return dataclasses.replace(settings, **changes)


def _reports(arguments: argparse.Namespace) -> Any:
    from stablesoftmax.lint.files import python_files
    from stablesoftmax.lint.findings import Problem
    from stablesoftmax.lint.run import Report, check_bytes, check_files

    settings, rewrite = _settings(arguments), arguments.fix or arguments.diff
    if arguments.paths == ["-"]:
        data = sys.stdin.buffer.read()
        report = check_bytes(data, "<stdin>", settings, fix=rewrite, force=True)
        if arguments.fix and not arguments.diff:
            sys.stdout.buffer.write(data if report.text is None else report.text)
        yield report
        return
    found = list(python_files(arguments.paths, settings.exclude))
    yield from (Report(item.path, (), item) for item in found if isinstance(item, Problem))
    files = [item for item in found if isinstance(item, str)]
    yield from check_files(files, settings, fix=rewrite, write=arguments.fix and not arguments.diff, jobs=arguments.jobs)


def _explain(code: str) -> None:
    from stablesoftmax.lint.documentation import explain
    from stablesoftmax.lint.rules import RULES

    for rule in RULES:
        if code.upper() in (rule.CODE, rule.NAME.upper()):
            print(explain(rule), end="")
            return
    raise CommandError(f"--explain {code}: no such rule; there are {', '.join(rule.CODE for rule in RULES)}", BAD_INPUT)
