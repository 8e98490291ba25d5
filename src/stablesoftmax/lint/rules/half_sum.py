"""A sum or mean in float16 or bfloat16.

float16 ends at 65504: a sum of 65504 ones is all it holds, and a sum kept in bfloat16 stops growing at 256 times its terms.
Sum in float32 and round once.

Bad:

    total = x.astype(np.float16).sum()

Good:

    total = x.astype(np.float16).sum(dtype=np.float32)

No fix: the dtype of the result is a decision.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import strip

CODE = "SSM507"
NAME = "half-sum"
OPS = ("sum", "prod", "mean", "var", "std", "norm")


def check(site: Site) -> Iterator[Finding]:
    """A reduction of half precision that is not asked to accumulate in more."""
    value = site.args[0]
    dtype = site.value.about.get("as") or value.dtype
    if dtype not in ("float16", "bfloat16") or strip(value).op in ("compare", "softmax", "one_hot"):
        return
    if site.op == "mean" and site.library in ("numpy", "torch", "jax"):
        return  # accumulated in float32 there
    if site.library == "torch" and site.op != "sum":
        return
    yield site.report(f"{site.op} in {dtype} overflows or stops growing; accumulate in float32")
