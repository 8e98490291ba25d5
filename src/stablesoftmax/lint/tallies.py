"""Counters, dicts and lists of plain Python as tables: what they count, and what of it can be 0."""

from __future__ import annotations

import ast
import math

from stablesoftmax.lint.values import Value, Zero, strip, unknown, walk

__all__ = ["asked", "made"]


def made(name: str, args: list[Value], node: ast.AST) -> Value | None:
    """What `Counter` and `defaultdict` give, or None for another function.

    Parameters
    ----------
    name : str
        The function.
    args : list of Value
        Its arguments.
    node : ast.AST
        The call.

    Returns
    -------
    Value or None
        A counter gives 0 for what does not occur; a dict of counters is one that holds them.
    """
    if name == "Counter":
        return Value("count", tuple(args), 0.0, math.inf, Zero.MAYBE, dtype="int", node=node, about={"tallied": True})
    if name == "defaultdict":
        holds = bool(args) and args[0].name.endswith("Counter")
        return Value("call", tuple(args), node=node, about={"name": name, "holds": holds})
    return None


def asked(base: Value, name: str, args: list[Value], node: ast.AST) -> Value | None:
    """What a method of a table gives, or None if it is none.

    Parameters
    ----------
    base : Value
        Whose method it is.
    name : str
        The method.
    args : list of Value
        Its arguments.
    node : ast.AST
        The call.

    Returns
    -------
    Value or None
    """
    if base.about.get("tallied"):
        occurs = name in ("values", "items", "most_common")
        low, zero = (1.0, Zero.NEVER) if occurs else (-math.inf, Zero.UNKNOWN)
        return Value("call", (base,), low, zero=zero, node=node, about={"name": name})
    if name == "items" and base.about.get("dict"):
        return Value("zip", (unknown("key"), base), node=node)
    if name == "numel":
        return Value("length", (), 0.0, math.inf, dtype="int", node=node, about={"name": name})
    if name == "count" and len(args) == 1:
        own = any(part is strip(base) for part in walk(args[0]))  # an element of the list itself
        return Value("count", (base,), 0.0, math.inf, Zero.UNKNOWN if own else Zero.MAYBE, dtype="int", node=node)
    return None
