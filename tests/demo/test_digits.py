"""The data: complete, unchanged, attributed, split the same way every time."""

import hashlib
import re
from importlib import resources

import numpy as np

from stablesoftmax.demo.digits import load

FILES = resources.files("stablesoftmax.demo")


def test_the_file_is_the_one_that_is_attributed():
    note = FILES.joinpath("DIGITS.md").read_text(encoding="utf-8")
    content = FILES.joinpath("digits.csv.gz").read_bytes()
    assert hashlib.sha256(content).hexdigest() in note
    assert len(content) < 100_000
    for words in ("E. Alpaydin", "C. Kaynak", "https://doi.org/10.24432/C50P49", "https://creativecommons.org/licenses/by/4.0/"):
        assert words in note
    assert re.search(r"Changes \| none", note)


def test_shapes_and_values():
    training, held_out = load()
    assert training.images.shape == (1440, 64)
    assert held_out.images.shape == (357, 64)
    for digits in (training, held_out):
        assert digits.images.dtype == np.float32
        assert digits.images.min() == 0
        assert digits.images.max() == 16
        assert (digits.images == np.rint(digits.images)).all()
        assert digits.labels.shape == digits.images.shape[:1]
        assert set(digits.labels) == set(range(10))


def test_the_split_is_fixed_and_leaves_nothing_out():
    first, second = load(), load()
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.images, other.images)
        np.testing.assert_array_equal(one.labels, other.labels)
    training, held_out = first
    assert len(training.labels) + len(held_out.labels) == 1797
    # The sums of the whole file, which no split can change.
    assert training.images.sum() + held_out.images.sum() == 561718
    assert training.labels.sum() + held_out.labels.sum() == 8070


def test_every_digit_is_learned_and_judged_in_like_shares():
    training, held_out = load()
    shares = [np.bincount(digits.labels, minlength=10) / len(digits.labels) for digits in (training, held_out)]
    np.testing.assert_allclose(shares[0], shares[1], atol=0.02)
