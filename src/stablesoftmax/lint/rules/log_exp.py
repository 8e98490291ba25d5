"""Log of an exp.

A log-probability turned into a probability and back: what underflowed on the way is -inf, what overflowed inf. Keep the
logarithm.

Bad:

    p = torch.exp(log_prob)
    loss = -torch.log(p).mean()

Good:

    loss = -log_prob.mean()

No fix: where the exponential is used besides, a name must be chosen.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import strip

CODE = "SSM210"
NAME = "log-exp"
OPS = ("log",)


def check(site: Site) -> Iterator[Finding]:
    """A logarithm of an exponential, also of a product of exponentials."""
    inner = strip(site.args[0])
    if inner.op == "exp" and not inner.args[0].about.get("recursive") and not site.value.about.get("base"):
        yield site.report("log of exp gives back its argument, but for what over- or underflowed; keep the logarithm")
