"""Longer spellings become the function they spell, so that a rule sees one form however the source is written.

`exp(a) / sum(exp(a))` becomes softmax(a) with the note `naive` if no maximum was subtracted, `1 / (1 + exp(-a))` becomes
sigmoid(a), `log(softmax(a))` log_softmax(a).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from stablesoftmax.lint.facts import logistic_facts, made, square_facts
from stablesoftmax.lint.values import Value, constant, contains, identical, no_deeper, same, strip

__all__ = ["SPELLINGS", "exponential", "is_centred", "is_shifted"]

_LEAST = re.compile(r"(^|_)min", re.IGNORECASE)
_SHIFT = re.compile(r"max|largest|shift|offset|lse|ref|base|norm(?!al)|logz|log_z|baseline|peak|^[mcbzMCZ]$|^mx$", re.IGNORECASE)


@no_deeper(8, None)
def exponential(value: Value) -> Value | None:
    """The exp(...) that a value is, perhaps times weights."""
    value = strip(value)
    if value.op == "exp":
        return value
    if value.op == "phi":  # with a mask, if there is one
        found = [exponential(arg) for arg in value.args]
        first = found[0]
        return first if first is not None and all(e is not None and same(e, first) for e in found) else None
    if value.op == "div":
        return exponential(value.args[0]) if exponential(value.args[1]) is None else None
    if value.op == "mul":
        found = [e for e in map(exponential, value.args) if e is not None]
        if len(found) == 1:
            return found[0]
    return None


def is_shifted(argument: Value) -> bool:
    """Whether something keeps exp(argument) from overflowing: a subtracted maximum, a bound, a clip."""
    argument = strip(argument)
    if argument.high <= 88:
        return True
    if argument.op == "sub":
        return _is_extreme(argument.args[1], "max", "maximum", "logsumexp") or is_shifted(argument.args[0])
    if argument.op == "add":
        return all(map(is_shifted, argument.args)) or any(
            arg.op == "neg" and contains(arg, "max", "logsumexp") for arg in argument.args
        )
    if argument.op in ("mul", "div"):
        return is_shifted(argument.args[0]) or (
            argument.op == "mul" and is_shifted(argument.args[1]) and argument.args[1].op != "constant"
        )
    return argument.op in ("log_softmax", "clip", "where") or (argument.op == "phi" and all(map(is_shifted, argument.args)))


def is_centred(argument: Value) -> bool:
    """Whether a sum of exp(argument) can neither overflow nor vanish: its largest term is near 1, or all are bounded."""
    return _is_multiple_of_log(argument) or _is_centred(argument)  # exp(a log b) is a power


@no_deeper(8, False)
def _is_centred(argument: Value) -> bool:
    argument = strip(argument)
    if _is_bounded(argument) or contains(argument, "arange"):
        return True  # a window over -r ... r has its largest term in the middle
    args = argument.args
    if argument.op == "sub":
        return _is_extreme(args[1], "max", "maximum", "logsumexp") or _is_extreme(args[0], "min", "minimum") or _is_centred(args[0])
    if argument.op in ("add", "mul", "div"):
        negated = [arg for arg in args if argument.op == "add" and arg.op == "neg"]
        above = [strip(arg) for arg in args if argument.op == "mul" and strip(arg).op == "sub"]
        return (
            any(_is_centred(arg) for arg in args if arg.number is None and not _is_bounded(arg) and not _is_addend(argument, arg))
            or any(_is_extreme(arg.args[0], "max") for arg in negated)
            or any(_is_extreme(arg.args[1], "min") for arg in above)
        )
    if argument.op == "neg":
        inner = strip(args[0])
        return _is_centred(inner) or (inner.op == "sub" and _is_extreme(inner.args[1], "min", "minimum"))
    if argument.op in ("where", "masked_fill"):
        return any(map(_is_centred, args))
    return argument.op in ("log_softmax", "clip") or (argument.op == "phi" and all(map(_is_centred, args)))


def _is_addend(argument: Value, value: Value) -> bool:
    """Whether a term is bounded from above by what it is, and says nothing of the terms beside it."""
    return (
        argument.op == "add"
        and strip(value).op in ("log_softmax", "log_sigmoid", "clip")
        and not all(map(_is_centred, argument.args))
    )


def _is_multiple_of_log(value: Value, depth: int = 6) -> bool:
    inner = strip(value)
    if inner.op in ("mul", "div", "neg"):
        return depth > 0 and any(_is_multiple_of_log(arg, depth - 1) for arg in inner.args[: 1 if inner.op == "div" else 2])
    return inner.op == "log"


def _is_bounded(value: Value) -> bool:
    return value.low >= -80 and value.high <= 88


def _is_extreme(offset: Value, *ops: str) -> bool:
    """Whether what is subtracted is a maximum, or what is subtracted from a minimum, by how it was made or by its name."""
    inner, pattern = strip(offset), _LEAST if "min" in ops else _SHIFT
    names = (inner.name.rsplit(".", 1)[-1], str(inner.about.get("bound", "")), str(offset.about.get("bound", "")))
    return contains(inner, *ops) or any(name and pattern.search(name) for name in names)


def _unshifted(argument: Value, axis: Any) -> Value:
    """What the maximum of each row was subtracted from."""
    if argument.op == "sub" and argument.args[1].op == "max" and identical(argument.args[1].args[0], argument.args[0]):
        largest = argument.args[1]
        if largest.axis is None or (largest.axis == axis and largest.about.get("keepdims")):
            return argument.args[0]
    return argument


def _softmax_or_sigmoid(args: tuple[Value, ...], _: dict[str, Any]) -> Value | None:
    numerator, denominator = strip(args[0]), strip(args[1])
    top, total = exponential(numerator), _total(denominator)
    if total is not None:
        if top is not None and exponential(total.args[0]) is not None and same(numerator, total.args[0]):
            return _softmax(args, numerator, top, total)
        other = exponential(total.args[0])
        if top is numerator and other is not None and same(top, other):
            return _softmax(args, numerator, top, total)  # among those that a mask leaves
        return _weighted_mean(numerator, total)
    if top is not None and denominator.op == "add":  # e^x / (1 + e^x)
        for one, power in (denominator.args, denominator.args[::-1]):
            if one.number == 1 and same(power, top):
                return _logistic(top.args[0], top.args[0], args[1] is denominator and identical(args[0], power))
    if numerator.number == 1 and denominator.op == "add":  # 1 / (1 + e^-x)
        for one, power in (denominator.args, denominator.args[::-1]):
            if one.number == 1 and strip(power).op == "exp":
                exponent = strip(power).args[0]
                argument = exponent.args[0] if exponent.op == "neg" else made("neg", (exponent,))
                return _logistic(argument, exponent, args[1] is denominator and power.op == "exp")
    return None


def _weighted_mean(numerator: Value, total: Value) -> Value | None:
    """x e / sum(e) is x times a softmax, and sum(x e) / sum(e) the sum of that."""
    summed = numerator.op == "sum" and numerator.axis == total.axis
    product, power = strip(numerator.args[0]) if summed else numerator, exponential(total.args[0])
    if power is None or product.op != "mul":
        return None
    for i, factor in enumerate(product.args):
        if same(factor, total.args[0]):
            softmax = _softmax((factor, total), strip(factor), power, total)
            weighted = made("mul", (product.args[1 - i], softmax))
            return made("sum", (weighted,), axis=total.axis) if summed else weighted
    return None


def _total(denominator: Value) -> Value | None:
    """The sum in a denominator: perhaps behind a branch, or with an epsilon, which does not stop an overflow."""
    if denominator.op == "phi" or (denominator.op == "add" and any(arg.looks_small_and_positive for arg in denominator.args)):
        sums = [strip(arg) for arg in denominator.args if strip(arg).op == "sum"]
        denominator = sums[0] if len(sums) == 1 else denominator
    return denominator if denominator.op == "sum" else None


def _softmax(args: tuple[Value, ...], numerator: Value, top: Value, total: Value) -> Value:
    exact = args[0].op == "exp" and args[1] is total and identical(args[0], total.args[0])
    argument = top.args[0]
    softmax = made("softmax", (_unshifted(argument, total.axis),), axis=total.axis, keepdims=total.about.get("keepdims", False))
    softmax.about |= {"weighted": numerator.op != "exp", "spelled": True, "exact": exact, "sum": total}
    softmax.about["naive"] = not is_centred(argument)
    return softmax


def _logistic(argument: Value, exponent: Value, exact: bool) -> Value:
    about = {"naive": not exponent.high <= 88.72, "spelled": True, "exact": exact}
    return Value("sigmoid", (argument,), *logistic_facts(argument), about=about)


def _log_of(args: tuple[Value, ...], about: dict[str, Any]) -> Value | None:
    if len(args) != 1 or about.get("base"):
        return None
    inner = strip(args[0])
    if inner.op in ("softmax", "sigmoid"):
        return made(f"log_{inner.op}", inner.args, axis=inner.axis)
    if inner.op == "sum" and (power := exponential(inner.args[0])) is not None and strip(inner.args[0]).op == "exp":
        return made("logsumexp", power.args, axis=inner.axis, keepdims=inner.about.get("keepdims", False))
    return None


def _power(args: tuple[Value, ...], _: dict[str, Any]) -> Value | None:
    if len(args) != 2:
        return None
    base, exponent = args
    if base.op == "constant" and base.number is not None and abs(base.number - math.e) < 1e-9:
        return made("exp", (exponent,))
    return made({2: "square", 0.5: "sqrt"}[exponent.number], (base,)) if exponent.number in (2, 0.5) else None


def _product(args: tuple[Value, ...], about: dict[str, Any]) -> Value | None:
    for factor, inverse in (args, args[::-1]) if len(args) == 2 else ():
        quotient = strip(inverse)
        if (
            quotient.op == "div"
            and quotient.args[0].number == 1
            and (softmax := _softmax_or_sigmoid((factor, quotient.args[1]), about))
        ):
            return softmax
    if len(args) == 2 and identical(*args) and strip(args[0]).op not in ("constant", "random"):
        return Value("square", args[:1], *square_facts(args[0]), dtype=args[0].dtype)
    return None


def _reciprocal(args: tuple[Value, ...], about: dict[str, Any]) -> Value | None:
    return made("div", (constant(1.0), args[0]), **about) if args else None


def _cosine(args: tuple[Value, ...], _: dict[str, Any]) -> Value | None:
    """The product of matrices whose rows have norm 1."""
    return made("cosine", args) if len(args) == 2 and all(strip(arg).op == "unit" for arg in args) else None


def _root(args: tuple[Value, ...], _: dict[str, Any]) -> Value | None:
    """The root of the sum of the squares of rows is their norm."""
    total = strip(args[0]) if args else None
    if total is None or total.op != "sum" or not total.args or strip(total.args[0]).op != "square" or total.about.get("where"):
        return None
    return made("norm", strip(total.args[0]).args[:1], axis=total.axis, keepdims=total.about.get("keepdims", False))


SPELLINGS: dict[str, Callable[[tuple[Value, ...], dict[str, Any]], Value | None]] = {
    "div": _softmax_or_sigmoid,
    "log": _log_of,
    "pow": _power,
    "mul": _product,
    "reciprocal": _reciprocal,
    "sqrt": _root,
    "matmul": _cosine,
    "linear": _cosine,
}
