"""exp(x) - 1 instead of expm1(x).

For small x the difference cancels: exp(1e-10) - 1 has six right digits in float64 and none in float32. expm1(x) has them all.

Bad:

    rate = np.exp(x) - 1

Good:

    rate = np.expm1(x)

Fix: expm1 of the library, if the exp is written there.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.spelling import plain
from stablesoftmax.lint.values import Value, strip

CODE = "SSM208"
NAME = "expm1"
OPS = ("sub",)


def check(site: Site) -> Iterator[Finding]:
    """exp(x) - 1, and 1 - exp(x)."""
    left, right = site.args
    if any(arg.op == "exp" and arg.args[0].op == "constant" for arg in site.args):
        return
    if any(_is_large(arg) for arg in site.args):
        return
    if left.op == "exp" and right.number == 1 and left.high > 1e-3:
        fix = site.replace(plain, left.args[0], function="expm1")
        yield site.report("exp(x) - 1 cancels for a small x; use expm1", fix=fix)
    elif right.op == "exp" and left.number == 1:
        fix = site.replace(_negative, right.args[0])
        yield site.report("1 - exp(x) cancels for a small x; use -expm1", fix=fix)


def _negative(site: Site, text: str) -> tuple[str, tuple[str, ...]] | None:
    written = plain(site, text, function="expm1")
    return None if written is None else (f"(-{written[0]})", written[1])


def _is_large(power: Value) -> bool:
    """exp(-13.4 + ...): the argument of a fitted formula is not near 0."""
    argument = strip(power.args[0]) if power.op == "exp" else power
    while argument.op in ("add", "sub"):
        if any((arg.number or 0.0) >= 1 or (arg.number or 0.0) <= -1 for arg in argument.args):
            return True
        argument = strip(argument.args[0])
    return False
