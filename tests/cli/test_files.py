"""Files larger than memory: how much is used, what happens when the file changes, the disk fills, or the process is killed."""

import io
import os
import pty
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import stablesoftmax
from stablesoftmax.io import ArrayFileError, open_arrays, read_arrays, write_arrays

COMMAND = (sys.executable, "-m", "stablesoftmax")
SMALLEST = ("--max-memory", "16MiB")


def start(*arguments, **options):
    return subprocess.Popen([*COMMAND, *map(os.fspath, arguments)], stderr=subprocess.PIPE, **options)


def one_line(text):
    text = text.decode() if isinstance(text, bytes) else text
    assert len(text.splitlines()) == 1, text
    assert "Traceback" not in text
    return text.rstrip("\n")


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """120 MB: rows, columns and the whole of it are cut into boxes."""
    path = tmp_path_factory.mktemp("large") / "x.npy"
    x = np.random.default_rng(9).standard_normal((3000, 10_000), np.float32)
    np.save(path, x)
    return path, x


# memory and threads ------------------------------------------------------------------------------------------------


MEASURED = """
import sys
from stablesoftmax.cli import main
code = main(sys.argv[1:])
lines = open("/proc/self/status").read().splitlines()
print(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)
sys.exit(code)
"""


def peak_of(*arguments):
    """The most memory that a process of the command has had, in MiB."""
    command = [sys.executable, "-c", MEASURED, *map(os.fspath, arguments)]
    return float(subprocess.run(command, capture_output=True, check=True, timeout=120).stdout)


@pytest.fixture(scope="module")
def small_peak(tmp_path_factory):
    """What the program takes by itself."""
    path = tmp_path_factory.mktemp("small") / "x.npy"
    np.save(path, np.zeros((10, 10), np.float32))
    return peak_of("softmax", path, "-o", path.with_name("y.npy"))


@pytest.mark.parametrize(("name", "axis"), [("softmax", "-1"), ("log_softmax", "0"), ("softmax", "all"), ("logsumexp", "0")])
def test_memory_and_bits(name, axis, large, small_peak, tmp_path):
    path, x = large
    peak = peak_of(name.replace("_", "-"), path, "-o", tmp_path / "y.npy", "--axis", axis, *SMALLEST)
    assert peak - small_peak < 32
    expected = np.asarray(getattr(stablesoftmax, name)(x, axis=None if axis == "all" else int(axis)))
    got = np.load(tmp_path / "y.npy")
    assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
    assert got.tobytes() == expected.tobytes()


def test_an_archive_a_thousand_times_its_size(small_peak, tmp_path):
    """100 MB of zeros are 100 KB: the memory is that of any other archive."""
    np.savez_compressed(tmp_path / "x.npz", zeros=np.zeros((2500, 10_000), np.float32))
    assert (tmp_path / "x.npz").stat().st_size < 200_000
    assert peak_of("logsumexp", tmp_path / "x.npz", "-o", tmp_path / "y.npy", "--axis", "0", *SMALLEST) - small_peak < 32
    assert (np.load(tmp_path / "y.npy") == np.float32(np.log(2500.0))).all()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("axis", ["-1", "0", "1", "0,2", "all"])
def test_axes_orders_and_threads(axis, order, tmp_path, call):
    x = np.random.default_rng(10).standard_normal((70, 80, 90)).astype(np.float16, order=order)
    np.save(tmp_path / "x.npy", x)
    normal = None if axis == "all" else tuple(map(int, axis.split(",")))
    for name in ("softmax", "log_softmax", "logsumexp"):
        expected = np.asarray(getattr(stablesoftmax, name)(x, axis=normal))
        for threads in ("1", "3"):
            options = ["--axis", axis, "--threads", threads, *SMALLEST]
            assert call(name.replace("_", "-"), tmp_path / "x.npy", "-o", tmp_path / "y.npy", *options) == (0, "")
            got = np.load(tmp_path / "y.npy")
            assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
            np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("--max-memory=1", "1 is too little; give at least 16MiB"),
        ("--max-memory=much", "'much' is no amount of memory; write 512MiB or 2GiB"),
        ("--max-memory=-5MiB", "no amount of memory"),
        ("--threads=0", "'0' is no number of threads; use 1 or more"),
        ("--threads=two", "'two' is no number of threads"),
        ("--from=xls", "invalid choice: 'xls'"),
        ("--to=xls", "invalid choice: 'xls'"),
    ],
)
def test_options_that_make_no_sense(option, reason, tmp_path, call):
    np.save(tmp_path / "x.npy", np.zeros(3))
    code, errors = call("softmax", tmp_path / "x.npy", "-o", tmp_path / "y.npy", option)
    assert code == 2
    assert reason in one_line(errors)
    assert [path.name for path in tmp_path.iterdir()] == ["x.npy"]


# formats -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["npy", "npz", "csv", "safetensors"])
@pytest.mark.parametrize("target", ["npy", "npz", "csv", "safetensors"])
def test_from_any_format_to_any(source, target, tmp_path, call):
    x = np.random.default_rng(11).standard_normal((40, 7))
    write_arrays(tmp_path / "x", {None: x}, source)
    assert call("softmax", tmp_path / "x", "-o", tmp_path / "y", "--from", source, "--to", target) == (0, "")
    ((_, got),) = read_arrays(tmp_path / "y", target).items()
    assert (got.dtype, got.shape) == (np.float64, x.shape)
    assert got.tobytes() == stablesoftmax.softmax(x).tobytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x", "y"]


