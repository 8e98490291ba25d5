"""Rewriting: edits put into the text, imports added, the result proved to differ in nothing else, files replaced atomically."""

from __future__ import annotations

import ast
import contextlib
import os
import pathlib
import sys
import tempfile
from collections.abc import Callable, Sequence

from stablesoftmax.lint.findings import Edit, Finding
from stablesoftmax.lint.source import Source, SourceError, parse

__all__ = ["fix_source", "write_over"]

MOST_PASSES = 20
"""A pass rewrites what does not overlap; what lies inside a rewritten expression is seen in the next."""


def fix_source(source: Source, analyse: Callable[[Source], Sequence[Finding]]) -> tuple[Source, Sequence[Finding]]:
    """Apply fixes until none is left.

    Parameters
    ----------
    source : Source
        The file.
    analyse : callable
        From a source to its findings.

    Returns
    -------
    tuple
        The new source (the same object if nothing was fixed), and the findings that are left in it.

    Raises
    ------
    SourceError
        If the result would not be the same program outside the edits: nothing is written then.
    """
    findings = analyse(source)
    for _ in range(MOST_PASSES):
        fixes = [finding.fix for finding in findings if finding.fix is not None]
        if not fixes:
            return source, findings
        edits = _apart([fix.edit for fix in fixes])
        chosen = [fix for fix in fixes if fix.edit in edits]
        modules = sorted({module for fix in chosen for module in fix.imports})
        imports = _imports(source, modules)
        text = _put(source.text, [*edits, *imports])
        _prove(source, edits, imports, text, modules)
        source = Source(text, source.encode(text), source.encoding)
        findings = analyse(source)
    return source, findings


def _apart(edits: list[Edit]) -> list[Edit]:
    """Edits that do not overlap, the outer ones first."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda e: (e.begin, -e.end)):
        if not kept or kept[-1].end <= edit.begin:
            kept.append(edit)
    return kept


def _put(text: str, edits: Sequence[Edit]) -> str:
    for edit in sorted(edits, key=lambda e: (e.begin, e.end), reverse=True):
        text = text[: edit.begin] + edit.text + text[edit.end :]
    return text


# imports -----------------------------------------------------------------------------------------------------------


def _imports(source: Source, modules: list[str]) -> list[Edit]:
    """One insertion for each module that is not imported at the top yet."""
    tree = source.parse()
    present = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names if alias.asname is None}
    edits: dict[int, Edit] = {}
    for module in modules:
        if module not in present:
            at, text = _place(source, tree, module)
            before = edits.get(at)
            edits[at] = Edit(at, at, (before.text if before else "") + text)
    return list(edits.values())


def _place(source: Source, tree: ast.Module, module: str) -> tuple[int, str]:
    """Where an import goes: in its place by the alphabet among the plain imports of its kind, else after the others."""
    block: list[ast.stmt] = []
    body = tree.body
    start = (
        1
        if body
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
        else 0
    )
    for node in body[start:]:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            break
        block.append(node)
    known = module.split(".")[0] in sys.stdlib_module_names
    plain = [n for n in block if isinstance(n, ast.Import) and (n.names[0].name.split(".")[0] in sys.stdlib_module_names) == known]
    smaller = [n for n in plain if n.names[0].name.lower() < module.lower()]
    if smaller:
        return _after(source, body, smaller[-1], module)
    if plain:
        return _before(source, body, plain[0], module)
    if block:
        return _after(source, body, block[-1], module)
    if start:
        return _after(source, body, body[0], module)
    return _before(source, body, body[0], module)


def _ending(source: Source) -> str:
    first = source.starts[1] if len(source.starts) > 1 else 0
    return "\r\n" if source.text[:first].endswith("\r\n") else "\r" if source.text[:first].endswith("\r") else "\n"


def _after(source: Source, body: list[ast.stmt], node: ast.stmt, module: str) -> tuple[int, str]:
    last = node.end_lineno or node.lineno
    for other in body:  # another statement on the same line
        if other.lineno <= last:
            last = max(last, other.end_lineno or last)
    while source.line(last).endswith("\\"):
        last += 1
    if last < len(source.starts):
        return source.starts[last], f"import {module}{_ending(source)}"
    return len(source.text), f"{_ending(source)}import {module}"


def _before(source: Source, body: list[ast.stmt], node: ast.stmt, module: str) -> tuple[int, str]:
    line = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    for other in body:
        if other.lineno < line <= (other.end_lineno or 0):
            return _after(source, body, node, module)
    return source.starts[line - 1], f"import {module}{_ending(source)}"


# proof -------------------------------------------------------------------------------------------------------------


class _Holes(ast.NodeTransformer):
    """Puts a name in the place of each rewritten expression."""

    def __init__(self, source: Source, edits: list[Edit]) -> None:
        self.source, self.spans = source, {(edit.begin, edit.end): i for i, edit in enumerate(edits)}
        self.filled: set[int] = set()

    def visit(self, node: ast.AST) -> ast.AST:
        """Replace, or go on."""
        if isinstance(node, ast.expr):
            hole = self.spans.get(self.source.span(node))
            if hole is not None and hole not in self.filled:
                self.filled.add(hole)
                return ast.Name(f"_hole_{hole}_", ast.Load())
        return self.generic_visit(node)


def _prove(source: Source, edits: list[Edit], imports: list[Edit], text: str, modules: list[str]) -> None:
    """The program with the rewritten expressions cut out is the same before and after."""
    holes = [Edit(edit.begin, edit.end, f" _hole_{i}_ " if edit.text[0] == " " else f"_hole_{i}_") for i, edit in enumerate(edits)]
    before = ast.dump(_Holes(source, edits).visit(source.parse()))
    try:
        after = ast.dump(parse(_put(source.text, holes)))
        tree = parse(text)
        without = ast.dump(parse(_put(source.text, edits)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise SourceError("the fix would not be Python; please report it") from None
    added = {module for edit in imports for module in modules if f"import {module}" in edit.text}
    tree.body = [node for node in tree.body if not _drop(node, added)]
    if before != after or ast.dump(tree) != without:
        raise SourceError("the fix would change more than the expression; please report it")


def _drop(node: ast.stmt, added: set[str]) -> bool:
    plain = isinstance(node, ast.Import) and len(node.names) == 1 and node.names[0].asname is None and node.names[0].name in added
    if plain:
        added.discard(node.names[0].name)  # type: ignore[attr-defined]
    return plain


# files -------------------------------------------------------------------------------------------------------------


def write_over(path: str, old: bytes, new: bytes) -> None:
    """Replace a file by one rename: whoever looks sees the old or the new, never a part.

    Parameters
    ----------
    path : str
        The file, or a symbolic link to it, which stays.
    old : bytes
        What was read; if the file holds something else by now, it is left alone.
    new : bytes
        What it shall hold.

    Raises
    ------
    SourceError
        If the file changed since it was read.
    OSError
        If the system refuses.
    """
    real = pathlib.Path(os.path.realpath(path))
    status = real.stat()
    handle, name = tempfile.mkstemp(prefix=f".{real.name}.", suffix=".lint", dir=real.parent)
    try:
        with open(handle, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, status.st_mode & 0o7777)
        with contextlib.suppress(OSError, AttributeError):
            os.chown(name, status.st_uid, status.st_gid)
            os.chmod(name, status.st_mode & 0o7777)  # chown clears the set-user-ID bits
        if real.read_bytes() != old:
            raise SourceError("changed since it was read; nothing was written")
        os.replace(name, real)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
