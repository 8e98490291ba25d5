"""log(1 + x) instead of log1p(x).

1 + x keeps of a small x only what fits beside the 1: 1e-17 is lost altogether in float64, 1e-8 in float32, and of 1e-10 in
float64 the last six digits. log1p(x) is right for all x > -1.

Bad:

    y = np.log(1 + x)

Good:

    y = np.log1p(x)

Fix: log1p of the library. Silent where x is known to be an integer, or at least 1, and where the lost digits do not matter: beside
log(x), beside a term of other things, below an exp.
"""

from __future__ import annotations

import ast
import itertools
import math
import re
from collections.abc import Iterator

from stablesoftmax.lint.facts import is_count
from stablesoftmax.lint.findings import Finding, Pardon
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.spelling import plain
from stablesoftmax.lint.values import Value, Zero, same, strip, walk

CODE = "SSM207"
NAME = "log1p"
OPS = ("log", "exp", "add", "sub")
_SUMS = frozenset({"add", "sub", "neg"})
_PRODUCTS = frozenset({"mul", "div", "neg", "sum", "mean", "accumulated", "matmul"})
MOST_PARTS = 64
"""Terms or factors that are looked at: ten lines of `x = x + x` make a thousand."""
_COUNTS = re.compile(
    r"^[ijkmnNKM]$|^n_|^num_|^len|count|_size$|^size$|_len$|length|steps?$|index|idx|degree|freq|rank|duration|epoch|^n[a-z]?$|nobs|^df"
)
_MEASURED = re.compile(r"freq|hertz|(^|_)hz$|(^|_)mels?(_|$)|pitch")
_RANDOM = re.compile(r"rand|normal|rng|uniform")
_ENDS = re.compile(r"^(upper|lower|low|high|start|stop|end|begin|first|last|lo|hi)$")


def check(site: Site) -> Iterator[Finding | Pardon]:
    """A logarithm of a sum with the number 1, or of 1 minus something."""
    if site.op != "log":
        yield from _pardons(site)
        return
    inner = site.args[0]
    if inner.op == "add" and len(inner.args) == 2:
        one, other = sorted(inner.args, key=lambda arg: arg.number != 1)
    elif inner.op == "sub" and inner.args[0].number == 1:
        one, other = inner.args
    else:
        return
    if (
        one.number != 1
        or _is_count(other)
        or strip(other).op in ("exp", "softmax", "sigmoid", "constant", "random", "expm1", "clip")
        or _is_random(other)
        or any(part.name in ("eig", "eigh") for part in walk(other))
        or _is_difference(other)
        or _is_away_from_zero(site, other)
    ):
        return
    if inner.op == "sub" and (inner.zero is Zero.MAYBE or other.low > 0):
        return  # log of something that can be 0 is the larger trouble; a clip has taken the smallest away
    spelled = site.node.args[0] if isinstance(site.node, ast.Call) and site.node.args else None
    if isinstance(spelled, ast.Name | ast.Attribute) and _COUNTS.search(
        spelled.id if isinstance(spelled, ast.Name) else spelled.attr
    ):
        return
    if site.value.about.get("base"):
        return  # decibels and pitch scales; there is no log10p1
    fix = site.replace(plain, other, function="log1p", negated=inner.op == "sub")
    yield site.report(f"log(1 {'+' if inner.op == 'add' else '-'} x) loses a small x; use log1p", fix=fix)


def _pardons(site: Site) -> Iterator[Pardon]:
    """Where the digits that a logarithm lost do not matter: below an exp, and beside terms that are not small with it."""
    if site.op == "exp":
        logarithm = _root(site.args[0])
        if _small(logarithm) is not None:
            yield from site.pardon(logarithm, site.uses(logarithm))
        return
    terms = [_factors(term) for arg in site.args for term in _terms(arg)]
    for term in terms:
        for factor in term:
            small = _small(factor)
            if small is None:
                continue
            others = [other for other in terms if other is not term]
            if (factor.args[0].op == "sub" and _is_paired(small, others)) or (_is_unscaled(term) and _is_dwarfed(small, others)):
                yield from site.pardon(factor, site.uses(factor))


def _small(value: Value) -> Value | None:
    """x of log(1 + x) or log(1 - x), else None."""
    inner = strip(value.args[0]) if value.op == "log" and len(value.args) == 1 else None
    if inner is None or inner.op not in ("add", "sub") or len(inner.args) != 2:
        return None
    if inner.args[0].number == 1:
        return inner.args[1]
    return inner.args[0] if inner.op == "add" and inner.args[1].number == 1 else None


