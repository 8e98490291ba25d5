"""Negative or fractional power of something that can be 0.

A negative power is inf at 0, and the slope of x ** p with 0 < p < 1 is infinite there, so that a gradient is nan.

Bad:

    weight = tf.pow(tf.nn.relu(x), 0.45)

Good:

    weight = tf.pow(tf.nn.relu(x) + 1e-6, 0.45)

No fix: the epsilon is a decision.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site

CODE = "SSM304"
NAME = "power-of-zero"
OPS = ("pow",)


def check(site: Site) -> Iterator[Finding]:
    """A power with an exponent below 1."""
    if len(site.args) != 2:
        return
    base, exponent = site.args
    number = exponent.number
    if number is None or number >= 1 or number in (0.5, -0.5, -1) or not site.may_be_zero(base):
        return
    if number < 0:
        yield site.report(f"the power {number:g} of something that can be 0 is inf there; add an epsilon")
    elif site.differentiates and number > 0:
        yield site.report(f"the gradient of the power {number:g} is infinite at 0, which can occur; add an epsilon")
