"""Calls: library functions, methods of arrays, functions and classes of the same module (entered), layers and losses."""

from __future__ import annotations

import ast
import math

from stablesoftmax.lint import arguments, expressions, functions, guards, layers, statements, tallies
from stablesoftmax.lint.arguments import Keywords
from stablesoftmax.lint.attributes import CONSTRUCTORS
from stablesoftmax.lint.contracts import is_constant
from stablesoftmax.lint.facts import is_count
from stablesoftmax.lint.frames import Class, Frame, dotted
from stablesoftmax.lint.indexing import drawn
from stablesoftmax.lint.names import CALLABLES, LOSSES, METHODS, OPERATIONS, VIEW_METHODS, library_of
from stablesoftmax.lint.operations import apply, join
from stablesoftmax.lint.values import Value, Zero, constant, same, strip, unknown

__all__ = ["call", "callable_named", "instance_attribute", "library_member"]

DEEPEST = 6
"""Calls of calls that are entered."""
_BUILTINS = frozenset({"sum", "max", "min", "abs", "pow"})
_PASSING = frozenset(
    {"jit", "vmap", "pmap", "function", "compile", "vectorize", "partial", "checkpoint", "remat", "njit", "script"}
)
_MAPPING = frozenset({"map_fn", "apply_along_axis", "map"})
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
    args: list[Value] = []
    before, tests = len(frame.guarded), len(frame.tests)
    if len(node.args) == 3 and OPERATIONS.get(dotted(node.func).rsplit(".", 1)[-1]) == "where":
        guards.guard(frame, node.args[0])  # the branches are written for it
    for given in node.args:
        value = expressions.evaluate(frame, given)
        args += value.args if isinstance(given, ast.Starred) and value.op == "tuple" else [value]
    del frame.guarded[before:], frame.tests[tests:]
    keywords = {k.arg: expressions.evaluate(frame, k.value) for k in node.keywords if k.arg and k.arg != "where"}
    if where := next((k.value for k in node.keywords if k.arg == "where"), None):
        keywords["where"] = guards.guard(frame, where)
    if isinstance(node.func, ast.Attribute):
        base = expressions.evaluate(frame, node.func.value)
        if base.op not in ("library", "record") and not (base.op == "instance" and node.func.attr not in _SAME | {"apply"}):
            return _method(frame, node, base, node.func.attr, args, keywords)
        if base.op == "instance" and node.func.attr == "compile" and "compile" not in base.about["class"].methods:
            return _compiled_instance(frame, node, base, args, keywords)
    function = expressions.evaluate(frame, node.func)
    value = enter(frame, node, function, args, keywords)
    out = next((k.value for k in node.keywords if k.arg == "out"), None)
    if isinstance(out, ast.Name):
        frame.write(out.id, value)
    return value


def _compiled_instance(frame: Frame, node: ast.Call, model: Value, args: list[Value], keywords: Keywords) -> Value:
    """`compile` of a subclassed Keras model: its output is what its `call` gives."""
    output = enter(frame, node, model, [unknown(node=node)], {})
    stand_in = Value("layer", node=node, about={"layers": [], "output": output, "op": ""})
    layers.compiled(frame, node, stand_in, keywords.get("loss", args[1] if len(args) > 1 else None))
    return unknown(node=node)


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
        return follow(frame, node, _bound(cls, cls.called), args, keywords) if cls.called else unknown(node=node)
    if function.op == "layer" and args:
        return layers.run_layer(frame, function, args[0], node)
    if function.op == "layer":
        return unknown(node=node)
    if function.op == "loss":
        return layers.loss_value(frame, node, function, args, keywords)
    name = dotted(node.func)
    last = name.rsplit(".", 1)[-1].lstrip("_")
    if last in CALLABLES and args:
        return functions.compute(frame, node, OPERATIONS[last], args, keywords, "", last)
    table = tallies.made(last, args, node)
    if table is not None:
        return table
    if last in ("len", "int", "float", "list", "tuple", "zip", "enumerate", "range", "round", "map", "sorted", "reversed", "bool"):
        return _builtin(frame, node, last, args)
    return Value("call", tuple(args), node=node, about={"name": name or "?"})