def test_many_arrays_of_several_dtypes(tmp_path, call):
    import ml_dtypes

    arrays = {
        "a/b": np.arange(12.0).reshape(3, 4),
        "half": np.arange(5).astype(np.float16),
        "brain": np.arange(6).reshape(2, 3).astype(ml_dtypes.bfloat16),
        "empty": np.zeros((0, 3), np.float32),
        "scalar": np.array(2.0, np.float32),
        "integers": np.arange(3, dtype=np.int8),
    }
    write_arrays(tmp_path / "x.safetensors", arrays)
    assert call("softmax", tmp_path / "x.safetensors", "-o", tmp_path / "y.safetensors") == (0, "")
    got = read_arrays(tmp_path / "y.safetensors")
    assert set(got) == set(arrays)
    for name, array in arrays.items():
        expected = np.asarray(stablesoftmax.softmax(array))
        assert (got[name].dtype, got[name].shape) == (expected.dtype, expected.shape)
        assert got[name].tobytes() == expected.tobytes()
    code, errors = call("softmax", tmp_path / "x.safetensors", "-o", tmp_path / "y.npz")
    assert code == 2
    assert "a .npz file cannot hold bfloat16; use .safetensors" in one_line(errors)


def test_the_safetensors_dtype_that_needs_a_package(tmp_path, call, monkeypatch):
    import ml_dtypes

    write_arrays(tmp_path / "x.safetensors", {"a": np.ones(3, ml_dtypes.bfloat16)})
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    code, errors = call("softmax", tmp_path / "x.safetensors", "-o", tmp_path / "y.npy", "--dtype", "float32")
    assert code == 3
    line = one_line(errors)
    assert line.endswith("x.safetensors: ml_dtypes is not installed; pip install 'stablesoftmax[io]'")


@pytest.mark.parametrize(("suffix", "package"), [("parquet", "pyarrow"), ("zarr", "zarr")])
def test_a_package_that_is_missing_is_one_line(suffix, package, tmp_path, call, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    np.save(tmp_path / "x.npy", np.zeros((3, 2)))
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    (tmp_path / "x.zarr").mkdir()
    for source, target in ((f"x.{suffix}", "y.npy"), ("x.npy", f"y.{suffix}")):
        code, errors = call("softmax", tmp_path / source, "-o", tmp_path / target)
        assert code == 3
        assert one_line(errors).endswith(f"{package} is not installed; pip install 'stablesoftmax[io]'")
        assert not (tmp_path / target).exists()


def test_the_bar_is_for_a_terminal_only(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((1000, 1000), np.float32))
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*COMMAND, "softmax", tmp_path / "x.npy", "-o", tmp_path / "y.npy"], stderr=theirs)
    os.close(theirs)
    shown = io.BytesIO()
    while True:
        try:
            piece = os.read(ours, 1 << 16)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        shown.write(piece)
    os.close(ours)
    assert process.wait() == 0
    assert b"softmax" in shown.getvalue()
    assert b"4.0/4.0 MB" in shown.getvalue()


# files that change -------------------------------------------------------------------------------------------------


def test_a_file_that_is_cut_off_while_it_is_read(tmp_path):
    """Figure E4: as a memory map this ends the process by SIGBUS."""
    path = tmp_path / "x.npy"
    np.save(path, np.zeros((100, 100)))
    with open_arrays(path) as arrays:
        os.truncate(path, 50_000)
        with pytest.raises(ArrayFileError, match="the file ends at byte 50000: it was cut off while it was read"):
            arrays[None].read((slice(0, 100), slice(0, 100)))
        with pytest.raises(ArrayFileError, match="was changed while it was read"):
            arrays.check_unchanged()


@pytest.mark.parametrize("change", ["cut", "overwrite"])
def test_the_command_on_a_file_that_changes(change, large, tmp_path):
    path, target = tmp_path / "x.npy", tmp_path / "y.npy"
    np.save(path, large[1][:2000])
    target.write_bytes(b"old")
    process = start("softmax", path, "-o", target, "--axis", "0", "--threads", "1", *SMALLEST)
    while not any(name.startswith(".stablesoftmax-") for name in os.listdir(tmp_path)):
        time.sleep(0.001)
    if change == "cut":
        os.truncate(path, 1_000_000)
    else:
        with open(path, "r+b") as stream:
            stream.seek(5000)
            stream.write(b"changed")
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == 2
    line = one_line(errors)
    assert line.startswith(f"stablesoftmax softmax: {path}: ")
    assert "while it was read" in line
    assert target.read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["x.npy", "y.npy"]


# interrupts, kills, full disks ---------------------------------------------------------------------------------------


def test_control_c_while_computing(large, tmp_path):
    target = tmp_path / "y.npy"
    target.write_bytes(b"old")
    process = start("softmax", large[0], "-o", target, "--axis", "0", "--threads", "2", *SMALLEST)
    while len(os.listdir(tmp_path)) < 2:
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=60)[1]
    assert (process.returncode, errors) == (130, b"")
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["y.npy"]


@pytest.mark.parametrize("suffix", ["npy", "npz", "csv", "safetensors"])
def test_a_full_disk_leaves_the_old_file(suffix, tmp_path):
    """A limit on the size of files stands in for the disk."""
    write_arrays(tmp_path / "x.npz", {"x": np.zeros((1000, 500), np.float32)})
    (tmp_path / f"y.{suffix}").write_bytes(b"old")
    before = sorted(os.listdir(tmp_path))

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_100_000, 2_100_000))

    process = start("softmax", tmp_path / "x.npz", "-o", tmp_path / f"y.{suffix}", "--dtype", "float64", preexec_fn=limit)
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == 3
    assert one_line(errors) == f"stablesoftmax softmax: {tmp_path / f'y.{suffix}'}: File too large"
    assert (tmp_path / f"y.{suffix}").read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == before
