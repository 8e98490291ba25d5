"""`stablesoftmax explain` on files: letter, JSON, report, bad input."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from stablesoftmax.io import ArrayFileError
from stablesoftmax.io.maps import map_npy


def run(*arguments, **options):
    command = [sys.executable, "-m", "stablesoftmax", "explain", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=120, **options)


@pytest.fixture
def logits(tmp_path):
    x = np.random.default_rng(0).standard_normal((50, 10)).astype(np.float32) * 40
    np.save(tmp_path / "logits.npy", x)
    return tmp_path / "logits.npy"


def test_letter_and_report(logits, tmp_path):
    finished = run(logits, "--html", tmp_path / "report.html")
    assert (finished.returncode, finished.stderr) == (0, b"")
    assert b"1. ERROR" in finished.stdout
    report = (tmp_path / "report.html").read_text()
    assert report.startswith("<!DOCTYPE html>")
    assert "88.72" in report


def test_json(logits):
    finished = run(logits, "--json", "--axis", "0")
    found = json.loads(finished.stdout)
    assert found["findings"][0]["cause"] == "naive-softmax-overflow"
    assert found["statistics"]["axes"] == [0]


def test_a_pipe_and_an_archive(logits, tmp_path):
    assert b"1. ERROR" in run("-", input=logits.read_bytes()).stdout
    np.savez(tmp_path / "two.npz", a=np.zeros(3), b=np.ones((2, 2)))
    finished = run(tmp_path / "two.npz", "--json")
    assert sorted(json.loads(finished.stdout)) == ["a", "b"]
    assert run(tmp_path / "two.npz").stdout.startswith(b"== a\n")
    refused = run(tmp_path / "two.npz", "--html", tmp_path / "r.html")
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert b"--html takes a file of one array, this one holds 2" in refused.stderr


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((0, 3)), b"holds no element"),
        (np.zeros(3, complex), b"has dtype complex128"),
        (np.zeros(3), b"axis 5 is out of range"),
    ],
)
def test_bad_input_is_one_line(array, words, tmp_path):
    np.save(tmp_path / "x.npy", array)
    finished = run(tmp_path / "x.npy", "--axis=5" if b"axis" in words else "--axis=-1")
    assert finished.returncode == 2
    assert finished.stderr.count(b"\n") == 1
    assert b"stablesoftmax explain: " in finished.stderr
    assert words in finished.stderr


def test_the_report_is_not_written_over_the_logits(logits, tmp_path):
    before = logits.read_bytes()
    (tmp_path / "link.html").symlink_to(logits)
    os.link(logits, tmp_path / "hard.html")
    for name in ("logits.npy", "./logits.npy", "link.html", "hard.html"):
        refused = run("logits.npy", "--html", name, cwd=tmp_path)
        assert (refused.returncode, refused.stdout) == (2, b"")
        assert b"--html would write the report over the logits" in refused.stderr
    assert logits.read_bytes() == before


@pytest.mark.parametrize(("place", "code"), [("missing/report.html", 2), (".", 2), ("/dev/full", 3)])
def test_a_report_that_cannot_be_written(logits, tmp_path, place, code):
    if place == "/dev/full" and not os.path.exists(place):
        pytest.skip("no /dev/full on this system")
    refused = run(logits, "--html", place, cwd=tmp_path)
    assert (refused.returncode, refused.stdout, refused.stderr.count(b"\n")) == (code, b"", 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logits.npy"]


def test_maps(tmp_path):
    path = tmp_path / "x.npy"
    for x in (np.arange(12.0).reshape(3, 4), np.asfortranarray(np.arange(12.0).reshape(3, 4)), np.float32(2), np.zeros((0, 2))):
        np.save(path, x)
        mapped = map_npy(path)
        np.testing.assert_array_equal(mapped, x)
        assert isinstance(mapped, np.memmap) == (x.size > 1)
    np.save(path, np.zeros(5))
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ArrayFileError, match="announces 40 bytes"):
        map_npy(path)
    path.write_bytes(b"nothing at all")
    with pytest.raises(ArrayFileError, match=r"not an \.npy file"):
        map_npy(path)


def test_a_large_map_is_not_read_as_a_whole(tmp_path):
    """What lives at once is a block and its statistics, whatever the file holds."""
    path = tmp_path / "large.npy"
    header = np.lib.format.header_data_from_array_1_0(np.zeros((0, 64), np.float32)) | {"shape": (1 << 16, 64)}
    with open(path, "wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        stream.truncate(stream.tell() + (1 << 16) * 64 * 4)
    code = f"""
import tracemalloc, stablesoftmax as ssm
from stablesoftmax.io.maps import map_npy
x = map_npy({str(path)!r})
ssm.explain(x[:64])
tracemalloc.start()
ssm.explain(x)
one = tracemalloc.get_traced_memory()[1]
print(one)
"""
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert int(finished.stdout) < 40e6  # some twenty arrays of a block of 2^16
