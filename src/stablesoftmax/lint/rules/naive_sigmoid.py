"""1 / (1 + exp(-x)) by hand.

exp(-x) overflows: `math.exp` raises OverflowError, NumPy warns, and with automatic differentiation the gradient is inf * 0 = nan.
The sigmoid of the library takes the branch that cannot overflow.

Bad:

    s = 1 / (1 + np.exp(-x))

Good:

    s = scipy.special.expit(x)

Fix: expit or sigmoid of the library (none for `math`, which has no such function).
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.names import AUTODIFF
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.spelling import plain
from stablesoftmax.lint.values import strip

CODE = "SSM110"
NAME = "naive-sigmoid"
OPS = ("div",)


def check(site: Site) -> Iterator[Finding]:
    """The logistic function spelled out."""
    value = site.value
    if site.library in AUTODIFF and not site.differentiates:
        return  # 1 / inf is right, and only its gradient is not
    if value.op != "sigmoid" or not value.about.get("naive") or site.frame.is_guarded(value.args[0]):
        return
    if any(site.frame.is_guarded(arg) for arg in strip(value.args[0]).args):
        return
    argument = value.args[0]
    negated = argument.op == "neg" and argument.node is None  # made by us of 1 / (1 + exp(x))
    operand = argument.args[0] if negated else argument
    fix = site.replace(plain, operand, function="sigmoid", negated=negated) if value.about["exact"] else None
    yield site.report("sigmoid by hand: its exp overflows; use the sigmoid of the library (scipy.special.expit)", fix=fix)
