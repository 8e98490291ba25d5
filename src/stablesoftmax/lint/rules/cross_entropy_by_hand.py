"""Cross entropy by hand from probabilities.

`-(y * log(p) + (1 - y) * log(1 - p))` is nan as soon as one probability is exactly 0 or 1, which a confident network reaches.
Compute the loss from logits, or clip the probabilities on both sides with an epsilon that the dtype holds. Reported where the
terms meet, at their sum or mean.

Bad:

    def loss(y_true, y_pred):
        return -K.mean(y_true * K.log(y_pred))

Good:

    def loss(y_true, y_pred):
        return K.mean(K.categorical_crossentropy(y_true, y_pred, from_logits=True))

No fix: the logits are elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, Zero, same, strip

CODE = "SSM401"
NAME = "cross-entropy-by-hand"
OPS = ("add", "sub", "mul")
_PROBABILITIES = re.compile(
    r"^(y_?pred\w*|y_?hat\w*|pred(iction)?s?|prob(abilitie|abilitys)?s?|y_?prob\w*|y_?conv|activations?|a[L2]|AL|A2|hypothesis|output|outputs|y_out)$"
)
_TARGETS = re.compile(r"^(y|Y|y_?true\w*|labels?|targets?|y_|t|Y_|one_?hot\w*|true)$")


def check(site: Site) -> Iterator[Finding]:
    """y log p, with its twin (1 - y) log(1 - p), or with the names of a loss."""
    if site.op == "mul":
        factors, probability = _factors(site.value)
        if probability is None or not _is_open(site, probability) or not _PROBABILITIES.match(_last(probability)):
            return
        if any(_TARGETS.match(_last(factor)) for factor in factors):
            yield site.report(
                f"cross entropy by hand: log({probability.name}) is -inf where a probability is 0; use a loss of logits"
            )
        return
    left, right = (_factors(arg) for arg in site.args)
    for (targets, p), (rest, q) in ((left, right), (right, left)):
        twins = any(_complement(other, target) for target in targets for other in rest)
        if p is not None and q is not None and twins and _complement(q, p) and _is_open(site, p):
            yield site.report("binary cross entropy by hand is nan where a probability is 0 or 1; use a loss of logits")
            return


def _factors(value: Value) -> tuple[list[Value], Value | None]:
    """The factors beside a logarithm in a product, perhaps negative or summed, and what the logarithm is of."""
    value = strip(value)
    if value.op in ("neg", "sum", "mean", "index") and value.args:
        return _factors(value.args[0])
    factors: list[Value] = []
    probability = None
    todo = [value]
    while todo:
        part = strip(todo.pop())
        if part.op in ("mul", "matmul", "neg"):
            todo += part.args
        elif part.op == "log" and part.args and probability is None:
            probability = _unscaled(strip(part.args[0]))
        else:
            factors.append(part)
    return factors, probability


def _unscaled(probability: Value) -> Value:
    """What was divided by its own sum."""
    if (
        probability.op == "div"
        and strip(probability.args[1]).op == "sum"
        and same(probability.args[0], strip(probability.args[1]).args[0])
    ):
        return strip(probability.args[0])
    return probability


def _complement(a: Value, b: Value) -> bool:
    return a.op == "sub" and a.args[0].number == 1 and same(a.args[1], b)


def _is_open(site: Site, probability: Value) -> bool:
    """Whether nothing keeps a probability from 0."""
    known = probability.op in ("name", "call", "element", "phi", "loop") or probability.zero is Zero.MAYBE
    return known and probability.zero is not Zero.NEVER and not site.frame.is_guarded(probability)


def _last(value: Value) -> str:
    return value.name.rsplit(".", 1)[-1]
