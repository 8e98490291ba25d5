"""Quotients and logarithms of data: what is 0 sooner or later, and the reason why it is not in this program."""

import textwrap

import lint_pairs
import pytest

# the reason, the program, what is replaced by what, and the code that is then said
CASES = [
    ("a temperature that the constructor tests", """
        import numpy as np
        from scipy.special import softmax
        class Choice:
            def __init__(self, values, temperature):
                assert temperature > 0
                self.values, self.temperature = values, temperature
            def probabilities(self):
                return softmax(self.values / self.temperature)
     """, {"assert temperature > 0": "pass"}, {"SSM106"}),
    ("an empty list was returned for", """
        import math
        def mean_of_wins(returns):
            wins = [r for r in returns if r > 0]
            if not wins:
                return 0.0
            return sum(wins) / len(wins)
     """, {"if not wins": "if not returns"}, {"SSM302"}),
    ("arms that nobody pulled come first", """
        import numpy as np
        class Bandit:
            def __init__(self, arms):
                self.sums, self.counts = np.zeros(arms), np.zeros(arms)
            def update(self, arm, reward):
                self.sums[arm] += reward
                self.counts[arm] += 1
            def select(self):
                untried = np.flatnonzero(self.counts == 0)
                if len(untried):
                    return untried[0]
                return np.argmax(self.sums / self.counts)
     """, {"if len(untried)": "if False"}, {"SSM302"}),
    ("a peak of sines", """
        import torch
        def grid(angles):
            g = torch.stack([angles.cos(), angles.sin()], -1)
            return g / g.abs().max(-1, keepdim=True)[0]
     """, {"angles.cos(), angles.sin()": "angles, angles + 1"}, {"SSM302"}),
    ("labels that occur", """
        import numpy as np
        def means(x, labels):
            names, index = np.unique(labels, return_inverse=True)
            return np.bincount(index, weights=x, minlength=2) / np.bincount(index, minlength=2)
     """, {"names, index = np.unique(labels, return_inverse=True)": "index = labels"}, {"SSM302"}),
    ("a mask of tokens", """
        import torch
        def pooled(x, attention_mask):
            return (x * attention_mask).sum(1) / attention_mask.sum(1)
     """, {"attention_mask": "chosen_mask"}, {"SSM302"}),
    ("a density is one of the things that a method offers", """
        import numpy as np
        from scipy.stats import norm
        def predict(x, which):
            if which == "density":
                return norm.pdf(x)
            return np.exp(x)
        def loss(x):
            return np.log(predict(x, "mean"))
     """, {"return np.exp(x)": "return norm.cdf(x)"}, {"SSM301"}),
    ("an entropy of what is not 0", """
        import numpy as np
        def entropy(p):
            nonzero = p > 0
            return -np.sum(p[nonzero] * np.log(p[nonzero]))
     """, {"[nonzero]": ""}, {"SSM301"}),
]  # fmt: skip


@pytest.mark.parametrize(("program", "changes", "codes"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_quotient(program, changes, codes):
    assert not lint_pairs.found(textwrap.dedent(program))
    assert {code for _, code in lint_pairs.found(lint_pairs.without(program, changes))} == codes
