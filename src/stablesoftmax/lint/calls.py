"""Calls: library functions, methods of arrays, functions and classes of the same module (entered), layers and losses."""

from __future__ import annotations

import ast
import math
from typing import Any, cast

from stablesoftmax.lint import arguments, expressions, layers, statements
from stablesoftmax.lint.arguments import Keywords
from stablesoftmax.lint.frames import Class, Frame
from stablesoftmax.lint.names import CALLABLES, LOSSES, METHODS, OPERATIONS, VIEW_METHODS, library_of
from stablesoftmax.lint.operations import apply, join
from stablesoftmax.lint.values import Value, Zero, constant, strip, unknown

__all__ = ["call", "callable_named", "instance_attribute", "library_member"]

DEEPEST = 6
"""Calls of calls that are entered."""
_BUILTINS = frozenset({"sum", "max", "min", "abs", "pow"})
_PASSING = frozenset(
    {"jit", "vmap", "pmap", "function", "compile", "vectorize", "partial", "checkpoint", "remat", "njit", "script"}
)
_CALLED = ("forward", "call", "__call__")
_NUMBERS = {
    "pi": math.pi,
    "e": math.e,
    "inf": math.inf,
    "Inf": math.inf,
    "infty": math.inf,
    "nan": math.nan,
    "NaN": math.nan,
    "NAN": math.nan,
}


def callable_named(frame: Frame, name: str) -> Value | None:
    """What a bare name that holds no value stands for: a function, a class, a library."""
    module = frame.module
    if name in module.functions:
        return Value("function", about={"node": module.functions[name], "frame": None, "cls": None, "name": name})
    if name in module.classes:
        return Value("class", about={"class": module.classes[name], "name": name})
    dotted = module.imports.resolve(name)
    if dotted:
        return library_member(dotted)
    return Value("library", about={"name": f"builtins.{name}"}) if name in _BUILTINS else None


def library_member(dotted: str, node: ast.AST | None = None) -> Value:
    """A name inside a library: a number, or something to call."""
    last = dotted.rsplit(".", 1)[-1]
    if last in _NUMBERS and library_of(dotted):
        return constant(_NUMBERS[last], node)
    return Value("library", library=library_of(dotted), node=node, about={"name": dotted})


def call(frame: Frame, node: ast.Call) -> Value:
    """The value of a call."""
    args = [expressions.evaluate(frame, n) for n in node.args if not (isinstance(n, ast.Call) and _is_super(n))]
    keywords = {k.arg: expressions.evaluate(frame, k.value) for k in node.keywords if k.arg and k.arg != "where"}
    if where := next((k.value for k in node.keywords if k.arg == "where"), None):
        keywords["where"] = expressions.guard(frame, where)
    if isinstance(node.func, ast.Attribute):
        base = expressions.evaluate(frame, node.func.value)
        if base.op not in ("library", "record") and not (base.op == "instance" and node.func.attr not in _SAME):
            return _method(frame, node, base, node.func.attr, args, keywords)
    function = expressions.evaluate(frame, node.func)
    value = enter(frame, node, function, args, keywords)
    out = next((k.value for k in node.keywords if k.arg == "out"), None)
    if isinstance(out, ast.Name):
        frame.write(out.id, value)
    return value


