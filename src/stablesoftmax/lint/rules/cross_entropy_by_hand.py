"""Cross entropy by hand from probabilities.

`-(y * log(p) + (1 - y) * log(1 - p))` is nan as soon as one probability is exactly 0 or 1, which a confident network reaches.
Compute the loss from logits, or clip the probabilities on both sides with an epsilon that the dtype holds.

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
        pair = _factors(site.value)
        if pair is None:
            return
        target, probability = pair
        if _is_open(site, probability) and _PROBABILITIES.match(_last(probability)) and _TARGETS.match(_last(target)):
            yield site.report(
                f"cross entropy by hand: log({probability.name}) is -inf where a probability is 0; use a loss of logits"
            )
        return
    pairs = [_factors(arg) for arg in site.args]
    if len(pairs) != 2 or pairs[0] is None or pairs[1] is None:
        return
    for (y, p), (rest, q) in (pairs, pairs[::-1]):  # type: ignore[misc]
        if _complement(rest, y) and _complement(q, p) and _is_open(site, p):
            yield site.report("binary cross entropy by hand is nan where a probability is 0 or 1; use a loss of logits")
            return


def _factors(value: Value) -> tuple[Value, Value] | None:
    """y and p of y * log(p), perhaps negative."""
    value = strip(value)
    if value.op in ("neg", "sum", "mean") and value.args:
        return _factors(value.args[0])
    if value.op not in ("mul", "matmul") or len(value.args) != 2:
        return None
    for target, log in (value.args, value.args[::-1]):
        log = strip(log)
        target = strip(target)
        if target.op == "neg":
            target = strip(target.args[0])
        if log.op == "log" and log.args:
            return target, strip(log.args[0])
        if log.op == "log1p" and log.args and strip(log.args[0]).op == "neg":
            return None
    return None


def _complement(a: Value, b: Value) -> bool:
    return a.op == "sub" and a.args[0].number == 1 and same(a.args[1], b)


def _is_open(site: Site, probability: Value) -> bool:
    """Whether nothing keeps a probability from 0."""
    known = probability.op in ("name", "call", "element", "phi", "loop") or probability.zero is Zero.MAYBE
    return known and probability.zero is not Zero.NEVER and not site.frame.is_guarded(probability)


def _last(value: Value) -> str:
    return value.name.rsplit(".", 1)[-1]
