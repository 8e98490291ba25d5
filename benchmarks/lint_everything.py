"""The fixer over everything that is installed: copies are rewritten, and what was written is checked.

    python benchmarks/lint_everything.py [--target stablesoftmax] [--jobs 2] [FOLDER ...]

Without folders: the standard library of this Python and its site-packages. Each .py file is copied and rewritten by `--fix`, as
the command does it. A written file must parse, hold the old text but for the edits and added imports, byte by byte, and have
nothing to fix in a second run; every other file must be the bytes it was. Files that cannot be read (Python 2, deliberate syntax
errors) are counted. Exit code 1 if a file is corrupt.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import functools
import os
import pathlib
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator

from stablesoftmax.lint.config import Settings
from stablesoftmax.lint.findings import Edit
from stablesoftmax.lint.run import check_bytes, check_file
from stablesoftmax.lint.source import Source


def python_files(folders: list[str]) -> Iterator[pathlib.Path]:
    """The files, each once; site-packages may lie inside the standard library's folder."""
    seen = set()
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*.py")):
            real = path.resolve()
            if path.is_file() and real not in seen:
                seen.add(real)
                yield path


def check(path: pathlib.Path, target: str) -> collections.Counter[str]:
    """One file: copied, rewritten, compared."""
    old = path.read_bytes()
    counts = collections.Counter(files=1, lines=old.count(b"\n"))
    settings = Settings(target=target)
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "copy.py"
        copy.write_bytes(old)
        report = check_file(str(copy), settings, fix=True, write=True)
        new = copy.read_bytes()
        if report.problem is not None:
            counts["unreadable"] += 1
            if "please report it" in report.problem.reason:
                return counts + corrupt(path, report.problem.reason)
        if new == old:
            return counts if report.fixed == 0 else counts + corrupt(path, "said to be fixed and is the same")
        counts["rewritten"] += 1
        counts["fixes"] += report.fixed
        try:
            Source.decode(new).parse()
        except Exception as error:
            return counts + corrupt(path, f"does not parse: {error}")
        if not only_edits(old, new, settings, str(copy)):
            return counts + corrupt(path, "differs outside the edits")
        again = check_file(str(copy), settings, fix=True, write=True)
        if again.problem is not None or again.fixed or copy.read_bytes() != new:
            return counts + corrupt(path, "a second run changes it")
        if os.listdir(folder) != ["copy.py"]:
            return counts + corrupt(path, "something is left beside it")
    return counts


def only_edits(old: bytes, new: bytes, settings: Settings, path: str) -> bool:
    """Whether the new text is the old one cut at findings, in order, with whole import lines between."""
    source = Source.decode(old)
    fixes = [finding.fix for finding in check_bytes(old, path, settings).findings]
    edits = sorted((fix.edit for fix in fixes if fix is not None), key=lambda edit: edit.begin)
    return _is_covered(source.text, Source.decode(new).text, edits)


def _is_covered(old: str, new: str, edits: list[Edit]) -> bool:
    """Whether every stretch of the old text between findings is found again, in order; the new text has import lines besides."""
    known = set(old.splitlines(keepends=True))
    for line in new.splitlines(keepends=True):
        if line not in known and line.startswith("import "):
            new = new.replace(line, "", 1)
    stretches, place = [], 0
    for edit in edits:
        if edit.begin >= place:  # else it is inside a larger one
            stretches.append(old[place : edit.begin])
            place = edit.end
    at = len(stretches[0]) if stretches else 0
    if not stretches or not new.startswith(stretches[0]):
        return False
    for stretch in stretches[1:]:
        at = new.find(stretch, at) + len(stretch)
        if at < len(stretch):
            return False
    last = old[place:].rstrip("\r\n")
    return new.rstrip("\r\n").endswith(last) and at + len(last) <= len(new)


def corrupt(path: pathlib.Path, why: str) -> collections.Counter[str]:
    """One corrupt file, told on standard error."""
    print(f"{path}: {why}", file=sys.stderr)
    return collections.Counter(corrupt=1)


def main() -> None:
    """Run, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", default=[sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")])
    parser.add_argument("--target", choices=["", "stablesoftmax"], default="")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    arguments = parser.parse_args()
    paths, begun = list(python_files(arguments.folders)), time.perf_counter()
    counts: collections.Counter[str] = collections.Counter(corrupt=0)
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        for counted in pool.map(functools.partial(check, target=arguments.target), paths, chunksize=50):
            counts.update(counted)
    print(", ".join(f"{counts[key]} {key}" for key in ("files", "lines", "unreadable", "rewritten", "fixes", "corrupt")))
    print(f"{time.perf_counter() - begun:.0f} s")
    sys.exit(counts["corrupt"] > 0)


if __name__ == "__main__":
    main()
