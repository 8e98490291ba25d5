"""Numerator and divisor together: quotients that are 0 / 0, or x / 0, for ordinary data, by their form alone."""

from __future__ import annotations

import ast
from collections.abc import Callable

from stablesoftmax.lint.canonical import exponential, is_centred
from stablesoftmax.lint.facts import is_count, picks_by_name
from stablesoftmax.lint.values import Value, Zero, contains, no_deeper, same, strip, walk

__all__ = ["is_power", "vanishing"]

_GATHERING = frozenset({"gather", "gather_nd", "take", "take_along_axis", "take_along_dim", "index_select", "batch_gather"})


def vanishing(numerator: Value, divisor: Value) -> tuple[Value, str] | None:
    """What of a divisor is 0 for ordinary data, and how it is called.

    Parameters
    ----------
    numerator, divisor : Value
        Of a quotient.

    Returns
    -------
    tuple or None
        The value that can be 0, which somebody may have tested, and words for it.
    """
    if divisor.zero is Zero.UNKNOWN and strip(divisor).zero is Zero.MAYBE:
        return None  # an index picks what is not 0
    numerator, divisor = strip(numerator), strip(divisor)
    while divisor.op == "div":
        divisor = strip(divisor.args[0])  # a scale: the largest magnitude over the number of levels
    if divisor.zero is Zero.NEVER:
        return None
    for form, words in _FORMS:
        found = form(numerator, divisor)
        if found is not None:
            return found, words
    return None


def _unrooted(value: Value) -> Value:
    return strip(value.args[0]) if value.op == "sqrt" else value


def _peak(numerator: Value, divisor: Value) -> Value | None:
    """A signal by its largest or its mean magnitude, unless it is made of sines, or random."""
    if divisor.op == "max" and divisor.library != "builtins":
        magnitudes = strip(divisor.args[0])
    elif divisor.op == "sqrt" and is_power(divisor.args[0]):
        power = strip(divisor.args[0])
        if divisor.library in ("numpy", "scipy") and power.axis is None:
            return None  # a single vector, as in `norm`
        magnitudes = strip(power.args[0])
    else:
        return None
    if magnitudes.op not in ("abs", "norm", "square") or contains(numerator, "random", "gaussian", "solved"):
        return None
    signal = strip(magnitudes.args[0])
    found = any(same(part, signal) for part in walk(numerator, 2))
    return signal if found and not contains(signal, "sin", "cos") else None


def _picked(numerator: Value, divisor: Value) -> Value | None:
    """sum(x * inside) / sum(inside), where a comparison, or a mask by its name, tells what is inside."""
    if numerator.op != "sum" or divisor.op != "sum":
        return None
    mask, part = strip(divisor.args[0]), numerator.args[0]
    gathered = isinstance(part.node, ast.Call) and getattr(part.node.func, "attr", "") in _GATHERING
    if ((part.op == "index" and picks_by_name(mask)) or gathered) and part.args and part.args[0] is divisor.args[0]:
        return divisor  # some of the elements over all of them
    if mask.op != "compare" and not picks_by_name(mask):
        return None
    return divisor if any(same(part, mask) for part in walk(numerator.args[0], 2)) else None


def _counted(numerator: Value, divisor: Value) -> Value | None:
    """A count of what a condition picks, a bin of a histogram, and products and sums of such counts under counts."""
    divisor = _unrooted(divisor)
    if any("unique" in str(part.about.get("of", "")) for part in walk(divisor, 4)):
        return None  # what is unique occurs
    picked = divisor.args and divisor.args[0].op == "picked"
    if (
        divisor.op == "count"
        and numerator.number is None
        and ((divisor.name and not divisor.about.get("accumulated")) or picked or divisor.about.get("bins"))
    ):
        return divisor  # a table that began as zeros; how many a comprehension picked; bins that were asked for
    if divisor.op == "sum" and divisor.args[0].op == "picked":
        return divisor
    if divisor.op == "sum" and any(same(part, divisor.args[0]) for part in walk(numerator, 2)):
        rows = strip(divisor.args[0]).op == "name" and divisor.axis is not None and divisor.zero is Zero.MAYBE
        return divisor if rows else None  # rows of a table of counts; else a histogram of something
    bins = any(part.op == "count" for part in walk(divisor, 3))
    counting = (numerator.op == "length" and bins) or any(map(is_count, walk(numerator, 3)))
    if divisor.zero is Zero.MAYBE and _is_made_of_counts(divisor) and counting:
        return divisor
    return None


@no_deeper(8, False)
def _is_made_of_counts(value: Value) -> bool:
    """Counts, their products and their sums."""
    inner = strip(value)
    if inner.op == "div":
        return _is_made_of_counts(inner.args[0])  # precision, recall
    if inner.op in ("add", "mul"):
        return (all if inner.op == "add" else any)(map(_is_made_of_counts, inner.args))
    return is_count(inner)


