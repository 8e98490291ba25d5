"""Memory maps, read and written box by box: the bits of the call in memory, and memory that does not grow with the file."""

import json
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from budget import cases
from formats import DTYPES, assert_same_bits, cast

import stablesoftmax
from stablesoftmax import _boxes, _mapped, _stored

FUNCTIONS = ("softmax", "log_softmax", "logsumexp")


@pytest.fixture(params=[1, 3], ids=["one thread", "three threads"])
def small_boxes(request, monkeypatch):
    """Small arrays go every way that large ones do."""
    monkeypatch.setattr(_mapped, "LEAST", 0)
    monkeypatch.setattr(_mapped, "_RUN", 16)
    monkeypatch.setattr(_boxes, "_LEAST", 4)
    monkeypatch.setattr(_boxes, "_PREFERRED", 200)
    monkeypatch.setattr(_boxes, "_PREFERRED_OF_PARTS", 400)
    monkeypatch.setattr(_boxes, "_LEAST_PART", 3)
    monkeypatch.setattr(_boxes, "_MOST_ROWS", 50)
    monkeypatch.setattr(_stored, "_LEAST_SHARE", 1)
    with stablesoftmax.num_threads(request.param):
        yield


def values(rng, shape, dtype):
    x = rng.choice([0.1, 3.0, 40.0, 1000.0]) * rng.standard_normal(shape)
    kind = rng.integers(6)
    if kind == 0:
        x[rng.random(shape) < 0.2] = -np.inf
    elif kind == 1:
        x.flat[rng.integers(x.size)] = rng.choice([np.nan, np.inf])
    elif kind == 2:
        x[...] = rng.choice([-np.inf, np.inf, 0.0, -0.0, 5.0])
    elif kind == 4:
        x -= 3 + np.log(np.exp(np.minimum(x, 50.0)).sum())  # rows whose logsumexp cancels
    return cast(x, dtype)


def mapped(path, array, order="C", mode="r+"):
    map_ = np.memmap(path, array.dtype, "w+", shape=array.shape, order=order)
    map_[...] = array
    map_.flush()
    return np.memmap(path, array.dtype, mode, shape=array.shape, order=order)


def any_axis(rng, rank):
    axes = tuple(np.flatnonzero(rng.random(rank) < 0.6).tolist()) or (0,)
    return [None, axes[0], axes][rng.integers(3)]


def some_options(rng, name, shape, axis):
    options = {}
    if rng.random() < 0.3:
        options["where"] = rng.random(shape) < 0.8
    if rng.random() < 0.2:
        options["dtype"] = [np.float16, np.float32, np.float64][rng.integers(3)]
    if name == "logsumexp":
        options["keepdims"] = bool(rng.random() < 0.5)
        return options
    normal = range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    of_rows = [1 if i in normal else n for i, n in enumerate(shape)]
    if rng.random() < 0.3:
        options["temperature"] = np.exp(rng.standard_normal(of_rows))
    if rng.random() < 0.3:
        options["sink"] = np.where(rng.random(of_rows) < 0.3, -np.inf, rng.standard_normal(of_rows))
    options["all_neginf"] = str(rng.choice(["nan", "zero", "uniform"]))
    options["posinf"] = str(rng.choice(["nan", "limit"]))
    return options


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_random_arrays(name, dtype, small_boxes, monkeypatch, tmp_path):
    function, rng = getattr(stablesoftmax, name), np.random.default_rng(520)
    for number in range(cases(20)):
        shape = tuple(rng.integers(1, [60, 25, 12][: rng.integers(1, 4)]).tolist())[:: rng.choice([1, -1])]
        x, axis = values(rng, shape, dtype), any_axis(rng, len(shape))
        options = some_options(rng, name, shape, axis)
        monkeypatch.setattr(_mapped, "MEMORY", int(rng.choice([500, 5_000, 1 << 20])))
        with np.errstate(all="ignore"):
            expected = np.asarray(function(x, axis=axis, **options))
            source = mapped(tmp_path / f"x{number % 2}", x, order=rng.choice(["C", "F"]), mode="r")
            assert _mapped.is_streamed(source, expected)
            assert_same_bits(np.asarray(function(source, axis=axis, **options)), expected, f"{shape} along {axis}")
            target = mapped(tmp_path / f"y{number % 2}", np.full_like(expected, 7))
            assert function(source, axis=axis, out=target, **options) is target
            assert_same_bits(np.asarray(target), expected, f"{shape} along {axis}, into a map")
            del target
            written = np.fromfile(tmp_path / f"y{number % 2}", expected.dtype).reshape(expected.shape)
            assert_same_bits(written, expected, "in the file")


def test_a_mapped_mask_and_rows_that_are_refused(small_boxes, monkeypatch, tmp_path):
    rng = np.random.default_rng(4)
    x, mask = rng.standard_normal((40, 33)), rng.random((40, 33)) < 0.7
    for memory in (500, 1 << 20):
        monkeypatch.setattr(_mapped, "MEMORY", memory)
        maps = mapped(tmp_path / f"x{memory}", x, mode="r"), mapped(tmp_path / f"m{memory}", mask, mode="r")
        for axis in (0, 1, None):
            assert_same_bits(stablesoftmax.softmax(maps[0], axis, where=maps[1]), stablesoftmax.softmax(x, axis, where=mask))
    x[7] = -np.inf
    with pytest.raises(ValueError, match=r"every element of row \(7,\) is -inf"):
        stablesoftmax.softmax(mapped(tmp_path / "low", x, mode="r"), all_neginf="raise")


