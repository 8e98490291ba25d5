"""`softmax`, `log-softmax` and `logsumexp` as a user runs them: real processes, pipes, signals and limits."""

import os
import resource
import signal
import subprocess
import sys

import numpy as np
import pytest

import stablesoftmax

LOGITS = np.array([[1.0, 2.0, 3.0], [-1000.0, 0.0, 1000.0]])


COMMAND = (sys.executable, "-m", "stablesoftmax")


@pytest.fixture(autouse=True)
def _buffered(monkeypatch):
    """Output as users have it: without this variable, which some machines set, a failing write shows only at the end."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)


def run(*arguments, stdout=subprocess.PIPE, **options):
    """Run the command in a process of its own."""
    command = [*COMMAND, *map(os.fspath, arguments)]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, check=False, timeout=120, **options)


def start(*arguments):
    command = [*COMMAND, *map(os.fspath, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def one_line(text):
    text = text.decode() if isinstance(text, bytes) else text
    assert text.endswith("\n")
    assert len(text.splitlines()) == 1, text
    assert "Traceback" not in text
    return text.rstrip("\n")


@pytest.fixture
def logits(tmp_path):
    path = tmp_path / "logits.npy"
    np.save(path, LOGITS)
    return path


@pytest.mark.parametrize("command", ["softmax", "log-softmax", "logsumexp"])
def test_a_file_in_and_a_file_out(command, logits, tmp_path):
    finished = run(command, logits, "-o", tmp_path / "out.npy")
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, b"", b"")
    expected = getattr(stablesoftmax, command.replace("-", "_"))(LOGITS)
    got = np.load(tmp_path / "out.npy")
    assert (got.dtype, got.shape) == (np.float64, np.shape(expected))
    assert got.tobytes() == np.asarray(expected).tobytes()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["softmax", "--axis", "0"], lambda: stablesoftmax.softmax(LOGITS, axis=0)),
        (["softmax", "--axis", "-2"], lambda: stablesoftmax.softmax(LOGITS, axis=0)),
        (["softmax", "--axis", "all"], lambda: stablesoftmax.softmax(LOGITS, axis=None)),
        (["softmax", "--axis", "0,1"], lambda: stablesoftmax.softmax(LOGITS, axis=(0, 1))),
        (["softmax", "--axis=-1,-2"], lambda: stablesoftmax.softmax(LOGITS, axis=(0, 1))),
        (["softmax", "--temperature", "2.5"], lambda: stablesoftmax.softmax(LOGITS, temperature=2.5)),
        (["softmax", "--dtype", "float32"], lambda: stablesoftmax.softmax(LOGITS, dtype=np.float32)),
        (["softmax", "--dtype", "float16"], lambda: stablesoftmax.softmax(LOGITS, dtype=np.float16)),
        (["log-softmax", "--axis", "0", "--temperature", "1e3"], lambda: stablesoftmax.log_softmax(LOGITS, 0, temperature=1e3)),
        (["logsumexp"], lambda: stablesoftmax.logsumexp(LOGITS)),
        (["logsumexp", "--axis", "all", "--keepdims"], lambda: stablesoftmax.logsumexp(LOGITS, keepdims=True)),
        (["logsumexp", "--axis", "-1"], lambda: stablesoftmax.logsumexp(LOGITS, axis=-1)),
        (["logsumexp", "--axis", "0", "--keepdims", "--dtype", "float32"],
         lambda: stablesoftmax.logsumexp(LOGITS, axis=0, keepdims=True, dtype=np.float32)),
    ],
)  # fmt: skip
def test_options(options, expected, logits, tmp_path, call):
    assert call(options[0], logits, "-o", tmp_path / "out.npy", *options[1:]) == (0, "")
    got, expected = np.load(tmp_path / "out.npy"), np.asarray(expected())
    assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
    assert got.tobytes() == expected.tobytes()


def test_every_array_of_an_archive_under_its_name(tmp_path, call):
    np.savez(tmp_path / "in.npz", first=LOGITS, second=LOGITS[0].astype(np.float32), third=np.arange(3))
    assert call("softmax", tmp_path / "in.npz", "-o", tmp_path / "out.npz") == (0, "")
    with np.load(tmp_path / "out.npz") as out:
        assert out.files == ["first", "second", "third"]
        np.testing.assert_array_equal(out["first"], stablesoftmax.softmax(LOGITS))
        assert out["second"].dtype == np.float32
        np.testing.assert_array_equal(out["third"], stablesoftmax.softmax([0.0, 1.0, 2.0]))


def test_tables(tmp_path, call):
    (tmp_path / "in.csv").write_text("zero,one\n0,0\n1,1\n")
    assert call("softmax", tmp_path / "in.csv", "-o", tmp_path / "out.csv") == (0, "")
    assert (tmp_path / "out.csv").read_text() == "0.5,0.5\n0.5,0.5\n"
    assert call("logsumexp", tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--axis", "1", "--dtype", "float32") == (0, "")
    assert (tmp_path / "out.csv").read_text() == "0.6931472\n1.6931472\n"
    assert call("logsumexp", tmp_path / "in.csv", "-o", tmp_path / "out.npz") == (0, "")
    assert np.load(tmp_path / "out.npz")["arr_0"] == stablesoftmax.logsumexp([0.0, 0.0, 1.0, 1.0])


def test_the_questions_example(tmp_path, call):
    (tmp_path / "in.csv").write_text("1,2,3,4,5\n")
    assert call("softmax", tmp_path / "in.csv", "-o", tmp_path / "out.csv") == (0, "")
    got = [float(p) for p in (tmp_path / "out.csv").read_text().split(",")]
    np.testing.assert_allclose(got, [0.01165623, 0.03168492, 0.08612854, 0.23412166, 0.63640865], rtol=0, atol=5e-9)


def test_the_standard_streams(tmp_path, logits):
    finished = run("softmax", "-", "-o", "-", input=logits.read_bytes())
    assert (finished.returncode, finished.stderr) == (0, b"")
    (tmp_path / "out.npy").write_bytes(finished.stdout)
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), stablesoftmax.softmax(LOGITS))


def test_in_place(logits, call):
    logits.chmod(0o640)
    assert call("softmax", logits, "-o", logits) == (0, "")
    np.testing.assert_array_equal(np.load(logits), stablesoftmax.softmax(LOGITS))
    assert logits.stat().st_mode & 0o777 == 0o640


def test_a_warning_is_one_line_and_no_failure(tmp_path):
    np.save(tmp_path / "in.npy", np.array([[np.inf, 1.0], [np.inf, 2.0]]))
    finished = run("softmax", tmp_path / "in.npy", "-o", tmp_path / "out.npy")
    assert finished.returncode == 0
    line = one_line(finished.stderr)
    assert line == f"stablesoftmax softmax: {tmp_path / 'in.npy'}: warning: invalid value encountered in softmax"
    assert np.isnan(np.load(tmp_path / "out.npy")).all()


BAD_ARGUMENTS = [
    (["softmax", "FILE", "-o", "OUT", "--axis", "3"], "FILE: axis 3 is out of range for an array of shape (2, 3); use -2 to 1"),
    (["logsumexp", "FILE", "-o", "OUT", "--axis", "-3"], "FILE: axis -3 is out of range"),
    (["softmax", "FILE", "-o", "OUT", "--axis", "x"], "'x' is neither a number, nor numbers with commas, nor all"),
    (["softmax", "FILE", "-o", "OUT", "--temperature", "0"], "argmax"),
    (["log-softmax", "FILE", "-o", "OUT", "--temperature", "-1"], "FILE: temperature is -1"),
    (["softmax", "FILE", "-o", "OUT", "--temperature", "nan"], "FILE: temperature is nan"),
    (["softmax", "FILE", "-o", "OUT", "--dtype", "int32"], "invalid choice: 'int32'"),
    (["softmax", "FILE"], "required: -o/--output; see stablesoftmax softmax --help"),
    (["logsumexp", "FILE", "-o", "OUT", "--temperature", "1"], "unrecognized arguments: --temperature"),
    (["softmax", "FILE", "-o", "FOLDER/out.txt"], "FOLDER/out.txt: suffix '.txt' is not known; use .npy"),
    (["softmax", "FILE", "-o", "FOLDER/none/out.npy"], "FOLDER/none/out.npy: No such file or directory"),
    (["softmax", "FILE", "-o", "FOLDER/folder.npy"], "FOLDER/folder.npy: Is a directory"),
    (["softmax", "FOLDER/none.npy", "-o", "OUT"], "FOLDER/none.npy: No such file or directory"),
    (["softmax", "FOLDER/folder.npy", "-o", "OUT"], "FOLDER/folder.npy: Is a directory"),
    (["softmax", "FOLDER/three.npz", "-o", "OUT"], "OUT: holds one array, but 3 are to be written (a, b, c); use .npz"),
    (["softmax", "FOLDER/three.npz", "-o", "-"], "-: holds one array, but 3 are to be written (a, b, c); use .npz"),
    (["softmax", "FOLDER/three.npz", "-o", "FOLDER/out.npz", "--axis", "1"], "three.npz: array 'b': axis 1 is out of range"),
    (["softmax", "FOLDER/complex.npy", "-o", "OUT"], "FOLDER/complex.npy: x has dtype complex128; accepted are"),
    (["softmax", "FOLDER/text.npy", "-o", "OUT"], "FOLDER/text.npy: holds values of dtype <U1, which are not numbers"),
    (["softmax", "FOLDER/broken.npy", "-o", "OUT"], "FOLDER/broken.npy: its header announces 48 bytes"),
    (["softmax", "FOLDER/broken.csv", "-o", "OUT"], "FOLDER/broken.csv: line 1: 'x' is not a number"),
    (["softmax", "FOLDER/cube.npy", "-o", "FOLDER/out.csv"], "FOLDER/out.csv: a .csv table cannot hold an array of shape"),
    ([], "the following arguments are required: COMMAND; see stablesoftmax --help"),
    (["sofmax"], "invalid choice: 'sofmax'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "reason"), BAD_ARGUMENTS, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_bad_input_is_one_line_and_touches_nothing(arguments, reason, logits, tmp_path, call):
    np.savez(tmp_path / "three.npz", a=LOGITS, b=LOGITS[0], c=LOGITS)
    np.save(tmp_path / "complex.npy", LOGITS + 1j)
    np.save(tmp_path / "text.npy", np.array(["a"]))
    np.save(tmp_path / "cube.npy", np.zeros((2, 2, 2)))
    (tmp_path / "broken.npy").write_bytes(logits.read_bytes()[:-1])
    (tmp_path / "broken.csv").write_text("1,x\n")
    (tmp_path / "folder.npy").mkdir()
    (tmp_path / "out.npy").write_bytes(b"old")
    before = sorted(tmp_path.iterdir())

    def named(text):
        return text.replace("FILE", str(logits)).replace("OUT", str(tmp_path / "out.npy")).replace("FOLDER", str(tmp_path))

    code, errors = call(*map(named, arguments))
    line = one_line(errors)
    assert code == 2, line
    assert named(reason) in line
    is_of_a_command = len(arguments) > 1 and "unrecognized" not in reason  # argparse leaves those to the whole
    assert line.startswith(f"stablesoftmax {arguments[0]}: " if is_of_a_command else "stablesoftmax: ")
    assert (tmp_path / "out.npy").read_bytes() == b"old"
    assert sorted(tmp_path.iterdir()) == before


def test_a_process_says_the_same(logits, tmp_path):
    finished = run("softmax", logits, "-o", tmp_path / "out.npy", "--axis", "7")
    assert finished.returncode == 2
    assert one_line(finished.stderr) == (
        f"stablesoftmax softmax: {logits}: axis 7 is out of range for an array of shape (2, 3); use -2 to 1"
    )


def test_a_pickle_is_refused_and_not_executed(tmp_path):
    trace = tmp_path / "executed"

    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(trace),)

    np.save(tmp_path / "bomb.npy", np.array([Bomb()], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "bomb.npz", np.array([Bomb()], dtype=object), allow_pickle=True)
    for name in ("bomb.npy", "bomb.npz"):
        finished = run("softmax", tmp_path / name, "-o", tmp_path / "out.npy")
        assert finished.returncode == 2
        assert "holds Python objects (a pickle), which are never loaded" in one_line(finished.stderr)
    assert not trace.exists()
    assert not (tmp_path / "out.npy").exists()


def test_a_name_with_a_line_break_is_still_one_line(tmp_path, call):
    (tmp_path / "a\nb\x1b[31m.npy").write_bytes(b"no array")
    code, errors = call("softmax", tmp_path / "a\nb\x1b[31m.npy", "-o", tmp_path / "out.npy")
    assert code == 2
    assert r"a\nb\x1b[31m.npy: not an .npy file" in one_line(errors)


def test_a_full_disk_behind_standard_output(logits):
    for size in (6, 100_000):  # one fails when it is flushed, the other when it is written
        content = logits.read_bytes() if size == 6 else npy_bytes(np.zeros(size))
        with open("/dev/full", "wb") as full:
            finished = run("softmax", "-", "-o", "-", input=content, stdout=full)
        assert finished.returncode == 3
        assert one_line(finished.stderr) == "stablesoftmax softmax: -: No space left on device"


def npy_bytes(array):
    import io

    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["info"], ["softmax", "--help"]])
def test_a_full_disk_behind_any_output(arguments):
    with open("/dev/full", "wb") as full:
        finished = run(*arguments, stdout=full)
    assert finished.returncode == 3
    assert "No space left on device" in one_line(finished.stderr)


def test_a_full_disk_leaves_the_old_file(logits, tmp_path):
    """A limit on the size of files stands in for the disk."""
    np.save(logits, np.zeros((1000, 1000), np.float32))
    (tmp_path / "out.npy").write_bytes(b"old")
    before = sorted(tmp_path.iterdir())

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    finished = run("softmax", logits, "-o", tmp_path / "out.npy", preexec_fn=limit)
    assert finished.returncode == 3
    assert one_line(finished.stderr) == f"stablesoftmax softmax: {tmp_path / 'out.npy'}: File too large"
    assert (tmp_path / "out.npy").read_bytes() == b"old"
    assert sorted(tmp_path.iterdir()) == before


def test_too_little_memory_is_one_line(tmp_path):
    """The limit of the process is less than what it has been allowed to use."""
    np.save(tmp_path / "large.npy", np.zeros(100_000_000, np.float16))
    (tmp_path / "out.npy").write_bytes(b"old")

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (900_000_000, 900_000_000))

    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # whose buffers would take the memory first
    given = ["softmax", tmp_path / "large.npy", "-o", tmp_path / "out.npy", "--dtype", "float64", "--threads", "1"]
    finished = run(*given, "--max-memory", "4GiB", preexec_fn=limit, env=environment)
    assert finished.returncode == 3, finished.stderr
    assert one_line(finished.stderr).endswith(": not enough memory")
    assert (tmp_path / "out.npy").read_bytes() == b"old"
    finished = run(*given, "--max-memory", "256MiB", preexec_fn=limit, env=environment)
    assert (finished.returncode, finished.stderr) == (0, b"")
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy", mmap_mode="r")[:: 1 << 20], 1e-8)


def test_a_reader_that_leaves_is_no_error_message():
    process = start("softmax", "-", "-o", "-")
    process.stdout.close()
    process.stdin.write(npy_bytes(np.zeros((100, 1000))))
    process.stdin.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), errors) == (141, b"")


@pytest.mark.parametrize("arguments", [["--help"], ["info", "--json"]])
def test_a_reader_that_leaves_before_the_text(arguments):
    read_end, write_end = os.pipe()
    os.close(read_end)
    finished = run(*arguments, stdout=write_end)
    os.close(write_end)
    assert (finished.returncode, finished.stderr) == (141, b"")


def test_control_c_while_reading(tmp_path):
    target = tmp_path / "out.npy"
    target.write_bytes(b"old")
    content = npy_bytes(np.zeros(1_000_000))
    process = start("softmax", "-", "-o", target)
    # More than a pipe holds: when all of it has been taken, the process is reading the rest.
    process.stdin.write(content[:4_000_000])
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (130, b"")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.npy"]


def test_control_c_while_writing(tmp_path):
    """The target is a pipe that nobody empties: the process stands in the middle of its output."""
    process = start("softmax", "-", "-o", "-")
    process.stdin.write(npy_bytes(np.zeros(1_000_000)))
    process.stdin.close()
    process.stdin = None
    assert process.stdout.read(128).startswith(b"\x93NUMPY")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (130, b"")


@pytest.mark.parametrize(
    ("closed", "code", "reason"),
    [("0", 2, b"-: the standard stream is closed"), ("1", 2, b"-: the standard stream is closed"), ("2", 2, b"")],
)
def test_closed_standard_streams(closed, code, reason, logits):
    arguments = ["softmax", "-", "-o", "-"] + (["--axis", "5"] if closed == "2" else [])
    finished = run(*arguments, input=logits.read_bytes(), preexec_fn=lambda: os.close(int(closed)))
    assert finished.returncode == code
    assert finished.stdout == b""
    assert reason in finished.stderr
    assert len(finished.stderr.splitlines()) <= 1


def test_binary_data_is_not_written_to_a_terminal(logits):
    import pty

    ours, theirs = pty.openpty()
    finished = run("softmax", logits, "-o", "-", stdout=theirs)
    os.close(theirs)
    os.close(ours)
    assert finished.returncode == 2
    assert one_line(finished.stderr) == "stablesoftmax softmax: -: standard output is a terminal; redirect it to a file"


def test_help_and_version():
    finished = run("--version")
    assert (finished.returncode, finished.stdout.decode()) == (0, f"stablesoftmax {stablesoftmax.__version__}\n")
    finished = run("--help")
    assert finished.returncode == 0
    for command in ("softmax", "log-softmax", "logsumexp", "info", "demo"):
        assert f"\n    {command}" in finished.stdout.decode()
        help_text = run(command, "--help")
        assert (help_text.returncode, help_text.stderr) == (0, b"")
        assert help_text.stdout.startswith(b"usage: stablesoftmax " + command.encode())


def test_the_optional_packages_are_not_touched(logits, tmp_path):
    """A program of this repository's smallest installation: NumPy and nothing else."""
    script = (
        "import sys; sys.modules.update(rich=None, matplotlib=None)\n"
        "from stablesoftmax.cli import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", script, "softmax", str(logits), "-o", str(tmp_path / "out.npy")]
    finished = subprocess.run(command, capture_output=True, check=False)
    assert (finished.returncode, finished.stderr) == (0, b"")
