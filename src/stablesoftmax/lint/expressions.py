"""From an expression to its value: names, operators, subscripts, comprehensions; calls are in calls.py."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Any, cast

from stablesoftmax.lint import calls, guards, tallies
from stablesoftmax.lint.facts import is_count, made
from stablesoftmax.lint.frames import Frame, dotted
from stablesoftmax.lint.indexing import drawn, picked
from stablesoftmax.lint.operations import apply, join
from stablesoftmax.lint.values import Value, Zero, constant, contains, is_guard_name, strip, unknown, walk

__all__ = ["bind", "change", "element_of", "evaluate", "evaluate_quietly", "operate"]

DEEPEST = 150
"""Operators nested deeper than this are written by programs."""

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow", ast.MatMult: "matmul",
    ast.FloorDiv: "floordiv", ast.Mod: "mod", ast.BitAnd: "compare", ast.BitOr: "compare",
}  # fmt: skip


_ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,
}


def evaluate(frame: Frame, node: ast.expr | None) -> Value:
    """The value of an expression; every operation in it is shown to the rules.

    Parameters
    ----------
    frame : Frame
        Where the names are.
    node : ast.expr or None
        The expression; None is None.

    Returns
    -------
    Value
    """
    handler = None if node is None else _HANDLERS.get(type(node))
    if handler is None or frame.depth > DEEPEST:
        return unknown(node=node)
    frame.depth += 1
    try:
        return handler(frame, node)
    finally:
        frame.depth -= 1


def operate(frame: Frame, node: ast.AST, op: str, args: tuple[Value, ...], library: str = "", **about: object) -> Value:
    """Apply an operation and show it to the rules."""
    value = apply(op, args, node, library, **about)
    if value.args is not args:
        value.about.setdefault("operands", args)
    frame.module.check(frame, node, op, value)
    return value


def _name(frame: Frame, node: ast.Name) -> Value:
    found = frame.lookup(node.id)
    if found is not None:
        return found
    known = calls.callable_named(frame, node.id)
    return known if known is not None else frame.read(node.id, node)


def _constant(_: Frame, node: ast.Constant) -> Value:
    number = node.value
    if isinstance(number, bool):
        return Value("name", node=node, dtype="bool", about={"name": str(number)})
    if isinstance(number, int | float):
        try:
            return constant(float(number), node, "int" if isinstance(number, int) else "")
        except OverflowError:
            return constant(math.inf if number > 0 else -math.inf, node)
    if isinstance(number, str):
        return Value("text", node=node, about={"text": number})
    return Value("none" if number is None else "name", node=node)


def _attribute(frame: Frame, node: ast.Attribute) -> Value:
    name = dotted(node)
    if name:
        found = frame.lookup(name)
        if found is not None:
            return found
    base = evaluate(frame, node.value)
    if base.op == "library":
        return calls.library_member(f"{base.name}.{node.attr}", node)
    if base.op == "instance":
        return calls.instance_attribute(frame, base, node)
    if node.attr in ("T", "data", "values", "mT", "real", "imag"):
        return apply("view", (base,), node)
    if node.attr in ("shape", "size", "ndim"):
        return Value("length", (base,), 0.0, math.inf, dtype="int", node=node, about={"name": node.attr})
    if node.attr in ("eps", "tiny", "smallest_normal"):
        low = 1.2e-16 if node.attr == "eps" else 1e-40
        return Value("name", (), low, 1e-3, Zero.NEVER, node=node, about={"name": "eps"})
    if base.op == "record" and node.attr in base.about["items"]:
        return cast(Value, base.about["items"][node.attr])
    if name:
        return frame.read(name, node)
    return Value("call", (base,), node=node, about={"name": "." + node.attr})


def _binary(frame: Frame, node: ast.BinOp) -> Value:
    left, right = evaluate(frame, node.left), evaluate(frame, node.right)
    op = _BINARY.get(type(node.op), "")
    if not op or "text" in (left.op, right.op):
        return unknown(node=node)
    if left.op == right.op == "constant":
        folded = _fold(node, left, right)
        if folded is not None:
            return folded
    if op == "add" and left.op == right.op == "tuple":
        return Value("tuple", left.args + right.args, node=node)
    if op == "mul" and left.op == "tuple":
        zeros = [arg.number for arg in left.args] == [0]
        return apply("zeros", (), node, dtype=left.args[0].dtype) if zeros else left
    return operate(frame, node, op, (left, right))


def _fold(node: ast.BinOp, left: Value, right: Value) -> Value | None:
    a, b = left.number, right.number
    if a is None or b is None:
        return None
    try:
        folded = _ARITHMETIC[type(node.op)](a, b)
    except (KeyError, ArithmeticError, ValueError):
        return None
    if math.isnan(folded):
        return None
    value = constant(folded, node, left.dtype if left.dtype == right.dtype and not isinstance(node.op, ast.Div) else "")
    value.about["folded"] = (type(node.op).__name__, a, b)
    return value


def _unary(frame: Frame, node: ast.UnaryOp) -> Value:
    value = evaluate(frame, node.operand)
    if isinstance(node.op, ast.USub):
        if value.number is not None:
            return constant(-value.number, node, value.dtype)
        return operate(frame, node, "neg", (value,))
    if isinstance(node.op, ast.UAdd):
        return value
    return Value("compare", (value,), 0.0, 1.0, Zero.MAYBE, dtype="bool", node=node)


def _compare(frame: Frame, node: ast.Compare) -> Value:
    args = (evaluate(frame, node.left), *(evaluate(frame, n) for n in node.comparators))
    if any(isinstance(op, ast.In | ast.NotIn | ast.Is | ast.IsNot) for op in node.ops):
        return Value("name", args, node=node, about={"name": ""})
    return operate(frame, node, "compare", args, operators=tuple(type(op).__name__ for op in node.ops))


def _boolean(frame: Frame, node: ast.BoolOp) -> Value:
    values = []
    for part in node.values:
        values.append(evaluate(frame, part))
        guards.guard(frame, part)
    return join(values) if isinstance(node.op, ast.Or) else Value("compare", tuple(values), 0.0, 1.0, node=node)


def _either(frame: Frame, node: ast.IfExp) -> Value:
    guards.guard(frame, node.test)
    value = join([evaluate(frame, node.body), evaluate(frame, node.orelse)])
    if value.op == "phi":
        value.node = node
    return value


def _subscript(frame: Frame, node: ast.Subscript) -> Value:
    base = evaluate(frame, node.value)
    index = evaluate(frame, node.slice)
    key = _key(node)
    if key and (found := frame.lookup(key)) is not None:
        return found
    if base.op == "tuple" and index.number is not None and float(index.number).is_integer():
        position = int(index.number)
        return base.args[position] if -len(base.args) <= position < len(base.args) else unknown(node=node)
    if base.op == "record":
        return cast(Value, base.about["items"].get(index.about.get("text"), unknown(node=node)))
    if base.op == "length":
        return Value("length", base.args, 0.0, math.inf, dtype="int", node=node)
    if base.op in ("library", "function", "class"):
        return unknown(node=node)
    if base.about.get("holds") and (counter := tallies.made("Counter", [base], node)) is not None:
        return counter
    zero = base.zero
    if base.about.get("tallied") and (index.op == "name" or any(part is strip(base) for part in walk(index))):
        zero = Zero.UNKNOWN  # one of its own keys, or what a caller says
    if strip(index).op in ("compare", "isnan") or contains(index, "nonzero") or is_guard_name(strip(index).name):
        zero = Zero.UNKNOWN
    if key and base.op == "name":
        return frame.read(key, node)
    newaxis = any(map(_is_newaxis, node.slice.elts if isinstance(node.slice, ast.Tuple) else (node.slice,)))
    whole = isinstance(node.slice, ast.Slice) or newaxis
    op = "view" if whole else "index"
    low, high = picked(base, strip(index))
    if drawn(index):
        zero = Zero.NEVER
    value = Value(op, (base, index), low, high, zero, dtype=base.dtype, node=node, about={"newaxis": newaxis})
    if op == "index":
        frame.module.check(frame, node, op, value)
    return value


def _is_newaxis(node: ast.expr) -> bool:
    return (isinstance(node, ast.Constant) and node.value is None) or (isinstance(node, ast.Attribute) and node.attr == "newaxis")


def _key(node: ast.Subscript) -> str:
    name = dotted(node.value)
    return f"{name}[{node.slice.value!r}]" if name and isinstance(node.slice, ast.Constant) else ""


def _tuple(frame: Frame, node: ast.Tuple | ast.List) -> Value:
    args = tuple(evaluate(frame, n.value if isinstance(n, ast.Starred) else n) for n in node.elts)
    numbers = [arg.number for arg in args]
    if args and all(number is not None for number in numbers):
        known = [number for number in numbers if number is not None]
        zero = Zero.NEVER if all(known) else Zero.UNKNOWN
        integers = "int" if all(arg.dtype == "int" for arg in args) else ""
        return Value("tuple", args, min(known), max(known), zero, dtype=integers, node=node)
    return Value("tuple", args, node=node)


def _dict(frame: Frame, node: ast.Dict) -> Value:
    items = {}
    for key, item in zip(node.keys, node.values, strict=True):
        value = evaluate(frame, item)
        if isinstance(key, ast.Constant):
            items[key.value] = value
    return Value("record", node=node, about={"items": items})


def _comprehension(frame: Frame, node: ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp) -> Value:
    saved, guarded, tests = dict(frame.names), len(frame.guarded), len(frame.tests)
    for generator in node.generators:
        bind(frame, generator.target, element_of(evaluate(frame, generator.iter)))
        for test in generator.ifs:
            guards.guard(frame, test)
    value = evaluate(frame, node.value if isinstance(node, ast.DictComp) else node.elt)
    if isinstance(node, ast.DictComp):
        value = Value("view", (value,), value.low, value.high, value.zero, dtype=value.dtype, node=node, about={"dict": True})
    if any(generator.ifs for generator in node.generators):
        value = _picked(value, node)
        del frame.guarded[guarded:], frame.tests[tests:]  # what the condition says of the elements is in the value now
    for name in [name for name in frame.names if name not in saved and "." not in name]:
        del frame.names[name]
    frame.names.update(saved)
    return value


def _picked(value: Value, node: ast.expr) -> Value:
    """What a condition picks: ones are a count, and of others there may be none."""
    if value.number == 1:
        return Value("compare", (), 0.0, 1.0, Zero.MAYBE, dtype="bool", node=node)
    zero = value.zero if value.zero is Zero.NEVER else Zero.UNKNOWN
    return Value("picked", (value,), value.low, value.high, zero, dtype=value.dtype, node=node)


def element_of(iterable: Value) -> Value:
    """What a loop over a value hands out."""
    if iterable.op == "zip":
        return Value("tuple", tuple(map(element_of, iterable.args)))
    if iterable.op == "enumerate" and iterable.args:
        return Value("tuple", (Value("length", dtype="int", low=0.0), element_of(iterable.args[0])))
    if iterable.op == "arange":
        return Value("length", (), max(iterable.low, -math.inf), math.inf, dtype="int")
    if iterable.op == "tuple" and iterable.args and iterable.args[0].op == "tuple":
        return iterable.args[0]
    return Value(
        "element", (iterable,), iterable.low, iterable.high, iterable.zero, dtype=iterable.dtype, about={"name": iterable.name}
    )


def bind(frame: Frame, target: ast.expr, value: Value) -> None:
    """Assign a value to a target."""
    if isinstance(target, ast.Name):
        value.about.setdefault("bound", target.id)
        frame.write(target.id, value)
    elif isinstance(target, ast.Attribute):
        if name := dotted(target):
            frame.write(name, value)
    elif isinstance(target, ast.Tuple | ast.List):
        parts = value.args if value.op == "tuple" and len(value.args) == len(target.elts) else ()
        for i, part in enumerate(target.elts):
            whole = apply("index", (value,), part) if value.op not in ("name", "call") else _part_of(value, part)
            bind(frame, part.value if isinstance(part, ast.Starred) else part, parts[i] if parts else whole)
    elif isinstance(target, ast.Subscript):
        evaluate(frame, target.slice)
        name, key = dotted(target.value), _key(target)
        if name and not (isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str)):
            _fill(frame, name, evaluate_quietly(frame, target.slice), value)
        if key:
            frame.write(key, value)


def _part_of(value: Value, target: ast.expr) -> Value:
    """One of several values that a call gives: the name of the call says something of it."""
    part = unknown(getattr(target, "id", ""), target)
    part.about["of"] = value.name
    return part


def _fill(frame: Frame, name: str, index: Value, value: Value) -> None:
    """`x[x < low] = low` is a clip, a table is made of sines; of anything else nothing is known afterwards."""
    old = frame.lookup(name)
    bounds = picked(old, index, inverted=True) if old is not None else (-math.inf, math.inf)
    made_of_sines = value.op in ("sin", "cos") and old is not None and (old.op == "zeros" or bool(old.about.get("table")))
    counts = old is not None and old.op in ("zeros", "count") and strip(value).zero is Zero.MAYBE and is_count(value)
    change(frame, name)
    held = frame.lookup(name)
    if held is not None and value.number is not None and bounds[0] <= value.number <= bounds[1] and any(map(math.isfinite, bounds)):
        held.low, held.high = bounds
    if held is not None and made_of_sines:
        held.about["table"] = True
    if counts:
        frame.names[name] = made("count", (), name=name)
    elif old is not None and _is_product_of(value, old):
        frame.names[name] = apply("decayed", ())


def _is_product_of(value: Value, array: Value) -> bool:
    """Whether an element is a product with an element before it, as in the recursion of a hidden Markov model: it underflows."""
    inner = strip(value)
    if inner.op == "mul":
        return any(_is_product_of(arg, array) for arg in inner.args)
    return inner.op in ("matmul", "sum") and any(strip(arg) is strip(array) for part in walk(inner, 2) for arg in part.args)


def change(frame: Frame, name: str) -> None:
    """Part of an array is new: what is known of it under this name and others goes, but for its dtype."""
    old = frame.lookup(name)
    if old is None or old.op in ("record", "tuple", "instance"):
        return
    array = strip(old)
    for other, held in list(frame.names.items()):
        if held is old or strip(held) is array:
            frame.names[other] = Value("name", dtype=held.dtype, about={"name": other})
    frame.names[name] = Value("name", dtype=old.dtype, about={"name": name})


def evaluate_quietly(frame: Frame, node: ast.expr) -> Value:
    """Evaluate again what the rules have seen already."""
    frame.module.silent += 1
    try:
        return evaluate(frame, node)
    finally:
        frame.module.silent -= 1


def _lambda(frame: Frame, node: ast.Lambda) -> Value:
    return Value("function", node=node, about={"node": node, "frame": frame, "cls": frame.cls})


def _named(frame: Frame, node: ast.NamedExpr) -> Value:
    value = evaluate(frame, node.value)
    bind(frame, node.target, value)
    return value


def _inside(frame: Frame, node: ast.Await | ast.Starred | ast.FormattedValue) -> Value:
    return evaluate(frame, node.value)


def _each(frame: Frame, node: ast.JoinedStr) -> Value:
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            evaluate_quietly(frame, part.value)  # their positions are not those of the file before Python 3.12
    return Value("text", node=node)


def _slice(frame: Frame, node: ast.Slice) -> Value:
    for part in (node.lower, node.upper, node.step):
        evaluate(frame, part)
    return unknown(node=node)


_HANDLERS: dict[type[ast.expr], Callable[[Frame, Any], Value]] = {
    ast.Name: _name, ast.Constant: _constant, ast.Attribute: _attribute, ast.BinOp: _binary, ast.UnaryOp: _unary,
    ast.Compare: _compare, ast.BoolOp: _boolean, ast.IfExp: _either, ast.Subscript: _subscript, ast.Tuple: _tuple,
    ast.List: _tuple, ast.Dict: _dict, ast.ListComp: _comprehension, ast.GeneratorExp: _comprehension,
    ast.SetComp: _comprehension, ast.DictComp: _comprehension, ast.Lambda: _lambda, ast.NamedExpr: _named,
    ast.Await: _inside, ast.Starred: _inside, ast.JoinedStr: _each, ast.Slice: _slice,
    ast.Call: lambda frame, node: calls.call(frame, node),
}  # fmt: skip
