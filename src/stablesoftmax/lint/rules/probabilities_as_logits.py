"""Probabilities fed to a loss that expects logits.

The loss applies softmax or sigmoid itself. Given probabilities, it sees numbers between 0 and 1, thinks all classes nearly
alike, and cannot come below about log(1 + (n - 1)/e): the network trains slowly or not at all, without an error.

Bad:

    model = nn.Sequential(nn.Linear(20, 5), nn.Softmax(dim=1))
    loss = nn.CrossEntropyLoss()(model(x), y)

Good:

    model = nn.Sequential(nn.Linear(20, 5))
    loss = nn.CrossEntropyLoss()(model(x), y)

No fix: the layer may be needed elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from stablesoftmax.lint.findings import Finding
from stablesoftmax.lint.site import Site
from stablesoftmax.lint.values import strip

CODE = "SSM402"
NAME = "probabilities-as-logits"
OPS = ("loss_value",)


def check(site: Site) -> Iterator[Finding]:
    """A softmax or sigmoid, or its logarithm, as the logits of a loss."""
    if site.value.about["expects"] != "logits":
        return
    prediction = strip(site.value.args[0])
    branches = prediction.args if prediction.op == "phi" else (prediction,)
    kinds = {strip(branch).op for branch in branches}
    if kinds <= {"softmax", "sigmoid"} and kinds:
        yield site.report(
            f"{site.value.about['name']} expects logits and gets the result of a {kinds.pop()}: softmax or sigmoid is applied twice"
        )
    elif kinds == {"log_softmax"} and site.value.about["kind"] == "sigmoid":
        yield site.report(f"{site.value.about['name']} expects logits and gets log-probabilities")
