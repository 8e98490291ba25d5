"""How many threads a call uses, and what may happen to it meanwhile: other callers, fork, Ctrl-C, the end of the process."""

import concurrent.futures
import math
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest
from formats import assert_same_bits

import stablesoftmax
from stablesoftmax import _blocks, _threads

VARIABLE = "STABLESOFTMAX_NUM_THREADS"
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")


@pytest.fixture(autouse=True)
def as_imported(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    yield
    stablesoftmax.set_num_threads(None)


def run(code, **environment):
    """A process of its own; what it prints, once it has ended well."""
    result = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False,
                            env={**os.environ, **environment}, timeout=120)  # fmt: skip
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


# how many ------------------------------------------------------------------------------------------------------------


def test_default_is_what_the_process_may_use():
    assert stablesoftmax.get_num_threads() == _threads.available_processors() <= os.cpu_count()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity on this system")
def test_affinity():
    code = """
        import os
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        import stablesoftmax
        print(stablesoftmax.get_num_threads())
    """
    assert run(code) == ["1"]


def test_setting_and_unsetting(monkeypatch):
    default = stablesoftmax.get_num_threads()
    stablesoftmax.set_num_threads(5)
    assert stablesoftmax.get_num_threads() == 5
    with stablesoftmax.num_threads(3):
        assert stablesoftmax.get_num_threads() == 3
        with stablesoftmax.num_threads(np.int64(2)):
            assert stablesoftmax.get_num_threads() == 2
        assert stablesoftmax.get_num_threads() == 3
    assert stablesoftmax.get_num_threads() == 5
    stablesoftmax.set_num_threads(None)
    monkeypatch.setenv(VARIABLE, "7")
    assert stablesoftmax.get_num_threads() == 7
    monkeypatch.setenv(VARIABLE, "")
    assert stablesoftmax.get_num_threads() == default


@pytest.mark.parametrize("bad", [0, -1])
def test_refuses_numbers_below_one(bad):
    with pytest.raises(ValueError, match=rf"set_num_threads: the number of threads is {bad}; use 1 or more"):
        stablesoftmax.set_num_threads(bad)
    with pytest.raises(ValueError, match=rf"^num_threads: .* {bad}"), stablesoftmax.num_threads(bad):
        pass


@pytest.mark.parametrize("bad", [1.0, "2", True, [1]])
def test_refuses_what_is_no_number(bad):
    with pytest.raises(TypeError, match="must be an int"):
        stablesoftmax.set_num_threads(bad)


@pytest.mark.parametrize("bad", ["0", "-3", "two", "1.5"])
def test_refuses_a_bad_variable(bad, monkeypatch):
    monkeypatch.setenv(VARIABLE, bad)
    with pytest.raises(ValueError, match=rf"{VARIABLE}='{bad}' is no number of threads; use an integer of 1 or more"):
        stablesoftmax.get_num_threads()
    out = np.full((600, 600), 7.0)
    with pytest.raises(ValueError, match=VARIABLE):
        stablesoftmax.softmax(np.zeros((600, 600)), out=out)
    assert (out == 7).all()


def test_num_threads_is_a_matter_of_its_own_context():
    with stablesoftmax.num_threads(6), concurrent.futures.ThreadPoolExecutor(1) as other:
        assert other.submit(stablesoftmax.get_num_threads).result() == 1
    stablesoftmax.set_num_threads(4)
    with concurrent.futures.ThreadPoolExecutor(1) as other:
        assert other.submit(stablesoftmax.get_num_threads).result() == 4


def test_one_in_other_threads_and_in_child_processes():
    with concurrent.futures.ThreadPoolExecutor(1) as other:
        assert other.submit(stablesoftmax.get_num_threads).result() == 1
    with multiprocessing.get_context("spawn").Pool(1) as children:
        assert children.apply(stablesoftmax.get_num_threads) == 1


def quota(tmp_path, lines, files):
    for name, text in files.items():
        path = tmp_path / "fs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "cgroup").write_text(lines)
    return _threads._quota(tmp_path / "cgroup", tmp_path / "fs")


def test_quota_of_control_groups(tmp_path):
    assert quota(tmp_path / "a", "0::/\n", {"cpu.max": "150000 100000\n"}) == 1.5
    assert quota(tmp_path / "b", "0::/\n", {"cpu.max": "max 100000\n"}) == math.inf
    # the tightest of the group and those above it
    tree = {"cpu.max": "max 100000", "a/cpu.max": "50000 100000", "a/b/cpu.max": "300000 100000"}
    assert quota(tmp_path / "c", "0::/a/b\n", tree) == 0.5
    version1 = {"cpu/job/cpu.cfs_quota_us": "200000\n", "cpu/job/cpu.cfs_period_us": "100000\n"}
    assert quota(tmp_path / "d", "5:memory:/job\n4:cpu,cpuacct:/job\n", version1) == 2
    version1["cpu/job/cpu.cfs_quota_us"] = "-1\n"
    assert quota(tmp_path / "e", "4:cpu:/job\n", version1) == math.inf
    assert quota(tmp_path / "f", "0::/gone\n", {"other": "x"}) == math.inf
    assert quota(tmp_path / "g", "0::/\n", {"cpu.max": "nonsense"}) == math.inf
    assert _threads._quota(tmp_path / "nothing", tmp_path) == math.inf


