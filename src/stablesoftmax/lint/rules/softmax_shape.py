"""A batch softmax without keepdims, or over an axis nobody named.

After `sum(axis=1)` the shape is (rows,), and dividing an array of shape (rows, columns) by it fails, or, if the array is
square, silently divides each column by the sum of another row. The same holds for the maximum that is subtracted.
`torch.nn.functional.softmax(x)` without `dim` guesses the axis from the number of dimensions.

Bad:

    e = np.exp(x - x.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1)

Good:

    e = np.exp(x - x.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)

No fix: the shape that was meant cannot be known.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, contains, same

CODE = "SSM103"
NAME = "softmax-shape"
OPS = ("div", "sub", "softmax", "log_softmax")


def check(site: Site) -> Iterator[Finding]:
    """A reduction along one axis meets the array it was taken from."""
    if site.op in ("softmax", "log_softmax"):
        implicit = site.library == "torch" and not site.value.about.get("axis_given") and not site.value.about.get("layer")
        if implicit and _is_functional(site):
            yield site.report(f"{site.op} without dim: which axis is meant is guessed from the number of dimensions")
        return
    whole, part = site.args
    if site.op == "div" and site.value.op == "softmax" and _loses_axis(part, "sum") and not _transposed(whole, part):
        yield site.report(f"the sum along axis {part.axis} has lost that axis; give it keepdims=True")
    elif site.op == "sub" and _loses_axis(part, "max") and part.args and whole is part.args[0] and _feeds_exp(site):
        yield site.report(f"the maximum along axis {part.axis} has lost that axis; give it keepdims=True")


def _loses_axis(part: Value, op: str) -> bool:
    if part.op != op or part.about.get("keepdims"):
        return False
    return isinstance(part.axis, int) and part.axis != 0


def _transposed(whole: Value, part: Value) -> bool:
    return not same(whole, part.args[0]) or whole.op == "view" or contains(part.args[0], "element")


def _feeds_exp(site: Site) -> bool:
    """Whether this difference is written inside an exp, or the function computes one."""
    begin, _ = site.source.span(site.node)
    before = site.source.text[max(0, begin - 12) : begin]
    return "exp(" in before


def _is_functional(site: Site) -> bool:
    begin, end = site.source.span(site.node)
    return "softmax" in site.source.text[begin:end].split("(")[0] and site.source.text[begin:end].count("(") > 0 and _no_args(site)


def _no_args(site: Site) -> bool:
    node = site.node
    return len(getattr(node, "args", [1, 2])) == 1 and not getattr(node, "keywords", [1])