def _root(value: Value) -> Value:
    """log(x) of log(x) / n, also summed along an axis."""
    inner = strip(value)
    while inner.op in ("div", "neg", "sum", "accumulated") and inner.args:
        inner = strip(inner.args[0])
    return inner


def _terms(value: Value) -> list[Value]:
    return list(itertools.islice(_parts(value, _SUMS), MOST_PARTS))


def _factors(value: Value) -> list[Value]:
    """The factors of a product, those of what is summed along an axis among them."""
    return list(itertools.islice(_parts(value, _PRODUCTS), MOST_PARTS))


def _parts(value: Value, ops: frozenset[str], depth: int = 20) -> Iterator[Value]:
    """What operations of one kind put together."""
    inner = strip(value)
    if depth and inner.op in ops and inner.args:
        for arg in inner.args:
            yield from _parts(arg, ops, depth - 1)
    else:
        yield inner


def _is_unscaled(factors: list[Value]) -> bool:
    """Numbers up to ten, and logarithms, which do not grow, beside at least one logarithm."""
    return all(factor.op == "log" or (factor.number is not None and abs(factor.number) <= 10) for factor in factors)


def _is_paired(small: Value, others: list[list[Value]]) -> bool:
    """log(p) beside log(1 - p): where the one loses its digits the other is large."""
    return any(factor.op == "log" and factor.args and same(factor.args[0], small) for term in others for factor in term)


def _is_dwarfed(small: Value, others: list[list[Value]]) -> bool:
    """Whether there is a term that is not made of x, and not small itself: the error is small beside it."""
    made_of = _leaves(small)
    for term in others:
        number = math.prod(factor.number or 1.0 for factor in term) if all(f.number is not None for f in term) else None
        if number is not None and abs(number) < 0.1:
            continue
        if not any(factor.looks_small_and_positive or _leaves(factor) & made_of for factor in term):
            return True
    return False


def _leaves(value: Value) -> set[object]:
    return {part.name or part for part in walk(value) if not part.args and part.op not in ("constant", "none", "library")}


def _is_random(value: Value) -> bool:
    """A random number, perhaps scaled: it is not so small that it is lost beside 1."""
    return any(part.op == "random" or _RANDOM.search(part.name) for part in _factors(value))


def _is_difference(value: Value) -> bool:
    """A distance |a - b|, perhaps in some unit: its own digits are lost before those of the logarithm."""
    inner = strip(value)
    while inner.op in ("div", "neg") and inner.args:
        inner = strip(inner.args[0])
    return inner.op == "abs" and strip(inner.args[0]).op == "sub"


def _is_away_from_zero(site: Site, value: Value) -> bool:
    """Whether a branch was taken that keeps a value, or a part of it, on one side of a number that is not 0."""
    parts = [strip(part) for part in walk(value)]
    for test in site.frame.tested():
        for tested, other in (test.args, test.args[::-1]) if len(test.args) == 2 else ():
            if not other.number or not math.isfinite(other.number) or not any(same(tested, part) for part in parts):
                continue
            if abs(other.number) != 1 or not same(tested, value):
                return True
    return False


def is_measured(value: Value) -> bool:
    """A frequency over a number, a pitch over a number: their unit was chosen so that they are not small."""
    inner = strip(value)
    if inner.op != "div" or inner.args[1].number is None:
        return False
    measure = strip(inner.args[0])
    return any(_MEASURED.search(name) for name in (measure.name.rsplit(".", 1)[-1], str(measure.about.get("bound", ""))))


def _is_count(value: Value) -> bool:
    """Whether a value is a whole number or not small."""
    inner = strip(value)
    if inner.op in ("name", "element", "loop") and _COUNTS.search(inner.name.rsplit(".", 1)[-1]):
        return True
    if value.dtype == "int" or inner.dtype == "int" or inner.op in ("length", "arange", "count", "ones"):
        return True
    if inner.op == "round" or is_measured(value) or is_count(inner):
        return True
    if inner.op in ("sub", "minimum", "maximum") and all(_ENDS.search(strip(arg).name) or _is_count(arg) for arg in inner.args):
        return True
    if inner.op in ("add", "mul", "sub", "sum", "max", "min", "phi"):
        return all(_is_count(arg) for arg in inner.args)
    return value.low >= 1 or value.high <= -1
