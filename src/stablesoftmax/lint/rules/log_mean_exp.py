"""Log of a mean of exponentials.

As log of a sum of exponentials: it overflows from 89 on in float32, though the result is an ordinary number. It is
logsumexp(x) - log(n).

Bad:

    bound = np.log(np.mean(np.exp(w), axis=0))

Good:

    bound = scipy.special.logsumexp(w, axis=0) - np.log(w.shape[0])

Fix: `stablesoftmax.logmeanexp`, with `--target stablesoftmax` only.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.canonical import exponential, is_centred
from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.spelling import reduced
from stablesoftmax.lint.values import strip

CODE = "SSM204"
NAME = "log-mean-exp"
OPS = ("log",)


def check(site: Site) -> Iterator[Finding]:
    """log(mean(exp(x))), or of a sum divided by a number."""
    mean = strip(site.args[0])
    if mean.op == "div" and strip(mean.args[0]).op == "sum":
        mean = strip(mean.args[0])
    elif mean.op != "mean":
        return
    power = exponential(mean.args[0]) if mean.args else None
    if power is None or is_centred(power.args[0]):
        return
    fix = None
    if site.args[0] is mean and mean.op == "mean" and mean.args[0] is power and site.target and not site.value.about.get("base"):
        fix = site.replace(reduced, power.args[0], function="logmeanexp", axis=mean.axis, keepdims=mean.about["keepdims"])
    yield site.report("log of a mean of exp overflows; use logsumexp(x) - log(n)", fix=fix)
