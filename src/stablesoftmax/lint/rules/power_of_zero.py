"""Negative or fractional power of something that can be 0.

A negative power is inf at 0, and the slope of x ** p with 0 < p < 1 is infinite there, so that a gradient is nan. The
degrees of a graph have zeros: nodes without neighbours.

Bad:

    weight = tf.pow(tf.nn.relu(x), 0.45)

Good:

    weight = tf.pow(tf.nn.relu(x) + 1e-6, 0.45)

No fix: the epsilon is a decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.rules.sqrt_at_zero import is_sum_of_squares
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, strip

CODE = "SSM304"
NAME = "power-of-zero"
OPS = ("pow",)
_DEGREE = re.compile(r"(^|_)deg(ree)?s?(_|$)")


def check(site: Site) -> Iterator[Finding]:
    """A power with an exponent below 1."""
    if len(site.args) != 2:
        return
    base, exponent = site.args
    number = exponent.number
    if number is None or number >= 1 or number in (0.5, -1):
        return  # a square root and a quotient have rules of their own
    negative = number < 0 and (_is_degree(base) or (site.differentiates and is_sum_of_squares(base)))
    if not (site.may_be_zero(base) or (negative and not site.is_tested(base))):
        return
    if number < 0:
        yield site.report(f"the power {number:g} of something that can be 0 is inf there; add an epsilon")
    elif site.differentiates and number > 0:
        yield site.report(f"the gradient of the power {number:g} is infinite at 0, which can occur; add an epsilon")


def _is_degree(base: Value) -> bool:
    """The degrees of the nodes of a graph, by their name: there are nodes without neighbours."""
    inner = strip(base)
    names = (inner.name.rsplit(".", 1)[-1], str(inner.about.get("bound", "")))
    if inner.op == "sum" and re.fullmatch(r"adj(acency)?", strip(inner.args[0]).name):
        return True
    return inner.op in ("sum", "name", "call", "phi") and any(map(_DEGREE.search, names))
