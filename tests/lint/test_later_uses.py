"""What a later operation takes back (`Pardon`): a program where nothing comes of a finding, and one where something does."""

import textwrap

import lint_pairs
import pytest

# what becomes of the value, the program, what is replaced by what, and the code that is then said
CASES = [
    ("every use stands beside terms of other things", """
        import numpy as np
        def f(x, sigma):
            y = np.log(1 + x)
            return y - sigma + 2, y + sigma**2
     """, {"y + sigma**2": "y"}, {"SSM207"}),
    ("compared only", """
        import torch
        def f(x, u):
            return u.uniform_().log_().gt(x)
     """, {".gt(x)": ""}, {"SSM301"}),
    ("bounded from below next", """
        import numpy as np
        def squarings(a):
            return np.maximum(0, np.floor(np.log2(np.std(a) / 5.3)))
     """, {"np.maximum(0, np.floor(np.log2(np.std(a) / 5.3)))": "np.floor(np.log2(np.std(a) / 5.3))"}, {"SSM301"}),
    ("replaced where it is not finite", """
        import torch
        def f(x):
            y = torch.log(torch.relu(x))
            return torch.where(torch.isfinite(y), y, -30.0)
     """, {"isfinite(y)": "isfinite(x)"}, {"SSM301"}),
    ("decibels", """
        import torch
        def f(x, y):
            return 20 * torch.log10(torch.std(x) / y)
     """, {"20 *": "3 *"}, {"SSM301"}),
    ("searched in a table", """
        import torch
        def f(a, b, ends):
            d = torch.sqrt(torch.sum((a - b) ** 2, dim=-1))
            return torch.bucketize(d, ends)
     """, {"torch.bucketize(d, ends)": "d - ends"}, {"SSM303"}),
    ("where chooses, and its own rule speaks", """
        import jax.numpy as jnp
        from jax import lax
        def f(x):
            with stop_recording():
                n = jnp.linalg.norm(x)
                return jnp.where(n == 0, 1, lax.rsqrt(n))
     """, {"n == 0": "x == 0"}, {"SSM303"}),
    ("rounded to a whole number", """
        import torch
        def f(x):
            return torch.round(torch.exp(x) - 1)
     """, {"torch.round": "torch.abs"}, {"SSM208"}),
    ("log(p) stands beside log(1 - p)", """
        import numpy as np
        def f(p, n, k, c):
            return c + k * np.log(p) + (n - k) * np.log(1 - p)
     """, {"k * np.log(p)": "k * p"}, {"SSM207"}),
    ("a constant stands beside it", """
        import numpy as np
        def f(c):
            return np.log(1 - c * c) - np.log(2 * np.pi)
     """, {"np.log(2 * np.pi)": "c"}, {"SSM207"}),
    ("a term of other things stands beside it", """
        import numpy as np
        def f(x, sigma):
            y = np.log(1 + x)
            return y - sigma
     """, {"y - sigma": "y - sigma * x"}, {"SSM207"}),
    ("the power that a sum of logarithms is", """
        import numpy as np
        def survival(deaths, at_risk):
            s = np.log(1 - deaths / at_risk)
            s = np.cumsum(s)
            return np.exp(s)
     """, {"np.exp(s)": "s"}, {"SSM207"}),
    ("the weight of a focal loss", """
        import torch
        def focal(ce, targets, gamma, alpha):
            pt = torch.exp(-ce)
            return alpha * (1 - pt) ** gamma * ce
     """, {"gamma * ce": "gamma * alpha"}, {"SSM208"}),
    ("the weight of a focal loss, under a name", """
        import torch
        def focal(x, y):
            logp = torch.log_softmax(x, -1)
            weight = (1 - logp.exp()) ** 2
            return -(weight * logp).sum()
     """, {"-(weight * logp).sum()": "-(weight * logp).sum() / weight"}, {"SSM208"}),
]  # fmt: skip


@pytest.mark.parametrize(("program", "changes", "codes"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_later_use(program, changes, codes):
    assert not lint_pairs.found(textwrap.dedent(program))
    assert codes <= {code for _, code in lint_pairs.found(lint_pairs.without(program, changes))}
