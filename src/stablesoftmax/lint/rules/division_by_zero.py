"""Division by something that can be 0.

A norm, a standard deviation, a range max - min, a count: 0 for constant or empty data, and the quotient is nan or inf.
Reported are data divided by a measure of the same data (in NumPy a norm only along an axis: of rows of data), a signal by its
peak, one count by another, a sum by how many were picked, an overlap by a union, a power by the square of a difference, a step
by the root of a running mean of squares, and, in libraries with automatic differentiation, anything divided by a mask's sum, a
softmax, a sigmoid or the like.

Bad:

    z = (x - x.mean(axis=0)) / x.std(axis=0)

Good:

    z = (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-8)

No fix: the epsilon is a decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stablesoftmax.lint.facts import is_count
from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.indexing import is_selected
from stablesoftmax.lint.names import AUTODIFF
from stablesoftmax.lint.quotients import vanishing
from stablesoftmax.lint.rules.log_of_zero import WORDS
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, contains, no_deeper, same, strip, walk

CODE = "SSM302"
NAME = "division-by-zero"
OPS = ("div", "reciprocal", "mean")
_RANDOM = re.compile(r"rand|normal|rng|uniform")


def check(site: Site) -> Iterator[Finding]:
    """A divisor with evidence that it can be 0."""
    if site.op == "mean":
        yield from _relative_error(site)
        return
    divisor = site.args[-1]
    if site.value.op != "div":
        return
    if not (site.may_be_zero(divisor) and _matters(site)):
        found = vanishing(*site.args) if len(site.args) == 2 else None
        values = (*site.args, *found[:1]) if found is not None else ()
        if found is not None and not (any(map(is_selected, values)) or any(map(site.is_tested, values))):
            yield site.report(f"division by {found[1]}: nan or inf; add an epsilon, or take the maximum with one")
        return
    inner = strip(divisor)
    if inner.op == "sqrt":
        inner = strip(inner.args[0])
    what = WORDS.get(inner.op, "something that can be 0")
    yield site.report(f"division by {what}: nan or inf where it is 0; add an epsilon or take the maximum with one")


def _relative_error(site: Site) -> Iterator[Finding]:
    """The mean of |y - f| / y, for data that are 0 now and then."""
    term = strip(site.args[0])
    quotient = strip(term.args[0]) if term.op == "abs" else term
    if quotient.op != "div" or len(quotient.args) != 2 or not contains(term, "abs"):
        return
    error, data = (strip(arg) for arg in quotient.args)
    error = strip(error.args[0]) if error.op == "abs" else error
    data = strip(data.args[0]) if data.op == "abs" else data
    tested = site.is_tested(data) or is_selected(quotient.args[1])
    if data.op == "name" and error.op == "sub" and any(same(arg, data) for arg in error.args) and not tested:
        yield site.report("division by data, of which some are 0; leave these out, or divide by their mean", quotient.node)


def _matters(site: Site) -> bool:
    """Whether data is divided by a measure of itself, a count by a count, or, in a network, anything by what underflows."""
    numerator, divisor = site.args[0], strip(site.args[-1])
    if _is_one_vector(divisor) or _is_inf(numerator, divisor):
        return False
    if any(part.op in ("random", "gaussian") or _RANDOM.search(part.name) for part in [*walk(numerator), *walk(divisor)]):
        return False  # is 0 with probability 0
    if _is_count(divisor) and (_is_count(numerator) or strip(numerator).op == "length"):
        return not (divisor.op == "sum" and same(numerator, divisor.args[0]))
    if strip(numerator).op == divisor.op in ("std", "var"):
        return True
    measures = [part for part in walk(divisor, 3) if part.op in _MEASURES and part.args and not _is_one_vector(part)]
    if any(measure.op == "norm" for measure in measures) and is_selected(numerator):
        return False
    if any(site.frame.is_guarded(measure.args[0]) for measure in measures):
        return False  # somebody asked whether the data is 0
    if any(_is_table(part) for measure in measures for part in walk(measure)) or _is_ratio(numerator, site.args[-1]):
        return False
    if not measures and is_count(divisor) and numerator.number is None and not _is_total(numerator):
        return False  # a mask over its length, coordinates over an extent: of rows that are not empty
    if site.library in AUTODIFF and (numerator.number is not None or not measures or site.library in ("tensorflow", "keras")):
        return True
    if divisor.op in ("mean", "sum"):
        return False  # what is measured is inside of what is added
    parts = [numerator, *(strip(numerator).args if strip(numerator).op in ("sub", "mul") else ())]
    return any(
        same(part, measure.args[0])
        for measure in measures
        for part in (walk(numerator, 4) if measure.op in ("std", "var", "norm") else parts)
    )


def _is_one_vector(divisor: Value) -> bool:
    """The norm of a single vector in NumPy, a normal, a direction: what is 0 by mistake are rows of data, along an axis."""
    return divisor.op == "norm" and divisor.library in ("numpy", "scipy") and divisor.axis is None


def _is_inf(numerator: Value, divisor: Value) -> bool:
    """exp(x) / sigmoid(-x): where the divisor underflows, the numerator has overflowed, and inf is right."""
    negated = strip(divisor.args[0]) if divisor.op == "sigmoid" else divisor
    return negated.op == "neg" and any(part.op == "exp" and same(part.args[0], negated.args[0]) for part in walk(numerator, 3))


def _is_table(value: Value) -> bool:
    """Sines, or a grid: not all the same."""
    return bool(value.about.get("table")) or value.name.rsplit(".", 1)[-1] in ("linspace", "logspace", "geomspace")


def _is_ratio(numerator: Value, divisor: Value) -> bool:
    """Probabilities of the same choices in two models, the choices drawn from one of them."""
    a, b = _chosen(numerator), _chosen(divisor)
    if a is None or b is None:
        return False
    return any(part.name for part in walk(b)) and [part.name for part in walk(a)] == [part.name for part in walk(b)]


def _chosen(value: Value) -> Value | None:
    """The index that picks from a softmax."""
    while value.op in ("view", "cast") and value.args:
        value = value.args[0]
    return value.args[1] if value.op == "index" and len(value.args) == 2 and strip(value).op == "softmax" else None


_MEASURES = frozenset({"norm", "std", "var", "max", "min"})


@no_deeper(8, False)
def _is_count(value: Value) -> bool:
    """A count, also as a part of all there are."""
    inner = strip(value)
    if inner.op == "div" and (strip(inner.args[1]).op == "length" or inner.args[1].number is not None):
        inner = strip(inner.args[0])
    if inner.op == "add":
        return all(map(_is_count, inner.args))
    return inner.op == "count" or (inner.op == "sum" and bool(inner.args) and strip(inner.args[0]).op in ("compare", "count"))


def _is_total(value: Value) -> bool:
    """A sum, as the numerator of a mean has it."""
    inner = strip(value)
    return inner.op in ("sum", "matmul", "linear") or (inner.op in ("add", "mul", "sub", "neg") and any(map(_is_total, inner.args)))
