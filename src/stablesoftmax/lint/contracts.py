"""What the place of a function promises: of its arguments, and that no gradient is taken of what it computes."""

from __future__ import annotations

import ast
import math
import re
from typing import Any

from stablesoftmax.lint.frames import Class, Function, Module, dotted
from stablesoftmax.lint.values import Zero

__all__ = ["WITHOUT_GRADIENT", "is_constant", "promised"]

WITHOUT_GRADIENT = frozenset({"no_grad", "inference_mode", "stop_recording"})
_DECORATORS = WITHOUT_GRADIENT | {"register_decomposition", "dependent_property", "_make_elementwise_unary_reference"}
"""A decomposition computes the value of an operator whose derivative is registered elsewhere; a dependent property is a support."""
_BASES = re.compile(r"(FeatureExtract\w+|Processor|ProcessorMixin|ImageProcess\w+|LogitsProcessor|Tokenizer\w*)$")
"""Classes that prepare data for a model, or choose from its output."""
_RUNNING = re.compile(r"(^|_)running(_|$)")
_GRADIENTS = frozenset({"updates", "grads", "grad", "gradients", "g"})
_STATES = frozenset({"state", "opt_state"})
_COUNTS = re.compile(r"(^|_)(counts|hist|histogram|frequencies|contingency|co_?occurrences?|cooc)(_matrix|_table)?$")
"""Tables of counts by their names: some entries are 0."""
_DISTRIBUTIONS = frozenset({"rv_continuous", "rv_discrete"})
_OF_X = frozenset({"_pdf", "_logpdf", "_pmf", "_logpmf", "_cdf", "_logcdf", "_sf", "_logsf"})


def is_constant(function: Function, cls: Class | None, module: Module) -> bool:
    """Whether no gradient is taken of what a function computes.

    Parameters
    ----------
    function : ast.FunctionDef or ast.Lambda
        The function.
    cls : Class or None
        Its class.
    module : Module
        Its module.

    Returns
    -------
    bool
        True under `no_grad` and its like, where data is prepared, in the step of an optimizer, for running statistics, and in
        kernels and decompositions, whose gradients are written elsewhere.
    """
    if cls is not None and any(_BASES.search(dotted(base)) for base in cls.node.bases):
        return True
    if cls is not None and getattr(function, "name", "") in _used_without_gradient(cls):
        return True
    if module.imports.has("pallas") or _RUNNING.search(getattr(function, "name", "")):
        return True
    inner = [] if isinstance(function, ast.Lambda) else [n for n in function.body if isinstance(n, ast.FunctionDef)]
    return any(map(_is_step, [function, *inner])) or not _DECORATORS.isdisjoint(_decorators(function))


def _decorators(function: Function) -> set[str]:
    return {
        n.attr if isinstance(n, ast.Attribute) else getattr(n, "id", "")
        for d in getattr(function, "decorator_list", ())
        for n in ast.walk(d)
    }


def _used_without_gradient(cls: Class) -> frozenset[str]:
    """Private methods that methods under `no_grad` use, and no other; found out once a class."""
    if cls.constants is None:
        inside: set[str] = set()
        outside: set[str] = set()
        decorated = {name: not WITHOUT_GRADIENT.isdisjoint(_decorators(method)) for name, method in cls.methods.items()}
        for name, method in cls.methods.items() if any(decorated.values()) else ():
            used = {n.attr for n in ast.walk(method) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)}
            (inside if decorated[name] else outside).update(used)
        cls.constants = frozenset(name for name in inside - outside if name.startswith("_") and not name.startswith("__"))
    return cls.constants


def _is_step(function: Function) -> bool:
    """The step of an optimizer is handed gradients and its state."""
    names = {arg.arg for arg in (*function.args.posonlyargs, *function.args.args)}
    return not names.isdisjoint(_GRADIENTS) and not names.isdisjoint(_STATES)


def promised(function: Function, cls: Class | None, module: Module, name: str) -> dict[str, Any]:
    """What a function may assume of an argument: a table of counts by its name, or in a method of a distribution of SciPy.

    Parameters
    ----------
    function : ast.FunctionDef or ast.Lambda
        The method.
    cls : Class or None
        Its class.
    module : Module
        Its module.
    name : str
        The argument.

    Returns
    -------
    dict
        Facts for `unknown`: shape parameters are positive where the class has no `_argcheck` of its own, and x lies in the
        support that the class was instantiated with.
    """
    if _COUNTS.search(name):
        return {"low": 0.0, "zero": Zero.MAYBE}
    if cls is None or isinstance(function, ast.Lambda):
        return {}
    if not any(dotted(base).rsplit(".", 1)[-1] in _DISTRIBUTIONS for base in cls.node.bases):
        return {}
    arguments = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)][1:]
    if name in arguments[1:] and "_argcheck" not in cls.methods:
        return {"low": 0.0, "zero": Zero.NEVER}
    return {"low": _lower_end(cls, module)} if function.name in _OF_X and [name] == arguments[:1] else {}


def _lower_end(cls: Class, module: Module) -> float:
    """`a` of `name = the_class(a=0.0, name="name")`, or -inf."""
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and dotted(node.value.func) == cls.node.name:
            for keyword in node.value.keywords:
                if keyword.arg == "a" and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, int | float):
                    return float(keyword.value.value)
    return -math.inf
