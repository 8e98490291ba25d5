"""How many threads a call may use, and the pool that lends them."""

import _thread
import contextlib
import contextvars
import functools
import math
import operator
import os
import sys
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any

_VARIABLE = "STABLESOFTMAX_NUM_THREADS"
_for_all: int | None = None
_for_this_context: contextvars.ContextVar[int | None] = contextvars.ContextVar("stablesoftmax_num_threads", default=None)


def _checked(name: str, n: Any) -> int:
    try:
        if isinstance(n, bool):
            raise TypeError
        count = operator.index(n)
    except TypeError:
        raise TypeError(f"{name}: the number of threads must be an int, not {n!r}") from None
    if count < 1:
        raise ValueError(f"{name}: the number of threads is {count}; use 1 or more")
    return count


def set_num_threads(n: int | None) -> None:
    """Let calls on large arrays use `n` threads, from now on, wherever they are made.

    Parameters
    ----------
    n : int or None
        At least 1. None goes back to the default: what the environment variable ``STABLESOFTMAX_NUM_THREADS`` says, else the
        processors that this process may use (its affinity and the quota of its control group).

    Returns
    -------
    None

    Raises
    ------
    TypeError, ValueError
        For anything but None or an int of at least 1.

    See Also
    --------
    num_threads : for a few calls only.
    get_num_threads : the number in force.

    Notes
    -----
    Arrays of up to 2**18 elements never use more than one thread. Results are the same bits for every number of threads. By
    default a call uses one thread when it comes from a thread other than the main one or from a child process of
    `multiprocessing`: whoever has made those (Dask, joblib, a server) has shared out the processors already. A number that was
    set holds there too.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.set_num_threads(1)
    >>> ssm.get_num_threads()
    1
    >>> ssm.set_num_threads(None)
    """
    global _for_all
    _for_all = None if n is None else _checked("set_num_threads", n)


@contextlib.contextmanager
def num_threads(n: int) -> Iterator[None]:
    """Let the calls inside a ``with`` block use `n` threads; other threads and tasks are not affected.

    Parameters
    ----------
    n : int
        At least 1.

    Returns
    -------
    context manager
        Yields None.

    Raises
    ------
    TypeError, ValueError
        For anything but an int of at least 1.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> with ssm.num_threads(3):
    ...     ssm.get_num_threads()
    3
    """
    token = _for_this_context.set(_checked("num_threads", n))
    try:
        yield
    finally:
        _for_this_context.reset(token)


def get_num_threads() -> int:
    """The number of threads that a call on a large array, made here and now, may use.

    Returns
    -------
    int
        What :func:`num_threads` or :func:`set_num_threads` asked for, else ``STABLESOFTMAX_NUM_THREADS``, else the default.

    Raises
    ------
    ValueError
        If ``STABLESOFTMAX_NUM_THREADS`` is not a positive integer.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.get_num_threads() >= 1
    True
    """
    asked = _for_this_context.get() or _for_all or _of_environment(os.environ.get(_VARIABLE))
    if asked:
        return asked
    processes = sys.modules.get("multiprocessing.process")  # every child of multiprocessing has imported it
    if threading.current_thread() is not threading.main_thread() or (processes and processes.parent_process() is not None):
        return 1
    return available_processors()


def _of_environment(text: str | None) -> int | None:
    if not text:
        return None
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 1:
        raise ValueError(f"{_VARIABLE}={text!r} is no number of threads; use an integer of 1 or more, or unset it")
    return count


@functools.cache
def available_processors() -> int:
    """Those of this process's affinity, or fewer where its control group has a quota; at least 1."""
    try:
        processors = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        processors = os.cpu_count() or 1
    return max(1, math.ceil(min(processors, _quota("/proc/self/cgroup", "/sys/fs/cgroup"))))


# Text files by os.path and open: pathlib takes longer to import than the rest of this package, and imported in a call it would be
# half there for a signal handler that calls us.


def _text(*parts: "str | os.PathLike[str]") -> str:
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return file.read()


def _quota(membership: "str | os.PathLike[str]", root: "str | os.PathLike[str]") -> float:
    """Processors granted by the control group of this process and those above it; inf where none limits them."""
    root, groups = os.fspath(root), []
    with contextlib.suppress(OSError):
        for line in _text(membership).splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers == "":  # version 2
                groups.append(os.path.join(root, path.lstrip("/")))
            elif "cpu" in controllers.split(","):
                groups.append(os.path.join(root, "cpu", path.lstrip("/")))
    least = math.inf
    for group in groups:
        folder = group.rstrip("/")
        while True:
            with contextlib.suppress(OSError, ValueError, ZeroDivisionError):
                least = min(least, _quota_of(folder))
            if folder == root or len(folder) <= len(root):
                break
            folder = os.path.dirname(folder)
    return least


def _quota_of(folder: str) -> float:
    if os.path.exists(os.path.join(folder, "cpu.max")):
        granted, period = _text(folder, "cpu.max").split()
    else:
        granted, period = (_text(folder, f"cpu.cfs_{name}_us").strip() for name in ("quota", "period"))
    return math.inf if granted in ("max", "-1") else int(granted) / int(period)


# the pool --------------------------------------------------------------------------------------------------------------
#
# Not concurrent.futures: its locks are not reentrant, and a signal handler that calls us while its own thread is in submit()
# would wait for itself. A SimpleQueue is made for that case, and a thread without a threading.Thread needs no lock to start.
# The threads end with the process; between calls they wait in the queue.

_queue: SimpleQueue[Callable[[], None]] = SimpleQueue()
_started = 0


def lend(task: Callable[[], None], helpers: int) -> None:
    """Has up to `helpers` threads call `task`, some time: those that are busy come late, and there may be none to be had."""
    global _started
    try:
        while _started < helpers:
            _thread.start_new_thread(_serve, (_queue,))
            _started += 1
    except RuntimeError:  # no more threads, or the interpreter is shutting down
        pass
    for _ in range(min(helpers, _started)):
        _queue.put(task)


def _serve(queue: SimpleQueue[Callable[[], None]]) -> None:
    while True:
        task = queue.get()
        task()
        del task  # or its arrays would live until the next call


def _forget_threads() -> None:
    """In a forked child, where none of them is."""
    global _queue, _started
    _queue, _started = SimpleQueue(), 0
    available_processors.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)
