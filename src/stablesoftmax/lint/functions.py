"""Library functions by the operation they compute: their arguments put in order, and the value that comes out."""

from __future__ import annotations

import ast
import math
from typing import Any, cast

from stablesoftmax.lint import arguments, expressions, layers
from stablesoftmax.lint.arguments import Keywords
from stablesoftmax.lint.frames import Frame
from stablesoftmax.lint.names import OPERATIONS
from stablesoftmax.lint.operations import apply, join
from stablesoftmax.lint.values import Value, Zero, constant, strip, unknown

__all__ = ["compute", "over_segments"]


def compute(frame: Frame, node: ast.Call, op: str, args: list[Value], keywords: Keywords, library: str, name: str) -> Value:
    """The value of a library function or a method that computes an operation.

    Parameters
    ----------
    frame : Frame
        Where the call is.
    node : ast.Call
        The call.
    op : str
        The operation.
    args, keywords
        Its arguments; the array of a method comes first.
    library : str
        Whose function it is.
    name : str
        How it is called there.

    Returns
    -------
    Value
    """
    if op in arguments.REDUCTIONS:
        values, told = arguments.reduction(op, args, keywords, library)
        if not values:
            return unknown(node=node)
        made = expressions.operate(frame, node, op, values, library, **told)
        table = values[0].op == "name" and values[0].zero is Zero.MAYBE and told["axis_given"]
        if op == "sum" and made.low >= 0 and (name.endswith("segment_sum") or table):
            made.zero = Zero.MAYBE  # a segment without elements; an empty row of a table of counts
        pair = name in ("max", "min") and library in ("torch", "") and told["axis_given"] and isinstance(node.func, ast.Attribute)
        return (
            Value("tuple", (made, Value("length", dtype="int")), made.low, made.high, node=node)
            if pair and _unpacked(node)
            else made
        )
    handler = _SPECIAL.get(op)
    if handler is not None:
        return cast(Value, handler(frame, node, args, keywords, library, name))
    wanted = arguments.dtype_named(keywords.get("out_dtype") or (keywords.get("dtype") if op == "one_hot" else None))
    args = arguments.operands(args, keywords, 2)
    count = {"add": 2, "sub": 2, "mul": 2, "div": 2, "pow": 2, "maximum": 2, "minimum": 2, "logaddexp": 2}.get(op)
    about: dict[str, Any] = {"dtype": wanted} if wanted else {}
    if name in ("log2", "log10") or (op == "log" and library == "math" and len(args) > 1):
        about["base"] = name
        args = args[:1]
    if len(args) < (count or 1):
        return unknown(node=node)
    if op == "count" and not keywords.keys().isdisjoint(("minlength", "length", "bins")):
        about["bins"] = True  # more than occur, perhaps
    if op == "linear" and args:
        made = expressions.operate(frame, node, op, tuple(args[: 2 if name == "linear" else 1]), library)
        third = args[2] if name in ("dense", "fully_connected") and len(args) > 2 else None
        return layers.activated(frame, made, keywords.get("activation", keywords.get("activation_fn", third)), node, library)
    if op == "square" and name == "squared_difference" and len(args) > 1:
        args = [apply("sub", tuple(args[:2]), node, library)]
    return expressions.operate(frame, node, op, tuple(args[: count or 1]) if op != "compare" else tuple(args), library, **about)


def over_segments(frame: Frame, node: ast.Call, base: Value, args: list[Value]) -> Value:
    """`base.index_add(axis, index, x)` and its like: a sum over segments, or their maxima.

    Parameters
    ----------
    frame : Frame
        Where the call is.
    node : ast.Call
        The call.
    base : Value
        What is added to.
    args : list of Value
        axis, index, x, and the name of the reduction if there is one.

    Returns
    -------
    Value
    """
    if len(args) == 3:
        made = expressions.operate(frame, node, "sum", (args[2],), "torch", axis=0, keepdims=True)
        made.zero = Zero.MAYBE if strip(base).op == "zeros" else Zero.UNKNOWN  # a segment without elements
        return made
    if len(args) > 3 and args[3].about.get("text") == "amax":
        return expressions.operate(frame, node, "max", (args[2],), "torch", axis=0, keepdims=True)
    return Value("call", (base, *args), node=node, about={"name": ".scatter_reduce"})


