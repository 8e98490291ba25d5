"""Division by a temperature that can be 0.

Sampling code takes `temperature=0` to mean the largest logit. Divided by 0 the logits are inf and nan, and softmax of them is
nan; 1e-4 overflows float16 as well. Test for 0 and take the argmax, or bound the temperature from below. In a loss a temperature
is a setting of the training, and nothing is said of it.

Bad:

    def probabilities(logits, temperature):
        return torch.softmax(logits / temperature, dim=-1)

Good:

    def probabilities(logits, temperature):
        return torch.softmax(logits / max(temperature, 1e-3), dim=-1)

No fix: what 0 should mean is a decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, is_temperature, strip

CODE = "SSM106"
NAME = "zero-temperature"
OPS = ("softmax", "log_softmax", "exp", "div")
_SAMPLING = re.compile(r"^_?(sample|generate|decode)")
_LOSS = re.compile(r"loss|xent|nce|distil|entropy|contrast|(^|_)kd(_|$)")


def check(site: Site) -> Iterator[Finding]:
    """Logits over a temperature that came from outside and was not tested."""
    if _LOSS.search(getattr(site.frame.function, "name", "")):
        return  # a setting of the training
    if site.op == "div" and not _SAMPLING.search(getattr(site.frame.function, "name", "")):
        return  # a quotient by a temperature, whatever it is for
    for part in (site.value,) if site.op == "div" else _scaled(site.args[0]):
        divisor = strip(part.args[1]) if len(part.args) == 2 else part
        for factor in divisor.args if divisor.op == "mul" else (divisor,):
            if _untested(site, factor):
                yield site.report(
                    f"division by {strip(factor).name or 'a temperature'}, which nobody keeps from being 0", _node(site, part)
                )
                return


def _scaled(logits: Value, depth: int = 6) -> Iterator[Value]:
    """The quotients among the terms of logits, also behind a branch, and behind a mask that was filled in since."""
    inner = strip(logits)
    if inner.op == "div":
        yield inner
    elif depth and inner.op in ("add", "sub", "neg", "phi", "masked_fill", "where"):
        for part in inner.args:
            yield from _scaled(part, depth - 1)


def _untested(site: Site, divisor: Value) -> bool:
    bound = str(divisor.about.get("bound", ""))
    divisor = strip(divisor)
    if is_temperature(bound) and site.may_be_zero(divisor):
        return True  # it was made here, as one that ends at 0
    if divisor.op != "name" or not is_temperature(divisor.name) or site.frame.is_guarded(divisor):
        return False
    if divisor.name.endswith("tau") and not divisor.about.get("scalar"):
        return False  # the letter has other meanings; with a number as its default it is a temperature
    return "." not in divisor.name  # an attribute was set, and perhaps tested, elsewhere


def _node(site: Site, part: Value):  # type: ignore[no-untyped-def]
    return part.node if part.node is not None and hasattr(part.node, "lineno") else site.node
