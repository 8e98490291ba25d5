"""The pictures of docs/gallery can be made again, and show what is said about them."""

import itertools
import json
import pathlib
import re
import subprocess
import sys

import matplotlib.image
import pytest

GALLERY = pathlib.Path(__file__).resolve().parents[1] / "docs" / "gallery"
SCRIPT = GALLERY / "grokking.py"


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


# the pictures of peers, with NumPy's textbook formula for a peer ----------------------------------------------------


def drawn(name, place, *options):
    """Run a script of peers; its figures, after a look at its picture: on white, and not too large for a page."""
    picture, figures = place / "picture.png", place / "figures.json"
    command = [sys.executable, GALLERY / name, *options, "--peers", "^numpy$", "--out", picture, "--json", figures]
    subprocess.run(command, check=True, capture_output=True, cwd=place)
    pixels = matplotlib.image.imread(picture)
    assert pixels[2, 2, :3].min() == 1
    assert pixels[..., 3:].min(initial=1) == 1
    assert picture.stat().st_size < 150_000
    return json.loads(figures.read_text(encoding="utf-8"))


def test_errors_by_magnitude(tmp_path):
    """Ours stays below 1 ulp; the textbook's error grows with the logits and without bound as a loss shrinks."""
    found = drawn("error_by_magnitude.py", tmp_path, "--rows", "3", "--columns", "40", "--points", "5")
    for key in ("softmax", "log_softmax", "loss"):
        assert [point[0] for point in found[key]["numpy"]] == [point[0] for point in found[key]["stablesoftmax"]]
        assert all(error < 1 for _, error in found[key]["stablesoftmax"])
    at_deviation = dict(found["softmax"]["numpy"])
    assert at_deviation[10.0] > 10
    assert found["loss"]["numpy"][0][1] > 1e6


def test_bits_by_order(tmp_path):
    """No row of ours changes; of the textbook's some do, whichever way the sum is reordered."""
    found = drawn("bits_by_order.py", tmp_path, "--rows", "64", "--columns", "500")
    for function in ("softmax", "log_softmax", "logsumexp"):
        assert set(found[function]["stablesoftmax"].values()) == {0.0}
        assert found[function]["numpy"]["along the first axis"] > 0
    assert len(found["softmax"]["numpy"]) == 4


def test_scaling(tmp_path):
    picture = tmp_path / "scaling.png"
    subprocess.run([sys.executable, GALLERY / "scaling.py", "--out", picture], check=True, capture_output=True, cwd=tmp_path)
    assert matplotlib.image.imread(picture)[2, 2, :3].min() == 1
    design = (GALLERY.parent / "design" / "scale.md").read_text(encoding="utf-8")
    for row in ("| 75 MB/s | 135 MB/s | 125 MB/s |", "| 156 | 248 | 254 |", "| 77 | 129 | 125 |", "| 142 | 238 | 236 |"):
        assert row in design  # the script draws these
        assert f"({row.replace(' MB/s', '').strip('| ').replace(' | ', ', ')})" in (GALLERY / "scaling.py").read_text(
            encoding="utf-8"
        )


def test_every_page_of_the_gallery_is_in_its_index():
    index = (GALLERY / "index.md").read_text(encoding="utf-8")
    for page in GALLERY.glob("*.md"):
        assert page.name == "index.md" or f"]({page.name})" in index
    for page in GALLERY.glob("*.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (GALLERY / link).exists(), (page.name, link)
