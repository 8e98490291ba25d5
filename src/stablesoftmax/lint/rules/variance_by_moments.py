"""Variance as E[x^2] - E[x]^2.

The two terms agree in all their digits when the mean is large beside the spread: the difference is rounding error, and can be
negative, so that its root is nan. For data near 1e4 in float32 nothing is left.

Bad:

    v = np.mean(x**2) - np.mean(x) ** 2

Good:

    v = np.var(x)

Fix: `var` of NumPy or JAX, if the axes agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.spelling import spell
from stablesoftmax.lint.values import Value, identical, same, strip

CODE = "SSM504"
NAME = "variance-by-moments"
OPS = ("sub",)


def check(site: Site) -> Iterator[Finding]:
    """The mean of the squares minus the square of the mean."""
    squares, square = (strip(arg) for arg in site.args)
    x = _mean_of_squares(squares)
    if x is None or square.op != "square":
        return
    mean = strip(square.args[0])
    if not _is_mean(mean) or not mean.args or not same(_of_mean(mean), x):
        return
    fix = None
    raw = site.args[0] is squares and site.args[1] is square and square.args[0] is mean
    exact = raw and squares.op == mean.op == "mean" and squares.args[0].op == "square" and identical(mean.args[0], x)
    if exact and squares.axis == mean.axis != "?" and site.library in ("numpy", "jax"):
        keeps = {squares.about.get("keepdims"), mean.about.get("keepdims")}
        extra = any(part.about.get(key) for part in (squares, mean) for key in ("where", "weights", "as"))
        if len(keeps) == 1 and not extra and x.op not in ("element",):
            fix = site.replace(_write, x, axis=mean.axis, keepdims=keeps.pop())
    yield site.report("E[x^2] - E[x]^2 cancels, and can be negative; use var, or subtract the mean before squaring", fix=fix)


def _mean_of_squares(value: Value) -> Value | None:
    if not _is_mean(value):
        return None
    squares = strip(_of_mean(value))
    return squares.args[0] if squares.op == "square" else None


def _is_mean(value: Value) -> bool:
    return value.op == "mean" or (value.op == "div" and strip(value.args[0]).op in ("sum", "matmul"))


def _of_mean(value: Value) -> Value:
    total = value if value.op == "mean" else strip(value.args[0])
    part = total.args[-1 if total.op == "matmul" else 0]  # weights @ x
    while strip(part).op == "sum" and strip(part).args:
        part = strip(part).args[0]  # of file after file
    return part


def _write(site: Site, text: str, *, axis: Any, keepdims: bool) -> tuple[str, tuple[str, ...]] | None:
    arguments = text + (f", axis={axis}" if axis is not None else "") + (", keepdims=True" if keepdims else "")
    return spell(site, "var", arguments)
