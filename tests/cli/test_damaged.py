"""Damaged files, and processes that are killed: ten thousand and two hundred of them under STABLESOFTMAX_TEST_SCALE=34."""

import os
import random
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from budget import cases
from hostile import attack

COMMAND = (sys.executable, "-m", "stablesoftmax")


@pytest.mark.parametrize(("format", "count"), [("npy", 300), ("npz", 60), ("csv", 60), ("safetensors", 60)])
def test_damaged_files(format, count):
    """Figure E1."""
    assert attack(format, cases(count))


def run(path, target):
    arguments = ["softmax", path, "-o", target, "--axis", "0", "--threads", "2", "--max-memory", "16MiB"]
    return subprocess.Popen([*COMMAND, *map(os.fspath, arguments)], stderr=subprocess.PIPE)


def test_killed_at_any_moment(tmp_path):
    """Figure E3: the target is the old file or the new one, byte for byte, and leftovers say what they are."""
    path, target, old = tmp_path / "x.npy", tmp_path / "y.npy", b"old content"
    np.save(path, np.random.default_rng(12).standard_normal((1500, 1000)))
    assert run(path, target).communicate() == (None, b"")
    begun = time.monotonic()
    assert run(path, target).communicate() == (None, b"")
    seconds = time.monotonic() - begun
    new, codes, source = target.read_bytes(), set(), random.Random(13)
    for _ in range(cases(6)):
        target.write_bytes(old)
        process = run(path, target)
        killer = threading.Timer(source.uniform(0.1, 1.2) * seconds, process.kill)
        killer.start()
        process.communicate(timeout=60)
        killer.cancel()
        codes.add(process.returncode)
        content = target.read_bytes()
        assert content == new or (content == old and process.returncode == -signal.SIGKILL)
        for name in sorted(os.listdir(tmp_path)):
            if name not in ("x.npy", "y.npy"):
                assert name.startswith(".stablesoftmax-")
                assert name.endswith(".tmp")
                os.unlink(tmp_path / name)
    assert -signal.SIGKILL in codes
    assert codes <= {0, -signal.SIGKILL}
