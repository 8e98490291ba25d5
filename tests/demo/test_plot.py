"""The picture, read back: its size, its ink, and that drawing changes no settings."""

import dataclasses
import io

import matplotlib as mpl
import matplotlib.image
import numpy as np
import pytest

from stablesoftmax.demo.plot import COLOURS, draw


def pixels(outcome):
    stream = io.BytesIO()
    draw(outcome, stream, "png")
    stream.seek(0)
    return matplotlib.image.imread(stream)[..., :3]


def share_of(image, colour):
    return (np.abs(image - np.array(mpl.colors.to_rgb(colour), np.float32)).max(axis=-1) < 0.02).mean()


def test_every_formula_is_drawn(outcome):
    image = pixels(outcome)
    assert image.shape[0] >= 600
    assert image.shape[1] >= 1500
    left, right = np.array_split(image, 2, axis=1)
    assert share_of(left, COLOURS["ours"]) > 1e-3
    assert share_of(left, COLOURS["naive"]) > 1e-3
    for colour in COLOURS.values():
        assert share_of(right, colour) > 1e-4
    assert share_of(image, "white") > 0.5


def test_the_point_of_the_first_nan_is_marked(outcome):
    unmarked = dataclasses.replace(outcome.naive, nan_step=None)
    without = pixels(dataclasses.replace(outcome, naive=unmarked))
    assert share_of(pixels(outcome), COLOURS["naive"]) > share_of(without, COLOURS["naive"])


@pytest.mark.parametrize(("format", "beginning"), [("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_other_formats(outcome, format, beginning):
    stream = io.BytesIO()
    draw(outcome, stream, format)
    assert stream.getvalue().startswith(beginning)


def test_no_setting_of_the_caller_changes(outcome):
    before = dict(mpl.rcParams)
    pixels(outcome)
    assert dict(mpl.rcParams) == before