def _union(numerator: Value, divisor: Value) -> Value | None:
    """Overlaps: 2 sum(a b) / (sum(a) + sum(b)), and inter / (a + b - inter)."""
    parts = [strip(part) for part in walk(numerator, 2)]
    if divisor.op == "sub":
        inter = strip(divisor.args[1])
        both = strip(divisor.args[0])
        apart = both.op == "add" and all(arg.number is None for arg in both.args) and divisor.args[1].op != "index"
        return divisor if apart and inter.number is None and numerator is inter else None
    sums = [strip(arg) for arg in divisor.args] if divisor.op == "add" else []
    if len(sums) != 2 or any(part.op != "sum" for part in sums):
        return None
    summed = [_unsquared(part.args[0]) for part in sums]
    for part in parts:
        product = strip(part.args[0]) if part.op == "sum" else part
        if product.op == "mul" and all(any(same(factor, each) for factor in product.args) for each in summed):
            return divisor
    return None


def _unsquared(value: Value) -> Value:
    inner = strip(value)
    return strip(inner.args[0]) if inner.op == "square" else inner


def _moving_square(numerator: Value, divisor: Value) -> Value | None:
    """m / sqrt(b v + (1 - b) g^2) without an epsilon, as an optimizer has it."""
    if divisor.op != "sqrt" or numerator.number is not None:
        return None
    inner = strip(divisor.args[0])
    mean = strip(inner.args[0]) if inner.op == "div" else inner
    if mean.op != "add" or len(mean.args) != 2 or mean.zero is Zero.NEVER:
        return None
    for total, square in (mean.args, mean.args[::-1]):  # h + g^2, of all steps
        g = strip(strip(square).args[0]) if strip(square).op == "square" else None
        if g is not None and strip(total).op in ("name", "loop", "element") and any(same(part, g) for part in walk(numerator, 2)):
            return divisor
    products = [strip(arg) for arg in mean.args]
    squares = [p for p in products if p.op == "mul" and any(strip(arg).op == "square" for arg in p.args)]
    return divisor if len(squares) == 1 and all(p.op == "mul" for p in products) else None


def _bernoulli(_: Value, divisor: Value) -> Value | None:
    """p (1 - p) of a sigmoid."""
    divisor = _unrooted(divisor)
    if divisor.op != "mul":
        return None
    for p, q in (divisor.args, divisor.args[::-1]):
        rest = strip(q)
        if strip(p).op == "sigmoid" and rest.op == "sub" and rest.args[0].number == 1 and same(rest.args[1], p):
            return divisor
    return None


def is_power(value: Value) -> bool:
    """The mean or the sum of squares of a signal, or its spectrum."""
    inner = strip(value)
    if inner.op in ("sum", "mean"):
        return strip(inner.args[0]).op == "square"
    return inner.op in ("square", "abs") and contains(inner, "spectrum")


def _difference(numerator: Value, divisor: Value) -> Value | None:
    """A power or a number by the mean square of a difference: of a signal without noise, of two equal images."""
    while divisor.op in ("largest", "min", "sqrt"):
        divisor = strip(divisor.args[0])  # the nearest points
    if divisor.op == "norm" and divisor.library not in ("numpy", "scipy") and numerator.number is not None:
        return divisor if strip(divisor.args[0]).op == "sub" else None
    if not is_power(divisor) or divisor.op not in ("sum", "mean"):
        return None
    inner = strip(strip(divisor.args[0]).args[0])
    powers = is_power(numerator) or numerator.number is not None or numerator.op == "square"
    return divisor if powers and inner.op == "sub" else None


def _exponentials(_: Value, divisor: Value) -> Value | None:
    """exp(a) @ b."""
    for arg in divisor.args if divisor.op == "matmul" else ():
        power = exponential(arg)
        if power is not None and strip(arg).op == "exp" and not is_centred(power.args[0]):
            return divisor
    return None


def _underflown(_: Value, divisor: Value) -> Value | None:
    """What a recursion multiplies, step by step, or its sum."""
    inner = strip(divisor.args[0]) if divisor.op == "sum" else divisor
    return divisor if inner.op == "decayed" else None


_FORMS: tuple[tuple[Callable[[Value, Value], Value | None], str], ...] = (
    (_peak, "a magnitude of the same data, which is 0 in silence"),
    (_picked, "how many are picked"),
    (_counted, "a count"),
    (_union, "a union, which can be empty"),
    (_moving_square, "the root of a running mean of squares, which is 0 until there is a gradient"),
    (_bernoulli, "p (1 - p), which is 0 for a sigmoid that is rounded to 1"),
    (_difference, "a square of a difference, which is 0 for equal data"),
    (_exponentials, "a sum of exp, which underflows"),
    (_underflown, "a product of many factors, which underflows"),
)
