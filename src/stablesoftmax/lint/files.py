"""From the paths of the command line to files."""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Iterator, Sequence

from stablesoftmax.lint.findings import Problem

__all__ = ["python_files", "read"]

SUFFIXES = (".py", ".pyw", ".pyi", ".ipynb")
PASSED_OVER = frozenset({".git", ".hg", ".svn", ".tox", ".nox", ".venv", "__pycache__", "node_modules", ".mypy_cache"})


def python_files(paths: Sequence[str], exclude: Sequence[str] = ()) -> Iterator[str | Problem]:
    """The files to check: those named, and those below the folders named. Linked folders are not entered.

    Parameters
    ----------
    paths : sequence of str
        Files and folders.
    exclude : sequence of str
        Names or glob patterns to pass over.

    Yields
    ------
    str or Problem
        A file, or a folder that cannot be read.
    """
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        yield from _below(path, exclude)


def _below(path: str, exclude: Sequence[str]) -> Iterator[str | Problem]:
    failed: list[Problem] = []
    walk = os.walk(path, onerror=lambda error: failed.append(Problem(str(error.filename), error.strerror or str(error))))
    for folder, folders, names in walk:
        folders[:] = sorted(
            name for name in folders if name not in PASSED_OVER and not _matches(os.path.join(folder, name), exclude)
        )
        yield from (os.path.join(folder, name) for name in sorted(names)
                    if name.endswith(SUFFIXES) and not _matches(os.path.join(folder, name), exclude))  # fmt: skip
        yield from failed
        failed.clear()
    yield from failed


def _matches(path: str, patterns: Sequence[str]) -> bool:
    name = os.path.basename(path)
    return any(
        fnmatch.fnmatch(name, pattern) or fnmatch.fnmatch(path, pattern) or fnmatch.fnmatch(path, f"*/{pattern}")
        for pattern in patterns
    )


def read(path: str) -> bytes:
    """The bytes of a regular file; anything else might never end.

    Parameters
    ----------
    path : str
        The file.

    Returns
    -------
    bytes

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "not a regular file")
        return file.read()
