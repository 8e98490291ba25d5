"""What silences a rule: a program that is right for a reason, and the same program without the reason, which warns."""

import textwrap

import lint_pairs
import pytest

from stablesoftmax.lint.names import library_of

# the reason, the program, what is replaced by what, and the code that is then said
CASES = [
    ("PyTensor rewrites it", """
        import pytensor.tensor as pt
        def logp(value, psi):
            return pt.log(1 - psi), pt.log1p(pt.exp(value)), pt.exp(value) - 1, 1 / (1 + pt.exp(-value))
     """, {"import pytensor.tensor as pt": "import numpy as pt"}, {"SSM110", "SSM206", "SSM207", "SSM208"}),
    ("and what it rewrites", """
        import pytensor.tensor as pt
        def cdf(value):
            return pt.exp(value) - 1
     """, {"pt.exp(value) - 1": "1 - pt.exp(value)"}, {"SSM208"}),
    ("data are prepared", """
        import torch
        class Frames(SequenceFeatureExtractor):
            def energy(self, x):
                return torch.sqrt(x.pow(2).sum(-1))
     """, {"SequenceFeatureExtractor": "torch.nn.Module"}, {"SSM303"}),
    ("the step of an optimizer", """
        import jax.numpy as jnp
        def update(i, g, state):
            return jnp.where(state > 0, 1 / jnp.sqrt(state), 0.0) * g
     """, {"g, state)": "h, state)", "* g": "* h"}, {"SSM305"}),
    ("a helper inside the maker of an optimizer", """
        import jax.numpy as jnp
        def distance():
            def norm(x, y):
                return jnp.sqrt(jnp.square(x - y).sum())
            def update_fn(updates, state, params):
                return norm(updates, state)
     """, {"updates, state, params": "first, second, third"}, {"SSM303"}),
    ("running statistics", """
        import torch
        def update_running_stats(x):
            return torch.sqrt(torch.clamp(x, min=0))
     """, {"update_running_stats": "update_stats"}, {"SSM303"}),
    ("the derivative is registered elsewhere", """
        import torch
        @register_decomposition(aten.std)
        def std(x):
            return torch.sqrt(torch.var(x))
     """, {"@register_decomposition(aten.std)": "@torch.jit.script"}, {"SSM303"}),
    ("a kernel, and the value is right", """
        import jax.numpy as jnp
        from jax.experimental import pallas as pl
        def kernel(x_ref):
            return 1 / (1 + jnp.exp(-x_ref))
     """, {"from jax.experimental import pallas as pl": "import jax"}, {"SSM110"}),
    ("the support of a distribution", """
        import numpy as np
        from scipy.stats import rv_continuous
        class half_gen(rv_continuous):
            def _logpdf(self, x):
                return -x - 2 * np.log1p(np.exp(-x))
        half = half_gen(a=0.0, name="half")
     """, {"a=0.0, ": ""}, {"SSM206"}),
    ("shape parameters are positive", """
        import numpy as np
        from scipy.stats import rv_discrete
        class laplace_gen(rv_discrete):
            def _ppf(self, q, a):
                return q < 1.0 / (1 + np.exp(-a))
     """, {"def _ppf": "def _argcheck(self, a):\n                return a == a\n            def _ppf"}, {"SSM110"}),
    ("elements of one sign are picked", """
        import numpy as np
        def f(u):
            ii = np.flatnonzero(u > 0)
            v = u[ii]
            return 1 / (1 + np.exp(-v))
     """, {"u > 0": "u < 0"}, {"SSM110"}),
    ("what would overflow was replaced", """
        import numpy as np
        def f(x):
            x[x < -88.7] = -88.7
            return 1 / (1 + np.exp(-x))
     """, {"x < -88.7": "x > -88.7"}, {"SSM110"}),
    ("an array without elements", """
        import torch
        def f(x, dim):
            if x.numel() == 0:
                return torch.sum(torch.exp(x), dim).log()
     """, {"numel() == 0": "numel() == 1"}, {"SSM203"}),
    ("columns of an orthogonal matrix", """
        import jax.numpy as jnp
        def f(a, k):
            w, q = jnp.linalg.eigh(a)
            b = q[:, :k]
            return b / jnp.linalg.norm(b, axis=0)
     """, {"jnp.linalg.eigh(a)": "a"}, {"SSM302"}),
    ("the solution of a linear system", """
        import numpy as np
        from scipy.linalg import solve_triangular
        def f(u, w):
            v = solve_triangular(u, w)
            return v / np.linalg.norm(v, axis=0)
     """, {"solve_triangular(u, w)": "u @ w"}, {"SSM302"}),
    ("the largest probabilities", """
        import torch
        def route(logits, k):
            p = torch.softmax(logits, dim=1)
            top, index = torch.topk(p, k, dim=-1)
            return top / torch.norm(top, dim=-1, keepdim=True)
     """, {"torch.softmax(logits, dim=1)": "logits"}, {"SSM302"}),
    ("one vector, not rows of data", """
        import numpy as np
        def unit(v):
            return v / np.linalg.norm(v)
     """, {"norm(v)": "norm(v, axis=1, keepdims=True)"}, {"SSM302"}),
    ("a ratio of probabilities of what was drawn", """
        import torch
        def ratio(new, old, action):
            p = new.softmax(dim=-1)[:, action]
            q = old.softmax(dim=-1)[:, action]
            return p / q
     """, {"new.softmax(dim=-1)[:, action]": "new.softmax(dim=-1)[:, other]"}, {"SSM302"}),
    ("inf is right", """
        import torch
        def variance(count, logits):
            return count * torch.exp(logits) / torch.sigmoid(-logits)
     """, {"exp(logits)": "exp(-logits)"}, {"SSM302"}),
    ("an extent, not a mean", """
        import torch
        def grid(points, mask):
            width, height = torch.sum(~mask, 1), torch.sum(~mask, 0)
            scale = torch.cat([width.unsqueeze(-1), height.unsqueeze(-1)], 1)
            return (points + 0.5) / scale, torch.sqrt(points)
     """, {"(points + 0.5)": "points.sum(1)"}, {"SSM302"}),
    ("a table of sines", """
        import torch
        def table(n, d):
            p = torch.zeros(n, d)
            p[:, 0::2] = torch.sin(torch.arange(n) * 0.1)
            p = p - p.mean()
            return p / p.std()
     """, {"torch.sin(torch.arange(n) * 0.1)": "d"}, {"SSM302"}),
    ("a grid", """
        import numpy as np
        def shades():
            x = np.linspace(51, 99, 40)
            return (x - np.min(x)) / (np.max(x) - np.min(x))
     """, {"np.linspace(51, 99, 40)": "np.asarray(shades)"}, {"SSM302"}),
    ("a property that only sampling uses", """
        import torch
        class Circle:
            @property
            def _rate(self):
                return torch.sqrt(torch.relu(self.kappa))
            @torch.no_grad()
            def sample(self):
                return self._rate
     """, {"@torch.no_grad()": "@torch.jit.export"}, {"SSM303"}),
    ("PyTensor rewrites the whole, and its parts are not reported", """
        import pytensor.tensor as pt
        def f(value):
            s = pt.sigmoid(value)
            return pt.log(s)
     """, {"import pytensor.tensor as pt": "import torch as pt"}, {"SSM202"}),
    ("what was drawn is not 0", """
        import torch
        def f(logits):
            p = torch.softmax(logits, dim=-1)
            i = torch.multinomial(p, num_samples=1)
            return 1 / p.gather(dim=1, index=i)
     """, {"torch.multinomial(p, num_samples=1)": "f(p)"}, {"SSM302"}),
    ("a product of whole numbers", """
        import torch
        def f(x):
            return torch.log(torch.prod(x, dim=1).float())
     """, {".float()": ""}, {"SSM301"}),
    ("counts under the root", """
        import torch
        def f(targets, weight):
            counts = torch.stack([torch.bincount(t) for t in targets]).double()
            v = (counts * weight).sqrt()
            return (v**2).sum(dim=1).sqrt()
     """, {"torch.bincount(t)": "torch.relu(t)"}, {"SSM303"}),
    ("data as it comes in", """
        import torch
        def f(input_values, padding_mask):
            x = input_values * padding_mask
            return x.pow(2).mean(dim=-1).sqrt()
     """, {"input_values": "hidden_states"}, {"SSM303"}),
    ("scaled by the larger one", """
        import jax.numpy as jnp
        from jax import lax
        def f(x, y):
            d = lax.select(abs(x) > abs(y), abs(x), abs(y))
            x, y = x / d, y / d
            return 1 / lax.sqrt(x ** 2 + y ** 2)
     """, {"abs(x) > abs(y), abs(x), abs(y)": "x > y, x, y"}, {"SSM303"}),
    ("where chooses, and no gradient is taken", """
        import torch
        @torch.no_grad()
        def softplus(x):
            y = torch.log1p(torch.exp(x))
            return torch.where(x > 20, x, y)
     """, {"@torch.no_grad()": ""}, {"SSM206"}),
    ("random draws", """
        import numpy as np
        def f(scale, rng):
            return -np.log(1 - scale * rng.uniform())
     """, {"rng.uniform()": "scale"}, {"SSM207"}),
    ("eigenvalues of a rounded matrix", """
        import numpy as np
        def f(m, t):
            a, v = np.linalg.eig(m)
            return -t * np.log(1 - a)
     """, {"np.linalg.eig(m)": "m"}, {"SSM207"}),
    ("a distance in some unit", """
        import numpy as np
        def f(a, b, scale):
            return np.log(abs(a - b) / scale + 1.0)
     """, {"abs(a - b)": "a"}, {"SSM207"}),
    ("small numbers go another way", """
        import numpy as np
        def f(x):
            return np.where(x < 1e-5, np.log1p(-x), np.log(1 - x))
     """, {"x < 1e-5": "x < 1"}, {"SSM207"}),
    ("a pitch", """
        import numpy as np
        def mel(freq):
            return 1127.0 * np.log(1.0 + freq / 700.0)
     """, {"freq / 700.0": "freq * 700.0", "def mel(freq)": "def mel(x)", "+ freq": "+ x"}, {"SSM207"}),
    ("back from a pitch", """
        import numpy as np
        def hertz(mels):
            return 700.0 * (np.exp(mels / 1127.0) - 1.0)
     """, {"mels": "x"}, {"SSM208"}),
    ("a difference of logarithms", """
        import numpy as np
        def prsq(llnull, llf, n):
            return 1 - np.exp((llnull - llf) * (2 / n))
     """, {"llnull": "a", "llf": "b"}, {"SSM208"}),
    ("an epsilon beside the square of a tanh", """
        import torch
        def f(u):
            return torch.log(1 - torch.tanh(u) ** 2 + 1e-6)
     """, {" + 1e-6": ""}, {"SSM301"}),
    ("tanh of what is bounded", """
        import torch
        def f(u):
            return torch.log1p(-torch.clamp(torch.tanh(u), max=0.99))
     """, {"torch.clamp(torch.tanh(u), max=0.99)": "torch.tanh(u)"}, {"SSM301"}),
    ("the diagonal stays in the mask", """
        import torch
        def f(x, labels):
            same = torch.eq(labels[:, None], labels).float()
            eye = torch.eye(len(labels))
            return (x * eye).sum(1) / eye.sum(1)
     """, {"(x * eye).sum(1) / eye.sum(1)": "(x * (same - eye)).sum(1) / (same - eye).sum(1)"}, {"SSM302"}),
    ("weights with the maximum subtracted", """
        import numpy as np
        def f(x, s):
            e = np.exp(s - s.max())
            return np.sum(x * e) / np.sum(e)
     """, {" - s.max()": ""}, {"SSM101"}),
    ("a mean with other weights", """
        import numpy as np
        def f(x, s, t):
            e = np.exp(s)
            return np.sum(x * t) / np.sum(e)
     """, {"x * t": "x * e"}, {"SSM101"}),
    ("a branch between that tests the temperature", """
        import torch
        def f(logits, temperature, mask=None):
            assert temperature > 0
            logits = logits / temperature
            if mask is not None:
                logits = logits.masked_fill(mask, -1e4)
            return torch.softmax(logits, -1)
     """, {"assert temperature > 0": "pass"}, {"SSM106"}),
    ("an array of another dtype takes part", """
        import torch
        def f(x, bias, mask, scale=1.0):
            x = x.half() * bias
            return torch.softmax(x.masked_fill(mask, -1e9), -1)
     """, {"* bias": "* scale"}, {"SSM502"}),
    ("largest of a softmax", """
        import torch
        def f(x):
            top, index = torch.softmax(x, -1).topk(2)
            return top / top.sum(-1, keepdim=True)
     """, {"torch.softmax(x, -1)": "torch.sigmoid(x)"}, {"SSM302"}),
    ("sigmoids in float32", """
        import torch
        def f(x):
            top, index = torch.sigmoid(x.float()).topk(2)
            return top / top.sum(-1, keepdim=True)
     """, {"x.float()": "x"}, {"SSM302"}),
    ("a product in float32", """
        import torch
        def f(x, w):
            p = torch.sigmoid(torch.mm(x, w, out_dtype=torch.float32))
            return p / p.sum(-1, keepdim=True)
     """, {", out_dtype=torch.float32": ""}, {"SSM302"}),
    ("counts with one more each", """
        import numpy as np
        def f(a, b, bins):
            p = np.histogram(a, bins)[0] / len(a)
            q = (np.histogram(b, bins)[0] + 1) / len(b)
            return p / q
     """, {" + 1)": ")"}, {"SSM302"}),
    ("an argument of another class", """
        import torch
        class Head(torch.nn.Module):
            def forward(self, x):
                return torch.softmax(x, -1)
        def loss(net: torch.nn.Module, x):
            return torch.log(net(x))
     """, {"torch.nn.Module, x": "Head, x"}, {"SSM201"}),
]  # fmt: skip


