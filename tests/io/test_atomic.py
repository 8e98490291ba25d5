"""Atomic writing: old content or new, never half, with real signals, limits and permissions."""

import os
import resource
import signal
import stat
import subprocess
import sys
import threading

import pytest

from stablesoftmax.io import atomic_writer

# Writes half of something, says so, and waits to be ended.
INTERRUPTED_WRITER = """
import sys, time
from stablesoftmax.io import atomic_writer
with atomic_writer(sys.argv[1]) as stream:
    stream.write(b"half")
    stream.flush()
    print("ready", flush=True)
    time.sleep(60)
"""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def _unprivileged(tmp_path):
    """Permissions mean nothing to root: become nobody for the test."""
    if os.geteuid() != 0:
        yield
        return
    nobody = 65534
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == "root" and folder.is_relative_to(tmp_path.parents[2]):
            folder.chmod(folder.stat().st_mode | 0o755)
    os.chown(tmp_path, nobody, nobody)
    os.seteuid(nobody)
    yield
    os.seteuid(0)


def test_a_new_file_has_the_usual_permissions(tmp_path):
    before = os.umask(0o027)
    try:
        with atomic_writer(tmp_path / "new") as stream:
            stream.write(b"content")
    finally:
        os.umask(before)
    assert (tmp_path / "new").read_bytes() == b"content"
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    assert names(tmp_path) == ["new"]


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o751, 0o4755])
def test_a_replaced_file_keeps_its_permissions(tmp_path, mode):
    target = tmp_path / "file"
    target.write_bytes(b"old")
    target.chmod(mode)
    with atomic_writer(target) as stream:
        stream.write(b"new")
        assert target.read_bytes() == b"old"
        (temporary,) = [name for name in names(tmp_path) if name != "file"]
        assert stat.S_IMODE((tmp_path / temporary).stat().st_mode) == mode
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_replaced_file_keeps_its_owner(tmp_path):
    target = tmp_path / "file"
    target.write_bytes(b"old")
    target.chmod(0o4755)
    os.chown(target, 1234, 4321)
    target.chmod(0o4755)
    with atomic_writer(target) as stream:
        stream.write(b"new")
    status = target.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (1234, 4321, 0o4755)


