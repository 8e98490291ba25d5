"""An epsilon that vanishes in the dtype.

The smallest positive float16 is 6e-8, so 1e-8 is 0 there; 1 - 1e-9 is 1 in float32, and a clip at 1 - 1e-9 clips nothing.
Take the epsilon from the dtype: `finfo(dtype).tiny` to keep from 0, `finfo(dtype).eps` to keep from 1.

Bad:

    p = p.half().clamp(1e-8, 1 - 1e-6)

Good:

    p = p.float().clamp(1e-7, 1 - 1e-6)

No fix: the epsilon is a decision.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, strip

CODE = "SSM501"
NAME = "lost-epsilon"
OPS = ("add", "clip", "maximum", "sub", "minimum", "cast")
SMALLEST = {"float16": 2.0**-25, "bfloat16": 2.0**-134, "float32": 2.0**-150}
HALF_STEP = {"float16": 2.0**-12, "bfloat16": 2.0**-9, "float32": 2.0**-25}  # below 1
DEFAULT = {"torch": "float32", "tensorflow": "float32", "keras": "float32", "jax": "float32"}


def check(site: Site) -> Iterator[Finding]:
    """A small number beside a value whose dtype is known, or is the default of its library."""
    if site.op == "cast":
        cast = site.args[0].number or 0.0
        if 0 < cast < SMALLEST.get(site.value.dtype, 0.0):
            yield site.report(f"{cast:g} is 0 in {site.value.dtype}")
        return
    for number in site.args:
        yield from _folded(site, number)
    values = [arg for arg in site.args if arg.number is None and not arg.about.get("absent")]
    numbers = [arg for arg in site.args if arg.number is not None]
    if not values or not numbers:
        return
    declared = values[0].dtype or strip(values[0]).dtype
    dtype = declared or DEFAULT.get(site.library, "")
    if dtype not in SMALLEST:
        return
    for number in numbers:
        size = number.number or 0.0
        if 0 < size < SMALLEST[dtype]:
            yield site.report(f"{size:g} is 0 in {dtype}", _end(site, number))
        elif site.op in ("clip", "minimum") and _near_one(number) and 1 - size < HALF_STEP[dtype]:
            yield site.report(f"1 - {1 - size:.3g} is 1 in {dtype}: the bound does nothing", _end(site, number))
        elif site.op == "add" and values[0].low >= 0.5 and 0 < size < HALF_STEP[dtype] and declared:
            yield site.report(f"{size:g} added to a number near 1 is lost in {dtype}")


def _folded(site: Site, number: Value) -> Iterator[Finding]:
    """`1e-10 + 1 - x`: the sum of the numbers is 1 in the dtype of x."""
    operator, a, b = number.about.get("folded", ("", 0.0, 0.0))
    others = [arg for arg in site.args if arg is not number and arg.number is None]
    dtype = (others[0].dtype if others else "") or DEFAULT.get(site.library, "")
    if others and operator == "Add" and dtype in HALF_STEP and 0 < min(a, b) < HALF_STEP[dtype] and max(a, b) == 1:
        yield site.report(f"{min(a, b):g} added to 1 is lost in {dtype}")


def _end(site: Site, number: Value) -> ast.AST:
    """The number, if it is written here: a clip can be wrong at both ends."""
    return number.node if site.op == "clip" and isinstance(number.node, ast.expr) and site.holds(number.node) else site.node


def _near_one(value: Value) -> bool:
    return value.number is not None and 0.5 < value.number < 1
