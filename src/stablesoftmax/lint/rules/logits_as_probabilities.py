"""Logits fed to a loss that expects probabilities or log-probabilities.

`BCELoss` and Keras losses without `from_logits=True` take logarithms of what they get: of a negative logit that is nan.
`NLLLoss` and `KLDivLoss` expect log-probabilities and turn the sign of probabilities into a loss that has no bound.

Bad:

    loss = nn.NLLLoss()(torch.softmax(x, dim=1), y)

Good:

    loss = nn.NLLLoss()(torch.log_softmax(x, dim=1), y)

No fix: which side is wrong cannot be known.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import strip

CODE = "SSM403"
NAME = "logits-as-probabilities"
OPS = ("loss_value",)


def check(site: Site) -> Iterator[Finding]:
    """The output of a linear layer, or the wrong side of a logarithm."""
    about, prediction = site.value.about, strip(site.value.args[0])
    if about["expects"] == "probabilities" and prediction.op in (
        "linear",
        "log_softmax",
        "log_sigmoid",
        "relu",
        "tanh",
        "normalized",
    ):
        what = "log-probabilities" if prediction.op.startswith("log") else "values outside [0, 1]"
        yield site.report(f"{about['name']} expects probabilities and gets {what}")
    elif about["expects"] == "log probabilities" and prediction.op in ("linear", "softmax", "sigmoid", "relu"):
        what = "logits" if prediction.op in ("linear", "relu") else "probabilities"
        yield site.report(f"{about['name']} expects log-probabilities and gets {what}")
