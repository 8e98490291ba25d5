"""What the linter knows of an expression: which operation made it, from what, and where its numbers can lie.

A `Value` is a term (an operation and its arguments) with facts. The facts hold in floating point: a softmax is
positive in mathematics, but its `zero` is MAYBE, because its elements underflow.
"""

from __future__ import annotations

import ast
import enum
import functools
import math
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

__all__ = [
    "VIEWS",
    "Value",
    "Zero",
    "constant",
    "contains",
    "identical",
    "is_guard_name",
    "is_temperature",
    "no_deeper",
    "same",
    "strip",
    "unknown",
    "walk",
]

F = TypeVar("F", bound=Callable[..., Any])


class Zero(enum.Enum):
    """Whether a number can be 0. UNKNOWN keeps every rule silent: only evidence speaks."""

    NEVER = "never"
    UNKNOWN = "unknown"
    MAYBE = "maybe"


VIEWS = frozenset({"view", "index", "element", "cast", "dropout"})
"""Operations that hand on the elements of their first argument."""

_OPAQUE = frozenset(
    {"name", "call", "phi", "loop", "random", "gaussian", "instance", "length", "arange", "where", "full", "tuple", "text"}
)
_EPSILON = re.compile(
    r"(^|_)(eps|epsilon|tiny|smooth|smoothing|jitter|fuzz|delta|small|ridge|floor|alpha)(_|\d|$)|epsilon", re.IGNORECASE
)
_GUARD = re.compile(r"mask|valid|nonzero|positive|good|keep|inside|support|nz|pos\b|ok\b|finite|\bsel", re.IGNORECASE)
_TEMPERATURE = re.compile(r"(^|_)(temperature|temp|tau)$", re.IGNORECASE)


class Value:
    """A term with facts.

    Parameters
    ----------
    op : str
        The operation, in the words of `names.OPERATIONS`; "name" or "call" for what is not known.
    args : tuple of Value
        Its operands.
    low, high : float
        Bounds of the elements.
    zero : Zero
        Whether an element can be 0.
    dtype : str
        "float16", "bfloat16", "float32", "float64", "int", "uint8", "bool", or "" if it is not known.
    library : str
        Where the operation comes from: numpy, scipy, torch, tensorflow, keras, jax, math, or "".
    node : ast.AST, optional
        The expression in the source.
    about : dict, optional
        What else the operation was told: axis, keepdims, a name, a number.
    """

    __slots__ = ("about", "args", "dtype", "high", "library", "low", "node", "op", "zero")

    def __init__(
        self,
        op: str,
        args: tuple[Value, ...] = (),
        low: float = -math.inf,
        high: float = math.inf,
        zero: Zero = Zero.UNKNOWN,
        *,
        dtype: str = "",
        library: str = "",
        node: ast.AST | None = None,
        about: dict[str, Any] | None = None,
    ) -> None:
        self.op, self.args, self.low, self.high, self.zero = op, args, low, high, zero
        self.dtype, self.library, self.node, self.about = dtype, library, node, about or {}

    def __repr__(self) -> str:
        facts = f"[{self.low:g}, {self.high:g}] {self.zero.value} {self.dtype}"
        return f"{self.op}({', '.join(map(repr, self.args))}){self.about or ''}:{facts}"

    @property
    def number(self) -> float | None:
        """The number, if this is a constant."""
        return self.about.get("number") if self.op == "constant" else None

    @property
    def name(self) -> str:
        """The name under which an unknown value goes, or ""."""
        return str(self.about.get("name", ""))

    @property
    def axis(self) -> Any:
        """Axis of a reduction: an int, a tuple, None (all), or "?" if it is written in a way that is not followed."""
        return self.about.get("axis")

    @property
    def looks_small_and_positive(self) -> bool:
        """Whether this is an epsilon, by its number or by its name."""
        number = self.number
        if number is not None:
            return 0 < number <= 0.1
        if self.op in ("name", "call"):
            return bool(_EPSILON.search(self.name.rsplit(".", 1)[-1]))
        if self.op == "mul" and any(arg.op == "square" for arg in self.args):
            return False  # a part of a running mean
        if self.op in ("mul", "div", "cast", "view", "maximum", "index"):
            return any(arg.looks_small_and_positive for arg in self.args)
        return self.op == "phi" and all(arg.looks_small_and_positive for arg in self.args)


