"""A row of -inf without a guard.

softmax of a row that is masked altogether is 0/0 = nan, and so are its gradients. Rows of padding are masked altogether.
Fill with a finite number, replace the nan afterwards, or keep one element.

Bad:

    scores = scores.masked_fill(padding_mask == 0, float("-inf"))
    weights = torch.softmax(scores, dim=-1)

Good:

    scores = scores.masked_fill(padding_mask == 0, float("-inf"))
    weights = torch.nan_to_num(torch.softmax(scores, dim=-1))

No fix: what an empty row should be is a decision. Silent for causal masks, where each row keeps its diagonal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, strip, walk

CODE = "SSM503"
NAME = "empty-row"
OPS = ("softmax", "log_softmax")
_CAUSAL = re.compile(r"causal|tri[lu]|future|subsequent|top_?[kp]|indices|sorted|nucleus|window", re.IGNORECASE)
_PADDING = re.compile(r"pad|adj|\bmask\b")  # rows of padding, and nodes without neighbours
_GUARD = re.compile(r"nan_to_num|isnan|masked_fill|any\(|all\(|finfo|isfinite|isinf")


def check(site: Site) -> Iterator[Finding]:
    """A softmax of what was filled with -inf under a mask that is not causal."""
    argument = strip(site.args[0])
    for filled in argument.args if argument.op == "phi" else (argument,):  # where there is a mask, if there is one
        mask = _mask_of(strip(filled))
        if mask is None or _causal(mask) or _GUARD.search(_after(site)):
            continue
        if _PADDING.search(_names(mask)) or _is_of_tokens(mask):
            yield site.report(
                "softmax of a row that is masked altogether is nan; replace it afterwards, or fill with a finite number"
            )
            return


def _mask_of(scores: Value) -> Value | None:
    """The mask under which scores were filled with -inf."""
    if len(scores.args) != 3 or scores.op not in ("masked_fill", "where"):
        return None
    x, mask, fill = scores.args if scores.op == "masked_fill" else (scores.args[1], scores.args[0], scores.args[2])
    return mask if _is_minus_inf(fill) or (scores.op == "where" and _is_minus_inf(x)) else None


def _is_of_tokens(mask: Value) -> bool:
    """`ids != 0`: 0 fills up the rows, and perhaps all of one."""
    while mask.op == "compare" and len(mask.args) == 1:
        mask = strip(mask.args[0])  # its complement
    inner = strip(mask)
    told = inner.about.get("operators", ("",))[0] in ("NotEq", "Eq")
    return inner.op == "compare" and told and inner.args[1].number == 0 and inner.args[0].op == "name"


def _is_minus_inf(value: Value) -> bool:
    inner = strip(value)
    if inner.number is not None:
        return inner.number == float("-inf")
    if inner.op == "neg":
        text = strip(inner.args[0]).about.get("text")
        return str(text).lower() in ("inf", "infinity")
    return inner.op == "text" and str(inner.about.get("text")).lower() in ("-inf", "-infinity")


def _names(mask: Value) -> str:
    return " ".join(f"{part.name or part.op} {part.about.get('bound', '')}" for part in walk(mask))


def _causal(mask: Value) -> bool:
    return bool(_CAUSAL.search(_names(mask))) or any(part.op in ("triangle", "clip", "maximum") for part in walk(mask))


def _after(site: Site) -> str:
    """The text around the softmax and after it in its function, without its own."""
    function = site.frame.function
    last = getattr(function, "end_lineno", None) or len(site.source.starts)
    first = site.node.lineno  # type: ignore[attr-defined]
    text = "\n".join(site.source.line(number) for number in range(first, min(last, first + 12) + 1))
    return text.replace(site.source.segment(site.node), "", 1)
