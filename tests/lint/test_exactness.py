"""Where the value is the same numbers in another shape, order or dtype, it is reported and not rewritten."""

import lint_fixing
import pytest

from stablesoftmax.lint.engine import analyse
from stablesoftmax.lint.source import Source

PRELUDE = "import numpy as np\nimport torch\n"
REPORTED_ONLY = [
    "np.exp(x).T / np.sum(np.exp(x), axis=1, keepdims=True)",
    "np.exp(x) / np.sum(np.exp(x.T), axis=1, keepdims=True)",
    "np.exp(x[0]) / np.sum(np.exp(x), axis=1, keepdims=True)",
    "np.exp(x) / np.sum(np.exp(x).astype(np.float32), axis=1, keepdims=True)",
    "np.exp(x) / (np.sum(np.exp(x), axis=1, keepdims=True) + 1e-9)",
    "np.exp(x) / np.sum(np.exp(x), axis=1)",
    "np.exp(x) / np.sum(np.exp(x), where=m)",
    "w * np.exp(x) / np.sum(w * np.exp(x))",
    "torch.exp(x) / torch.exp(x).sum()",
    "np.log(np.exp(x - x.max(axis=0)) / np.exp(x - x.max(axis=0)).sum(axis=1, keepdims=True).T)",
    "np.log(np.sum(np.exp(x).reshape(3, -1), axis=1))",
    "np.log(1 - np.exp(x).T)",
    "1 / (1 + np.exp(-x).T)",
    "np.log((1 / (1 + np.exp(-x))).T)",
    "np.mean((x ** 2).reshape(3, -1), axis=1) - np.mean(x, axis=1) ** 2",
    "np.mean(x ** 2, axis=0) - np.mean(x, axis=1) ** 2",
    "np.mean(x ** 2, axis=0) - np.mean(x.T, axis=0) ** 2",
    "np.log(torch.softmax(x, dim=1).reshape(-1))",
]
SPELLED = [
    ("np.exp(x.T) / np.sum(np.exp(x), axis=1, keepdims=True)", None),
    ("1 / (1 + np.exp((-x)[0]))", "expit(-(-x)[0])"),
    ("1 / (1 + np.exp(-x[0]))", "expit(x[0])"),
    ("np.log(1 + x[0])", "log1p(x[0])"),
    ("np.exp(x[:, 0] - y) - 1", "expm1(x[:, 0] - y)"),
]


@pytest.mark.parametrize("expression", REPORTED_ONLY)
def test_reported_and_not_rewritten(expression):
    program = f"{PRELUDE}\n\ndef f(x, w, m):\n    return {expression}\n"
    assert analyse(Source(program))
    assert lint_fixing.fixed(program.encode()) is None


@pytest.mark.parametrize(("expression", "spelled"), SPELLED)
def test_the_operand_is_the_one_that_was_written(expression, spelled):
    new = lint_fixing.fixed(f"{PRELUDE}\n\ndef f(x, y):\n    return {expression}\n".encode())
    assert new is None if spelled is None else spelled in new.decode()


def test_an_index_on_the_way_is_not_lost():
    """From a pipeline that was once rewritten to a softmax of everything."""
    program = PRELUDE + (
        "\n\ndef f(outputs, mask):\n    logits = outputs[0]\n    chosen = logits[..., [1, 2]]\n"
        "    return np.exp(chosen) / np.exp(chosen).sum(-1, keepdims=True)\n"
    )
    assert "softmax(chosen, axis=-1)" in lint_fixing.fixed(program.encode()).decode()


def test_a_class_of_the_library_is_not_its_module():
    program = "import torch\nfrom torch import Tensor\n\n\ndef f(x: Tensor) -> Tensor:\n    return torch.log(1 + x)\n"
    assert "return torch.log1p(x)" in lint_fixing.fixed(program.encode()).decode()