def _builtin(frame: Frame, node: ast.Call, name: str, args: list[Value]) -> Value:
    if name in ("len", "int", "round", "range"):
        number = args[0].number if args else None
        if name in ("int", "round") and args:
            zero = args[0].zero if is_count(strip(args[0])) else Zero.UNKNOWN
            return Value("cast", tuple(args[:1]), args[0].low, args[0].high, zero, dtype="int", node=node)
        if name == "len" and args and args[0].op == "picked":
            return Value("count", tuple(args), 0.0, math.inf, Zero.MAYBE, dtype="int", node=node)
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
    if dotted == "tensorflow.inv":
        last = "reciprocal"
    if library:
        made = layers.make_layer(last, args, keywords, library, node) if last[:1].isupper() else None
        if made is None and (last in LOSSES or last == "KLDivLoss"):
            made = layers.loss_object(last, keywords, library, node)
        if made is not None:
            return made
        if last in ("Model", "Functional") and (outputs := keywords.get("outputs", args[1] if len(args) > 1 else None)):
            return Value("layer", node=node, about={"layers": [], "output": outputs, "op": ""})
    if last in _MAPPING and args and args[0].op in ("function", "library"):
        over = (
            args[2]
            if last == "apply_along_axis" and len(args) > 2
            else args[1]
            if len(args) > 1
            else keywords.get("elems", unknown())
        )
        return enter(frame, node, args[0], [expressions.element_of(over)], {})
    if dotted.startswith("collections.") and (table := tallies.made(last, args, node)) is not None:
        return table
    if last == "bincount" and (len(args) > 1 or "weights" in keywords):
        return Value("call", tuple(args), node=node, about={"name": dotted}, library=library)  # sums
    if last in _PASSING and args and args[0].op in ("function", "instance", "layer", "library"):
        return args[0]
    known = library or _optax(dotted) or ("scipy" if dotted.startswith(("scipy.stats.", "jax.scipy.stats.")) else "")
    op = OPERATIONS.get(last, "log_probability_loss" if last == "kl_div" else "") if known else ""
    if op.endswith("_loss") and (known or "loss" in dotted):
        name = {"binary_crossentropy": "BinaryCrossentropy"}.get(last, last)
        logits = keywords.get("from_logits")
        loss = Value(
            "loss", library=known, about={"op": op, "name": name, "from_logits": logits is not None and logits.name == "True"}
        )
        return layers.loss_value(frame, node, loss, args, keywords)
    if op:
        return functions.compute(frame, node, op, args, keywords, known, last)
    if not library and last.lstrip("_") in CALLABLES and args:
        return functions.compute(frame, node, OPERATIONS[last.lstrip("_")], args, keywords, "", last)
    return Value("call", tuple(args), node=node, about={"name": dotted}, library=library)


def _optax(dotted: str) -> str:
    return "jax" if dotted.startswith("optax.") and OPERATIONS.get(dotted.rsplit(".", 1)[-1], "").endswith("_loss") else ""


# methods -----------------------------------------------------------------------------------------------------------

_SAME = frozenset({"to", "cuda", "cpu", "eval", "train", "float", "double", "half", "requires_grad_", "share_memory"})


def _method(frame: Frame, node: ast.Call, base: Value, name: str, args: list[Value], keywords: Keywords) -> Value:
    if base.op in ("instance", "layer", "loss") and name in _SAME:
        return base
    if base.op == "instance" and name == "apply" and "apply" not in base.about["class"].methods:
        return enter(frame, node, base, args[1:], keywords)  # a module of Flax: the parameters come first
    if base.op == "layer":
        if name == "add" and args:
            layers.add_layer(frame, base, args[0], node)
        elif name == "compile":
            layers.compiled(frame, node, base, keywords.get("loss", args[1] if len(args) > 1 else None))
        elif name in ("predict", "call", "forward", "apply", "predict_on_batch") and args:
            return layers.run_layer(frame, base, args[-1 if name == "apply" else 0], node)
        return unknown(node=node)
    full = dotted(node.func)
    stored = frame.lookup(full) if full else None
    if stored is not None and stored.op in ("layer", "function", "instance", "loss", "class", "library"):
        return enter(frame, node, stored, args, keywords)
    if (base.op == "call" and base.name == "super") or (
        base.op in ("function", "class", "text", "record", "tuple") and name != "append"
    ):
        return Value("call", tuple(args), node=node, about={"name": full or "." + name})
    if name == "append" and len(args) == 1 and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return _appended(frame, node, node.func.value.id, args[0])
    table = tallies.asked(base, name, args, node)
    if table is not None:
        return table
    if name.rstrip("_") in ("index_add", "scatter_add", "scatter_reduce"):
        return functions.over_segments(frame, node, base, args)
    if name == "random" and not args:
        return arguments.uniform(name, args, keywords, "random", node)
    if name not in METHODS:
        return Value("call", (base, *args), node=node, about={"name": full or "." + name})
    if name in VIEW_METHODS:
        value = apply("view", (base,), node)
        if name == "gather" and any(map(drawn, [*args, *keywords.values()])):
            value.zero = Zero.NEVER
        return value
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
    value = functions.compute(frame, node, op, [base, *args], keywords, library, name)
    if name.endswith("_") and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        frame.write(node.func.value.id, value)
    return value


def _appended(frame: Frame, node: ast.Call, name: str, item: Value) -> Value:
    """A list that a loop fills: its elements are what is appended."""
    held = frame.lookup(name)
    if held is not None and held.op == "tuple" and not held.args:
        frame.write(name, Value("view", (item,), item.low, item.high, item.zero, dtype=item.dtype, node=node, about={"list": True}))
    elif held is not None and held.about.get("list") and not same(held.args[0], item):
        frame.write(name, unknown(name, node))
    return unknown(node=node)


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
    name = dotted(node)
    return frame.read(name, node) if name else unknown(node.attr, node)


def _bound(cls: Class, name: str) -> Value:
    return Value("function", about={"node": cls.methods[name], "frame": None, "cls": cls, "name": name})


def initialize(frame: Frame, cls: Class) -> None:
    """Follow what the constructor assigns to `self`, once."""
    if cls.initialized:
        return
    cls.initialized = True
    for name in CONSTRUCTORS:
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
    inner.guarded, inner.tests, inner.quiet = list(frame.guarded), list(frame.tests), frame.quiet
    inner.constant = frame.constant + is_constant(body, cls, module)
    inner.inlined = True
    statements.bind_parameters(inner, body, args, keywords, cls)
    if isinstance(body, ast.Lambda):
        return expressions.evaluate(inner, body.body)
    statements.execute(inner, body.body)
    return join(inner.returned) if inner.returned else unknown(node=node)
