"""A mask constant that the dtype cannot hold.

-1e9 is -inf in float16 (the most negative number is -65504), and a row of -inf has a softmax of nan. Use
`torch.finfo(x.dtype).min`, or a mask argument.

Bad:

    scores = scores.half().masked_fill(mask, -1e9)

Good:

    scores = scores.half()
    scores = scores.masked_fill(mask, torch.finfo(scores.dtype).min)

No fix: the constant is a decision.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, strip

CODE = "SSM502"
NAME = "mask-constant"
OPS = ("masked_fill", "where", "add", "mul", "full")
LARGEST = {"float16": 65504.0, "bfloat16": 3.3895e38, "float32": 3.4028235e38}


def check(site: Site) -> Iterator[Finding]:
    """A number beyond the range of the dtype beside a value of that dtype."""
    parts = site.args[1:] if site.op == "where" else site.args
    dtypes = {dtype for arg in parts if (dtype := arg.dtype or strip(arg).dtype) in LARGEST}
    if site.op == "full":
        dtypes = {site.value.dtype} & set(LARGEST)
    for dtype in dtypes:
        for arg in parts:
            number = _number(site, arg)
            if number is not None and LARGEST[dtype] < abs(number) < float("inf"):
                yield site.report(f"{number:g} overflows to {'-' if number < 0 else ''}inf in {dtype}; use finfo(dtype).min")
                return


def _number(site: Site, value: Value) -> float | None:
    """The number, or the one that a mask is multiplied by here."""
    if value.op == "mul" and isinstance(value.node, ast.expr) and site.holds(value.node):
        return next((arg.number for arg in value.args if arg.number is not None), None)
    return value.number
