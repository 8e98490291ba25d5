"""The handwritten digits that come with the package; DIGITS.md beside the file says whose they are."""

from __future__ import annotations

import gzip
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Digits", "load"]

# One block of ten images in five is held out, by position, so that no random stream can change the split. Blocks, since the
# writers mostly wrote 0 to 9 in turn: every fifth image would be a few digits over and over.
BLOCK, HELD_OUT = 10, 5


class Digits(NamedTuple):
    """Images and what they show.

    Attributes
    ----------
    images : array of shape (n, 64)
        float32 pixels, 0 to 16 as in the original: not scaled, which is one of the two mistakes of the demo's network.
    labels : array of shape (n,)
        The digits, 0 to 9.
    """

    images: NDArray[np.float32]
    labels: NDArray[Any]


def load() -> tuple[Digits, Digits]:
    """Return the training and the held-out digits, the same at every call.

    Returns
    -------
    training, held_out : Digits
        1,440 and 357 images.

    Examples
    --------
    >>> from stablesoftmax.demo.digits import load
    >>> training, held_out = load()
    >>> training.images.shape, held_out.images.shape
    ((1440, 64), (357, 64))
    """
    packed = resources.files("stablesoftmax.demo").joinpath("digits.csv.gz").read_bytes()
    table = np.loadtxt(gzip.decompress(packed).decode("ascii").splitlines(), delimiter=",", dtype=np.float32)
    images, labels = np.ascontiguousarray(table[:, :-1]), table[:, -1].astype(np.intp)
    is_held_out = np.arange(len(table)) // BLOCK % HELD_OUT == HELD_OUT - 1
    return (
        Digits(images[~is_held_out], labels[~is_held_out]),
        Digits(images[is_held_out], labels[is_held_out]),
    )
