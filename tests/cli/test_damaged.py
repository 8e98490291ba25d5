"""Damaged files, and processes that are killed: ten thousand and two hundred of them under STABLESOFTMAX_TEST_SCALE=34."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from budget import cases
from hostile import attack

COMMAND = (sys.executable, "-m", "stablesoftmax")


@pytest.mark.parametrize(("format", "count"), [("npy", 300), ("npz", 60), ("csv", 60), ("safetensors", 60)])
def test_damaged_files(format, count):
    """Figure E1."""
    assert attack(format, cases(count))


def start(path, target):
    arguments = ["softmax", path, "-o", target, "--axis", "0", "--threads", "2", "--max-memory", "16MiB"]
    return subprocess.Popen([*COMMAND, *map(os.fspath, arguments)], stderr=subprocess.PIPE)


def kill(path, target, old, new, after):
    """Kill a process that is to replace the old content by the new one; whether it was killed before its end."""
    target.write_bytes(old)
    process = start(path, target)
    killer = threading.Timer(after, process.kill)
    killer.start()
    process.communicate(timeout=60)
    killer.cancel()
    assert process.returncode in (0, -signal.SIGKILL)
    content = target.read_bytes()
    assert content == new or (content == old and process.returncode)
    for name in sorted(os.listdir(target.parent)):
        if name != target.name:
            assert name.startswith(".stablesoftmax-")
            assert name.endswith(".tmp")
            os.unlink(target.parent / name)
    return process.returncode != 0


def test_killed_at_any_moment(tmp_path):
    """Figure E3: the target is the old file or the new one, byte for byte, and leftovers say what they are."""
    path, source = tmp_path / "x.npy", random.Random(13)
    np.save(path, np.random.default_rng(12).standard_normal((1500, 1000)))
    targets = [tmp_path / name / "y.npy" for name in ("a", "b")]
    for target in targets:
        target.parent.mkdir()
        assert start(path, target).communicate() == (None, b"")
    new, begun = targets[0].read_bytes(), time.monotonic()
    assert start(path, targets[1]).communicate() == (None, b"")
    seconds = time.monotonic() - begun
    moments = [[source.uniform(0.1, 1.5) * seconds for _ in range(cases(3))] for _ in targets]

    def worker(target, times):
        return [kill(path, target, b"old content", new, after) for after in times]

    with ThreadPoolExecutor(len(targets)) as pool:
        killed = list(pool.map(worker, targets, moments))
    assert any(map(any, killed))
