"""Where the numbers of an operation can lie, from where its operands lie."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from stablesoftmax.lint.values import Value, Zero, contains, identical, no_deeper, same, strip, walk

__all__ = ["dtype_of", "facts_of", "is_count", "logistic_facts", "made", "picks_by_name", "saturates", "square_facts"]

NEVER, UNKNOWN, MAYBE = Zero.NEVER, Zero.UNKNOWN, Zero.MAYBE
Facts = tuple[float, float, Zero]
ANY: Facts = (-math.inf, math.inf, UNKNOWN)
COUNTS = frozenset({"relu", "compare", "one_hot", "count"})
"""Operations whose elements are exactly 0 in ordinary data, and so can be all of them."""
_UNDERFLOWING = ("sigmoid", "softmax", "density", "cdf")
_COUNTED = ("compare", "count", "one_hot", "round")
_KEEPS = {"picked", "view", "index", "element", "cast", "dropout", "max", "min", "mean", "median", "copy", "largest"}


_MASK = re.compile(
    r"(^|_)(mask|valid|one_?hot|labels?|y_true|targets?|events?|observed|positives?|relevant)(_|\d|$)|^y_$", re.IGNORECASE
)
_TOKENS = re.compile(r"attention|token|pad|len|size|num", re.IGNORECASE)
"""What picks, by its name: a class need not occur. Of a sentence there is at least one token."""


def dtype_of(op: str, args: tuple[Value, ...]) -> str:
    """The dtype of a result, if its operands tell."""
    if op in ("compare", "isnan"):
        return "bool"
    if op in ("cdf", "density"):
        return ""  # floating point, of whole numbers too
    known = [
        arg.dtype
        for arg in args
        if arg.dtype != "bool" and arg.op != "constant" and not arg.about.get("scalar") and arg.library != "math"
    ]
    if not known and any(arg.dtype == "bool" for arg in args):
        return "bool"
    if not known or not all(known):
        return ""
    return known[0] if len(set(known)) == 1 else ""


def facts_of(op: str, args: tuple[Value, ...]) -> Facts:
    """Lower bound, upper bound, and whether it can be 0."""
    if op in _RANGES:
        return _RANGES[op]
    if op in _KEEPS:
        return _kept(op, args)
    rule = _RULES.get(op)
    return rule(*args) if rule is not None and args else ANY


def _kept(op: str, args: tuple[Value, ...]) -> Facts:
    if not args:
        return ANY
    value = args[0]
    if op in ("max", "min") and len(args) == 2:  # the builtins, of two numbers
        return _maximum(*args) if op == "max" else _minimum(*args)
    zero = value.zero
    if op == "max" and zero is MAYBE:
        zero = NEVER if strip(value).op == "softmax" else UNKNOWN
    if op == "mean" and zero is MAYBE and strip(value).op == "random":
        zero = UNKNOWN
    return value.low, value.high, zero


def _sum(value: Value, *_: Value) -> Facts:
    low = 0.0 if value.low >= 0 else -math.inf
    inner = strip(value)
    if value.op == "picked":
        zero = MAYBE  # of nothing
    elif (value.low >= 0 and value.zero is NEVER) or _counts_itself(inner):
        zero = NEVER
    elif (
        (_can_all_be_zero(inner) and value.low >= 0)
        or _is_masked(inner)
        or (is_count(inner) and not _picks_largest(inner))
        or _fades(inner)
    ):
        zero = MAYBE
    else:
        zero = UNKNOWN
    return max(low, min(value.low, 1e-30)) if value.low > 0 else low, 0.0 if value.high <= 0 else math.inf, zero


def _can_all_be_zero(value: Value) -> bool:
    """Whether a row of ordinary data can hold nothing but zeros."""
    if value.op in COUNTS or _is_mask(value) or (value.op == "mul" and any(strip(arg).op in COUNTS for arg in value.args)):
        return True
    return _are_small_sigmoids(strip(value.args[0] if value.op == "largest" else value))


def picks_by_name(value: Value) -> bool:
    """Whether a value is a mask, or labels, by its name."""
    fed = value.op == "call" and value.name.endswith("placeholder")
    name = str(value.about.get("bound", "")) if fed else value.name.rsplit(".", 1)[-1]
    return (fed or value.op in ("name", "element")) and bool(_MASK.search(name)) and not _TOKENS.search(name)


def _fades(value: Value) -> bool:
    """The power of a spectrum, in silence; what a recursion multiplies."""
    return value.op == "decayed" or (value.zero is MAYBE and contains(value, "spectrum"))


def _counts_itself(value: Value) -> bool:
    """Whether a comparison is of a value with an element of it: `x >= t` for t in x."""
    if value.op != "compare" or len(value.args) != 2 or value.about.get("operators", ("",))[0] not in ("GtE", "LtE", "Eq"):
        return False
    a, b = value.args
    return any(_stems(x, y) for x, y in ((a, b), (b, a)))


def _stems(value: Value, element: Value) -> bool:
    """Whether a value is an element of another, or of what occurs in it."""
    inner = element
    while inner.op in ("element", "index", "view", "cast", "min", "max") or (inner.op == "call" and inner.name.endswith("unique")):
        if not inner.args:
            return False
        if inner.args[0] is value or (inner.op != "view" and same(inner.args[0], value)):
            return element.op != "view"
        inner = inner.args[0]
    return False


@no_deeper(8, False)
def _picks_largest(value: Value) -> bool:
    """A comparison of positions with that of the largest, or a product with one."""
    inner = strip(value)
    if inner.op == "mul":
        return any(map(_picks_largest, inner.args))
    return inner.op == "compare" and any(part.name.endswith("argmax") for part in walk(inner))


@no_deeper(8, False)
def _is_masked(value: Value) -> bool:
    """A mask, or a product with one: all zeros where nothing is picked."""
    inner = strip(value)
    if _picks_largest(inner):
        return False
    return _is_mask(inner) or picks_by_name(inner) or (inner.op == "mul" and any(map(_is_masked, inner.args)))


def _is_mask(value: Value) -> bool:
    """Zeros and ones: a comparison, its complement, a mask without its diagonal."""
    inner = strip(value)
    if inner.op == "sub":
        parts = [arg for arg in inner.args if arg.number != 1 and strip(arg).op != "eye"]
        return bool(parts) and all(map(_is_mask, parts))
    return inner.op in ("compare", "one_hot") or (inner.op == "round" and inner.low >= 0 and inner.high <= 1)


def _are_small_sigmoids(value: Value) -> bool:
    """Sigmoids are 0 from -18 on in float16, so a row of them can be; in float32 only below -88, where no ordinary row lies."""
    wide = ("float32", "float64")
    return value.op == "sigmoid" and (value.dtype == "float16" or not any(part.dtype in wide for part in walk(value)))


@no_deeper(8, False)
def is_count(value: Value) -> bool:
    """Whether a value counts something: no gradient flows through it."""
    if value.op == "name":
        return value.zero is MAYBE  # a table of counts, by its name
    if value.op in ("phi", "picked"):
        return all(is_count(strip(arg)) for arg in value.args)
    return value.op in ("compare", "count", "one_hot") or (
        value.op in ("sum", "mean", "mul", "square", "sqrt") and any(is_count(strip(arg)) for arg in value.args)
    )


def saturates(value: Value) -> bool:
    """Whether a value that is below 1 in mathematics is rounded to 1: tanh, sigmoid, softmax, also their squares."""
    inner = strip(value)
    while inner.op in ("square", "abs"):
        inner = strip(inner.args[0])
    return inner.op in ("tanh", "sigmoid", "softmax", "cdf", "cosine")


def _add(a: Value, b: Value) -> Facts:
    low, high = a.low + b.low, a.high + b.high
    low, high = (-math.inf if math.isnan(low) else low), (math.inf if math.isnan(high) else high)
    if low > 0 or high < 0 or a.looks_small_and_positive or b.looks_small_and_positive:
        return low, high, NEVER
    if a.low >= 0 and b.low >= 0:
        if NEVER in (a.zero, b.zero):
            return low, high, NEVER
        return low, high, MAYBE if a.zero is MAYBE and b.zero is MAYBE else UNKNOWN
    if (
        a.zero is MAYBE
        and b.zero is MAYBE
        and any(all(contains(arg, *kinds) for arg in (a, b)) for kinds in (_UNDERFLOWING, _COUNTED))
    ):
        return low, high, MAYBE  # p y + (1 - p) (1 - y); mixtures of densities; precision + recall
    for x, y in ((a, b), (b, a)):
        if y.number == 0:
            return x.low, x.high, x.zero
    return low, high, UNKNOWN


def _sub(a: Value, b: Value) -> Facts:
    low, high = a.low - b.high, a.high - b.low
    low, high = (-math.inf if math.isnan(low) else low), (math.inf if math.isnan(high) else high)
    x, y = strip(a), strip(b)
    if y.op in ("max", "logsumexp") and y.args and same(x, y.args[0]):
        return -math.inf, 0.0, UNKNOWN
    if x.op == "max" and y.op == "min" and x.args and y.args and same(x.args[0], y.args[0]):
        return 0.0, math.inf, MAYBE  # the range of constant data
    if y.op == "eye" and _is_mask(x):
        return 0.0, 1.0, MAYBE  # the mask holds the diagonal
    if low > 0 or high < 0:
        return low, high, NEVER
    if x.op == y.op and x.op in ("sigmoid", "cdf", "tanh"):
        return low, high, MAYBE  # both are rounded to 1
    if low == 0 and a.number is not None:  # 1 - p, where p comes up to 1
        if y.op == "random":
            return low, high, NEVER  # uniform numbers lie below 1
        return low, high, MAYBE if y.zero is MAYBE or saturates(y) or y.op in ("clip", "mean", "minimum", "add") else UNKNOWN
    return low, high, UNKNOWN


def _corners(a: Value, b: Value) -> tuple[float, float]:
    products = [x * y if x and y else 0.0 for x in (a.low, a.high) for y in (b.low, b.high)]
    return min(products), max(products)


def _mul(a: Value, b: Value) -> Facts:
    low, high = _corners(a, b)
    if identical(a, b):
        low = max(low, 0.0)
    if a.zero is NEVER and b.zero is NEVER:
        return low, high, NEVER
    return low, high, MAYBE if MAYBE in (a.zero, b.zero) else UNKNOWN


def _div(a: Value, b: Value) -> Facts:
    if a.low >= 0 and b.low >= 0:
        whole = b.op == "sum" and b.args and same(a, b.args[0])
        return (
            0.0,
            1.0 if whole else math.inf,
            a.zero if b.zero is not UNKNOWN or b.op in ("sum", "name", "constant", "call", "length") else UNKNOWN,
        )
    number = b.number
    if number and number > 0:
        return a.low / number, a.high / number, a.zero
    return -math.inf, math.inf, a.zero if a.zero is MAYBE else UNKNOWN


def _neg(a: Value) -> Facts:
    return -a.high, -a.low, a.zero


def _power_of_e(exponent: float) -> float:
    return 0.0 if exponent < -700 else math.inf if exponent > 700 else math.exp(exponent)


def _exp(a: Value, *_: Value) -> Facts:
    return _power_of_e(a.low), _power_of_e(a.high), NEVER


def _log(a: Value, *_: Value) -> Facts:
    return (math.log(a.low) if a.low > 0 else -math.inf), (math.log(a.high) if 0 < a.high < math.inf else math.inf), UNKNOWN


def _sqrt(a: Value, *_: Value) -> Facts:
    return math.sqrt(max(a.low, 0.0)), math.sqrt(a.high) if a.high > 0 else 0.0, a.zero


def square_facts(a: Value, *_: Value) -> Facts:
    """Of a square; silence has a spectrum of zeros."""
    low = 0.0 if a.low <= 0 <= a.high else min(a.low * a.low, a.high * a.high)
    return low, max(a.low * a.low, a.high * a.high), MAYBE if strip(a).op == "spectrum" else a.zero


def _abs(a: Value, *_: Value) -> Facts:
    """Silence has a spectrum of zeros."""
    return max(a.low, -a.high, 0.0), max(abs(a.low), abs(a.high)), MAYBE if strip(a).op == "spectrum" else a.zero


def logistic_facts(a: Value, *_: Value) -> Facts:
    """Of a sigmoid: it underflows, unless its argument is bounded."""
    bounded = a.low > -80 and a.high < 15
    return 0.0, 1.0, NEVER if bounded else MAYBE


def _clip(a: Value, low: Value | None = None, high: Value | None = None) -> Facts:
    """Bounds whose number is not known are taken at their word: somebody thought of them."""
    floor = a.low if low is None or low.about.get("absent") else max(a.low, low.number if low.number is not None else low.low)
    ceiling = (
        a.high if high is None or high.about.get("absent") else min(a.high, high.number if high.number is not None else high.high)
    )
    if floor > 0 or ceiling < 0:
        return floor, ceiling, NEVER
    if low is not None and low.number is None and not low.about.get("absent"):
        return floor, ceiling, NEVER
    return floor, ceiling, MAYBE if floor == 0 else UNKNOWN


def _maximum(a: Value, b: Value) -> Facts:
    low, high = max(a.low, b.low), max(a.high, b.high)
    if low > 0:
        return low, high, NEVER
    if 0 in (a.number, b.number):
        return 0.0, high, MAYBE
    return low, high, NEVER if any(v.zero is NEVER or v.number is None for v in (a, b)) else UNKNOWN


def _minimum(a: Value, b: Value) -> Facts:
    return min(a.low, b.low), min(a.high, b.high), a.zero if b.number is not None else b.zero if a.number is not None else UNKNOWN


def _pow(a: Value, b: Value) -> Facts:
    number = b.number
    if number is not None and number % 2 == 0 and number > 0:
        return square_facts(a) if number == 2 else (0.0, math.inf, a.zero)
    if a.low >= 0:
        return 0.0, math.inf, a.zero if number is None or number > 0 else NEVER
    return -math.inf, math.inf, a.zero if number is not None and number > 0 else UNKNOWN


def _norm(a: Value, *_: Value) -> Facts:
    """Not 0: of an eigenvector, of the solution of a linear system, of the largest probabilities, of what has no 0."""
    inner = a
    while inner.op in ("view", "index", "cast") and inner.args:
        inner = inner.args[0]
    largest = inner.op == "largest" and strip(inner.args[0]).op == "softmax"
    return 0.0, math.inf, NEVER if largest or inner.op in ("orthogonal", "solved") or a.zero is NEVER else MAYBE


def _where(*args: Value) -> Facts:
    branches = args[-2:]
    return min(b.low for b in branches), max(b.high for b in branches), UNKNOWN


def _round(a: Value, *_: Value) -> Facts:
    low = math.floor(a.low) if math.isfinite(a.low) else a.low
    high = math.ceil(a.high) if math.isfinite(a.high) else a.high
    return low, high, MAYBE if low >= 0 else UNKNOWN


def _cdf(a: Value, *_: Value) -> Facts:
    """Of the normal distribution at least a half right of 0."""
    return (0.0, 1.0, UNKNOWN if a.low >= 0 else MAYBE)


def _matmul(*args: Value) -> Facts:
    """A filter bank applied to a spectrum of power; sums over what a condition picks."""
    powers = [arg for arg in args if arg.zero is MAYBE and contains(arg, "spectrum")]
    if any(map(_is_mask, args)):
        return min(0.0, *(arg.low for arg in args)), math.inf, MAYBE
    return (0.0, math.inf, MAYBE) if powers else ANY


_RANGES: dict[str, Facts] = {
    "softmax": (0.0, 1.0, MAYBE),
    "relu": (0.0, math.inf, MAYBE),
    "relu6": (0.0, 6.0, MAYBE),
    "softplus": (0.0, math.inf, NEVER),
    "elu": (-1.0, math.inf, UNKNOWN),
    "tanh": (-1.0, 1.0, UNKNOWN),
    "sin": (-1.0, 1.0, UNKNOWN),
    "cos": (-1.0, 1.0, UNKNOWN),
    "distance": (0.0, math.inf, MAYBE),
    "std": (0.0, math.inf, MAYBE),
    "var": (0.0, math.inf, MAYBE),
    "compare": (0.0, 1.0, MAYBE),
    "one_hot": (0.0, 1.0, MAYBE),
    "count": (0.0, math.inf, MAYBE),
    "zeros": (0.0, 0.0, UNKNOWN),
    "ones": (1.0, 1.0, NEVER),
    "eye": (0.0, 1.0, MAYBE),
    "random": (0.0, 1.0, MAYBE),
    "log_softmax": (-math.inf, 0.0, UNKNOWN),
    "log_sigmoid": (-math.inf, 0.0, UNKNOWN),
    "length": (0.0, math.inf, UNKNOWN),
    "cosine": (-1.0, 1.0, UNKNOWN),
    "isnan": (0.0, 1.0, UNKNOWN),
    "density": (0.0, math.inf, MAYBE),
    "decayed": (0.0, math.inf, MAYBE),
}
_RULES: dict[str, Callable[..., Facts]] = {
    "sum": _sum, "add": _add, "sub": _sub, "mul": _mul, "div": _div, "neg": _neg, "exp": _exp, "log": _log, "sqrt": _sqrt,
    "square": square_facts, "abs": _abs, "sigmoid": logistic_facts, "clip": _clip, "maximum": _maximum, "minimum": _minimum,
    "pow": _pow, "where": _where, "norm": _norm, "matmul": _matmul, "cdf": _cdf, "round": _round,
}  # fmt: skip


def made(op: str, args: tuple[Value, ...], **about: object) -> Value:
    """A value with its facts."""
    low, high, zero = facts_of(op, args)
    return Value(op, args, low, high, zero, dtype=dtype_of(op, args), about=about)