def _is_super(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "super"


def enter(frame: Frame, node: ast.Call, function: Value, args: list[Value], keywords: Keywords) -> Value:
    """Call a value with arguments."""
    if function.op == "library":
        return _library(frame, node, function.name, args, keywords)
    if function.op == "function":
        return follow(frame, node, function, args, keywords)
    if function.op == "class":
        return _instantiate(frame, node, function.about["class"], args, keywords)
    if function.op == "instance":
        cls: Class = function.about["class"]
        for name in _CALLED:
            if name in cls.methods:
                return follow(frame, node, _bound(cls, name), args, keywords)
        return unknown(node=node)
    if function.op == "layer" and args:
        return layers.run_layer(frame, function, args[0], node)
    if function.op == "layer":
        return unknown(node=node)
    if function.op == "loss":
        return layers.loss_value(frame, node, function, args, keywords)
    name = expressions.dotted(node.func)
    last = name.rsplit(".", 1)[-1].lstrip("_")
    if last in CALLABLES and args:
        return compute(frame, node, OPERATIONS[last], args, keywords, "", last)
    if last in ("len", "int", "float", "list", "tuple", "zip", "enumerate", "range", "round", "map", "sorted", "reversed", "bool"):
        return _builtin(frame, node, last, args)
    return Value("call", tuple(args), node=node, about={"name": name or "?"})


def _builtin(frame: Frame, node: ast.Call, name: str, args: list[Value]) -> Value:
    if name in ("len", "int", "round", "range"):
        number = args[0].number if args else None
        if name in ("int", "round") and args:
            zero = Zero.UNKNOWN
            return Value("cast", tuple(args[:1]), args[0].low, args[0].high, zero, dtype="int", node=node)
        low = number if name == "range" and len(args) > 1 and number is not None else 0.0
        return Value("arange" if name == "range" else "length", (), low, math.inf, dtype="int", node=node, about={"name": "len"})
    if name in ("zip", "enumerate"):
        return Value(name, tuple(args), node=node)
    if name == "map" and len(args) == 2:
        return enter(frame, node, args[0], [expressions.element_of(args[1])], {})
    return apply("cast" if name == "float" else "view", tuple(args[:1]), node) if args else unknown(node=node)


# library functions -------------------------------------------------------------------------------------------------


def _library(frame: Frame, node: ast.Call, dotted: str, args: list[Value], keywords: Keywords) -> Value:
    library, last = library_of(dotted), dotted.rsplit(".", 1)[-1]
    if library:
        made = layers.make_layer(last, args, keywords, library, node) if last[:1].isupper() else None
        if made is None and (last in LOSSES or last == "KLDivLoss"):
            made = layers.loss_object(last, keywords, library, node)
        if made is not None:
            return made
        if last in ("Model", "Functional") and (outputs := keywords.get("outputs", args[1] if len(args) > 1 else None)):
            return Value("layer", node=node, about={"layers": [], "output": outputs, "op": ""})
    if last == "bincount" and (len(args) > 1 or "weights" in keywords):
        return Value("call", tuple(args), node=node, about={"name": dotted}, library=library)  # sums
    if last in _PASSING and args and args[0].op in ("function", "instance", "layer", "library"):
        return args[0]
    known = library or _optax(dotted)
    op = OPERATIONS.get(last, "log_probability_loss" if last == "kl_div" else "") if known else ""
    if op.endswith("_loss") and (known or "loss" in dotted):
        name = {"binary_crossentropy": "BinaryCrossentropy"}.get(last, last)
        logits = keywords.get("from_logits")
        loss = Value(
            "loss", library=known, about={"op": op, "name": name, "from_logits": logits is not None and logits.name == "True"}
        )
        return layers.loss_value(frame, node, loss, args, keywords)
    if op:
        return compute(frame, node, op, args, keywords, known, last)
    if not library and last.lstrip("_") in CALLABLES and args:
        return compute(frame, node, OPERATIONS[last.lstrip("_")], args, keywords, "", last)
    return Value("call", tuple(args), node=node, about={"name": dotted}, library=library)


def _optax(dotted: str) -> str:
    return "jax" if dotted.startswith("optax.") and OPERATIONS.get(dotted.rsplit(".", 1)[-1], "").endswith("_loss") else ""


def compute(frame: Frame, node: ast.Call, op: str, args: list[Value], keywords: Keywords, library: str, name: str) -> Value:
    """The value of a library function or a method that computes an operation.

    Parameters
    ----------
    frame : Frame
        Where the call is.
    node : ast.Call
        The call.
    op : str
        The operation.
    args, keywords
        Its arguments; the array of a method comes first.
    library : str
        Whose function it is.
    name : str
        How it is called there.

    Returns
    -------
    Value
    """
    if op in arguments.REDUCTIONS:
        values, about = arguments.reduction(op, args, keywords, library)
        if not values:
            return unknown(node=node)
        made = expressions.operate(frame, node, op, values, library, **about)
        pair = op in ("max", "min") and library in ("torch", "") and about["axis_given"] and isinstance(node.func, ast.Attribute)
        return (
            Value("tuple", (made, Value("length", dtype="int")), made.low, made.high, node=node)
            if pair and _unpacked(node)
            else made
        )
    handler = _SPECIAL.get(op)
    if handler is not None:
        return cast(Value, handler(frame, node, args, keywords, library, name))
    args = arguments.operands(args, keywords, 2)
    count = {"add": 2, "sub": 2, "mul": 2, "div": 2, "pow": 2, "maximum": 2, "minimum": 2, "logaddexp": 2}.get(op)
    about = {}
    if name in ("log2", "log10") or (op == "log" and library == "math" and len(args) > 1):
        about["base"] = name
        args = args[:1]
    if len(args) < (count or 1):
        return unknown(node=node)
    if op == "linear" and args:
        made = expressions.operate(frame, node, op, tuple(args[:1]), library)
        return layers.activated(frame, made, keywords.get("activation", keywords.get("activation_fn")), node, library)
    if op == "square" and name == "squared_difference" and len(args) > 1:
        args = [apply("sub", tuple(args[:2]), node, library)]
    return expressions.operate(frame, node, op, tuple(args[: count or 1]) if op != "compare" else tuple(args), library, **about)


def _unpacked(node: ast.Call) -> bool:
    return not any(k.arg in ("keepdims", "axis") for k in node.keywords)


def _clip(frame: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, name: str) -> Value:
    values = arguments.bounds_of(name, args, keywords)
    return expressions.operate(frame, node, "clip", values, library)


def _where(frame: Frame, node: ast.Call, args: list[Value], _: Keywords, library: str, __: str) -> Value:
    return expressions.operate(frame, node, "where", tuple(args), library) if len(args) == 3 else unknown(node=node)


def _cast(frame: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, name: str) -> Value:
    args = arguments.operands(args, keywords)
    if not args:
        return unknown(node=node)
    wanted = keywords.get("dtype") or (args[1] if len(args) > 1 else None)
    by_name = arguments.dtype_named(unknown(name)) if name not in ("array", "tensor") else ""
    dtype = arguments.dtype_named(wanted, "float64" if library == "numpy" else "float32") or by_name or args[0].dtype
    if name == "Variable" and strip(args[0]).op in ("zeros", "ones", "full", "random", "constant"):
        return unknown("variable", node)  # it will be trained
    return expressions.operate(frame, node, "cast", tuple(args[:1]), library, dtype=dtype)


def _view(_: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, __: str) -> Value:
    args = arguments.operands(args, keywords)
    if not args:
        return unknown(node=node)
    whole = join(list(args[0].args)) if args[0].op == "tuple" and args[0].args else args[0]
    return apply("view", (whole,), node, library)


def _moments(frame: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, name: str) -> Value:
    values, about = arguments.reduction("mean", args, keywords, library)
    mean, spread = (apply(op, values, node, library, **about) for op in ("mean", "std" if name.startswith("std") else "var"))
    return Value("tuple", (mean, spread) if name == "moments" else (spread, mean), node=node)


def _uniform(_: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, name: str) -> Value:
    return arguments.uniform(name, args, keywords, library, node)


def _filled(_: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, name: str) -> Value:
    dtype = arguments.dtype_named(keywords.get("dtype"), "float64")
    op = OPERATIONS[name]
    if op == "full":
        fill = keywords.get("fill_value") or (args[1] if len(args) > 1 else constant(math.nan))
        return Value("full", (fill,), fill.low, fill.high, fill.zero, dtype=dtype, library=library, node=node)
    return apply(op, (), node, library, dtype=dtype)


def _arange(_: Frame, node: ast.Call, args: list[Value], keywords: Keywords, library: str, __: str) -> Value:
    whole = all(arg.dtype == "int" or arg.number is None for arg in args) and "dtype" not in keywords
    first = args[0].number if len(args) > 1 and args[0].number is not None else 0.0
    return Value("arange", (), first, math.inf, dtype="int" if whole else "", library=library, node=node)


_SPECIAL: dict[str, Any] = {
    "clip": _clip, "where": _where, "cast": _cast, "view": _view, "moments": _moments, "uniform": _uniform,
    "zeros": _filled, "ones": _filled, "full": _filled, "arange": _arange,
}  # fmt: skip


# methods -----------------------------------------------------------------------------------------------------------

_SAME = frozenset({"to", "cuda", "cpu", "eval", "train", "float", "double", "half", "requires_grad_", "share_memory"})


def _method(frame: Frame, node: ast.Call, base: Value, name: str, args: list[Value], keywords: Keywords) -> Value:
    if base.op in ("instance", "layer", "loss") and name in _SAME:
        return base
    if base.op == "layer":
        if name == "add" and args:
            layers.add_layer(frame, base, args[0], node)
        elif name == "compile":
            layers.compiled(frame, node, base, keywords.get("loss", args[1] if len(args) > 1 else None))
        elif name in ("predict", "call", "forward", "apply", "predict_on_batch") and args:
            return layers.run_layer(frame, base, args[-1 if name == "apply" else 0], node)
        return unknown(node=node)
    full = expressions.dotted(node.func)
    stored = frame.lookup(full) if full else None
    if stored is not None and stored.op in ("layer", "function", "instance", "loss", "class", "library"):
        return enter(frame, node, stored, args, keywords)
    if (base.op == "call" and base.name == "super") or base.op in ("function", "class", "text", "record", "tuple"):
        return Value("call", tuple(args), node=node, about={"name": full or "." + name})
    if name not in METHODS:
        return Value("call", (base, *args), node=node, about={"name": full or "." + name})
    if name in VIEW_METHODS:
        return apply("view", (base,), node)
    library = base.library if base.library in ("numpy", "torch", "jax", "tensorflow") else ""
    if name in ("to", "type", "astype", "float", "double", "half", "bfloat16", "long", "int", "byte", "cast"):
        wanted = keywords.get("dtype") or (args[0] if args else None)
        dtype = arguments.dtype_named(wanted, "float64") or arguments.dtype_named(unknown(name)) or base.dtype
        return expressions.operate(frame, node, "cast", (base,), library, dtype=dtype)
    if name in ("masked_fill", "masked_fill_") and len(args) == 2:
        return expressions.operate(frame, node, "masked_fill", (base, *args), "torch")
    op = OPERATIONS.get(name, "")
    bare = ("exp", "log", "sqrt", "rsqrt", "log1p", "expm1", "sigmoid", "relu", "square", "abs", "tanh", "neg", "reciprocal")
    if not op or (op in bare and args):
        return Value("call", (base, *args), node=node, about={"name": full or "." + name})
    value = compute(frame, node, op, [base, *args], keywords, library, name)
    if name.endswith("_") and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        frame.write(node.func.value.id, value)
    return value


def instance_attribute(frame: Frame, base: Value, node: ast.Attribute) -> Value:
    """`self.name`, or the attribute of an object whose class is in the module."""
    cls: Class = base.about["class"]
    initialize(frame, cls)
    if node.attr in cls.attributes:
        return cls.attributes[node.attr]
    method = cls.methods.get(node.attr)
    if method is not None:
        bound = _bound(cls, node.attr)
        if method.decorator_list and len(method.args.args) == 1:  # a property
            return follow(frame, node, bound, [], {})
        return bound
    name = expressions.dotted(node)
    return frame.read(name, node) if name else unknown(node.attr, node)


def _bound(cls: Class, name: str) -> Value:
    return Value("function", about={"node": cls.methods[name], "frame": None, "cls": cls, "name": name})


def initialize(frame: Frame, cls: Class) -> None:
    """Follow what the constructor assigns to `self`, once."""
    if cls.initialized:
        return
    cls.initialized = True
    for name in ("__init__", "build", "setup"):
        if name in cls.methods:
            follow(frame, cls.node, _bound(cls, name), [], {})


def _instantiate(frame: Frame, node: ast.Call, cls: Class, args: list[Value], keywords: Keywords) -> Value:
    cls.initialized = True
    if "__init__" in cls.methods:
        follow(frame, node, _bound(cls, "__init__"), args, keywords)
    return Value("instance", node=node, about={"class": cls})


# functions of the module -------------------------------------------------------------------------------------------


def follow(frame: Frame, node: ast.AST, function: Value, args: list[Value], keywords: Keywords) -> Value:
    """Enter a function of the module and give what it returns.

    Parameters
    ----------
    frame : Frame
        Where the call is.
    node : ast.AST
        The call.
    function : Value
        The function, with its class if it is a method.
    args, keywords
        Its arguments.

    Returns
    -------
    Value
    """
    body, cls, module = function.about["node"], function.about["cls"], frame.module
    opaque = Value("call", tuple(args), node=node, about={"name": function.name or "lambda"})
    if module.budget <= 0 or len(frame.stack) >= DEEPEST or body in frame.stack:
        opaque.about["recursive"] = body in frame.stack
        return opaque
    module.budget -= 1
    inner = Frame(module, function.about["frame"], body, cls)
    inner.stack = (*frame.stack, body)
    inner.guarded, inner.quiet = list(frame.guarded), frame.quiet
    inner.constant = frame.constant + statements.is_constant(body)
    inner.inlined = True
    statements.bind_parameters(inner, body, args, keywords, cls)
    if isinstance(body, ast.Lambda):
        return expressions.evaluate(inner, body.body)
    statements.execute(inner, body.body)
    return join(inner.returned) if inner.returned else unknown(node=node)