def test_the_threads_share_the_boxes(small_boxes, monkeypatch, tmp_path):
    barrier, readers = threading.Barrier(stablesoftmax.get_num_threads()), set()
    honest = _mapped.Mapped.read

    def read(self, at):
        if threading.get_ident() not in readers:
            readers.add(threading.get_ident())
            barrier.wait(timeout=30)  # nobody goes on before all threads have a box
        return honest(self, at)

    monkeypatch.setattr(_mapped.Mapped, "read", read)
    x = np.random.default_rng(3).standard_normal((400, 33))
    assert_same_bits(stablesoftmax.softmax(mapped(tmp_path / "x", x, mode="r")), stablesoftmax.softmax(x))
    assert len(readers) == stablesoftmax.get_num_threads()


@pytest.mark.parametrize("axis", [-1, 0, None])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_in_place(name, axis, small_boxes, monkeypatch, tmp_path):
    function, x = getattr(stablesoftmax, name), np.random.default_rng(5).standard_normal((40, 33))
    for memory in (500, 1 << 20):
        monkeypatch.setattr(_mapped, "MEMORY", memory)
        map_ = mapped(tmp_path / f"x{memory}", x)
        assert function(map_, axis=axis, out=map_) is map_
        assert_same_bits(np.asarray(map_), function(x, axis=axis))


def test_views_and_byte_order(small_boxes, tmp_path):
    x = np.random.default_rng(6).standard_normal((40, 33)).astype(">f4")
    map_ = mapped(tmp_path / "x", x, mode="r")
    for view in (map_, map_[::2, ::-1], map_.T, np.asarray(map_)[3:]):
        assert _mapped.file_map(view) is not None
        assert_same_bits(stablesoftmax.softmax(view), stablesoftmax.softmax(np.array(view)))


def test_a_private_map_keeps_its_changes(small_boxes, tmp_path):
    """Its changed pages are nowhere else: they must not be let go."""
    x = np.random.default_rng(7).standard_normal((40, 33))
    map_ = mapped(tmp_path / "x", x, mode="c")
    map_[3] = 5.0
    expected = stablesoftmax.softmax(np.array(map_))
    assert _mapped.file_map(map_) is None
    assert_same_bits(stablesoftmax.softmax(map_), expected)
    assert (map_[3] == 5.0).all()


def test_invalid_is_raised_once(small_boxes, monkeypatch, tmp_path):
    monkeypatch.setattr(_mapped, "MEMORY", 500)
    map_ = mapped(tmp_path / "x", np.full((40, 33), -np.inf))
    for axis in (0, 1, None):
        with pytest.warns(RuntimeWarning, match="invalid value encountered in softmax") as caught:
            stablesoftmax.softmax(map_, axis=axis)
        assert len(caught) == 1
        with np.errstate(invalid="raise"), pytest.raises(FloatingPointError):
            stablesoftmax.softmax(map_, axis=axis)


# memory ------------------------------------------------------------------------------------------------------------

MEASURE = """
import json, resource, sys
import numpy as np
import stablesoftmax

def peak():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

name, axis, source, target, shape, options = json.loads(sys.argv[1])
x = np.load(source, mmap_mode="r")
out = np.lib.format.open_memmap(target, "w+", np.float32, tuple(shape))
before = peak()
getattr(stablesoftmax, name)(x, axis=axis, out=out)
print(peak() - before)
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """96 MB, and as much of results: far more than a call may take; a row is long, a column is spread over all of the file."""
    folder = tmp_path_factory.mktemp("mapped")
    x = np.random.default_rng(8).standard_normal((400, 60_000), np.float32)
    np.save(folder / "x.npy", x)
    return folder / "x.npy", x


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="the high-water mark is read from /proc")
@pytest.mark.parametrize(
    ("name", "axis", "threads"),
    [("softmax", -1, 2), ("log_softmax", 0, 2), ("softmax", None, 1), ("logsumexp", 0, 2), ("softmax", -1, 48)],
)
def test_memory_does_not_grow_with_the_file(name, axis, threads, large, tmp_path):
    source, x = large
    expected = np.asarray(getattr(stablesoftmax, name)(x, axis=axis))
    target = tmp_path / "y.npy"
    given = json.dumps([name, axis, str(source), str(target), expected.shape, {}])
    environment = os.environ | {"STABLESOFTMAX_NUM_THREADS": str(threads)}
    command = [sys.executable, "-c", MEASURE, given]
    child = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, env=environment)
    assert float(child.stdout) <= 64
    assert np.load(target).tobytes() == expected.tobytes()


LOSSES = """
import json, sys
import numpy as np
import stablesoftmax

def peak():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

x = np.load(sys.argv[1], mmap_mode="r")
before = peak()
losses = [float(stablesoftmax.cross_entropy(x, np.full(x.shape[1 - axis], 7), axis=axis, reduction="sum")) for axis in (1, 0)]
print(json.dumps([peak() - before, losses]))
"""


def test_cross_entropy(large):
    source, x = large
    child = subprocess.run([sys.executable, "-c", LOSSES, str(source)], capture_output=True, text=True, check=True, timeout=120)
    above, losses = json.loads(child.stdout)
    assert above <= 64
    targets = [np.full(n, 7) for n in x.shape]
    assert losses == [float(stablesoftmax.cross_entropy(x, targets[1 - axis], axis=axis, reduction="sum")) for axis in (1, 0)]
