"""Programs that nobody would write: the linter says something or nothing, and never fails."""

import random

import pytest
from lint_fixing import fixed

from stablesoftmax.lint.engine import analyse
from stablesoftmax.lint.names import OPERATIONS
from stablesoftmax.lint.source import Source, SourceError

ATOMS = [
    "x",
    "y",
    "z.q",
    "p[0]",
    "p['k']",
    "p[x>0]",
    "p[np.arange(3),y]",
    "0",
    "1",
    "-1",
    "1e400",
    "1e-400",
    "2.5",
    "10**400",
    "np.nan",
    "np.inf",
    "float('-inf')",
    "None",
    "True",
    "'text'",
    "[]",
    "[1,2]",
    "(x,y)",
    "{}",
    "{'a':x}",
    "(lambda:x)",
    "self.w",
    "f",
    "Net",
    "np",
    "...",
]
BINARY = ["+", "-", "*", "/", "**", "@", "//", "%", "&", "==", "<", "and", "or", "is", "in"]
KEYWORDS = [
    "axis=1",
    "axis=x",
    "axis=1.5",
    "axis=(0,1)",
    "dim=-1",
    "keepdims=True",
    "out=x",
    "where=x>0",
    "dtype=np.float16",
    "from_logits=True",
    "*x",
    "**y",
    "min=0",
    "max=1-1e-9",
    "activation='softmax'",
]
MODULES = ["np.", "tf.", "torch.", "jnp.", "jax.nn.", "math.", "K.", "F.", "nn.", "scipy.special.", "", "x."]
FORMS = ["{t} = {e}", "{t} = {e}", "{t} += {e}", "for x in {e}: y = {e}", "return {e}", "if {e}: y = {e}", "del {t}", "x, *y = {e}"]
FORMS += ["p[x] += {e}", "self.w[x] += 1", "p[x] = {e}", "z = {{x: {e} for x in p}}.items()"]
FORMS += ["with {e} as x: y = {e}", "assert {e}", "while {e}: x = {e}", "{e}"]
NAMES = [
    *OPERATIONS,
    "Softmax",
    "Sequential",
    "Dense",
    "CrossEntropyLoss",
    "NLLLoss",
    "Model",
    "compile",
    "append",
    "masked_fill",
    "index_add",
    "scatter_reduce",
    "Counter",
    "defaultdict",
    "count",
    "items",
    "values",
    "numel",
    "f",
    "Net",
    "jit",
]


def expression(rng, depth):
    if depth == 0:
        return rng.choice(ATOMS)
    kind = rng.random()
    if kind < 0.4:
        return f"({expression(rng, depth - 1)} {rng.choice(BINARY)} {expression(rng, depth - 1)})"
    if kind < 0.8:
        positional = [expression(rng, depth - 1) for _ in range(rng.choice([0, 1, 1, 2, 3]))]
        arguments = positional + rng.sample(KEYWORDS, rng.choice([0, 0, 1, 2]))
        named = sorted(arguments, key=lambda a: (a.startswith("**"), not a.startswith("*") and "=" in a and a in KEYWORDS))
        return f"{rng.choice(MODULES)}{rng.choice(NAMES)}({', '.join(named)})"
    if kind < 0.9:
        return f"[{expression(rng, depth - 1)} for x in {expression(rng, depth - 1)} if {expression(rng, 0)}]"
    return f"({expression(rng, depth - 1)} if {expression(rng, depth - 1)} else {expression(rng, depth - 1)})"


def program(rng):
    lines = [
        "import numpy as np, torch, jax, math, scipy.special",
        "import tensorflow as tf, jax.numpy as jnp",
        "def f(x, *y, z=1, **p):",
    ]
    for _ in range(6):
        form = rng.choice(FORMS)
        lines.append(
            "    " + form.format(t=rng.choice(["x", "y", "z.q", "p[0]", "p[x]", "self.w"]), e=expression(rng, rng.randint(0, 3)))
        )
    lines += [
        "class Net(f):",
        "    def forward(self, x):",
        f"        self.w = {expression(rng, 2)}",
        "        return self.forward(f(x))",
    ]
    lines += [f"{expression(rng, 3)}", "f(Net()(x), f(x))"]
    return "\n".join(lines) + "\n"


def test_random_programs():
    rng = random.Random(7)
    checked = found = 0
    for _ in range(600):
        source = Source(program(rng))
        try:
            source.parse()
        except SourceError:
            continue
        checked += 1
        found += len(analyse(source))
        if checked % 10 == 0:
            fixed(source.data)
    assert checked > 300
    assert found > 20


@pytest.mark.parametrize("arguments", ["self, x, /", "self, /, x", "self, *, x", "self, *x", "*, x", "", "*x"])
def test_the_method_of_a_distribution_declares_its_arguments_as_it_likes(arguments):
    program = f"import scipy\nclass half(scipy.stats.rv_continuous):\n    def _pdf({arguments}):\n        return scipy.exp(x)\n"
    assert analyse(Source.decode(program.encode())) == []


def test_a_support_is_known_of_a_positional_argument():
    program = """
import numpy as np
from scipy.stats import rv_continuous
class half_gen(rv_continuous):
    def _logpdf(self, x, /):
        return -x - 2 * np.log1p(np.exp(-x))
half = half_gen(a=0.0, name="half")
"""
    assert analyse(Source.decode(program.encode())) == []
    assert [f.code for f in analyse(Source.decode(program.replace("a=0.0, ", "").encode()))] == ["SSM206"]


def test_a_sum_that_doubles_in_every_line_comes_to_an_end():
    lines = "    x = x + x\n" * 40
    program = f"import numpy as np\ndef f(x):\n{lines}    return np.log(1 + x)\n"
    assert [f.code for f in analyse(Source.decode(program.encode()))] == ["SSM207"]


@pytest.mark.parametrize(("first", "line", "last", "codes"), [
    ("n = sum(1 for a in x if a)", "n = n + n", "return sum(1 for a in x if not a) / n", []),
    ("y = x", "x = x + log_softmax(y)", "return np.exp(x) / np.exp(x).sum()", ["SSM101"]),
    ("y = x", "x = x + np.clip(y, -9, None)", "return np.exp(x) / np.exp(x).sum()", ["SSM101"]),
    ("a = np.exp(x)", "a = a if x is None else a * x", "return a / a.sum()", []),
], ids=["counts", "addends", "clips", "branches"])  # fmt: skip
def test_no_recursion_over_terms_that_double(first, line, last, codes):
    """Each took longer than anybody waits: the paths through a term were followed one by one."""
    lines = "".join(f"    {part}\n" for part in (first, *[line] * 40, last))
    program = f"import numpy as np\nfrom scipy.special import log_softmax\ndef f(x):\n{lines}"
    assert [f.code for f in analyse(Source.decode(program.encode()))] == codes
