"""log(1 + exp(x)) instead of softplus.

exp(x) overflows from 89 on in float32 and the result is inf, though softplus(x) is then x; for very negative x the 1 swallows
it. logaddexp(0, x) and softplus are right everywhere.

Bad:

    y = np.log(1 + np.exp(x))

Good:

    y = np.logaddexp(0, x)

Fix: logaddexp(0, x) in NumPy, softplus elsewhere (in torch with `threshold=40`: the default of 20 is an approximation).
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.canonical import is_shifted
from stablesoftmax.lint.findings import Finding, Pardon
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.spelling import spell
from stablesoftmax.lint.values import Value, same, strip, walk

CODE = "SSM206"
NAME = "softplus"
OPS = ("log", "log1p", "where")


def check(site: Site) -> Iterator[Finding | Pardon]:
    """log(1 + exp(x)) or log1p(exp(x)) where x is not bounded."""
    if site.op == "where":
        yield from _pardons(site)
        return
    power = _power(site)
    if power is None or is_shifted(power.args[0]) or site.frame.is_guarded(power.args[0]):
        return
    known = not site.value.about.get("base")
    fix = site.replace(_write, power.args[0]) if known else None
    yield site.report("log(1 + exp(x)) overflows; use softplus or logaddexp(0, x)", fix=fix)


def _pardons(site: Site) -> Iterator[Pardon]:
    """`where(x > threshold, x, log1p(exp(x)))` does not choose the inf; a gradient would see it."""
    condition = strip(site.args[0]) if len(site.args) == 3 and not site.differentiates else None
    if condition is None or condition.op != "compare":
        return
    tested = [part for arg in condition.args for part in (arg, *(arg.args if arg.op == "phi" else ()))]
    for part in (part for branch in site.args[1:] for part in walk(branch, 4) if part.op in ("log", "log1p")):
        if any(same(power.args[0], value) for power in walk(part, 2) if power.op == "exp" for value in tested):
            yield from site.pardon(part)


def _power(site: Site) -> Value | None:
    inner = site.args[0]
    if site.op == "log1p":  # of a difference: the stable logaddexp, whose larger operand was taken out
        return inner if inner.op == "exp" and strip(inner.args[0]).op != "sub" else None
    if inner.op != "add" or len(inner.args) != 2:
        return None
    one, other = sorted(inner.args, key=lambda arg: arg.number != 1)
    return other if one.number == 1 and strip(other).op == "exp" and other.op == "exp" else None


def _write(site: Site, text: str) -> tuple[str, tuple[str, ...]] | None:
    if site.target != "stablesoftmax" and site.library in ("numpy", "scipy"):
        return spell(site, "logaddexp", f"0, {text}")
    if site.library == "torch":
        written = spell(site, "logaddexp", "")
        return (
            None
            if written is None
            else (written[0].replace("logaddexp()", f"nn.functional.softplus({text}, threshold=40)"), written[1])
        )
    return spell(site, "softplus", text)
