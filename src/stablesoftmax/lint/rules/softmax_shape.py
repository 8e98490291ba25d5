"""A batch softmax without keepdims, or over an axis nobody named.

After `sum(axis=1)` the shape is (rows,), and dividing an array of shape (rows, columns) by it fails, or, if the array is
square, silently divides each column by the sum of another row. The same holds for the maximum that is subtracted.
`torch.nn.functional.softmax(x)` without `dim` guesses the axis from the number of dimensions; a softmax of the whole array that
is then read as `p[np.arange(n), y]` has rows that do not sum to 1.

Bad:

    e = np.exp(x - x.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1)

Good:

    e = np.exp(x - x.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)

No fix: the shape that was meant cannot be known.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, contains, same, strip

CODE = "SSM103"
NAME = "softmax-shape"
OPS = ("div", "exp", "index", "softmax", "log_softmax")


def check(site: Site) -> Iterator[Finding]:
    """A reduction along one axis meets the array it was taken from; a softmax of everything is read row by row."""
    if site.op in ("softmax", "log_softmax"):
        implicit = site.library == "torch" and not site.value.about.get("axis_given") and not site.value.about.get("layer")
        if (
            implicit
            and isinstance(site.node, ast.Call)
            and len(site.node.args) == 1
            and not site.node.keywords
            and _is_function(site.node)
        ):
            yield site.report(f"{site.op} without dim: which axis is meant is guessed from the number of dimensions")
    elif site.op == "index":
        softmax = strip(site.value)
        if softmax.op == "softmax" and softmax.axis is None and _whole(softmax) and _row_by_row(site.node):
            yield site.report("this softmax was normalized over the whole array and is read row by row; give it axis=1")
    elif site.op == "div":
        whole, part = site.args
        if site.value.op == "softmax" and _loses_axis(part, "sum") and not _transposed(whole, part):
            yield site.report(f"the sum along axis {part.axis} has lost that axis; give it keepdims=True")
    else:
        difference = site.args[0]
        if difference.op == "sub" and isinstance(difference.node, ast.expr):
            whole, part = difference.args
            if _loses_axis(part, "max") and part.args and whole is part.args[0]:
                yield site.report(f"the maximum along axis {part.axis} has lost that axis; give it keepdims=True", difference.node)


def _loses_axis(part: Value, op: str) -> bool:
    if part.op != op or part.about.get("keepdims"):
        return False
    return isinstance(part.axis, int) and part.axis != 0


def _transposed(whole: Value, part: Value) -> bool:
    return not same(whole, part.args[0]) or whole.op == "view" or contains(part.args[0], "element")


def _whole(softmax: Value) -> bool:
    return bool(softmax.about.get("spelled")) or (softmax.library == "scipy" and not softmax.about.get("axis_given"))


def _row_by_row(node: ast.AST) -> bool:
    """p[np.arange(n), y]"""
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple) or len(node.slice.elts) != 2:
        return False
    rows = node.slice.elts[0]
    if not isinstance(rows, ast.Call):
        return False
    return (rows.func.attr if isinstance(rows.func, ast.Attribute) else getattr(rows.func, "id", "")) in ("arange", "range")


def _is_function(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return "softmax" in name and len(node.args) == 1 and not node.keywords
