"""Comparison with nan.

nan is not equal to anything, itself included: `x == np.nan` is False everywhere, and the guard it stands in never acts.

Bad:

    if loss == np.nan:
        stop()

Good:

    if np.isnan(loss):
        stop()

No fix: the rewritten condition would act, and the program would change.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value

CODE = "SSM506"
NAME = "nan-comparison"
OPS = ("compare",)


def check(site: Site) -> Iterator[Finding]:
    """A comparison one side of which is nan."""
    written = [arg for arg in site.args if isinstance(arg.node, ast.expr) and site.holds(arg.node)]
    if any(map(_is_nan, written)) and len(site.args) > 1:
        yield site.report("a comparison with nan is never true (and != always); use isnan")


def _is_nan(value: Value) -> bool:
    number = value.number
    if number is not None:
        return number != number
    return value.op == "cast" and bool(value.args) and value.args[0].about.get("text", "").lower() == "nan"
