"""1 - sigmoid(x) instead of sigmoid(-x).

From 17 on in float32 (37 in float64) the sigmoid is 1 and the difference 0, though sigmoid(-x) is an ordinary small number.

Bad:

    q = 1 - torch.sigmoid(x)

Good:

    q = torch.sigmoid(-x)

Fix: the sigmoid of the library, if it is written there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.spelling import plain
from stablesoftmax.lint.values import Zero

CODE = "SSM209"
NAME = "one-minus-sigmoid"
OPS = ("sub",)


def check(site: Site) -> Iterator[Finding]:
    """1 minus a sigmoid that is written in the same expression."""
    one, sigmoid = site.args
    if one.number != 1 or sigmoid.op != "sigmoid" or sigmoid.zero is not Zero.MAYBE or sigmoid.about.get("layer"):
        return
    if not isinstance(sigmoid.node, ast.expr) or not site.holds(sigmoid.node):
        return  # the sigmoid is needed besides: the derivative s * (1 - s), say
    exact = sigmoid.about.get("exact", True)
    fix = site.replace(plain, sigmoid.args[0], function="sigmoid", negated=True) if exact else None
    yield site.report("1 - sigmoid(x) is 0 from 17 on in float32; it is sigmoid(-x)", fix=fix)
