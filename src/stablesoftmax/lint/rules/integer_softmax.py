"""Softmax or exp on small integers.

The maximum is subtracted in the dtype of the input: in uint8, 1 - 3 is 254, so `scipy.special.softmax` of uint8 [3, 1, 2] is
[0, nan, nan]. exp of int8 and uint8 is computed in float16, which overflows from 12 on.

Bad:

    p = scipy.special.softmax(x.astype(np.uint8))

Good:

    p = scipy.special.softmax(x.astype(np.float64))

No fix: the dtype that is meant cannot be known.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site

CODE = "SSM105"
NAME = "integer-softmax"
OPS = ("softmax", "log_softmax", "logsumexp", "exp", "sub")


def check(site: Site) -> Iterator[Finding]:
    """A function of the family on 8-bit integers."""
    if site.op == "sub":
        a, b = site.args
        if a.dtype == b.dtype == "uint8" and b.op == "max":
            yield site.report("a maximum subtracted in uint8 wraps around: 1 - 3 is 254; convert to a float dtype first")
    elif site.library in ("numpy", "scipy", "") and site.args and site.args[0].dtype in ("uint8", "int8"):
        yield site.report(
            f"{site.op} of {site.args[0].dtype}: computed in float16, or wrapped around; convert to a float dtype first"
        )
