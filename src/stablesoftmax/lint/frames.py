"""Where values live while a module is followed: the module, its classes, and one frame a function call."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import Any

from stablesoftmax.lint.attributes import CONSTRUCTORS, Changes, changes_of, lasting
from stablesoftmax.lint.names import Imports
from stablesoftmax.lint.values import Value, same, strip, unknown

__all__ = ["Class", "Frame", "Function", "Module", "dotted"]

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Check = Callable[["Frame", ast.AST, str, Value], None]


@dataclasses.dataclass(eq=False)
class Class:
    """A class of the module: its methods, and what its methods assign to `self`."""

    node: ast.ClassDef
    methods: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = dataclasses.field(default_factory=dict)
    attributes: dict[str, Value] = dataclasses.field(default_factory=dict)
    initialized: bool = False
    constants: frozenset[str] | None = None  # methods of which no gradient is taken, when they are known
    changes: Changes | None = None  # what methods do to attributes that a constructor begins, when it is known

    @property
    def called(self) -> str:
        """The method that runs when an instance is called, or ""."""
        return next((name for name in ("forward", "call", "__call__") if name in self.methods), "")

    def assign(self, name: str, value: Value, *, constructed: bool) -> None:
        """Keep what a method assigns to an attribute; what a constructor begins and others change is what it is in between."""
        if self.changes is None:
            self.changes = changes_of(self.methods.values())
        changes = self.changes.get(name, [])
        if constructed or not (changes and name in self.attributes):
            self.attributes[name] = lasting(name, value, changes)


class Module:
    """A file that is followed.

    Parameters
    ----------
    tree : ast.Module
        Its syntax.
    check : callable
        Called with each operation that is met: frame, node, operation, value.
    budget : int
        How many function bodies may be entered on behalf of a call.
    """

    def __init__(self, tree: ast.Module, check: Check, budget: int = 400) -> None:
        self.tree, self.budget, self.silent = tree, budget, 0
        self.rules = check
        self.imports = Imports(tree)
        self.names: dict[str, Value] = {}
        self.functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
        self.classes: dict[str, Class] = {}
        self.stored: dict[ast.stmt, list[str]] = {}  # of a loop, the names that it assigns
        for node in tree.body:
            self._declare(node)

    @functools.cached_property
    def only_model(self) -> Class | None:
        """The one class that is called and is no part of another, if there is one: what goes by the name of `model`."""
        called = [n.func for held in self.classes.values() for n in ast.walk(held.node) if isinstance(n, ast.Call)]
        made = {function.id for function in called if isinstance(function, ast.Name)}
        whole = [held for name, held in self.classes.items() if held.called and name not in made]
        return whole[0] if len(whole) == 1 else None

    def check(self, frame: Frame, node: ast.AST, op: str, value: Value) -> None:
        """Show an operation to the rules, unless they have seen it, or it is of arrays without elements."""
        if not self.silent:
            self.rules(frame, node, op, value)

    def _declare(self, node: ast.stmt) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.functions[node.name] = node
        elif isinstance(node, ast.ClassDef):
            methods = {n.name: n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
            for base in node.bases:
                if isinstance(base, ast.Name) and base.id in self.classes:
                    methods = self.classes[base.id].methods | methods
            self.classes[node.name] = Class(node, methods)
        elif isinstance(node, ast.If | ast.Try):
            for child in [*node.body, *node.orelse]:
                self._declare(child)


class Frame:
    """The names of one function call, or of the module."""

    __slots__ = (
        "cls",
        "conditions",
        "constant",
        "depth",
        "function",
        "guarded",
        "inlined",
        "module",
        "names",
        "outer",
        "quiet",
        "returned",
        "stack",
        "tests",
    )

    def __init__(self, module: Module, outer: Frame | None = None, function: Any = None, cls: Class | None = None) -> None:
        self.module, self.outer, self.function = module, outer, function
        self.cls: Class | None = cls
        self.names: dict[str, Value] = module.names if outer is None and function is None else {}
        self.guarded: list[Value] = []
        self.tests: list[Value] = []  # the comparisons among what guards
        self.returned: list[Value] = []
        self.conditions = 0  # how many branches this is inside of
        self.quiet = 0  # inside errstate and the like
        self.constant = 0  # where no gradient is taken
        self.depth = 0  # of the expression
        self.inlined = False  # entered on behalf of a call that says more than the function alone
        self.stack: tuple[ast.AST, ...] = ()

    def lookup(self, name: str) -> Value | None:
        """The value of a name, here or in what surrounds."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.outer
        return self.module.names.get(name)

    def read(self, name: str, node: ast.AST | None = None) -> Value:
        """The value of a name; an unknown one is the same value at the next reading."""
        found = self.lookup(name)
        if found is None:
            found = self.names[name] = unknown(name, node)
        return found

    def write(self, name: str, value: Value) -> None:
        """Assign; what was known of the attributes and items of the old value goes."""
        self.names[name] = value
        dotted = (name + ".", name + "[")
        for key in [key for key in self.names if key.startswith(dotted)]:
            del self.names[key]
        if name.startswith("self.") and self.cls is not None and "[" not in name:
            if self.is_guarded(value):
                strip(value).about["tested"] = True
            self.cls.assign(name[5:], value, constructed=getattr(self.function, "name", "") in CONSTRUCTORS)

    def is_guarded(self, value: Value) -> bool:
        """Whether somebody tested the value on the way here, or when it became an attribute."""
        if self.quiet or strip(value).about.get("tested"):
            return True
        if not self.guarded:
            return self.outer.is_guarded(value) if self.outer is not None else False
        inner = strip(value)
        return any(same(inner, tested) for tested in self.guarded) or (self.outer is not None and self.outer.is_guarded(value))

    def tested(self) -> Iterator[Value]:
        """The comparisons that were made on the way here."""
        frame: Frame | None = self
        while frame is not None:
            yield from frame.tests
            frame = frame.outer

    def spelling(self, value: Value) -> str:
        """A name that holds exactly this value here, or ""."""
        frame: Frame | None = self
        while frame is not None:
            for name, held in frame.names.items():
                if held is value and name.replace(".", "_").isidentifier() and self.lookup(name) is value:
                    return name
            frame = frame.outer
        return ""


def dotted(node: ast.expr) -> str:
    """`a.b.c` as text, or ""."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
