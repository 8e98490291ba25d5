"""Three ways to write softmax and its logarithm, over the last axis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import stablesoftmax

__all__ = ["FORMULAS", "NAIVE", "OURS", "TEXTBOOK", "Formula"]

Array = NDArray[Any]


@dataclass(frozen=True)
class Formula:
    """A way to compute softmax.

    Parameters
    ----------
    name : str
        One word.
    text : str
        How it is written in a program.
    softmax, log_softmax : callable
        From logits of shape (..., n) to an array of the same shape and dtype.
    """

    name: str
    text: str
    softmax: Callable[[Array], Array]
    log_softmax: Callable[[Array], Array]


# NumPy would warn of the overflows below; the demo counts what they lead to instead.
_quiet = np.errstate(all="ignore")


@_quiet
def _naive_softmax(x: Array) -> Array:
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)  # type: ignore[no-any-return]


@_quiet
def _naive_log_softmax(x: Array) -> Array:
    return np.log(_naive_softmax(x))


@_quiet
def _textbook_softmax(x: Array) -> Array:
    terms = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return terms / np.sum(terms, axis=-1, keepdims=True)  # type: ignore[no-any-return]


@_quiet
def _textbook_log_softmax(x: Array) -> Array:
    shifted = x - np.max(x, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))  # type: ignore[no-any-return]


NAIVE = Formula("naive", "np.exp(x) / np.sum(np.exp(x))", _naive_softmax, _naive_log_softmax)
TEXTBOOK = Formula("textbook", "the same with x - np.max(x) for x", _textbook_softmax, _textbook_log_softmax)
OURS = Formula("ours", "stablesoftmax.softmax(x)", stablesoftmax.softmax, stablesoftmax.log_softmax)
FORMULAS = (NAIVE, TEXTBOOK, OURS)
