"""stablesoftmax.torch without torch; the rest is tests/integration/test_torch_ops*.py."""

import importlib
import sys

import pytest

import stablesoftmax


def test_without_torch(monkeypatch):
    """One line that names the extra."""
    for name in [name for name in sys.modules if name == "stablesoftmax.torch"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError) as caught:
        importlib.import_module("stablesoftmax.torch")
    assert str(caught.value) == "stablesoftmax.torch needs torch, which is not installed; pip install 'stablesoftmax[torch]'"
    assert caught.value.__cause__ is None


def test_named_among_the_modules():
    assert "torch" in dir(stablesoftmax)
    assert "torch" not in stablesoftmax.__all__


def test_a_tensor_whose_graph_would_be_lost_is_shown_the_way():
    class Tensor:
        requires_grad = True

    with pytest.raises(TypeError, match=r"^softmax: x is a tensor that requires grad.*x\.detach\(\), or stablesoftmax\.torch"):
        stablesoftmax.softmax(Tensor())
