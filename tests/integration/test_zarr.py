"""Zarr stores through the command: chunk by chunk, whole or not at all, and on where a killed process was."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest
from budget import cases
from hostile import attack

import stablesoftmax
from stablesoftmax.io import zarr_target

zarr = pytest.importorskip("zarr", reason="zarr is not part of the test extra")
pytestmark = pytest.mark.integration
COMMAND = (sys.executable, "-m", "stablesoftmax")


def store(path, x, **options):
    array = zarr.create_array(store=path, shape=x.shape, dtype=x.dtype, config={"write_empty_chunks": True}, **options)
    array[...] = x
    return array


def content(folder):
    """Everything in a folder, byte for byte."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


LAYOUTS = {
    "rows": {"chunks": (10, 70)},
    "columns": {"chunks": (60, 8)},
    "tiles": {"chunks": (16, 16)},
    "shards": {"chunks": (8, 10), "shards": (16, 20)},
    "gzip": {"chunks": (16, 16), "compressors": zarr.codecs.GzipCodec()},
    "bare": {"chunks": (16, 16), "compressors": None, "chunk_key_encoding": {"name": "v2", "separator": "."}},
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_any_layout_and_axis(dtype, layout, tmp_path, call):
    x = (10 * np.random.default_rng(1).standard_normal((60, 70))).astype(dtype)
    given = store(tmp_path / "x.zarr", x, dimension_names=["row", "class"], **LAYOUTS[layout])
    for axis in ("-1", "0", "all"):
        normal = None if axis == "all" else int(axis)
        for name in ("softmax", "log_softmax", "logsumexp"):
            arguments = name.replace("_", "-"), tmp_path / "x.zarr", "-o", tmp_path / "y.zarr", "--axis", axis, "--threads", "3"
            assert call(*arguments) == (0, "")
            got = zarr.open_array(tmp_path / "y.zarr", mode="r")
            expected = np.asarray(getattr(stablesoftmax, name)(x, axis=normal))
            assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
            assert np.asarray(got[...]).tobytes() == expected.tobytes()
            assert got.compressors == given.compressors
            if name != "logsumexp":
                assert (got.chunks, got.shards, got.metadata.dimension_names) == (given.chunks, given.shards, ("row", "class"))
    assert sorted(os.listdir(tmp_path)) == ["x.zarr", "y.zarr"]


def test_parts_of_rows(tmp_path, call):
    """Chunks of which not a whole row fits into the memory."""
    x = np.random.default_rng(2).standard_normal((3000, 1000))
    store(tmp_path / "x.zarr", x, chunks=(500, 200))
    for name in ("softmax", "log_softmax", "logsumexp"):
        expected = np.asarray(getattr(stablesoftmax, name)(x, axis=None))
        assert call(
            name.replace("_", "-"), tmp_path / "x.zarr", "-o", tmp_path / "y.zarr", "--axis", "all", "--max-memory", "16MiB"
        ) == (0, "")
        assert np.asarray(zarr.open_array(tmp_path / "y.zarr", mode="r")[...]).tobytes() == expected.tobytes()


def test_from_and_to_other_formats(tmp_path, call):
    x = np.random.default_rng(3).standard_normal((300, 40))
    np.save(tmp_path / "x.npy", x)
    assert call("softmax", tmp_path / "x.npy", "-o", tmp_path / "y.zarr", "--axis", "0") == (0, "")
    assert call("log-softmax", tmp_path / "y.zarr", "-o", tmp_path / "z.npz") == (0, "")
    with np.load(tmp_path / "z.npz") as arrays:
        expected = stablesoftmax.log_softmax(stablesoftmax.softmax(x, axis=0))
        assert arrays["arr_0"].tobytes() == expected.tobytes()


def test_in_place_and_over_an_older_store(tmp_path, call):
    x = np.random.default_rng(4).standard_normal((60, 70))
    store(tmp_path / "x.zarr", x, chunks=(16, 16))
    assert call("softmax", tmp_path / "x.zarr", "-o", tmp_path / "x.zarr") == (0, "")
    assert np.asarray(zarr.open_array(tmp_path / "x.zarr", mode="r")[...]).tobytes() == stablesoftmax.softmax(x).tobytes()
    assert os.listdir(tmp_path) == ["x.zarr"]


def test_what_is_refused(tmp_path, call):
    x = np.zeros((60, 70))
    store(tmp_path / "x.zarr", x, chunks=(16, 16))
    (tmp_path / "x.zarr" / "c" / "1" / "2").unlink()
    store(tmp_path / "big.zarr", np.zeros((2000, 2000)), chunks=(2000, 2000))
    zarr.create_group(tmp_path / "group.zarr").create_array("inside", shape=(3,), dtype="f4")
    zarr.create_array(store=tmp_path / "old.zarr", shape=(3,), dtype="f4", zarr_format=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zarr's own format for it may change
        zarr.create_array(store=tmp_path / "text.zarr", shape=(3,), dtype="U3")
    zarr.create_array(store=tmp_path / "complex.zarr", shape=(3,), dtype="c8")
    (tmp_path / "empty.zarr").mkdir()
    (tmp_path / "file.zarr").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    np.save(tmp_path / "x.npy", x)
    np.savez(tmp_path / "two.npz", a=x, b=x)
    before = content(tmp_path)
    for source, target, options, reason in [
        ("x.zarr", "y.zarr", [], "chunk c/1/2 is missing; --fill-missing takes it for the fill value 0.0"),
        ("big.zarr", "y.zarr", ["--max-memory=16MiB"], "chunks of shape (2000, 2000) do not fit into 16 MiB; allow more memory"),
        ("group.zarr", "y.zarr", [], "is a group; name one of its arrays: inside"),
        ("old.zarr", "y.zarr", [], "is a store of version 2; convert it to version 3"),
        ("text.zarr", "y.zarr", [], "known are bool, int8"),
        ("complex.zarr", "y.zarr", [], "known are bool, int8"),
        ("empty.zarr", "y.zarr", [], "holds no zarr.json"),
        ("file.zarr", "y.zarr", [], "is no folder; a .zarr store is one"),
        ("none.zarr", "y.zarr", [], "none.zarr: No such file or directory"),
        ("x.npy", "none/y.zarr", [], "none/y.zarr: No such file or directory"),
        ("x.npy", "folder", ["--to=zarr"], "is there and no zarr store (it holds no zarr.json); it is not replaced"),
        ("two.npz", "y.zarr", [], "y.zarr: holds one array, but 2 are to be written (a, b); use .npz"),
    ]:
        code, errors = call("softmax", tmp_path / source, "-o", tmp_path / target, *options)
        assert code == 2, errors
        assert reason in errors
        assert len(errors.splitlines()) == 1
        assert content(tmp_path) == before
    assert call("softmax", tmp_path / "x.zarr", "-o", tmp_path / "y.zarr", "--fill-missing") == (0, "")


def test_a_damaged_chunk_and_one_that_changes(tmp_path, call, monkeypatch):
    x = np.random.default_rng(5).standard_normal((60, 70))
    store(tmp_path / "x.zarr", x, chunks=(16, 16))
    chunk = tmp_path / "x.zarr" / "c" / "1" / "2"
    chunk.write_bytes(chunk.read_bytes()[:-5])
    code, errors = call("softmax", tmp_path / "x.zarr", "-o", tmp_path / "y.zarr")
    assert code == 2
    assert "a chunk in [" in errors
    assert "] is damaged: " in errors
    chunk.write_bytes(bytes(1 << 20))
    code, errors = call("softmax", tmp_path / "x.zarr", "-o", tmp_path / "y.zarr")
    assert code == 2
    assert "chunk c/1/2 has 1048576 bytes, more than its elements can take" in errors
    assert os.listdir(tmp_path) == ["x.zarr"]


@pytest.mark.parametrize(
    "codec", [zarr.codecs.ZstdCodec(), zarr.codecs.GzipCodec(), zarr.codecs.BloscCodec()], ids=lambda c: type(c).__name__
)
def test_a_chunk_that_would_fill_the_memory(codec, tmp_path, call):
    """The chunk of a store of large chunks in the place of a small one: 100 MB from some kilobytes."""
    x = np.random.default_rng(7).standard_normal((60, 70))
    store(tmp_path / "x.zarr", x, chunks=(60, 70), compressors=codec)
    assert call("softmax", tmp_path / "x.zarr", "-o", tmp_path / "y.zarr") == (0, "")
    store(tmp_path / "large.zarr", np.zeros((3000, 4000)), chunks=(3000, 4000), compressors=codec)
    chunk = tmp_path / "x.zarr" / "c" / "0" / "0"
    shutil.copy(tmp_path / "large.zarr" / "c" / "0" / "0", chunk)
    assert chunk.stat().st_size < 200_000
    code, errors = call("softmax", tmp_path / "x.zarr", "-o", tmp_path / "y.zarr")
    assert code == 2
    assert "chunk c/0/0 " in errors
    assert "than its elements can take" in errors or "where its elements take 33600" in errors


# what is killed goes on ----------------------------------------------------------------------------------------------


def start(path, target, *options):
    arguments = ["softmax", path, "-o", target, "--max-memory", "16MiB", *options]
    return subprocess.Popen([*COMMAND, *map(os.fspath, arguments)], stderr=subprocess.PIPE)


@pytest.fixture(scope="module")
def many_chunks(tmp_path_factory):
    x = np.random.default_rng(6).standard_normal((400, 500))
    path = tmp_path_factory.mktemp("zarr") / "x.zarr"
    store(path, x, chunks=(20, 50))
    return path, x


def leftovers(folder):
    return [name for name in os.listdir(folder) if name.startswith(".stablesoftmax-")]


@pytest.mark.parametrize("axis", ["-1", "0", "all"])
def test_an_interrupted_work_goes_on(axis, many_chunks, tmp_path, monkeypatch, call):
    """After some boxes Ctrl-C; the second run writes no chunk that the first has recorded."""
    (path, x), target = many_chunks, tmp_path / "y.zarr"
    store(target, x[:20], chunks=(20, 50))
    old, written = content(target), []
    honest = zarr_target.ZarrTarget.write

    def interrupted(self, at, values):
        honest(self, at, values)
        written.append(at)
        if len(written) == 5:
            raise KeyboardInterrupt

    options = ["--axis", axis, "--threads", "1"]
    monkeypatch.setattr("stablesoftmax._boxes._PREFERRED", 10_000)
    monkeypatch.setattr("stablesoftmax._stored.Task.most", lambda task: 30_000)
    monkeypatch.setattr(zarr_target.ZarrTarget, "write", interrupted)
    code, errors = call("softmax", path, "-o", target, *options)
    assert (code, errors) == (130, f"stablesoftmax softmax: {target}: interrupted; the same command goes on from here\n")
    assert content(target) == old
    assert len(leftovers(tmp_path)) == 2

    def resumed(self, at, values):
        assert at not in written[:5]
        honest(self, at, values)
        written.append(at)

    monkeypatch.setattr(zarr_target.ZarrTarget, "write", resumed)
    assert call("softmax", path, "-o", target, *options) == (0, "")
    assert len(written) > 5
    expected = stablesoftmax.softmax(x, axis=None if axis == "all" else int(axis))
    assert np.asarray(zarr.open_array(target, mode="r")[...]).tobytes() == expected.tobytes()
    assert os.listdir(tmp_path) == ["y.zarr"]


def test_another_input_begins_anew(many_chunks, tmp_path, monkeypatch, call):
    path, target = tmp_path / "x.zarr", tmp_path / "y.zarr"
    shutil.copytree(many_chunks[0], path)
    honest = zarr_target.ZarrTarget.write

    def interrupted(self, at, values):
        honest(self, at, values)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(zarr_target.ZarrTarget, "write", interrupted)
        patch.setattr("stablesoftmax._boxes._PREFERRED", 10_000)
        assert call("softmax", path, "-o", target)[0] == 130
    first = leftovers(tmp_path)
    x = many_chunks[1] + 1
    zarr.open_array(path, mode="r+")[...] = x
    assert call("softmax", path, "-o", target) == (0, "")
    assert np.asarray(zarr.open_array(target, mode="r")[...]).tobytes() == stablesoftmax.softmax(x).tobytes()
    assert sorted(leftovers(tmp_path)) == sorted(first)  # of the work on the other content


def test_two_processes_of_one_work(many_chunks, tmp_path, monkeypatch, call):
    path, target, codes = many_chunks[0], tmp_path / "y.zarr", []
    honest = zarr_target.ZarrTarget.write

    def with_another(self, at, values):
        if not codes:
            process = start(path, target, "--max-memory", "512MiB", "--threads", "1")
            codes.append((process.communicate()[1], process.returncode))
        honest(self, at, values)

    monkeypatch.setattr(zarr_target.ZarrTarget, "write", with_another)
    assert call("softmax", path, "-o", target, "--threads", "1") == (0, "")
    ((errors, code),) = codes
    assert code == 2
    assert b"the same work is being done by another process" in errors


def test_killed_at_any_moment(many_chunks, tmp_path):
    """Figure E3: the old store or the new one, byte for byte; then the same command ends the work."""
    (path, x), target = many_chunks, tmp_path / "y.zarr"
    begun = time.monotonic()
    assert start(path, target).communicate() == (None, b"")
    seconds, new = time.monotonic() - begun, content(target)
    shutil.rmtree(target)
    store(target, x[:20], chunks=(20, 50))
    shutil.copytree(target, tmp_path / "old")
    old, source, killed = content(target), random.Random(14), 0
    for _ in range(4):
        process = start(path, target)
        killer = threading.Timer(source.uniform(0.3, 1.1) * seconds, process.kill)
        killer.start()
        process.communicate(timeout=120)
        killer.cancel()
        killed += process.returncode == -signal.SIGKILL
        found = content(target)
        assert found == new or (found == old and process.returncode == -signal.SIGKILL)
        assert all(name.endswith(".tmp") for name in leftovers(tmp_path))
        if source.random() < 0.3 or process.returncode == 0:
            assert start(path, target).communicate() == (None, b"")
            assert content(target) == new
            assert leftovers(tmp_path) == []
            shutil.rmtree(target)
            shutil.copytree(tmp_path / "old", target)
    assert killed


def test_damaged_stores():
    """Figure E1."""
    assert attack("zarr", cases(60))
