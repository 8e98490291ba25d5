"""`demo` as a user runs it: in a terminal, in a pipe, with a picture, without the packages it needs."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios

import pytest

COMMAND = [sys.executable, "-m", "stablesoftmax", "demo"]


def run(*arguments):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False, text=True, timeout=120)


def in_a_terminal(width, until=None):
    """Run in a terminal of that width: the exit code and everything that appeared. Ctrl-C as soon as `until` appears."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES", "NO_COLOR", "CI")}
    environment["TERM"] = "xterm"
    process = subprocess.Popen(COMMAND, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # how Linux says that nobody has the other end any more
            break
        if not piece:
            break
        shown += piece
        if until is not None and until in shown:
            process.send_signal(signal.SIGINT)
            until = None
    os.close(ours)
    return process.wait(), shown.decode()


def without_colours(text):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


@pytest.fixture(scope="module")
def piped(tmp_path_factory):
    """One run into a pipe, with a picture."""
    picture = tmp_path_factory.mktemp("demo") / "picture.png"
    return run("--plot", str(picture)), picture


def test_into_a_pipe_without_colours_or_progress(piped):
    finished, _ = piped
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "\x1b" not in finished.stdout
    assert max(map(len, finished.stdout.splitlines())) <= 80
    for text in (
        "np.exp(x) / np.sum(np.exp(x))",
        "stablesoftmax.softmax(x)",
        "float32 holds e^x up to x = 88.72",
        "A confident row",
    ):
        assert text in finished.stdout
    assert re.search(r"first NaN .* accuracy", finished.stdout)
    assert re.search(r"rows whose bits change when shuffled .* 0 *\n", finished.stdout)


def test_the_picture(piped):
    _, picture = piped
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    assert width >= 1500
    assert height >= 600
    assert [path.name for path in picture.parent.iterdir()] == ["picture.png"]


@pytest.mark.parametrize("width", [80, 120])
def test_in_a_terminal_with_progress(width):
    code, shown = in_a_terminal(width)
    assert code == 0
    assert "training (naive)" in shown
    assert "training (ours)" in shown
    assert re.search(r"training \(ours\) .* (\d+)/\1 ", without_colours(shown)), "no bar was filled"
    report = without_colours(shown[shown.rindex("The same network") :])
    assert max(len(line.rstrip()) for line in report.splitlines()) <= min(width, 100)
    assert "…" not in report, "a column was cut"
    assert "np.exp(x) / np.sum(np.exp(x))" in report


def test_control_c_while_training():
    code, shown = in_a_terminal(80, until=b"training (naive)")
    assert code == 130
    assert "Traceback" not in shown
    assert "A confident row" not in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l"), "the cursor stays hidden"


def test_json_has_what_the_tables_show():
    finished = run("--json")
    assert (finished.returncode, finished.stderr) == (0, "")
    found = json.loads(finished.stdout)
    assert found["training"]["naive"]["first_nan_step"] > 1
    assert found["training"]["naive"]["largest_logit_then"] > 88.72
    assert found["training"]["naive"]["last_loss"] == "nan"
    assert found["training"]["ours"]["first_nan_step"] is None
    assert found["training"]["ours"]["accuracy"] > 0.95
    assert found["formulas"]["ours"]["rows_changed_by_shuffling"] == 0
    assert max(found["formulas"]["ours"][key] for key in ("softmax_ulp", "log_softmax_ulp")) < 1


@pytest.mark.parametrize(
    ("missing", "arguments", "code", "reason"),
    [
        ("rich", [], 3, "stablesoftmax demo: rich is not installed; pip install 'stablesoftmax[cli]'\n"),
        (
            "matplotlib",
            ["--plot", "x.png"],
            3,
            "stablesoftmax demo: matplotlib is not installed; pip install 'stablesoftmax[plot]'\n",
        ),
        ("rich", ["--json"], 0, ""),
    ],
)
def test_a_missing_package_is_one_line_with_the_way_out(missing, arguments, code, reason):
    script = f"import sys; sys.modules[{missing!r}] = None; from stablesoftmax.cli import main; sys.exit(main(sys.argv[1:]))"
    finished = subprocess.run([sys.executable, "-c", script, "demo", *arguments], capture_output=True, check=False, text=True)
    assert (finished.returncode, finished.stderr) == (code, reason)


@pytest.mark.parametrize("path", ["picture.gif", "picture", ".png", "picture.png/"])
def test_an_unknown_picture_is_refused_before_the_work(path):
    finished = run("--plot", path)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == f"stablesoftmax demo: {path}: the suffix of a picture is .png, .svg or .pdf\n"


def test_a_picture_that_cannot_be_written(tmp_path):
    finished = run("--json", "--plot", str(tmp_path / "missing" / "picture.svg"))
    assert finished.returncode == 2
    assert finished.stderr == f"stablesoftmax demo: {tmp_path}/missing/picture.svg: No such file or directory\n"
