"""log(1 + x) instead of log1p(x).

1 + x keeps of a small x only what fits beside the 1: 1e-17 is lost altogether in float64, 1e-8 in float32, and of 1e-10 in
float64 the last six digits. log1p(x) is right for all x > -1.

Bad:

    y = np.log(1 + x)

Good:

    y = np.log1p(x)

Fix: log1p of the library. Silent where x is known to be an integer, or at least 1.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.spelling import plain
from stablesoftmax.lint.values import Value, Zero, strip

CODE = "SSM207"
NAME = "log1p"
OPS = ("log",)
_COUNTS = re.compile(
    r"^[ijkmnNKM]$|^n_|^num_|^len|count|_size$|^size$|_len$|length|steps?$|index|idx|degree|freq|rank|epoch|^n[a-z]?$|nobs|^df"
)
_ENDS = re.compile(r"^(upper|lower|low|high|start|stop|end|begin|first|last|lo|hi)$")


def check(site: Site) -> Iterator[Finding]:
    """A logarithm of a sum with the number 1, or of 1 minus something."""
    inner = site.args[0]
    if inner.op == "add" and len(inner.args) == 2:
        one, other = sorted(inner.args, key=lambda arg: arg.number != 1)
    elif inner.op == "sub" and inner.args[0].number == 1:
        one, other = inner.args
    else:
        return
    if (
        one.number != 1
        or _is_count(other)
        or strip(other).op in ("exp", "softmax", "sigmoid", "constant", "random", "expm1", "clip")
    ):
        return
    if inner.op == "sub" and (inner.zero is Zero.MAYBE or other.low > 0):
        return  # log of something that can be 0 is the larger trouble; a clip has taken the smallest away
    spelled = site.node.args[0] if isinstance(site.node, ast.Call) and site.node.args else None
    if isinstance(spelled, ast.Name | ast.Attribute) and _COUNTS.search(
        spelled.id if isinstance(spelled, ast.Name) else spelled.attr
    ):
        return
    if site.value.about.get("base"):
        return  # decibels and pitch scales; there is no log10p1
    fix = site.replace(plain, other, function="log1p", negated=inner.op == "sub")
    yield site.report(f"log(1 {'+' if inner.op == 'add' else '-'} x) loses a small x; use log1p", fix=fix)


def _is_count(value: Value) -> bool:
    """Whether a value is a whole number or not small."""
    inner = strip(value)
    if inner.op in ("name", "element", "loop") and _COUNTS.search(inner.name.rsplit(".", 1)[-1]):
        return True
    if value.dtype == "int" or inner.dtype == "int" or inner.op in ("length", "arange", "count", "ones"):
        return True
    if inner.op == "call" and inner.name.rsplit(".", 1)[-1] in ("floor", "ceil", "rint", "round", "trunc"):
        return True
    if inner.op in ("sub", "minimum", "maximum") and all(_ENDS.search(strip(arg).name) or _is_count(arg) for arg in inner.args):
        return True
    if inner.op in ("add", "mul", "sub", "sum", "max", "min"):
        return all(_is_count(arg) for arg in inner.args)
    return value.low >= 1 or value.high <= -1
