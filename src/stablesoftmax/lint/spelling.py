"""How the stable function is written in each library: the text of fixes."""

from __future__ import annotations

import ast
from typing import Any

from stablesoftmax.lint.site import Site
from stablesoftmax.lint.source import expression

__all__ = ["module_text", "parenthesized", "plain", "reduced", "spell"]

Written = tuple[str, tuple[str, ...]] | None
_TABLE = """
softmax      numpy scipy.special softmax            scipy scipy.special softmax    torch torch softmax
softmax      tensorflow tensorflow nn.softmax       jax jax nn.softmax             stablesoftmax stablesoftmax softmax
log_softmax  numpy scipy.special log_softmax        scipy scipy.special log_softmax  torch torch log_softmax
log_softmax  tensorflow tensorflow nn.log_softmax   jax jax nn.log_softmax         stablesoftmax stablesoftmax log_softmax
logsumexp    numpy scipy.special logsumexp          scipy scipy.special logsumexp  torch torch logsumexp
logsumexp    tensorflow tensorflow reduce_logsumexp jax jax nn.logsumexp           stablesoftmax stablesoftmax logsumexp
logmeanexp   stablesoftmax stablesoftmax logmeanexp
sigmoid      numpy scipy.special expit              scipy scipy.special expit      torch torch sigmoid
sigmoid      tensorflow tensorflow sigmoid          jax jax nn.sigmoid             stablesoftmax stablesoftmax sigmoid
log_sigmoid  numpy scipy.special log_expit          scipy scipy.special log_expit  torch torch nn.functional.logsigmoid
log_sigmoid  tensorflow tensorflow math.log_sigmoid jax jax nn.log_sigmoid         stablesoftmax stablesoftmax log_sigmoid
softplus     tensorflow tensorflow nn.softplus      jax jax nn.softplus            stablesoftmax stablesoftmax softplus
log1p        numpy numpy log1p                      scipy numpy log1p              torch torch log1p
log1p        tensorflow tensorflow math.log1p       jax jax.numpy log1p            math math log1p
expm1        numpy numpy expm1                      scipy numpy expm1              torch torch expm1
expm1        tensorflow tensorflow math.expm1       jax jax.numpy expm1            math math expm1
log          numpy numpy log                        torch torch log                tensorflow tensorflow math.log
log          jax jax.numpy log                      math math log
logaddexp    numpy numpy logaddexp                  scipy numpy logaddexp          torch torch logaddexp
log1mexp     stablesoftmax stablesoftmax log1mexp
var          numpy numpy var                        jax jax.numpy var
"""
_HOMES: dict[str, dict[str, tuple[str, str]]] = {}
"""Function -> library -> the module to import, and the name below it."""

for _line in _TABLE.splitlines():
    _words = _line.split()
    for _i in range(1, len(_words), 3):
        _HOMES.setdefault(_words[0], {})[_words[_i]] = (_words[_i + 1], _words[_i + 2])


def module_text(site: Site, module: str) -> tuple[str, tuple[str, ...]]:
    """How a module is called in the file, and what must be imported for that.

    Parameters
    ----------
    site : Site
        The place.
    module : str
        For example "scipy.special".

    Returns
    -------
    tuple
        The text, and the modules to import.
    """
    alias = site.frame.module.imports.alias(module)
    if alias and _visible(site, alias):
        return alias, ()
    parent, _, child = module.rpartition(".")
    if parent and child == "nn" and (alias := site.frame.module.imports.alias(parent)) and _visible(site, alias):
        return f"{alias}.{child}", ()
    return module, (module,)


def _visible(site: Site, alias: str) -> bool:
    """Whether the module was imported at the top, and nothing in the file takes its name."""
    top = any(isinstance(n, ast.Import | ast.ImportFrom) and any((a.asname or a.name.split(".")[0]) == alias for a in n.names)
              for n in site.frame.module.tree.body)  # fmt: skip
    return top and site.frame.lookup(alias) is None


def spell(site: Site, function: str, arguments: str, library: str = "") -> Written:
    """A call of a function in the library of the place.

    Parameters
    ----------
    site : Site
        The place.
    function : str
        For example "log_softmax".
    arguments : str
        The text between the parentheses.
    library : str
        Another library than that of the place.

    Returns
    -------
    tuple or None
        The text, and the modules to import; None if the library has no such function.
    """
    library = library or site.library
    homes = _HOMES[function]
    arrays = library in ("numpy", "scipy")
    home = (
        homes.get("stablesoftmax") if site.target == "stablesoftmax" and arrays and "stablesoftmax" in homes else homes.get(library)
    )
    if home is None:
        return None
    prefix, imports = module_text(site, home[0])
    root = prefix.split(".")[0]
    if root in site.path.replace("\\", "/").split("/"):
        return None  # inside the library itself: it may be the very function
    if imports and site.frame.module.imports.names.get(root, root).split(".")[0] != root:
        return None  # the name is taken
    if site.frame.lookup(prefix.split(".")[0]) is not None:
        return None  # a local name hides the module
    return f"{prefix}.{home[1]}({arguments})", imports


def plain(site: Site, text: str, *, function: str, negated: bool = False) -> Written:
    """The function of one operand."""
    return spell(site, function, f"-{parenthesized(text)}" if negated else text)


def reduced(site: Site, text: str, *, function: str, axis: Any, keepdims: bool | None = None, implicit: bool = False) -> Written:
    """A function along an axis; `implicit` if it was left to the library, so that None is the default and not all axes."""
    library = site.library
    ours = site.target == "stablesoftmax" and library in ("numpy", "scipy")
    keyword = "dim" if library == "torch" else "axis"
    parts = [text]
    if axis is None and implicit:
        if library == "torch":
            return None
    elif axis is None:
        if library not in ("numpy", "scipy") and not (function == "logsumexp" and library in ("jax", "tensorflow")):
            return None
        if ours and function in ("softmax", "log_softmax"):
            parts.append("axis=None")
    elif axis == "?" or (isinstance(axis, tuple) and library == "torch" and function != "logsumexp"):
        return None
    else:
        parts.append(f"{keyword}={axis}")
    if keepdims:
        parts.append("keepdim=True" if library == "torch" else "keepdims=True")
    return spell(site, function, ", ".join(parts))


def parenthesized(text: str) -> str:
    """Text that can be an operand."""
    tree = expression(text)
    simple = isinstance(tree, ast.Name | ast.Attribute | ast.Subscript | ast.Constant)
    if isinstance(tree, ast.Call) and "\n" not in text:
        simple = True
    return text if simple else f"({text})"