def test_symbolic_links_stay(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "file"
    target.write_bytes(b"old")
    link, second = tmp_path / "link", tmp_path / "second"
    link.symlink_to("elsewhere/file")
    second.symlink_to(link)
    with atomic_writer(second) as stream:
        stream.write(b"new")
        assert any(name.startswith(".stablesoftmax-") for name in names(tmp_path / "elsewhere"))
    assert target.read_bytes() == b"new"
    assert link.is_symlink()
    assert second.is_symlink()
    dangling = tmp_path / "dangling"
    dangling.symlink_to("elsewhere/created")
    with atomic_writer(dangling) as stream:
        stream.write(b"created")
    assert dangling.is_symlink()
    assert (tmp_path / "elsewhere" / "created").read_bytes() == b"created"
    assert names(tmp_path / "elsewhere") == ["created", "file"]


def test_a_loop_of_links_is_an_error(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"), atomic_writer(tmp_path / "a"):
        pytest.fail("nothing can be written here")
    assert names(tmp_path) == ["a", "b"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, MemoryError])
@pytest.mark.parametrize("content", [None, b"old"])
def test_an_exception_leaves_everything_as_it_was(tmp_path, error, content):
    target = tmp_path / "file"
    if content is not None:
        target.write_bytes(content)
    before = names(tmp_path)

    def fail():
        with atomic_writer(target) as stream:
            stream.write(b"half")
            raise error

    with pytest.raises(error):
        fail()
    assert names(tmp_path) == before
    if content is not None:
        assert target.read_bytes() == content


def start_writer(target):
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED_WRITER, str(target)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout.readline() == b"ready\n"
    return process


def test_control_c_removes_the_temporary_file(tmp_path):
    target = tmp_path / "file"
    target.write_bytes(b"old")
    process = start_writer(target)
    assert len(names(tmp_path)) == 2
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert b"KeyboardInterrupt" in errors
    assert names(tmp_path) == ["file"]
    assert target.read_bytes() == b"old"


def test_a_killed_writer_leaves_the_old_file_and_a_name_that_says_what_it_is(tmp_path):
    target = tmp_path / "file"
    target.write_bytes(b"old")
    process = start_writer(target)
    process.kill()
    process.communicate()
    assert target.read_bytes() == b"old"
    leftover, _ = names(tmp_path)
    assert leftover.startswith(".stablesoftmax-")
    assert leftover.endswith(".tmp")
    with atomic_writer(target) as stream:
        stream.write(b"new")
    assert target.read_bytes() == b"new"


def test_a_full_disk_leaves_the_old_file(tmp_path):
    """A limit on the size of files stands in for the disk: the system refuses in the middle of a write."""
    target = tmp_path / "file"
    target.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(OSError, match="File too large"), atomic_writer(target) as stream:
            stream.write(bytes(1_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(tmp_path) == ["file"]
    assert target.read_bytes() == b"old"


def test_what_is_buffered_may_fail_too(tmp_path):
    """Only closing the file, or fsync, tells that its last bytes found no place."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(OSError, match="File too large"), atomic_writer(tmp_path / "file") as stream:
            stream.write(bytes(11))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(tmp_path) == []


@pytest.mark.usefixtures("_unprivileged")
def test_a_read_only_folder_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    tmp_path.chmod(0o555)
    for name in ("file", "new"):
        with pytest.raises(PermissionError), atomic_writer(tmp_path / name):
            pytest.fail("nothing can be written here")
    tmp_path.chmod(0o755)
    assert names(tmp_path) == ["file"]
    assert (tmp_path / "file").read_bytes() == b"old"


@pytest.mark.usefixtures("_unprivileged")
def test_a_read_only_file_is_refused(tmp_path):
    target = tmp_path / "file"
    target.write_bytes(b"old")
    target.chmod(0o444)
    with pytest.raises(PermissionError), atomic_writer(target):
        pytest.fail("nothing can be written here")
    assert names(tmp_path) == ["file"]
    assert target.read_bytes() == b"old"


def test_what_is_no_file_is_written_directly(tmp_path):
    with atomic_writer("/dev/null") as stream:
        stream.write(b"content")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    with atomic_writer(pipe) as stream:
        stream.write(b"content")
    reader.join()
    assert received == [b"content"]
    assert names(tmp_path) == ["pipe"]


def test_folders_and_missing_folders(tmp_path):
    with pytest.raises(IsADirectoryError), atomic_writer(tmp_path):
        pytest.fail("nothing can be written here")
    with pytest.raises(FileNotFoundError), atomic_writer(tmp_path / "missing" / "file"):
        pytest.fail("nothing can be written here")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotADirectoryError), atomic_writer(tmp_path / "file" / "file"):
        pytest.fail("nothing can be written here")
    assert names(tmp_path) == ["file"]


def test_the_longest_name_and_odd_ones(tmp_path):
    for name in ("n" * 255, "line\nbreak", "-", " ", os.fsdecode(b"\xff\xfe")):
        with atomic_writer(tmp_path / name) as stream:
            stream.write(b"content")
        assert (tmp_path / name).read_bytes() == b"content"
    assert len(names(tmp_path)) == 5


def test_many_writers_of_one_file_leave_one_whole_content(tmp_path):
    target = tmp_path / "file"
    contents = [bytes([i]) * 100_000 for i in range(8)]

    def write(content):
        for _ in range(5):
            with atomic_writer(target) as stream:
                stream.write(content)

    writers = [threading.Thread(target=write, args=(content,)) for content in contents]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        if target.exists():
            seen.add(target.read_bytes())
    assert seen <= set(contents)
    assert target.read_bytes() in contents
    assert names(tmp_path) == ["file"]
