"""The .npz reader against honest, damaged and hostile archives."""

import contextlib
import io
import random
import zipfile

import numpy as np
import pytest
from budget import cases
from streams import as_file, everything

from stablesoftmax.io import ArrayFileError, read_arrays, write_arrays
from stablesoftmax.io.npz import open_npz

ARRAYS = {"logits": np.arange(6, dtype=np.float32).reshape(2, 3), "layer/weights": np.array(2.5), "file": np.arange(3)}


def archive(members, compression=zipfile.ZIP_STORED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as file:
        for name, content in members:
            file.writestr(name, content)
    return stream.getvalue()


def npy(array, **options):
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def read(content):
    with contextlib.ExitStack() as files:
        arrays = open_npz(io.BytesIO(content), "name.npz", lambda: files.enter_context(as_file()))
        return {name: everything(array) for name, array in arrays.items()}


def assert_same(got, expected):
    assert list(got) == list(expected)
    for name, array in expected.items():
        assert got[name].dtype == array.dtype
        np.testing.assert_array_equal(got[name], array)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_what_numpy_saves_is_read(save):
    stream = io.BytesIO()
    arrays = {name: array for name, array in ARRAYS.items() if name != "file"}  # numpy cannot write that name
    save(stream, **arrays)
    assert_same(read(stream.getvalue()), arrays)


def test_numpy_reads_what_is_written(tmp_path):
    write_arrays(tmp_path / "x.npz", ARRAYS)
    assert_same(read_arrays(tmp_path / "x.npz"), ARRAYS)
    with np.load(tmp_path / "x.npz", allow_pickle=False) as loaded:
        assert_same({name: loaded[name] for name in loaded.files}, ARRAYS)


def test_the_same_arrays_give_the_same_bytes(monkeypatch, tmp_path):
    import time

    first, second = tmp_path / "first.npz", tmp_path / "second.npz"
    write_arrays(first, ARRAYS)
    monkeypatch.setattr(time, "time", lambda: 2e9)
    write_arrays(second, ARRAYS)
    assert first.read_bytes() == second.read_bytes()


def test_folders_are_no_arrays_and_the_suffix_is_no_part_of_a_name():
    content = archive([("layer/", b""), ("layer/weights.npy", npy(ARRAYS["logits"])), ("plain", npy(ARRAYS["file"]))])
    assert_same(read(content), {"layer/weights": ARRAYS["logits"], "plain": ARRAYS["file"]})


def test_zeros_compress_a_thousandfold_and_are_honest():
    stream = io.BytesIO()
    np.savez_compressed(stream, zeros=np.zeros(1_000_000, np.float32))
    assert len(stream.getvalue()) < 5000
    assert read(stream.getvalue())["zeros"].shape == (1_000_000,)


def test_every_truncation_is_refused():
    stream = io.BytesIO()
    np.savez_compressed(stream, a=np.arange(5.0), b=np.arange(3))
    content = stream.getvalue()
    for end in range(len(content)):
        with pytest.raises(ArrayFileError) as caught:
            read(content[:end])
        assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_mutations_never_leak_another_error(compression):
    source = random.Random(9)
    content = archive([("a.npy", npy(np.arange(40.0))), ("b.npy", npy(np.arange(7)))], compression)
    refused = 0
    for _ in range(cases(300)):
        mutated = bytearray(content)
        for _ in range(source.choice((1, 1, 3, 8))):
            mutated[source.randrange(len(mutated))] = source.randrange(256)
        try:
            arrays = read(bytes(mutated))
        except ArrayFileError:
            refused += 1
        else:
            # Checksums cover the data; names and dates are not covered by anything.
            assert sorted(array.tobytes() for array in arrays.values()) == sorted(
                [np.arange(40.0).tobytes(), np.arange(7).tobytes()]
            )
    assert refused > cases(100)


def declared(content, size, offset):
    """The archive with another 32-bit size in the local header and the directory of its only member."""
    changed = bytearray(content)
    for signature, position in ((b"PK\x03\x04", 18 + offset), (b"PK\x01\x02", 20 + offset)):
        start = content.rindex(signature)
        changed[start + position : start + position + 4] = size.to_bytes(4, "little")
    return bytes(changed)


def test_sizes_that_cannot_be_are_refused_before_memory_is_asked_for():
    huge = 0xFFFFFFF0
    honest = archive([("a.npy", npy(np.arange(40.0)))], zipfile.ZIP_DEFLATED)
    with pytest.raises(ArrayFileError, match=f"array 'a' announces {huge} bytes, more than its"):
        read(declared(honest, huge, offset=4))
    with pytest.raises(ArrayFileError, match="overlap or are larger than the file"):
        read(declared(honest, huge, offset=0))


def test_a_bomb_of_overlapping_members_is_refused():
    """Many directory entries for the same compressed bytes."""
    content = archive([("a.npy", npy(np.zeros(10_000)))], zipfile.ZIP_DEFLATED)
    start = content.rindex(b"PK\x01\x02")
    end = content.rindex(b"PK\x05\x06")
    entry = content[start:end]
    entries = b"".join(entry.replace(b"a.npy", b"%05d" % i) for i in range(50))
    tail = bytearray(content[end:])
    tail[8:10] = tail[10:12] = (50).to_bytes(2, "little")
    tail[12:16] = len(entries).to_bytes(4, "little")
    with pytest.raises(ArrayFileError, match="overlap or are larger than the file"):
        read(content[:start] + entries + bytes(tail))


def test_what_is_inside_is_named(tmp_path):
    with pytest.raises(ArrayFileError, match="array 'b': its header is damaged"):
        read(archive([("a.npy", npy(ARRAYS["file"])), ("b.npy", b"\x93NUMPY\x01\x00\x02\x00{}")]))
    with pytest.raises(ArrayFileError, match=r"array 'readme\.txt': not an \.npy file"):
        read(archive([("readme.txt", b"hello, world")]))
    with pytest.raises(ArrayFileError, match="array 'a': holds Python objects"):
        read(archive([("a.npy", npy(np.array([{}], dtype=object), allow_pickle=True))]))
    with pytest.raises(ArrayFileError, match=r"array 'a': .*announces 24 bytes of data"):
        read(archive([("a.npy", npy(ARRAYS["file"])[:-1])]))


@pytest.mark.parametrize("name", ["../x.npy", "a/../../x.npy", "/etc/x.npy", "..\\x.npy", "C:\\x.npy", ".."])
def test_a_name_that_leads_out_of_the_folder(name):
    with pytest.raises(ArrayFileError, match="leads out of its folder"):
        read(archive([(name, npy(ARRAYS["file"]))]))


def test_empty_and_ambiguous_archives():
    with pytest.raises(ArrayFileError, match="the archive holds no array"):
        read(archive([]))
    with pytest.raises(ArrayFileError, match="the archive holds 2 arrays named 'a'"):
        read(archive([("a.npy", npy(ARRAYS["file"])), ("a", npy(ARRAYS["file"]))]))
    with pytest.raises(ArrayFileError, match=r"not a readable \.npz archive: File is not a zip file"):
        read(b"")


def test_a_damaged_directory_loses_no_array_silently():
    content = bytearray(archive([("a.npy", npy(ARRAYS["file"])), ("b.npy", npy(ARRAYS["logits"]))]))
    first_entry = bytes(content).index(b"PK\x01\x02")
    content[first_entry + 32] = 80  # the length of a comment: the rest of the directory becomes one
    with pytest.raises(ArrayFileError, match="directory is damaged at array 'a'"):
        read(bytes(content))


def test_an_encrypted_archive_is_refused():
    content = bytearray(archive([("a.npy", npy(ARRAYS["file"]))]))
    for signature, position in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[bytes(content).rindex(signature) + position] |= 1
    with pytest.raises(ArrayFileError, match="encrypted"):
        read(bytes(content))
