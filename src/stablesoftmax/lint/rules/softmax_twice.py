"""Softmax or sigmoid applied twice.

A softmax of probabilities lies between 1/(1 + (n-1) e) and e/(e + n - 1): whatever the network says, the answer is nearly
uniform, and the gradient nearly gone. The second call is left over from code where a layer gave logits.

Bad:

    p = torch.softmax(torch.softmax(x, dim=1), dim=1)

Good:

    p = torch.softmax(x, dim=1)

No fix: either of the two may be the wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import strip

CODE = "SSM104"
NAME = "softmax-twice"
OPS = ("softmax", "sigmoid", "log_softmax", "log_sigmoid")


def check(site: Site) -> Iterator[Finding]:
    """A softmax or sigmoid of a softmax or sigmoid."""
    inner = strip(site.args[0]) if site.args else None
    if inner is not None and inner.op in ("softmax", "sigmoid") and site.value.op in OPS:
        if inner.op == "sigmoid" and site.value.op == "softmax" and not site.value.about.get("layer"):
            return  # gates that are normalized afterwards
        yield site.report(f"{site.op} of a {inner.op}: the values are probabilities already, and the result is nearly uniform")
