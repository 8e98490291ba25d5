"""The arguments of library functions in one form: operands in order, axis, keepdims, dtype."""

from __future__ import annotations

import ast
import math
from typing import Any

from stablesoftmax.lint.values import Value, Zero

__all__ = ["REDUCTIONS", "Keywords", "absent", "axis_of", "bounds_of", "dtype_named", "operands", "reduction", "uniform"]

Keywords = dict[str, Value]
REDUCTIONS = frozenset({"sum", "mean", "max", "min", "prod", "var", "std", "logsumexp", "softmax", "log_softmax", "norm", "argmax"})

_DTYPES = {
    "float16": "float16", "half": "float16", "Half": "float16", "f2": "float16", "e": "float16", "HalfTensor": "float16",
    "bfloat16": "bfloat16", "float32": "float32", "float": "float32", "single": "float32", "f4": "float32", "float64": "float64",
    "double": "float64", "f8": "float64", "to_float": "float32", "to_double": "float64", "FloatTensor": "float32",
    "uint8": "uint8", "int8": "int8", "byte": "uint8", "int": "int", "int32": "int", "int64": "int", "long": "int", "bool": "bool",
    "bool_": "bool", "int16": "int",
}  # fmt: skip
_LOW = ("a_min", "min", "min_value", "clip_value_min", "amin")
_HIGH = ("a_max", "max", "max_value", "clip_value_max", "amax")
_NOT_NUMBERS = frozenset("axis dim axes reduction_indices keepdims keepdim keep_dims where weights b dtype out name".split())  # noqa: SIM905
_FIRST = ("x", "a", "input", "input_tensor", "logits", "features", "tensor", "inputs", "arr", "tensors", "values", "value", "self")


def absent() -> Value:
    """An operand that was not given."""
    return Value("none", about={"absent": True})


def dtype_named(value: Value | None, python_float: str = "float32") -> str:
    """The dtype that an argument names, or ""."""
    if value is None:
        return ""
    name = str(value.about.get("text") or value.name).rsplit(".", 1)[-1].lstrip("<>=")
    return python_float if name == "float" and value.op != "library" else _DTYPES.get(name, "")


def axis_of(value: Value | None) -> Any:
    """An axis as a number, a tuple of numbers, None, or "?"."""
    if value is None or value.op == "none":
        return None
    if value.number is not None:
        return int(value.number) if value.number.is_integer() else "?"
    if value.op == "tuple" and all(arg.number is not None and arg.number.is_integer() for arg in value.args):
        return tuple(int(arg.number) for arg in value.args if arg.number is not None)
    return "?"


def operands(args: list[Value], keywords: Keywords, count: int = 1) -> list[Value]:
    """The positional operands, the first of them perhaps given by keyword."""
    if not args:
        args = [keywords[name] for name in _FIRST if name in keywords][:1]
    for name in ("y", "b", "other", "x2", "exponent"):
        if len(args) < count and name in keywords:
            args = [*args, keywords[name]]
    return args


def reduction(op: str, args: list[Value], keywords: Keywords, library: str) -> tuple[tuple[Value, ...], dict[str, Any]]:
    """Operand, axis and keepdims of a sum, a maximum, a softmax.

    Parameters
    ----------
    op : str
        The operation.
    args : list of Value
        Positional arguments, the array first.
    keywords : dict
        Keyword arguments.
    library : str
        Whose function it is: defaults differ.

    Returns
    -------
    tuple
        Operands; what goes into `about`.
    """
    args = operands(args, keywords)
    given = next((keywords[name] for name in ("axis", "dim", "axes", "reduction_indices") if name in keywords), None)
    position = 2 if op == "norm" and library in ("numpy", "torch", "jax", "", "scipy") else 1
    second = args[position] if len(args) > position else None
    if op in ("max", "min") and len(args) == 2 and library in ("builtins", "math"):
        return tuple(args), {"axis": None}
    if given is None and second is not None:
        given = second
    keep = next((keywords[name] for name in ("keepdims", "keepdim", "keep_dims") if name in keywords), None)
    if keep is None and len(args) > position + 1 and args[position + 1].name == "True":
        keep = args[position + 1]
    about: dict[str, Any] = {
        "axis": axis_of(given),
        "keepdims": keep is not None and keep.name != "False",
        "axis_given": given is not None,
    }
    rest = {name: value for name, value in keywords.items() if name not in _NOT_NUMBERS}  # ord of a norm, ddof of a variance
    if op == "norm" and len(args) > 1:
        rest["ord"] = args[1]
    if rest:
        about["rest"] = sorted((name, str(value.name if value.number is None else value.number)) for name, value in rest.items())
    for name in ("where", "weights", "b"):
        if name in keywords:
            about[name] = keywords[name]
    if "dtype" in keywords:
        about["as"] = dtype_named(keywords["dtype"])
    return tuple(args[:1]), about


def bounds_of(name: str, args: list[Value], keywords: Keywords) -> tuple[Value, ...]:
    """Operand, lower and upper bound of a clip.

    Parameters
    ----------
    name : str
        The function, because clamp_min and clamp_max have one bound.
    args : list of Value
        Positional arguments, the array first.
    keywords : dict
        Keyword arguments.

    Returns
    -------
    tuple of Value
    """
    args = operands(args, keywords)
    value = args[0] if args else absent()
    low = next((keywords[key] for key in _LOW if key in keywords), None)
    high = next((keywords[key] for key in _HIGH if key in keywords), None)
    if name.startswith("clamp_max"):
        high = high or (args[1] if len(args) > 1 else None)
    else:
        low = low or (args[1] if len(args) > 1 else None)
        high = high or (args[2] if len(args) > 2 else None)
    return value, low if low and low.op != "none" else absent(), high if high and high.op != "none" else absent()


def uniform(last: str, args: list[Value], keywords: Keywords, library: str, node: ast.AST) -> Value:
    """Random numbers of [0, 1), or between bounds that are written."""
    low = next((keywords[key] for key in ("low", "minval", "a") if key in keywords), None)
    high = next((keywords[key] for key in ("high", "maxval", "b") if key in keywords), None)
    if last in ("uniform", "random_uniform", "uniform_"):
        start = {"numpy": 0, "random": 0, "torch": 1, "": 1, "tensorflow": 1, "keras": 1, "jax": 2}.get(library, 1)
        low = low or (args[start] if len(args) > start else None)
        high = high or (args[start + 1] if len(args) > start + 1 else None)
    floor = 0.0 if low is None else low.number
    ceiling = 1.0 if high is None else high.number
    if floor is None or (low is not None and floor is None):
        return Value("random", (), 0.0, math.inf, Zero.NEVER, library=library, node=node)
    zero = Zero.MAYBE if floor == 0 else Zero.NEVER if floor > 0 else Zero.UNKNOWN
    return Value("random", (), floor, math.inf if ceiling is None else ceiling, zero, library=library, node=node)
