"""What a condition says: the values that it compares were thought of."""

from __future__ import annotations

import ast

from stablesoftmax.lint import expressions
from stablesoftmax.lint.frames import Frame
from stablesoftmax.lint.values import Value, strip

__all__ = ["guard"]


def guard(frame: Frame, test: ast.expr) -> Value:
    """Evaluate a condition, and remember that what it compares was thought of."""
    value = expressions.evaluate(frame, test)
    todo: list[ast.expr] = [test]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Compare):
            if not any(isinstance(op, ast.Is | ast.IsNot | ast.In | ast.NotIn) for op in node.ops):
                todo += [n for n in (node.left, *node.comparators) if not isinstance(n, ast.Constant)]
                frame.tests.append(expressions.evaluate_quietly(frame, node))
        elif isinstance(node, ast.BoolOp):
            todo += node.values
        elif isinstance(node, ast.UnaryOp):
            todo.append(node.operand)
        elif isinstance(node, ast.BinOp):
            todo += [node.left, node.right]
            frame.guarded.append(strip(expressions.evaluate_quietly(frame, node)))
        elif isinstance(node, ast.Call):
            if not (isinstance(node.func, ast.Name) and node.func.id in ("isinstance", "hasattr", "callable")):
                todo += [n for n in node.args if not isinstance(n, ast.Starred)]
                todo += [node.func.value] if isinstance(node.func, ast.Attribute) else []
                frame.guarded.append(strip(expressions.evaluate_quietly(frame, node)))
        elif isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            tested = strip(expressions.evaluate_quietly(frame, node))
            if tested.op not in ("library", "function", "constant", "class"):
                frame.guarded += [tested, *_compared(tested)]
    return value


def _compared(tested: Value) -> list[Value]:
    """What a mask compares that was made before."""
    inner = strip(tested.args[0]) if tested.op == "nonzero" and tested.args else tested
    return [strip(arg) for arg in inner.args if arg.number is None] if inner.op == "compare" else []
