"""Check files, one after the other or in processes; fix them or show what a fix would change."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import difflib
import functools
import multiprocessing
import os
from collections.abc import Iterator, Sequence

from stablesoftmax.lint.config import Settings
from stablesoftmax.lint.engine import analyse, is_suspicious
from stablesoftmax.lint.files import read
from stablesoftmax.lint.findings import Finding, Problem
from stablesoftmax.lint.fixer import fix_source, write_over
from stablesoftmax.lint.notebooks import Notebook
from stablesoftmax.lint.source import LARGEST, Source, SourceError

__all__ = ["Report", "check_bytes", "check_file", "check_files"]

WORTH_PROCESSES = 1_500_000
"""Bytes of suspicious source from which on processes pay for their start."""


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What became of a file."""

    path: str
    findings: tuple[Finding, ...] = ()
    problem: Problem | None = None
    fixed: int = 0
    diff: str = ""
    text: bytes | None = None


def check_bytes(data: bytes, path: str, settings: Settings, *, fix: bool = False, force: bool = False) -> Report:
    """Check the content of a file.

    Parameters
    ----------
    data : bytes
        The content.
    path : str
        Its name, for the report.
    settings : Settings
        What to look for.
    fix : bool
        Whether to rewrite; the report then holds the new content, if it is another.
    force : bool
        Whether to parse what does not look suspicious: a syntax error is reported then.

    Returns
    -------
    Report
    """
    try:
        if len(data) > LARGEST:
            raise SourceError(f"{len(data) / 1e6:.0f} MB are more than the {LARGEST / 1e6:.0f} MB that are read")
        if path.endswith(".ipynb"):
            notebook = Notebook(data)
            return Report(path, tuple(map(notebook.place, _analyse(notebook.source, path, settings))))
        source = Source.decode(data)
        if not force and not is_suspicious(data):
            return Report(path)
        if not fix:
            return Report(path, tuple(_analyse(source, path, settings)))
        before = _analyse(source, path, settings)
        new, left = fix_source(source, functools.partial(_analyse, path=path, settings=settings))
        if new is source:
            return Report(path, tuple(left))
        return Report(path, tuple(left), None, max(len(before) - len(left), 1), _difference(path, source, new), new.data)
    except SourceError as error:
        return Report(path, (), Problem(path, str(error)))


def _analyse(source: Source, path: str, settings: Settings) -> list[Finding]:
    return analyse(source, path, target=settings.target, select=settings.select, ignore=settings.ignore)


def _difference(path: str, old: Source, new: Source) -> str:
    lines = difflib.unified_diff(old.text.splitlines(keepends=True), new.text.splitlines(keepends=True), path, path)
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


def check_file(path: str, settings: Settings, fix: bool = False, write: bool = False) -> Report:
    """Check a file, and write it if that is asked for.

    Parameters
    ----------
    path : str
        The file.
    settings : Settings
        What to look for.
    fix : bool
        Whether to rewrite.
    write : bool
        Whether the file itself is replaced.

    Returns
    -------
    Report
    """
    try:
        data = read(path)
        report = check_bytes(data, path, settings, fix=fix)
        if write and report.text is not None:
            write_over(path, data, report.text)
        return report
    except SourceError as error:
        return Report(path, (), Problem(path, str(error)))
    except OSError as error:
        return Report(path, (), Problem(path, error.strerror or str(error)))
    except MemoryError:
        return Report(path, (), Problem(path, "not enough memory"))
    except Exception as error:  # a bug of the linter must not keep the other files from being checked
        return Report(path, (), Problem(path, f"the linter failed ({type(error).__name__}: {error}); please report it"))


def check_files(
    paths: Sequence[str], settings: Settings, *, fix: bool = False, write: bool = False, jobs: int = 0
) -> Iterator[Report]:
    """Check files, in their order.

    Parameters
    ----------
    paths : sequence of str
        The files.
    settings : Settings
        What to look for.
    fix, write : bool
        As of `check_file`.
    jobs : int
        Processes; 0 for as many as this process may use, if there is enough to do.

    Yields
    ------
    Report
    """
    check = functools.partial(check_file, settings=settings, fix=fix, write=write)
    jobs = jobs or (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    if jobs == 1 or not _worth_processes(paths):
        yield from map(check, paths)
        return
    context = multiprocessing.get_context("spawn")  # a forked child of a process with BLAS threads may never answer
    with concurrent.futures.ProcessPoolExecutor(jobs, mp_context=context) as pool:
        yield from pool.map(check, paths, chunksize=max(1, min(32, len(paths) // (4 * jobs))))


def _worth_processes(paths: Sequence[str]) -> bool:
    size = 0
    for path in paths:
        try:
            size += os.stat(path).st_size
        except OSError:
            continue
        if size > 8 * WORTH_PROCESSES:
            return True
    return False
