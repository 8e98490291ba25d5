"""Numerator and denominator of a softmax are of different variables.

`exp(x) / sum(exp(y))` does not sum to 1 unless y is x, and overflows besides. Likewise two different shifts:
`exp(x - max(x)) / sum(exp(x))` is off by the factor exp(max(x)).

Bad:

    p = np.exp(x) / np.sum(np.exp(y))

Good:

    p = scipy.special.softmax(x)

No fix: which of the two was meant cannot be known.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.canonical import exponential, is_shifted
from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, same, strip

CODE = "SSM102"
NAME = "mixed-softmax"
OPS = ("div",)


def check(site: Site) -> Iterator[Finding]:
    """An exp over the sum of another exp."""
    numerator, denominator = (strip(arg) for arg in site.args)
    if site.value.op == "softmax" or numerator.op != "exp" or denominator.op != "sum":
        return
    bottom = exponential(denominator.args[0])
    if bottom is None or bottom is not strip(denominator.args[0]):
        return
    above, below = strip(numerator.args[0]), strip(bottom.args[0])
    if _differ(above, below):
        yield site.report(f"softmax of two different variables: exp of {_said(above)} over the sum of exp of {_said(below)}")


def _differ(above: Value, below: Value) -> bool:
    if above.op == below.op == "name":
        return not (is_shifted(above) or is_shifted(below)) and not same(above, below)
    shifts = [side for side in (above, below) if side.op == "sub" and is_shifted(side)]
    if len(shifts) == 1:  # only one side is shifted, and by the maximum of the same data
        other = below if shifts[0] is above else above
        return same(shifts[0].args[0], other)
    return (
        len(shifts) == 2
        and all(strip(side.args[0]).op == "name" and strip(side.args[1]).op == "max" for side in shifts)
        and not any(same(shifts[0].args[i], shifts[1].args[i]) for i in (0, 1))
    )


def _said(value: Value) -> str:
    return f"`{value.name}`" if value.name else "something else"
