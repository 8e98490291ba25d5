"""From an operation and its operands to a value, and from the values of branches to one."""

from __future__ import annotations

import ast
from typing import Any

from stablesoftmax.lint.canonical import SPELLINGS
from stablesoftmax.lint.facts import dtype_of, facts_of
from stablesoftmax.lint.values import Value, Zero

__all__ = ["apply", "join"]

_OFFERED = frozenset({"cdf", "density"})
"""What `predict(which="prob")` gives beside means."""


def apply(op: str, args: tuple[Value, ...], node: ast.AST | None = None, library: str = "", **about: Any) -> Value:
    """The value of an operation on operands.

    Parameters
    ----------
    op : str
        The operation.
    args : tuple of Value
        Its operands.
    node : ast.AST, optional
        Where it is written.
    library : str
        Whose function it is.
    **about
        axis, keepdims and the like.

    Returns
    -------
    Value
    """
    maker = SPELLINGS.get(op)
    if maker is not None and (made := maker(args, about)) is not None:
        made.node, made.library = node, library
        return made
    low, high, zero = facts_of(op, args)
    dtype = about.pop("dtype", "") or dtype_of(op, args)
    return Value(op, args, low, high, zero, dtype=dtype, library=library, node=node, about=about)


def _is_offered(value: Value) -> bool:
    """Whether a branch cannot be 0, as far as is known, or is a density among other things that a method offers."""
    while value.op in ("view", "cast", "index", "div", "add", "mul", "pow") and value.args:
        value = value.args[0]
    return value.zero is not Zero.MAYBE or value.op in _OFFERED or (value.op == "phi" and all(map(_is_offered, value.args)))


def join(values: list[Value]) -> Value:
    """What a name is after branches that gave it different values."""
    first = values[0]
    if all(value is first for value in values):
        return first
    counts = [value for value in values if value.op == "count" and value.name]
    if counts and all(value is counts[0] or value.op == "zeros" or value.about.get("starts_at_zero") for value in values):
        return counts[0]  # what is counted under a condition, and a table of counts
    decayed = [value for value in values if value.op == "decayed"]
    if decayed:
        return decayed[0]  # filled by a recursion, in a loop
    zeros = {value.zero for value in values if value.op != "constant" or value.number}
    if len(zeros) > 1 and all(map(_is_offered, values)):
        zeros.discard(Zero.MAYBE)  # one of the things that a method offers
    zero = zeros.pop() if len(zeros) == 1 else Zero.MAYBE if Zero.MAYBE in zeros else Zero.UNKNOWN
    dtypes = {value.dtype for value in values}
    low, high = min(v.low for v in values), max(v.high for v in values)
    return Value("phi", tuple(values), low, high, zero, dtype=dtypes.pop() if len(dtypes) == 1 else "")
