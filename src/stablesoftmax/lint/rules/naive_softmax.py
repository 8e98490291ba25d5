"""Softmax without the maximum.

`exp(x) / sum(exp(x))` is softmax only while nothing overflows: from 89 on in float32 and 710 in float64 the result is
inf/inf = nan, and when every logit is very negative it is 0/0 = nan. Subtracting the maximum of the row first changes
nothing in mathematics and removes both. An epsilon added to the sum does not help. The same is true of a mean with exponentials as
weights, sum(x exp(s)) / sum(exp(s)), and of the responsibilities of a mixture, w exp(s) / sum(w exp(s)).

Bad:

    p = np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)

Good:

    p = scipy.special.softmax(x, axis=1)

Fix: the softmax of the library, if the axis is written and the shapes are kept.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.spelling import reduced
from stablesoftmax.lint.values import Value

CODE = "SSM101"
NAME = "naive-softmax"
OPS = ("div", "mul")


def check(site: Site) -> Iterator[Finding]:
    """An exp over the sum of the same exp."""
    value = _softmax(site)
    if value is None or not value.about.get("naive"):
        return
    about = value.about
    axis = about["axis"]
    denominator = site.args[1]
    told = denominator.about.get("where") or denominator.about.get("as")
    kept = axis is None or about["keepdims"]
    exact = value is site.value and about["exact"] and site.op == "div" and not told
    fix = None
    if kept and exact and not about["sum"].about.get("accumulated") and value.args[0].op != "element":
        fix = site.replace(reduced, value.args[0], function="softmax", axis=axis)
    yield site.report("softmax without the maximum: exp overflows to inf/inf = nan; subtract the maximum or call softmax", fix=fix)


def _softmax(site: Site) -> Value | None:
    """The softmax that a quotient spells, or that it takes a mean with: sum(x exp(s)) / sum(exp(s))."""
    value = site.value
    if value.op == "softmax":
        return value
    if value.op == site.op or "operands" not in value.about:
        return None  # a product, and no other spelling of one
    mean = value.args[0] if value.op == "sum" else value
    return mean.args[1] if mean.op == "mul" and mean.args[1].op == "softmax" else None
