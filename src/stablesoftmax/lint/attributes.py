"""What an attribute is outside of the constructor that begins it: zeros that other methods fill are not zeros there."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable

from stablesoftmax.lint.values import Value, Zero, unknown

__all__ = ["CONSTRUCTORS", "Changes", "changes_of", "lasting"]

CONSTRUCTORS = ("__init__", "build", "setup")
Changes = dict[str, list[ast.stmt]]
_BEGINNINGS = frozenset({"zeros", "ones", "full", "constant", "eye", "none"})


def changes_of(methods: Iterable[ast.FunctionDef | ast.AsyncFunctionDef]) -> Changes:
    """The statements outside of constructors that assign to an attribute of `self`, or to its elements.

    Parameters
    ----------
    methods : iterable of ast.FunctionDef
        The methods of a class.

    Returns
    -------
    dict
        Name of the attribute -> statements.
    """
    changes: Changes = {}
    for method in methods:
        if method.name in CONSTRUCTORS:
            continue
        for node in ast.walk(method):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
            for target in targets:
                for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                    if name := _attribute(part):
                        changes.setdefault(name, []).append(node)  # type: ignore[arg-type]
    return changes


def _attribute(target: ast.expr) -> str:
    """`name` of `self.name` and `self.name[i]`, or ""."""
    inner = target.value if isinstance(target, ast.Subscript) else target
    return inner.attr if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) else ""


def lasting(name: str, begun: Value, changes: list[ast.stmt]) -> Value:
    """What other methods find in an attribute.

    Parameters
    ----------
    name : str
        The attribute.
    begun : Value
        What the constructor puts there.
    changes : list of ast.stmt
        What methods other than the constructor do to it.

    Returns
    -------
    Value
        A count, where ones are added to zeros; a sum, where a term is added to a 0 (and taken away when it leaves a window); what
        the constructor puts there, if nobody changes it; else an unknown value.
    """
    whole = {"name": f"self.{name}"}
    counted = bool(changes) and all(map(_counts, changes))
    if counted and begun.op == "call" and begun.name.endswith("defaultdict"):
        return Value("count", (), 0.0, math.inf, Zero.MAYBE, about=whole, dtype="int")
    if not changes and begun.op != "zeros":
        return begun
    if begun.op not in _BEGINNINGS and not (begun.op == "tuple" and not begun.args):
        return begun
    steps = [node for node in changes if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub)]
    added = [node.value for node in steps if isinstance(node.op, ast.Add)]
    from_zero = begun.op == "zeros" or begun.number == 0
    if from_zero and counted:
        if begun.op == "zeros":
            return Value("count", (), 0.0, math.inf, Zero.MAYBE, about=whole, dtype=begun.dtype, library=begun.library)
        return Value("length", (), 0.0, math.inf, about=whole, dtype="int")  # whoever asks for a mean has added something
    if from_zero and len(steps) == len(changes) and len(added) == 1:
        return Value("sum", (_term(added[0]),), about=whole | {"axis": None, "accumulated": True})
    return Value("name", about=whole, dtype=begun.dtype, library=begun.library)  # if nobody fills it here, somebody else will


def _counts(node: ast.stmt) -> bool:
    """`self.name[i] += 1`."""
    added = node.value if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) else None
    return isinstance(added, ast.Constant) and isinstance(added.value, int | float) and added.value > 0


def _term(node: ast.expr) -> Value:
    """`x`, `x * x` or `x ** 2`, and sums of these: terms of moments."""
    if isinstance(node, ast.BinOp) and isinstance(node.left, ast.Name):
        twice = isinstance(node.op, ast.Mult) and isinstance(node.right, ast.Name) and node.right.id == node.left.id
        squared = isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and node.right.value == 2
        if twice or squared:
            return Value("square", (_term(node.left),), 0.0)
    if isinstance(node, ast.Call) and len(node.args) == 1:  # float(np.sum(np.square(x)))
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "square":
            return Value("square", (_term(node.args[0]),), 0.0)
        if called in ("float", "sum"):
            return _term(node.args[0])
    return Value("call", about={"name": node.id}) if isinstance(node, ast.Name) else unknown()
