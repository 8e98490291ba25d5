"""exp of unbounded activations.

The output of a linear layer has no bound: one large batch, one large step, and its exp is inf and the loss nan. Bound it
(clip, softplus, tanh times a constant), or keep the logarithm.

In plain Python exp raises OverflowError above 709: an acceptance probability needs exp(min(0, difference)).

Bad:

    rate = tf.exp(tf.matmul(x, w) + b)

Good:

    rate = tf.exp(tf.clip_by_value(tf.matmul(x, w) + b, -20.0, 20.0))

No fix: the bound is a decision.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, strip, walk

CODE = "SSM505"
NAME = "unbounded-exp"
OPS = ("exp", "compare", "min")


def check(site: Site) -> Iterator[Finding]:
    """exp of a linear layer, directly or plus a bias or scaled; in plain Python an acceptance probability."""
    if site.op != "exp":
        yield from _acceptance(site)
        return
    if _is_unbounded(site.args[0]) and site.args[0].high > 88 and site.differentiates and not site.frame.is_guarded(site.args[0]):
        yield site.report("exp of the output of a linear layer, which has no bound; clip it, or keep the logarithm")


def _acceptance(site: Site) -> Iterator[Finding]:
    """`random() < exp(new - old)`: `math.exp` raises OverflowError where the new state is much better."""
    for power in map(strip, site.args):
        if power.op != "exp" or power.library != "math" or power.args[0].high <= 709 or len(site.args) != 2:
            continue
        drawn = any(part.op == "random" or part.number == 1 for other in site.args if other is not power for part in walk(other, 2))
        differences = [part for part in walk(power.args[0], 4) if part.op == "sub"]
        compared = [value for part in differences for value in (part, *part.args)]
        if drawn and differences and not any(map(site.frame.is_guarded, compared)):
            yield site.report("exp of a difference raises OverflowError above 709; take exp(min(0, difference))", power.node)


def _is_unbounded(value: Value) -> bool:
    value = strip(value)
    if value.op == "linear" or value.op == "matmul":
        return True
    if value.op == "add":
        return any(map(_is_unbounded, value.args))
    if value.op in ("mul", "div") and len(value.args) == 2:
        return (
            _is_unbounded(value.args[0])
            if value.args[1].number is not None
            else value.args[0].number is not None and _is_unbounded(value.args[1])
        )
    return value.op in ("relu", "neg") and _is_unbounded(value.args[0])
