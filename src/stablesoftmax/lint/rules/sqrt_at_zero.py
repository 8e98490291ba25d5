"""Square root, rsqrt or norm at 0, where the gradient is infinite.

The slope of sqrt at 0 is infinite; the chain rule multiplies it by 0 and the gradient is nan: for the distance of a point
to itself, the norm of a zero vector, the standard deviation of a constant. Add the epsilon under the root.

Bad:

    d = torch.sqrt(((a - b) ** 2).sum(dim=1))

Good:

    d = torch.sqrt(((a - b) ** 2).sum(dim=1) + 1e-12)

No fix: the epsilon is a decision. Silent where no gradient is taken: under no_grad, where data is prepared, in the step of an
optimizer, of counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stablesoftmax.lint.facts import is_count
from stablesoftmax.lint.findings import Finding, Pardon
from stablesoftmax.lint.names import AUTODIFF
from stablesoftmax.lint.rules.log_of_zero import WORDS
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, contains, is_guard_name, same, strip, walk

CODE = "SSM303"
NAME = "sqrt-at-zero"
OPS = ("sqrt", "rsqrt", "pow", "norm", "rank", "where")
_INPUT = re.compile(r"^(input_values|input_features|pixel_values|past_values|waveforms?|audio|speech|raw_speech|spectrogram)$")
_SPREAD = re.compile(r"sigma|std|scale|noise|bandwidth", re.IGNORECASE)


def check(site: Site) -> Iterator[Finding | Pardon]:
    """sqrt in a library with gradients, rsqrt anywhere."""
    if site.op in ("rank", "where"):
        yield from _pardons(site)
        return
    value = site.args[0]
    if site.op == "norm":
        what = "difference" if strip(value).op == "sub" else "gradient" if _is_gradient(value) else "row"
        if (what != "row" or site.value.axis is not None) and site.differentiates and site.library in ("tensorflow", "keras"):
            yield site.report(f"the gradient of the norm of a {what} is nan where that is 0; add an epsilon under the root")
        return
    if site.op == "pow" and not (len(site.args) == 2 and site.args[1].number == 0.5):
        return
    if site.op == "pow" and not any(part.library in AUTODIFF for part in walk(value)):
        return  # perhaps a number
    steep = site.op == "rsqrt"
    if not steep and not site.differentiates:
        return
    if not (site.may_be_zero(value) or (is_sum_of_squares(value) and not site.frame.is_guarded(value))):
        return
    inner = strip(value)
    if _is_random(inner):
        return
    if not steep and (inner.library in ("builtins", "math") or is_count(inner) or _is_input(inner)):
        return  # a number, counts, or what is fed in: nothing to take a gradient of
    what = WORDS.get(strip(value).op, "a sum of squares" if is_sum_of_squares(value) else "something that can be 0")
    if steep:
        yield site.report(f"the reciprocal root of {what} is inf where that is 0; add an epsilon under the root")
    else:
        yield site.report(f"the gradient of the root of {what} is nan where that is 0; add an epsilon under the root")


def _pardons(site: Site) -> Iterator[Pardon]:
    """No gradient passes a search in a table; and of a root that `where` chooses, the rule for `where` speaks."""
    if site.op == "rank":
        yield from site.pardon(strip(site.args[0]))
    elif len(site.args) == 3:
        condition, *branches = map(strip, site.args)
        tested = condition.args if condition.op == "compare" else ()
        for branch in branches:
            roots = [part for part in walk(branch, 3) if part.op == "rsqrt"]
            if any(same(root.args[0], value) for root in roots for value in tested):
                for root in roots:
                    yield from site.pardon(root)


def _is_input(value: Value) -> bool:
    """Whether all that a value is made of is data as it comes in, by its name."""
    leaves = {part.name for part in walk(value) if not part.args and part.name and part.op in ("name", "call", "element", "loop")}
    inputs = {name for name in leaves if _INPUT.search(name)}
    return bool(inputs) and all(map(is_guard_name, leaves - inputs))


def _is_random(value: Value, depth: int = 8) -> bool:
    """Whether random numbers are among the terms, and not only inside of what a function was called with."""
    if value.op in ("random", "gaussian"):
        return True
    return depth > 0 and value.op != "call" and any(_is_random(arg, depth - 1) for arg in value.args)


def _is_gradient(value: Value) -> bool:
    """A gradient, as a penalty takes the norm of it."""
    inner = strip(value)
    return inner.op == "call" and inner.name.rsplit(".", 1)[-1] in ("gradient", "gradients", "grad")


def _is_scaled(square: Value) -> bool:
    """Whether what is squared was divided by the larger of the absolute values: one of the squares is 1."""
    inner = strip(square.args[0]) if square.op == "square" else square
    return inner.op == "div" and strip(inner.args[1]).op in ("max", "maximum", "where") and contains(inner.args[1], "abs")


def is_sum_of_squares(value: Value) -> bool:
    """Whether a value is a sum of squares or of magnitudes: 0 where all of them are."""
    inner = strip(value)
    while inner.op in ("largest", "min") and inner.args:
        inner = strip(inner.args[0])  # the smallest distances
    if inner.op in ("sum", "mean") and inner.args and strip(inner.args[0]).op in ("square", "abs"):
        return True
    squares = [strip(arg) for arg in inner.args] if inner.op == "add" else []
    if any(part.op == "name" and _SPREAD.search(part.name) for square in squares for part in walk(square)):
        return False  # a standard deviation is not 0
    if all(map(_is_scaled, squares)):
        return False
    return all(square.op == "square" or is_sum_of_squares(square) for square in squares)
