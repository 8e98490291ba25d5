"""Statements: assignments, branches that meet again, loops, functions and classes of the module."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from typing import Any

from stablesoftmax.lint import expressions, guards
from stablesoftmax.lint.arguments import Keywords
from stablesoftmax.lint.contracts import WITHOUT_GRADIENT, is_constant, promised
from stablesoftmax.lint.facts import is_count, made
from stablesoftmax.lint.frames import Class, Frame, Function, dotted
from stablesoftmax.lint.operations import apply, join
from stablesoftmax.lint.values import Value, Zero, is_temperature, unknown

__all__ = ["bind_parameters", "execute", "run_function"]

_HANDLED = frozenset({"ZeroDivisionError", "FloatingPointError", "ArithmeticError", "OverflowError", "ValueError"})
_SAMPLES = re.compile(r"sampl|gumbel|generat|choose|choice|pick|act|draw|select|decode|explor|next")
_AUGMENTED = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}


def execute(frame: Frame, body: list[ast.stmt]) -> bool:
    """Run statements.

    Parameters
    ----------
    frame : Frame
        Where the names are.
    body : list of ast.stmt
        The statements.

    Returns
    -------
    bool
        Whether control comes to the end of them.
    """
    for node in body:
        handler = _HANDLERS.get(type(node))
        if handler is not None and handler(frame, node) is False:
            return False
    return True


def bind_parameters(frame: Frame, function: Function, args: list[Value], keywords: Keywords, cls: Class | None) -> None:
    """Give the parameters of a function their values.

    Parameters
    ----------
    frame : Frame
        The new frame.
    function : ast.FunctionDef or ast.Lambda
        The function.
    args, keywords
        What it is called with.
    cls : Class or None
        The class, if it is a method: `self` comes first.
    """
    spec = function.args
    names = [arg.arg for arg in [*spec.posonlyargs, *spec.args]]
    static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in getattr(function, "decorator_list", ()))
    if cls is not None and names and not static and not isinstance(function, ast.Lambda):
        frame.names[names[0]] = Value("instance", about={"class": cls})
        names = names[1:]
    defaults = dict(zip(names[::-1], spec.defaults[::-1], strict=False))
    defaults |= {arg.arg: d for arg, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None}
    for i, name in enumerate([*names, *(arg.arg for arg in spec.kwonlyargs)]):
        if i < len(args) and name in names:
            frame.names[name] = args[i]
            args[i].about.setdefault("bound", name)
        elif name in keywords:
            frame.names[name] = keywords[name]
        elif name in defaults and args and not isinstance(defaults[name], ast.List | ast.Dict):
            frame.names[name] = expressions.evaluate(frame, defaults[name])
        elif name in defaults:
            frame.names[name] = _default(frame, name, defaults[name])
        else:
            frame.names[name] = _announced(frame, function, name) or unknown(name, **promised(function, cls, frame.module, name))
    for arg in (spec.vararg, spec.kwarg):
        if arg is not None:
            frame.names[arg.arg] = unknown(arg.arg)


def _default(frame: Frame, name: str, default: ast.expr) -> Value:
    """A parameter that nobody gave: its default if that is a small constant or a function, else unknown."""
    value = expressions.evaluate(frame, default)
    if value.op in ("library", "function") or (value.looks_small_and_positive and not is_temperature(name)):
        return value
    if is_temperature(name) and value.number and not _SAMPLES.search(getattr(frame.function, "name", "")):
        return value  # a setting, and not what somebody who samples may set to 0
    parameter = unknown(name)
    parameter.about["scalar"] = value.number is not None  # a number of Python, which does not change the dtype of an array
    return parameter


def _announced(frame: Frame, function: Function, name: str) -> Value | None:
    """A model of the module, by the annotation of a parameter or by its name: `policy: Policy`, or `policy` alone."""
    args = function.args
    annotation = next((arg.annotation for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs) if arg.arg == name), None)
    if annotation is None:
        plain = name.replace("_", "")
        named = (held for title, held in frame.module.classes.items() if title.lower() == plain)
        cls = next(named, frame.module.only_model if plain in ("model", "net", "network") else None)
    else:
        cls = frame.module.classes.get(dotted(annotation))
    return Value("instance", about={"class": cls}) if cls is not None and cls.called else None


def run_function(frame: Frame, function: ast.FunctionDef | ast.AsyncFunctionDef, cls: Class | None) -> None:
    """Run a function alone: of its arguments nothing is known.

    Parameters
    ----------
    frame : Frame
        The frame around it.
    function : ast.FunctionDef
        The function.
    cls : Class or None
        Its class.
    """
    inner = Frame(frame.module, frame, function, cls)
    inner.stack = (function,)
    inner.constant = frame.constant + is_constant(function, cls, frame.module)
    bind_parameters(inner, function, [], {}, cls)
    execute(inner, function.body)


# one kind of statement each ----------------------------------------------------------------------------------------


def _expression(frame: Frame, node: ast.Expr) -> None:
    if not isinstance(node.value, ast.Constant):
        expressions.evaluate(frame, node.value)


def _assign(frame: Frame, node: ast.Assign) -> None:
    value = expressions.evaluate(frame, node.value)
    for target in node.targets:
        expressions.bind(frame, target, value)


def _annotated(frame: Frame, node: ast.AnnAssign) -> None:
    if node.value is not None:
        expressions.bind(frame, node.target, expressions.evaluate(frame, node.value))


def _augmented(frame: Frame, node: ast.AugAssign) -> None:
    right = expressions.evaluate(frame, node.value)
    left = expressions.evaluate_quietly(frame, node.target)
    op = _AUGMENTED.get(type(node.op))
    if op == "add" and left.op == "loop" and left.about.get("starts_at_zero"):
        if frame.conditions > left.about["conditions"] and (right.number or 0) > 0:
            value = made("count", (), accumulated=True, name=left.name)
        else:
            value = apply("sum", (right,), node, axis=None, accumulated=True)
    elif op in ("add", "sub") and left.op == "sum" and left.about.get("accumulated") and left.name.startswith("self."):
        value = left  # a running sum stays one
    elif op and "text" not in (left.op, right.op):
        value = expressions.operate(frame, node, op, (left, right))
    else:
        value = unknown(node=node)
    if isinstance(node.target, ast.Subscript):
        name = dotted(node.target.value)
        if name and not isinstance(node.target.slice, ast.Constant):
            table = frame.lookup(name)
            counts = op == "add" and ((right.number or 0) > 0 or is_count(right))
            counted = counts and table is not None and table.op in ("zeros", "count")
            expressions.change(frame, name)
            if counted:
                frame.names[name] = made("count", (), name=name)
            return
    expressions.bind(frame, node.target, value)


def _return(frame: Frame, node: ast.Return) -> bool:
    frame.returned.append(expressions.evaluate(frame, node.value))
    return False


def _raise(frame: Frame, node: ast.Raise) -> bool:
    expressions.evaluate(frame, node.exc)
    return False


def _leave(_: Frame, __: ast.stmt) -> bool:
    return False


def _assert(frame: Frame, node: ast.Assert) -> None:
    guards.guard(frame, node.test)


def _if(frame: Frame, node: ast.If) -> bool:
    """Branches, an elif chain without recursion: generated files have thousands of them."""
    before, ends, current = frame.names, [], node
    frame.conditions += 1
    while True:
        guards.guard(frame, current.test)
        around = frame.names
        frame.names = dict(around)
        empty = _is_empty(current.test)
        frame.module.silent += empty
        if execute(frame, current.body):
            ends.append(frame.names)
        frame.module.silent -= empty
        frame.names = around
        if len(current.orelse) == 1 and isinstance(current.orelse[0], ast.If):
            current = current.orelse[0]
            continue
        frame.names = dict(around)
        if execute(frame, current.orelse):
            ends.append(frame.names)
        break
    frame.names = before
    frame.conditions -= 1
    _meet(frame, ends)
    return bool(ends)


def _is_empty(test: ast.expr) -> bool:
    """`x.numel() == 0`, `x.size == 0`, `len(x) == 0`: there is no element that could overflow."""
    if not (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq) and isinstance(test.comparators[0], ast.Constant)):
        return False
    name = dotted(test.left.func if isinstance(test.left, ast.Call) else test.left).rsplit(".", 1)[-1]
    return test.comparators[0].value == 0 and name in ("numel", "size", "len")


def _meet(frame: Frame, ends: list[dict[str, Value]]) -> None:
    """The names after branches."""
    if not ends:
        return
    merged = {}
    for name in dict.fromkeys(name for end in ends for name in end):
        values = [end[name] for end in ends if name in end]
        merged[name] = values[0] if len(values) == 1 else join(values)
    frame.names.clear()
    frame.names.update(merged)


def _loop(frame: Frame, node: ast.For | ast.AsyncFor | ast.While) -> None:
    before = dict(frame.names)
    _forget(frame, node)
    if isinstance(node, ast.While):
        guards.guard(frame, node.test)
    else:
        expressions.bind(frame, node.target, expressions.element_of(expressions.evaluate(frame, node.iter)))
    execute(frame, node.body)
    for name, value in before.items():
        after = frame.names.get(name)
        starts = value.op == "constant" or (value.op == "tuple" and not value.args)  # the body fills it
        if after is not None and after is not value and not after.about.get("accumulated") and (not starts or after.op == "loop"):
            frame.names[name] = join([value, after])
    execute(frame, node.orelse)


def _forget(frame: Frame, loop: ast.For | ast.AsyncFor | ast.While) -> None:
    """What the body assigns is, at its beginning, what an earlier round left."""
    stored = frame.module.stored.get(loop)
    if stored is None:
        names = {node.id for node in ast.walk(loop) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        stored = frame.module.stored[loop] = sorted(names)
    for name in stored:
        if name in frame.names:
            old = frame.names[name]
            if old.op != "loop":
                low = old.low if old.low >= 0 else -math.inf
                about = {"name": name, "starts_at_zero": old.number == 0 or old.op == "zeros", "conditions": frame.conditions}
                frame.names[name] = Value("loop", (), low, math.inf, Zero.UNKNOWN, dtype=old.dtype, about=about)


def _with(frame: Frame, node: ast.With | ast.AsyncWith) -> bool:
    quiet = constant = False
    for item in node.items:
        value = expressions.evaluate(frame, item.context_expr)
        name = value.name.rsplit(".", 1)[-1]
        quiet |= name in ("errstate", "catch_warnings", "suppress")
        constant |= name in WITHOUT_GRADIENT
        if item.optional_vars is not None:
            expressions.bind(frame, item.optional_vars, value)
    frame.quiet += quiet
    frame.constant += constant
    falls = execute(frame, node.body)
    frame.quiet -= quiet
    frame.constant -= constant
    return falls


def _try(frame: Frame, node: ast.Try | ast.TryStar) -> bool:
    handled = {n.id for h in node.handlers if h.type is not None for n in ast.walk(h.type) if isinstance(n, ast.Name)}
    quiet = bool(handled & _HANDLED)
    frame.quiet += quiet
    falls = execute(frame, node.body)
    frame.quiet -= quiet
    for handler in node.handlers:
        falls |= execute(frame, handler.body)
    falls = execute(frame, node.orelse) and falls
    return execute(frame, node.finalbody) and falls


def _match(frame: Frame, node: ast.Match) -> None:
    expressions.evaluate(frame, node.subject)
    for case in node.cases:
        execute(frame, case.body)


def _function(frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    if frame.function is None:
        return  # of the module: the engine runs it
    known = Value("function", node=node, about={"node": node, "frame": frame, "cls": None, "name": node.name})
    frame.names[node.name] = known
    if not frame.inlined:
        run_function(frame, node, None)


def _delete(frame: Frame, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name):
            frame.names.pop(target.id, None)


_HANDLERS: dict[type[ast.stmt], Callable[[Frame, Any], bool | None]] = {
    ast.Expr: _expression, ast.Assign: _assign, ast.AnnAssign: _annotated, ast.AugAssign: _augmented, ast.Return: _return,
    ast.Raise: _raise, ast.Break: _leave, ast.Continue: _leave, ast.Assert: _assert, ast.If: _if, ast.For: _loop,
    ast.AsyncFor: _loop, ast.While: _loop, ast.With: _with, ast.AsyncWith: _with, ast.Try: _try, ast.TryStar: _try,
    ast.Match: _match, ast.FunctionDef: _function, ast.AsyncFunctionDef: _function, ast.Delete: _delete,
}  # fmt: skip
