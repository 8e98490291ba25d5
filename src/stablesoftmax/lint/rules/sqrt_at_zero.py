"""Square root, rsqrt or norm at 0, where the gradient is infinite.

The slope of sqrt at 0 is infinite; the chain rule multiplies it by 0 and the gradient is nan: for the distance of a point
to itself, the norm of a zero vector, the standard deviation of a constant. Add the epsilon under the root.

Bad:

    d = torch.sqrt(((a - b) ** 2).sum(dim=1))

Good:

    d = torch.sqrt(((a - b) ** 2).sum(dim=1) + 1e-12)

No fix: the epsilon is a decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.names import AUTODIFF
from stablesoftmax.lint.rules.log_of_zero import WORDS
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, strip, walk

CODE = "SSM303"
NAME = "sqrt-at-zero"
OPS = ("sqrt", "rsqrt", "pow", "norm")
_SPREAD = re.compile(r"sigma|std|scale|noise|bandwidth", re.IGNORECASE)


def check(site: Site) -> Iterator[Finding]:
    """sqrt in a library with gradients, rsqrt anywhere."""
    value = site.args[0]
    if site.op == "norm":
        if site.differentiates and site.library in ("tensorflow", "keras") and strip(value).op == "sub":
            yield site.report("the gradient of the norm of a difference is nan where that is 0; add an epsilon under the root")
        return
    if site.op == "pow" and not (len(site.args) == 2 and site.args[1].number in (0.5, -0.5)):
        return
    if site.op == "pow" and not any(part.library in AUTODIFF for part in walk(value)):
        return  # perhaps a number
    steep = site.op == "rsqrt" or (site.op == "pow" and site.args[1].number == -0.5)
    if not steep and not site.differentiates:
        return
    if not (site.may_be_zero(value) or (_sum_of_squares(value) and not site.frame.is_guarded(value))):
        return
    inner = strip(value)
    if any(part.op in ("random", "gaussian") for part in walk(inner)):
        return
    if not steep and (inner.library in ("builtins", "math") or is_count(inner)):
        return  # a number, or counts: nothing to take a gradient of
    what = WORDS.get(strip(value).op, "a sum of squares" if _sum_of_squares(value) else "something that can be 0")
    if steep:
        yield site.report(f"the reciprocal root of {what} is inf where that is 0; add an epsilon under the root")
    else:
        yield site.report(f"the gradient of the root of {what} is nan where that is 0; add an epsilon under the root")


def is_count(value: Value) -> bool:
    """Whether a value counts something: no gradient flows through it."""
    return value.op in ("compare", "count", "one_hot") or (
        value.op in ("sum", "mean", "mul") and any(is_count(strip(arg)) for arg in value.args)
    )


def _sum_of_squares(value: Value) -> bool:
    inner = strip(value)
    if inner.op in ("sum", "mean") and inner.args and strip(inner.args[0]).op in ("square", "abs"):
        return True
    squares = [strip(arg) for arg in inner.args] if inner.op == "add" else []
    if any(part.op == "name" and _SPREAD.search(part.name) for square in squares for part in walk(square)):
        return False  # a standard deviation is not 0
    return bool(squares) and all(square.op == "square" or _sum_of_squares(square) for square in squares)
