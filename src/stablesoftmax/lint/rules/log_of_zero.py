"""Log of something that can be 0.

A probability that underflowed, a density, a distribution function, a determinant, 1 - tanh(x)^2, the output of a ReLU, a count, a
norm, a variance, the spectrum or the energy of silence, a random number of [0, 1): its logarithm is -inf, and 0 * -inf is nan, so
that an entropy, the sum of p log p, is nan as soon as one p is 0. Clip from below with an epsilon that the dtype holds, use xlogy
or entr for p log p, logpdf, logcdf and slogdet for what they are named after.

Bad:

    h = np.bincount(labels) / len(labels)
    entropy = -np.sum(h * np.log(h))

Good:

    h = np.bincount(labels) / len(labels)
    entropy = scipy.special.entr(h).sum()

No fix: the epsilon is a decision.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from stablesoftmax.lint.facts import saturates
from stablesoftmax.lint.findings import Finding, Pardon
from stablesoftmax.lint.indexing import is_selected
from stablesoftmax.lint.quotients import is_power
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import Value, Zero, same, strip, walk

CODE = "SSM301"
NAME = "log-of-zero"
OPS = ("log", "log1p", "compare", "maximum", "where", "mul", "sum", "mean")
_SETTING = re.compile(r"^(rho|sparsity\w*|alpha|beta|gamma|kappa|lam|lambda_)$")
"""Parameters that somebody sets."""
_EXACT = frozenset({"constant", "length", "softmax", "sigmoid"})
"""Numbers and lengths, and what has rules of its own."""
WORDS = {
    "softmax": "a softmax, which underflows",
    "sigmoid": "a sigmoid, which underflows",
    "relu": "a ReLU",
    "random": "a random number of [0, 1)",
    "count": "a count",
    "std": "a standard deviation",
    "var": "a variance",
    "norm": "a norm",
    "distance": "a distance",
    "one_hot": "a one-hot vector",
    "compare": "a truth value",
    "clip": "a clip at 0",
    "sub": "a difference",
    "cdf": "a distribution function, which underflows (SciPy and JAX have logcdf)",
    "density": "a density, which underflows (there is logpdf)",
    "spectrum": "a spectrum, of silence",
}


def check(site: Site) -> Iterator[Finding | Pardon]:
    """A logarithm of a value with evidence that it can be 0."""
    if site.op not in ("log", "log1p"):
        yield from _entropy(site) if site.op in ("sum", "mean") else _pardons(site)
        yield from _decibels(site)
        return
    value = site.args[0]
    if site.op == "log1p":
        inner = strip(value)
        if inner.op == "neg" and saturates(inner.args[0]) and not site.frame.is_guarded(inner.args[0]):
            yield site.report(f"log of 1 minus {_said(inner.args[0])}, which is rounded to 1: -inf there")
        return
    if _is_mask(value):
        return  # log of a mask is the mask that is added to logits
    inner = strip(value)
    inner = strip(inner.args[0]) if inner.op == "abs" else inner
    if inner.op == "det" and site.library != "theano" and not site.frame.is_guarded(inner):  # PyTensor takes slogdet itself
        yield site.report("log of a determinant, which underflows and overflows in many dimensions; use slogdet")
    elif _is_long_product(value):
        yield site.report("log of a product, which underflows; take the sum of the logarithms")
    elif strip(value).op not in ("norm", "distance") and site.may_be_zero(value) and not site.value.about.get("where"):
        what = WORDS.get(strip(value).op, "something that can be 0")
        yield site.report(f"log of {what}: -inf where it is 0; clip it from below, or keep the logarithm from the start")


def _pardons(site: Site) -> Iterator[Pardon]:
    """-inf is right where it is compared, bounded from below, replaced because it is not finite, or a number of decibels."""
    args = [strip(arg) for arg in site.args]
    if site.op == "where":
        replaced = len(args) == 3 and args[0].op == "isnan"
        args = [arg for arg in args[1:] if replaced and any(same(arg, tested) for tested in args[0].args)]
    elif site.op == "maximum":
        args = [strip(arg.args[0]) if arg.op == "round" else arg for arg in args] if any(a.number is not None for a in args) else []
    elif site.op == "mul":
        decibels = [arg for arg in args if arg.about.get("base") == "log10"] if any(a.number in (10, 20) for a in args) else []
        args = [arg for arg in decibels if not is_power(_unrooted(arg.args[0]))]
    for arg in args:
        if arg.op == "log":
            yield from site.pardon(arg)


def _decibels(site: Site) -> Iterator[Finding]:
    """10 log10 of an energy, which is 0 in silence."""
    if site.op == "mul" and any(arg.number in (10, 20) for arg in site.args):
        for log in map(strip, site.args):
            energy = _unrooted(log.args[0]) if log.op == "log" and log.about.get("base") == "log10" else None
            if energy is not None and is_power(energy) and isinstance(log.node, ast.expr) and not site.is_tested(energy):
                yield site.report("decibels of an energy are -inf where it is 0, in silence; add a floor", log.node)


def _entropy(site: Site) -> Iterator[Finding]:
    """The sum of p log p, p log(p / q), p (log p - log q), alone or among other terms: 0 * -inf is nan where p is 0."""
    for term in _terms(site.args[0]):
        for factor, other in (term.args, term.args[::-1]):
            p, log = strip(factor), strip(other)
            if log.op == "sub" and any(same(part, p) for part in walk(log.args[1])):
                log = strip(log.args[0])  # log p - log q, where q is made of p, which is no number then
            if any("unique" in str(part.about.get("of", "")) for part in walk(p, 3)):
                continue  # what is unique occurs
            if any(_SETTING.search(name) for part in walk(p, 1) for name in (part.name, str(part.about.get("bound", "")))):
                continue
            if log.op != "log" or not isinstance(log.node, ast.expr) or p.zero is Zero.NEVER or p.low > 0 or p.op in _EXACT:
                continue
            argument = strip(log.args[0])
            of = (argument, argument.args[0]) if argument.op == "div" else (argument,)
            thought_of = is_selected(factor) or site.is_tested(p) or site.is_tested(argument)
            if any(same(p, each) for each in of) and not thought_of:
                yield site.report("p log p is 0 * -inf = nan where p is 0; use xlogy or entr, or leave zeros out", log.node)


def _terms(value: Value, depth: int = 4) -> Iterator[Value]:
    """The products among the terms of a sum."""
    inner = strip(value)
    if inner.op == "mul" and len(inner.args) == 2:
        yield inner
    if depth and (inner.op in ("neg", "add", "sub") or (inner.op == "mul" and any(arg.number is not None for arg in inner.args))):
        for arg in inner.args:
            yield from _terms(arg, depth - 1)


def _unrooted(value: Value) -> Value:
    inner = strip(value)
    return strip(inner.args[0]) if inner.op == "sqrt" else inner


def _said(value: Value) -> str:
    inner = strip(value)
    return f"a {inner.op}" if inner.op in WORDS else "a tanh"


def _is_mask(value: Value) -> bool:
    inner = strip(value)
    return inner.op == "compare" or (inner.op == "mul" and all(map(_is_mask, inner.args)))


def _is_long_product(value: Value) -> bool:
    """A product of numbers, but not of the lengths of an array."""
    inner = strip(value)
    if inner.op != "prod" or inner.dtype == "int" or (value.op == "cast" and value.args[0] is inner):
        return False  # what is cast to floating point after it was multiplied was whole numbers
    parts = list(walk(inner))
    named = " ".join(f"{part.name} {part.about.get('bound', '')}" for part in parts)
    return not any(part.op == "length" for part in parts) and not re.search(r"shape|size|dim|count", named)
