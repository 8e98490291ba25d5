"""Softmax without the maximum.

`exp(x) / sum(exp(x))` is softmax only while nothing overflows: from 89 on in float32 and 710 in float64 the result is
inf/inf = nan, and when every logit is very negative it is 0/0 = nan. Subtracting the maximum of the row first changes
nothing in mathematics and removes both. An epsilon added to the sum does not help.

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

CODE = "SSM101"
NAME = "naive-softmax"
OPS = ("div", "mul")


def check(site: Site) -> Iterator[Finding]:
    """An exp over the sum of the same exp."""
    value, about = site.value, site.value.about
    if value.op != "softmax" or not about.get("naive"):
        return
    axis = about["axis"]
    denominator = site.args[1]
    kept = axis is None or about["keepdims"]
    exact = about["exact"] and site.op == "div" and not denominator.about.get("where") and not denominator.about.get("as")
    fix = None
    if kept and exact and not about["sum"].about.get("accumulated") and value.args[0].op != "element":
        fix = site.replace(reduced, value.args[0], function="softmax", axis=axis)
    yield site.report("softmax without the maximum: exp overflows to inf/inf = nan; subtract the maximum or call softmax", fix=fix)
