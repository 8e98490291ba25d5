"""log(1 - exp(x)).

1 - exp(x) cancels for x near 0 and is then 0, whose logarithm is -inf. log(-expm1(x)) is right there;
`stablesoftmax.log1mexp(x)` is right everywhere.

Bad:

    y = np.log(1 - np.exp(x))

Good:

    y = np.log(-np.expm1(x))

Fix: log(-expm1(x)) of the library, or `stablesoftmax.log1mexp`.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.spelling import plain, spell
from stablesoftmax.lint.values import strip

CODE = "SSM205"
NAME = "log1mexp"
OPS = ("log", "log1p")


def check(site: Site) -> Iterator[Finding]:
    """log(1 - exp(x)), also as log1p(-exp(x))."""
    inner = strip(site.args[0])
    if site.op == "log1p":
        power = strip(inner.args[0]) if inner.op == "neg" else None
        if power is None or power.op != "exp" or not site.target:
            return  # right for a very negative x, and often behind a test for that
    elif inner.op == "sub" and inner.args[0].number == 1:
        power = strip(inner.args[1])
    else:
        return
    if power.op == "exp":
        known = site.args[0] is inner and inner.args[-1] is power and not site.value.about.get("base")
        fix = site.replace(_write, power.args[0]) if known else None
        yield site.report("log(1 - exp(x)) cancels near 0; use log(-expm1(x)) or log1mexp", fix=fix)


def _write(site: Site, text: str) -> tuple[str, tuple[str, ...]] | None:
    ours = spell(site, "log1mexp", text)
    if ours is not None:
        return ours
    inner = plain(site, text, function="expm1")
    outer = spell(site, "log", f"-{inner[0]}") if inner else None
    return None if inner is None or outer is None else (outer[0], tuple(dict.fromkeys(inner[1] + outer[1])))