@pytest.mark.parametrize(("program", "changes", "codes"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_evidence(program, changes, codes):
    assert not lint_pairs.found(textwrap.dedent(program))
    assert codes <= {code for _, code in lint_pairs.found(lint_pairs.without(program, changes))}


@pytest.mark.parametrize("other", ["norm(x, 1)", "norm(x, ord=1)", "x.std(ddof=1)", "norm(x)"])
def test_what_differs_in_an_argument_is_not_the_same(other):
    """exp(|x|_1) / sum(exp(|x|_2)) was taken for a softmax, and rewritten to one."""
    program = "import numpy as np\nfrom numpy.linalg import norm\ndef f(x):\n    return np.exp({}) / np.sum(np.exp({}))\n"
    same = "x.std(ddof=0)" if "std" in other else "norm(x, 2)"
    assert set(lint_pairs.found(program.format(same, same))) == {(4, "SSM101")}
    assert not lint_pairs.found(program.format(other, same))


def test_names_that_begin_like_a_library_that_is_left_out():
    """numpy.ma is left out, numpy.max and numpy.maximum are not."""
    assert library_of("numpy.maximum") == library_of("numpy.max") == "numpy"
    assert library_of("numpy.ma.max") == library_of("numpy.ma") == ""
    safe = "import numpy as np\ndef f(x):\n    return np.log(np.maximum(np.std(x), 1e-12)) + np.exp(np.max(x) - x).max()\n"
    assert not lint_pairs.found(safe)