def test_threads_are_used():
    """Blocks of one call are really done by several threads."""
    seen, barrier = set(), threading.Barrier(3, timeout=60)

    def work(_):
        barrier.wait()
        seen.add(threading.get_ident())

    _blocks.run("test", [0, 1, 2], work, 3)
    assert len(seen) == 3
    assert threading.get_ident() in seen


# meanwhile -----------------------------------------------------------------------------------------------------------


def test_concurrent_callers():
    """Calls on shared inputs from many threads, each with threads of its own."""
    rng = np.random.default_rng(320)
    arrays = [rng.standard_normal(shape).astype(np.float32) for shape in ((400, 1000), (1, 300_000), (3, 5), (100_000, 4))]
    expected = [stablesoftmax.softmax(x) for x in arrays]
    stablesoftmax.set_num_threads(3)

    def call(i):
        for k in range(10):
            which = (i + k) % len(arrays)
            assert_same_bits(stablesoftmax.softmax(arrays[which]), expected[which])
        return True

    with concurrent.futures.ThreadPoolExecutor(8) as callers:
        assert all(callers.map(call, range(16)))


FORKS = """
    import os, threading, time
    import numpy as np, stablesoftmax
    stablesoftmax.set_num_threads(2)
    x = np.random.default_rng(0).standard_normal((300, 1000)).astype(np.float32)
    expected = stablesoftmax.softmax(x).tobytes()
    stop = threading.Event()
    def caller():
        while not stop.is_set():
            stablesoftmax.softmax(x)
    others = [threading.Thread(target=caller) for _ in range({callers})]
    for thread in others:
        thread.start()
    children = set()
    for _ in range({children}):
        child = os.fork()
        if child == 0:
            os._exit(stablesoftmax.softmax(x).tobytes() != expected)
        children.add(child)
        if len(children) >= 20:
            deadline = time.monotonic() + 60
            while children and time.monotonic() < deadline:
                ended, status = os.waitpid(-1, os.WNOHANG)
                if ended:
                    assert status == 0, status
                    children.remove(ended)
            assert not children, f"{{len(children)}} children hang"
    stop.set()
    for thread in others:
        thread.join()
    assert stablesoftmax.softmax(x).tobytes() == expected
    print("well")
"""


@needs_fork
@pytest.mark.parametrize("callers", [0, 2], ids=["after threaded calls", "during threaded calls"])
def test_forked_children(callers):
    """200 children of a process whose threads are or were at work: none hangs, all get the same bits."""
    assert run(FORKS.format(callers=callers, children=200)) == ["well"]


INTERRUPTED = """
    import os, signal, sys, threading, time
    import numpy as np, stablesoftmax
    stablesoftmax.set_num_threads({threads})
    # beyond the fast domain an element takes a tenth of a microsecond: seconds in all
    x = np.random.default_rng(0).uniform(2e5, 2e5 + 10, {shape})
    x = x.astype(np.float32)
    out = np.full(x.shape, 7, x.dtype)
    def interrupt():
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)
    threading.Thread(target=interrupt).start()
    try:
        stablesoftmax.softmax(x, out=out, axis={axis})
    except KeyboardInterrupt:
        print("interrupted")
        print("early" if (out == 7).mean() > 0.3 else "late")
    written = out.copy()
    time.sleep(0.2)
    print("still" if np.array_equal(out, written) else "writing")
    y = np.random.default_rng(1).standard_normal((300, 1000)).astype(np.float32)
    both = stablesoftmax.softmax(y)
    with stablesoftmax.num_threads(1):
        print("well" if np.array_equal(both, stablesoftmax.softmax(y)) else "wrong")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT cannot be sent like this")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("shape", "axis"), [((20_000_000,), -1), ((20_000, 1000), -1), ((1000, 20_000), 0), ((20, 1_000_000), None)]
)
def test_keyboard_interrupt(shape, axis, threads):
    """Ctrl-C ends the call long before it would end by itself; afterwards nobody writes, and the next call is right."""
    assert run(INTERRUPTED.format(shape=shape, axis=axis, threads=threads)) == ["interrupted", "early", "still", "well"]


def test_signal_handler_that_calls():
    """A handler runs between two blocks, in the thread of the interrupted call: a call of its own is allowed."""
    if not hasattr(signal, "setitimer"):
        pytest.skip("no timer signals on this system")
    x = np.random.default_rng(321).standard_normal((2000, 1000)).astype(np.float32)
    expected, seen = stablesoftmax.softmax(x), []
    stablesoftmax.set_num_threads(2)
    before = signal.signal(signal.SIGALRM, lambda *_: seen.append(stablesoftmax.softmax(x).tobytes() == expected.tobytes()))
    try:
        while len(seen) < 20:
            signal.setitimer(signal.ITIMER_REAL, 0.0001 * (len(seen) + 1))  # once
            assert_same_bits(stablesoftmax.softmax(x), expected)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert all(seen)


def test_calls_while_the_process_ends():
    code = """
        import atexit, sys
        import numpy as np, stablesoftmax
        stablesoftmax.set_num_threads(2)
        x = np.zeros((600, 600))
        if {used}:
            stablesoftmax.softmax(x)
        atexit.register(lambda: print("well" if (stablesoftmax.softmax(x) == 1 / 600).all() else "wrong"))
        class Last:
            def __del__(self):
                print("well" if (stablesoftmax.softmax(x) == 1 / 600).all() else "wrong")
        sys.last = Last()
    """
    for used in (True, False):
        found = run(code.format(used=used))
        assert found
        assert set(found) == {"well"}
