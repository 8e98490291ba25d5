"""Log of a sum of exponentials.

The sum is inf as soon as one term overflows (89 in float32) and 0 when all underflow, though the logarithm is an ordinary
number. logsumexp subtracts the maximum first. So does the log of a mixture of densities that are written with exp,
log(sum(w exp(-(x - m)^2 / 2))).

Bad:

    z = np.log(np.sum(np.exp(x), axis=1))

Good:

    z = scipy.special.logsumexp(x, axis=1)

Fix: the logsumexp of the library.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.canonical import exponential, is_centred
from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.spelling import reduced
from stablesoftmax.lint.values import strip

CODE = "SSM203"
NAME = "log-sum-exp"
OPS = ("log",)


def check(site: Site) -> Iterator[Finding]:
    """log(sum(exp(x))) where nothing was subtracted from x."""
    total = strip(site.args[0])
    if total.op == "add" and any(arg.looks_small_and_positive for arg in total.args):
        total = next((strip(arg) for arg in total.args if strip(arg).op == "sum"), total)
    if total.op == "add" and all(strip(arg).op == "exp" for arg in total.args):
        if not all(is_centred(strip(arg).args[0]) for arg in total.args):
            yield site.report("log(exp(a) + exp(b)) overflows; use logaddexp(a, b)")
        return
    if total.op == "matmul" and any(strip(arg).op == "exp" and not is_centred(strip(arg).args[0]) for arg in total.args):
        yield site.report("log of a sum of exp overflows, and is -inf where all underflow; use logmatmulexp")
    if total.op not in ("sum", "accumulated") or not total.args:
        return
    power = exponential(total.args[0])
    if power is None or is_centred(power.args[0]):
        return
    fix = None
    plain = site.value.op == "logsumexp" and not total.about.get("accumulated") and not total.about.get("where")
    if plain and site.args[0] is total and total.args[0] is power and not total.about.get("as") and not total.about.get("weights"):
        fix = site.replace(reduced, power.args[0], function="logsumexp", axis=total.axis, keepdims=total.about["keepdims"])
    yield site.report("log of a sum of exp overflows; use logsumexp", fix=fix)
