"""What a rule sees: one operation at one place, its operands, and the means to report and to rewrite it."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator
from typing import Any

from stablesoftmax.lint.findings import Edit, Finding, Fix, Pardon
from stablesoftmax.lint.frames import Frame, dotted
from stablesoftmax.lint.names import AUTODIFF, METHODS, library_of
from stablesoftmax.lint.source import Source
from stablesoftmax.lint.values import Value, Zero, strip, walk

__all__ = ["Site"]

_ARITHMETIC = frozenset({"phi", "add", "sub", "mul", "div", "neg", "sqrt", "pow", "square", "abs", "mean", "sum", "count"})


class Site:
    """An operation at a place.

    Parameters
    ----------
    source : Source
        The file.
    path : str
        Its name.
    frame : Frame
        The names there.
    node : ast.AST
        The expression.
    op : str
        The operation as written.
    value : Value
        Its value.
    code : str
        The rule that looks.
    target : str
        "" for the library the project uses, or "stablesoftmax".
    """

    __slots__ = ("code", "frame", "node", "op", "path", "source", "target", "value")

    def __init__(
        self, source: Source, path: str, frame: Frame, node: ast.AST, op: str, value: Value, code: str, target: str
    ) -> None:
        self.source, self.path, self.frame, self.node = source, path, frame, node
        self.op, self.value, self.code, self.target = op, value, code, target

    @property
    def args(self) -> tuple[Value, ...]:
        """The operands as they were written."""
        operands: tuple[Value, ...] = self.value.about.get("operands", self.value.args)
        return operands

    @property
    def library(self) -> str:
        """The library whose arrays these are, or "" if nothing tells."""
        for part in walk(self.value, 6):
            if part.library and part.library not in ("builtins", "random"):
                return part.library
        for arg in self.args:
            for part in walk(arg, 6):
                if part.library and part.library not in ("builtins", "random"):
                    return part.library
        imported = {dotted.split(".")[0] for dotted in self.frame.module.imports.names.values()}
        for library in ("torch", "tensorflow", "jax", "keras"):
            if library in imported:
                return library
        return "numpy" if "numpy" in imported else ""

    @property
    def differentiates(self) -> bool:
        """Whether a gradient may be taken here."""
        return self.library in AUTODIFF and not self.frame.constant

    def may_be_zero(self, value: Value) -> bool:
        """Whether there is evidence that a value can be 0, and none that somebody thought of it."""
        return value.zero is Zero.MAYBE and not self.is_tested(value) and not _masked(value)

    def is_tested(self, value: Value, depth: int = 3) -> bool:
        """Whether the value, or a term of the arithmetic that makes it, was tested."""
        if self.frame.is_guarded(value):
            return True
        inner = strip(value)
        return depth > 0 and inner.op in _ARITHMETIC and any(self.is_tested(arg, depth - 1) for arg in inner.args)

    def report(self, message: str, node: ast.AST | None = None, fix: Fix | None = None) -> Finding:
        """The warning of this rule about this place."""
        span = self.source.span(node or self.node)
        line, column = self.source.position(span[0])
        return Finding(self.path, line, column, self.code, message, span, fix)

    def pardon(self, value: Value, uses: int = 1) -> Iterator[Pardon]:
        """Take back what this rule said where a value was made, if all places that use it do so."""
        if isinstance(value.node, ast.expr) and uses:
            yield Pardon(self.code, self.source.span(value.node), self.source.span(self.node), uses)

    def uses(self, value: Value) -> int:
        """How often a value is used: once if it is written here, else as often as its name is read before it is assigned again."""
        if not isinstance(value.node, ast.expr):
            return 0
        if self.holds(value.node):
            return 1
        name, begin = value.about.get("bound"), value.node.end_lineno or 0
        names = [node for node in ast.walk(self.frame.function or self.frame.module.tree) if isinstance(node, ast.Name)]
        later = [node for node in names if node.id == name and node.lineno > begin]
        end = min((node.lineno for node in later if isinstance(node.ctx, ast.Store)), default=math.inf)
        return sum(isinstance(node.ctx, ast.Load) and node.lineno <= end for node in later)

    def text(self, value: Value) -> str:
        """Source text that gives a value here, or "" if there is none that is certain."""
        value = _bare(value)
        if isinstance(value.node, ast.expr) and self.holds(value.node) and not self._bound_inside(value.node):
            return self.source.segment(value.node)
        if value.op == "constant" and value.number is not None and math.isfinite(value.number):
            return repr(int(value.number) if value.dtype == "int" else value.number)
        name = self.frame.spelling(value)
        return name if name and not self._touched(name, value) else ""

    def replace(self, write: Callable[..., tuple[str, tuple[str, ...]] | None], *values: Value, **about: Any) -> Fix | None:
        """The fix that puts another expression in the place of this one.

        Parameters
        ----------
        write : callable
            Given the site and the texts of the values, the new text and the modules it needs.
        *values : Value
            What the new expression is made from.
        **about
            Further arguments of `write`.

        Returns
        -------
        Fix or None
            None if it cannot be done with certainty.
        """
        if self.frame.inlined or not isinstance(self.node, ast.expr) or not self.source.segment(self.node):
            return None
        texts = [self.text(value) for value in values]
        written = write(self, *texts, **about) if all(texts) else None
        if written is None:
            return None
        text, imports = written
        begin, end = self.source.span(self.node)
        old = self.source.text[begin:end]
        if old.count("#") > text.count("#"):
            return None  # a comment would go
        before = self.source.text[begin - 1 : begin]
        text = " " + text if before and (before.isidentifier() or before.isdigit()) and (text[0].isidentifier()) else text
        return Fix(Edit(begin, end, text), imports)

    def holds(self, node: ast.expr) -> bool:
        """Whether an expression is written inside this one."""
        begin, end = self.source.span(self.node)
        first, last = self.source.span(node)
        return begin <= first and last <= end

    def _bound_inside(self, node: ast.expr) -> bool:
        """Whether an expression uses a name that a comprehension inside this expression binds."""
        inner = {name.id for part in ast.walk(self.node) if isinstance(part, ast.comprehension | ast.NamedExpr)
                 for name in ast.walk(part.target) if isinstance(name, ast.Name)}  # fmt: skip
        inner |= {arg.arg for part in ast.walk(self.node) if isinstance(part, ast.Lambda) for arg in part.args.args}
        return bool(inner and any(isinstance(part, ast.Name) and part.id in inner for part in ast.walk(node)))

    def _touched(self, name: str, value: Value) -> bool:
        """Whether a call between the making of a value and this place may have changed the array in place."""
        function = self.frame.function or self.frame.module.tree
        first, begin = name.split(".")[0], getattr(value.node, "lineno", 0)
        for part in ast.walk(function):
            if isinstance(part, ast.Call) and begin <= part.lineno <= self.node.lineno and not self._is_pure(part):  # type: ignore[attr-defined]
                receiver = [part.func] if isinstance(part.func, ast.Attribute) else []
                given = [*part.args, *(keyword.value for keyword in part.keywords), *receiver]
                if any(isinstance(used, ast.Name) and used.id == first for arg in given for used in ast.walk(arg)):
                    return True
        return False

    def _is_pure(self, call: ast.Call) -> bool:
        """Whether a call is of a library function, or of a method, that leaves its arguments alone."""
        function = call.func
        if any(keyword.arg == "out" for keyword in call.keywords):
            return False
        if isinstance(function, ast.Name):
            return function.id in _PURE or bool(library_of(self.frame.module.imports.resolve(function.id)))
        if not isinstance(function, ast.Attribute) or function.attr.endswith("_"):
            return False
        root, _, rest = dotted(function).partition(".")
        if root and library_of(f"{self.frame.module.imports.resolve(root)}.{rest}"):
            return function.attr not in ("shuffle", "fill_diagonal", "copyto", "put", "place")
        return function.attr in METHODS


_PURE = frozenset(
    {"len", "max", "min", "sum", "abs", "float", "int", "list", "tuple", "zip", "range", "enumerate", "print", "isinstance", "repr"}
)


def _bare(value: Value) -> Value:
    while value.op == "element" and value.args:
        value = value.args[0]
    return value


def _masked(value: Value) -> bool:
    """Whether the values were multiplied away or picked by a condition before."""
    inner = strip(value)
    return inner.op == "phi" and any(part.op == "constant" for part in inner.args)
