"""A gradient through the branch that `where` did not choose.

`where(x > 0, log(x), 0)` has the right value at x = 0, but reverse mode multiplies the slope of log there, inf, by 0: nan.
Make the argument safe first, in a `where` of its own.

Bad:

    y = torch.where(x > 0, torch.log(x), 0.0)

Good:

    safe = torch.where(x > 0, x, 1.0)
    y = torch.where(x > 0, torch.log(safe), 0.0)

No fix: the safe value is a decision.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.facts import is_count
from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, Zero, same, strip, walk

CODE = "SSM305"
NAME = "gradient-through-where"
OPS = ("where",)


def check(site: Site) -> Iterator[Finding]:
    """log, sqrt or a quotient of what the condition keeps away from 0."""
    if not site.differentiates or len(site.args) != 3:
        return
    condition, *branches = site.args
    tested = _tested(condition)
    for branch in branches:
        for part in walk(branch, 4):
            argument = _dangerous(part)
            if (
                argument is not None
                and not is_count(argument)
                and argument.zero is not Zero.NEVER
                and any(same(each, value) for value in tested for each in _vanishing_with(argument))
            ):
                yield site.report(
                    f"where does not keep a nan gradient of {part.op} away; make its argument safe in a where of its own"
                )
                return


def _vanishing_with(argument: Value) -> list[Value]:
    """What is 0 where a value is: itself, and the numerator of a quotient."""
    return [argument, strip(argument.args[0])] if argument.op == "div" else [argument]


def _tested(condition: Value) -> list[Value]:
    """What is compared with a number near 0."""
    condition = strip(condition)
    if condition.op != "compare":
        return []
    found = []
    for a, b in (condition.args[:2], condition.args[1::-1]) if len(condition.args) >= 2 else ():
        if b.number is not None and abs(b.number) < 0.5:
            found.append(strip(a))
    return found


def _dangerous(part: Value) -> Value | None:
    if part.op in ("log", "sqrt", "rsqrt") and part.args:
        return strip(part.args[0])
    if part.op == "norm" and "operands" in part.about:  # spelled as the root of a sum of squares
        return strip(part.about["operands"][0])
    if part.op == "div" and len(part.args) == 2:
        return strip(part.args[1])
    return None