def _unpacked(node: ast.Call) -> bool:
    return not any(k.arg in ("keepdims", "axis") for k in node.keywords)


def _clip(frame: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, name: str) -> Value:
    values = arguments.bounds_of(name, args, keywords)
    return expressions.operate(frame, node, "clip", values, library)


def _where(frame: Frame, node: ast.Call, args: list[Value], _: Keywords, library: str, __: str) -> Value:
    if len(args) == 1:
        return Value("nonzero", tuple(args), dtype="int", node=node)
    return expressions.operate(frame, node, "where", tuple(args), library) if len(args) == 3 else unknown(node=node)


def _cast(frame: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, name: str) -> Value:
    args = arguments.operands(args, keywords)
    if not args:
        return unknown(node=node)
    wanted = keywords.get("dtype") or (args[1] if len(args) > 1 else None)
    by_name = arguments.dtype_named(unknown(name)) if name not in ("array", "tensor") else ""
    dtype = arguments.dtype_named(wanted, "float64" if library == "numpy" else "float32") or by_name or args[0].dtype
    if name == "Variable" and strip(args[0]).op in ("zeros", "ones", "full", "random", "constant"):
        return unknown("variable", node)  # it will be trained
    made = expressions.operate(frame, node, "cast", tuple(args[:1]), library, dtype=dtype)
    return made if args[0].number is None else constant(args[0].number, node, dtype)


def _view(_: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, __: str) -> Value:
    args = arguments.operands(args, keywords)
    if not args:
        return unknown(node=node)
    whole = join(list(args[0].args)) if args[0].op == "tuple" and args[0].args else args[0]
    return apply("view", (whole,), node, library)


def _moments(frame: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, name: str) -> Value:
    values, about = arguments.reduction("mean", args, keywords, library)
    mean, spread = (apply(op, values, node, library, **about) for op in ("mean", "std" if name.startswith("std") else "var"))
    return Value("tuple", (mean, spread) if name == "moments" else (spread, mean), node=node)


def _uniform(_: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, name: str) -> Value:
    return arguments.uniform(name, args, keywords, library, node)


def _filled(_: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, name: str) -> Value:
    dtype = arguments.dtype_named(keywords.get("dtype"), "float64")
    op = OPERATIONS[name]
    if op == "full":
        fill = keywords.get("fill_value") or (args[1] if len(args) > 1 else constant(math.nan))
        return Value("full", (fill,), fill.low, fill.high, fill.zero, dtype=dtype, library=library, node=node)
    return apply(op, (), node, library, dtype=dtype)


def _arange(_: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, __: str) -> Value:
    whole = all(arg.dtype == "int" or arg.number is None for arg in args) and "dtype" not in keywords
    first = args[0].number if len(args) > 1 and args[0].number is not None else 0.0
    return Value("arange", (), first, math.inf, dtype="int" if whole else "", library=library, node=node)


def _decomposed(_: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, name: str) -> Value:
    """Matrices whose columns have norm 1, beside what else a decomposition gives."""
    vectors = Value("orthogonal", tuple(args[:1]), library=library, node=node)
    other = unknown(name, node)
    if any(keywords[key].name == "False" for key in ("compute_uv", "eigvals_only") if key in keywords):
        return other
    parts = {"eigen": (other, vectors), "singular": (vectors, other, vectors), "qr": (vectors, other)}.get(OPERATIONS[name])
    return vectors if parts is None else Value("tuple", parts, node=node)


def _largest(frame: Frame, node: ast.Call, args: list[Value], _: Keywords, library: str, __: str) -> Value:
    if not args:
        return unknown(node=node)
    return Value("tuple", (expressions.operate(frame, node, "largest", tuple(args[:1]), library), Value("nonzero", dtype="int")))


def _accumulated(_: Frame, node: ast.Call, args: list[Value], __: Keywords, library: str, ___: str) -> Value:
    return Value("accumulated", tuple(args[:1]), library=library, node=node)


_SPECIAL: dict[str, Any] = {
    "eigen": _decomposed, "singular": _decomposed, "qr": _decomposed, "null_space": _decomposed, "largest": _largest,
    "accumulated": _accumulated,
    "clip": _clip, "where": _where, "cast": _cast, "view": _view, "moments": _moments, "uniform": _uniform,
    "zeros": _filled, "ones": _filled, "eye": _filled, "full": _filled, "arange": _arange,
}  # fmt: skip