def is_guard_name(name: str) -> bool:
    """Whether a name says that it picks the elements that are in the domain."""
    return bool(_GUARD.search(name))


def is_temperature(name: str) -> bool:
    """Whether a name says that logits are divided by it."""
    return bool(_TEMPERATURE.search(name.rsplit(".", 1)[-1]))


def unknown(name: str = "", node: ast.AST | None = None, **facts: Any) -> Value:
    """A value of which only the name is known."""
    return Value("name", node=node, about={"name": name}, **facts)


def constant(number: float, node: ast.AST | None = None, dtype: str = "") -> Value:
    """A number written in the source."""
    zero = Zero.UNKNOWN if number == 0 or math.isnan(number) else Zero.NEVER
    low, high = (-math.inf, math.inf) if math.isnan(number) else (number, number)
    return Value("constant", (), low, high, zero, dtype=dtype, node=node, about={"number": number})


def strip(value: Value) -> Value:
    """The value under reshapes, transposes, indexing, casts and the like."""
    while value.op in VIEWS and value.args:
        value = value.args[0]
    return value


def same(a: Value, b: Value, depth: int = 12) -> bool:
    """Whether two terms denote the same numbers (up to shape)."""
    a, b = strip(a), strip(b)
    if a is b:
        return True
    if depth == 0 or a.op != b.op or len(a.args) != len(b.args) or a.op == "phi":
        return False
    if a.op in ("name", "constant", "random", "instance", "loop"):
        return a.op == "constant" and a.number == b.number
    if a.op == "call" and a.name != b.name:
        return False
    if a.about.get("axis") != b.about.get("axis") and a.op not in ("max", "softmax", "logsumexp"):
        return False
    if a.about.get("rest") != b.about.get("rest") or a.about.get("operators") != b.about.get("operators"):
        return False
    return all(same(x, y, depth - 1) for x, y in zip(a.args, b.args, strict=True))


def identical(a: Value, b: Value) -> bool:
    """Whether two terms are the same array, shape and order included: what a fix may rely on."""
    if a is b:
        return True
    if a.op != b.op or a.op in VIEWS or a.op in _OPAQUE or len(a.args) != len(b.args):
        return False
    if a.op == "constant":
        return a.number == b.number and a.dtype == b.dtype
    told = all(a.about.get(key) == b.about.get(key) for key in ("axis", "keepdims", "base", "as", "rest"))
    return told and bool(a.args) and all(map(identical, a.args, b.args))


def no_deeper(depth: int, otherwise: object) -> Callable[[F], F]:
    """Stops a recursion over terms: a program that says `x = x + x` doubles the paths through its term in every line.

    Parameters
    ----------
    depth : int
        Calls inside each other.
    otherwise : object
        What a deeper one gives.

    Returns
    -------
    callable
        A decorator.
    """

    def decorate(function: F) -> F:
        level = 0

        @functools.wraps(function)
        def limited(*args: Any) -> Any:
            nonlocal level
            if level >= depth:
                return otherwise
            level += 1
            try:
                return function(*args)
            finally:
                level -= 1

        return cast(F, limited)

    return decorate


def walk(value: Value, depth: int = 8) -> Iterator[Value]:
    """The value and what it was made from."""
    yield value
    if depth:
        for arg in value.args:
            yield from walk(arg, depth - 1)


def contains(value: Value, *ops: str) -> bool:
    """Whether one of the operations took part in making the value."""
    return any(part.op in ops for part in walk(value))
