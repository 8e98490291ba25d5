"""exp(x) - 1 instead of expm1(x).

For small x the difference cancels: exp(1e-10) - 1 has six right digits in float64 and none in float32. expm1(x) has them all.

Bad:

    rate = np.exp(x) - 1

Good:

    rate = np.expm1(x)

Fix: expm1 of the library, if the exp is written there. Silent for the difference of two logarithms, which has lost its digits
before, for what is rounded to a whole number, and for (1 - exp(x))^k x, the weight of a focal loss.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding, Pardon
from stablesoftmax.lint.frames import dotted
from stablesoftmax.lint.rules.log1p import is_measured
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.spelling import plain
from stablesoftmax.lint.values import Value, same, strip

CODE = "SSM208"
NAME = "expm1"
OPS = ("sub", "round", "mul")
_LOGARITHM = re.compile(r"(^|_)(ll|llf|llnull|log|loglike\w*|loglik\w*|logp)(_|$)")


def check(site: Site) -> Iterator[Finding | Pardon]:
    """exp(x) - 1, and 1 - exp(x)."""
    if site.op != "sub":
        yield from _pardons(site)
        return
    left, right = site.args
    if any(arg.op == "exp" and arg.args[0].op == "constant" for arg in site.args):
        return
    if any(_is_large(arg) or _is_one(arg) for arg in site.args):
        return
    if left.op == "exp" and right.number == 1 and left.high > 1e-3:
        if site.library == "theano":
            return  # rewritten when the graph is compiled, and 1 - exp(x) is not
        fix = site.replace(plain, left.args[0], function="expm1")
        yield site.report("exp(x) - 1 cancels for a small x; use expm1", fix=fix)
    elif right.op == "exp" and left.number == 1:
        fix = site.replace(_negative, right.args[0])
        yield site.report("1 - exp(x) cancels for a small x; use -expm1", fix=fix)


def _is_one(value: Value) -> bool:
    """exp(x - stop_gradient(x)), of which only the gradient counts."""
    exponent = strip(value.args[0]) if value.op == "exp" else value
    return exponent.op == "sub" and same(exponent.args[0], exponent.args[1])


def _pardons(site: Site) -> Iterator[Pardon]:
    """What is rounded to a whole number needs no more digits, nor does (1 - exp(x))^k x, a focal loss: it vanishes at 0."""
    if site.op == "round":
        yield from site.pardon(strip(site.args[0]))
        return
    factors = list(_factors(site.value))
    for weight in factors:
        if weight.op in ("pow", "square"):
            base = strip(weight.args[0])
            power = base.args[1] if base.op == "sub" and base.args[0].number == 1 else None
            if power is not None and power.op == "exp" and any(same(_unsigned(power.args[0]), other) for other in factors):
                yield from site.pardon(base, site.uses(base if base.about.get("bound") else weight))


def _factors(value: Value, depth: int = 6) -> Iterator[Value]:
    inner = _unsigned(value)
    if depth and inner.op == "mul":
        for arg in inner.args:
            yield from _factors(arg, depth - 1)
    else:
        yield inner


def _unsigned(value: Value) -> Value:
    inner = strip(value)
    return strip(inner.args[0]) if inner.op == "neg" else inner


def _negative(site: Site, text: str) -> tuple[str, tuple[str, ...]] | None:
    written = plain(site, text, function="expm1")
    return None if written is None else (f"(-{written[0]})", written[1])


def _is_large(power: Value) -> bool:
    """exp(-13.4 + ...): a fitted formula is not near 0; a difference of logarithms is, but has lost its digits before."""
    argument = strip(power.args[0]) if power.op == "exp" else power
    if power.op == "exp" and (is_measured(argument) or any(map(_is_difference_of_logarithms, (argument, *argument.args)))):
        return True
    while argument.op in ("add", "sub"):
        if any((arg.number or 0.0) >= 1 or (arg.number or 0.0) <= -1 for arg in argument.args):
            return True
        argument = strip(argument.args[0])
    return False


def _is_difference_of_logarithms(value: Value) -> bool:
    inner = strip(value)
    if inner.op != "sub" or not isinstance(inner.node, ast.BinOp):
        return False
    return all(map(_is_logarithm, inner.args, (inner.node.left, inner.node.right)))


def _is_logarithm(value: Value, node: ast.expr) -> bool:
    """By how it was made, or by its name."""
    name = dotted(node.func if isinstance(node, ast.Call) else node)
    return strip(value).op in ("log", "logsumexp", "log_softmax") or bool(_LOGARITHM.search(name.rsplit(".", 1)[-1]))
