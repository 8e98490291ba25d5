"""Log of a softmax.

The softmax of an unlikely class underflows to 0 and its logarithm is -inf, whose gradient is nan; log_softmax computes
x - max - log(sum(exp(x - max))) and never takes the logarithm of a small number. Followed through assignments, reshapes,
functions and attributes.

Bad:

    p = tf.nn.softmax(logits)
    loss = -tf.reduce_sum(labels * tf.log(p))

Good:

    loss = -tf.reduce_sum(labels * tf.nn.log_softmax(logits))

Fix: the log_softmax of the library, if the logits still go by a name there and the axis is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.spelling import reduced
from stablesoftmax.lint.values import Value, strip

CODE = "SSM201"
NAME = "log-softmax"
OPS = ("log",)


def check(site: Site) -> Iterator[Finding]:
    """A logarithm of a softmax, however far away that is written."""
    inner = _picked(strip(site.args[0]))
    if inner.op != "softmax" or site.frame.is_guarded(inner):
        return
    axis = inner.axis
    fix = None
    if (
        site.args[0] is inner
        and not inner.about.get("weighted")
        and not site.value.about.get("base")
        and not inner.about.get("layer")
    ):
        spelled = inner.about.get("spelled")
        known = (inner.about.get("axis_given") or site.library in ("numpy", "scipy", "jax", "tensorflow")) and not inner.about.get(
            "where"
        )
        shaped = axis is None or inner.about.get("keepdims")
        if (spelled and shaped and inner.about["exact"]) or (not spelled and known and inner.library != "stablesoftmax"):
            fix = site.replace(reduced, inner.args[0], function="log_softmax", axis=axis, implicit=not spelled)
    yield site.report("log of softmax is -inf where the softmax underflows; use log_softmax", fix=fix)


def _picked(value: Value) -> Value:
    """The softmax of which sum(softmax * one_hot) picks an element."""
    product = strip(value.args[0]) if value.op == "sum" and value.args else value
    for p, pick in (product.args, product.args[::-1]) if value.op == "sum" and product.op == "mul" else ():
        if strip(p).op == "softmax" and strip(pick).op == "one_hot":
            return strip(p)
    return value
