"""Log of a sigmoid.

The sigmoid of -104 is 0 in float32 and its logarithm -inf; the sigmoid of 17 is 1, so that log(1 - sigmoid(x)) is -inf too.
log_sigmoid(x) = -log1p(exp(-x)) is exact at both ends, and log(1 - sigmoid(x)) = log_sigmoid(-x).

Bad:

    loss = -(y * torch.log(torch.sigmoid(x)) + (1 - y) * torch.log(1 - torch.sigmoid(x)))

Good:

    loss = -(y * F.logsigmoid(x) + (1 - y) * F.logsigmoid(-x))

Fix: the log_sigmoid of the library.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.spelling import plain
from stablesoftmax.lint.values import Zero, strip

CODE = "SSM202"
NAME = "log-sigmoid"
OPS = ("log", "log1p")


def check(site: Site) -> Iterator[Finding]:
    """A logarithm of sigmoid(x) or of 1 - sigmoid(x)."""
    inner = strip(site.args[0])
    if site.op == "log1p":
        negated, sigmoid = inner.op == "neg", strip(inner.args[0]) if inner.op == "neg" else inner
    else:
        negated = inner.op == "sub" and inner.args[0].number == 1
        sigmoid = strip(inner.args[1]) if negated else inner
    if (
        sigmoid.op != "sigmoid"
        or (site.op == "log1p" and not negated)
        or sigmoid.zero is not Zero.MAYBE
        or site.frame.is_guarded(inner)
        or site.frame.is_guarded(sigmoid)
    ):
        return
    direct = site.args[0] is inner and (not negated or inner.args[-1] is sigmoid)
    known = direct and not site.value.about.get("base") and not sigmoid.about.get("layer") and sigmoid.about.get("exact", True)
    fix = site.replace(plain, sigmoid.args[0], function="log_sigmoid", negated=negated) if known else None
    what = (
        "log(1 - sigmoid(x)) is -inf from 17 on in float32; it is log_sigmoid(-x)"
        if negated
        else "log of sigmoid is -inf where it underflows; use log_sigmoid"
    )
    yield site.report(what, fix=fix)
