"""The pictures of docs/gallery can be made again, and show what is said about them."""

import itertools
import json
import pathlib
import subprocess
import sys

import matplotlib.image
import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "docs" / "gallery" / "grokking.py"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The script on all sums modulo 13: the picture and the two curves."""
    place = tmp_path_factory.mktemp("gallery")
    picture, figures = place / "grokking.png", place / "figures.json"
    command = [sys.executable, SCRIPT, "--steps", "2000", "--prime", "13", "--out", picture, "--json", figures]
    subprocess.run(command, check=True, capture_output=True, cwd=place)
    return picture, json.loads(figures.read_text(encoding="utf-8"))


def test_both_runs_start_alike(small):
    usual, faithful = (small[1][kind][0] for kind in ("usual", "faithful"))
    assert usual["step"] == faithful["step"] == 0
    assert usual["loss"] == pytest.approx(faithful["loss"], rel=1e-6)
    assert usual["test_accuracy"] == faithful["test_accuracy"]
    assert usual["gradient"] == pytest.approx(faithful["gradient"], rel=1e-5)


def test_the_usual_loss_is_exactly_zero_and_ours_is_not(small):
    usual, faithful = (small[1][kind][-1] for kind in ("usual", "faithful"))
    assert usual["train_accuracy"] == faithful["train_accuracy"] == 1
    assert usual["zero_loss"] > 0.5
    assert usual["zero_gradient_at_label"] >= usual["zero_loss"]
    assert faithful["zero_loss"] == faithful["zero_gradient_at_label"] == 0
    # The same logits, the same samples: 0 for the usual loss, above 0 for ours.
    assert usual["lost_by_usual_only"] > 0.5
    assert faithful["lost_by_usual_only"] > 0.5


def test_ours_goes_on_learning(small):
    """Below half the gap at 1, where the usual loss knows nothing more, the loss falls from measure to measure."""
    late = [at["loss"] for at in small[1]["faithful"] if at["loss"] < 2**-24]
    assert len(late) > 3
    assert all(after < before for before, after in itertools.pairwise(late))
    assert small[1]["faithful"][-1]["gradient_at_labels"] > 0


def test_the_picture_is_written(small):
    pixels = matplotlib.image.imread(small[0])[..., :3]
    assert pixels.shape[0] > 500
    assert pixels.shape[1] > 800
    assert len({tuple(colour) for colour in pixels[::5, ::5].reshape(-1, 3).round(1).tolist()}) > 3
