"""The .npy reader against honest, damaged and hostile files."""

import io
import os
import pickle
import random
import struct

import numpy as np
import pytest
from budget import cases
from streams import as_file, everything

from stablesoftmax.io import ArrayFileError, write_arrays
from stablesoftmax.io.npy import open_npy

ARRAY = np.arange(12, dtype=np.float32).reshape(3, 4)


def saved(array, **options):
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def read(content, where="in place"):
    stream, room = as_file(content), as_file()
    with stream, room:
        source = open_npy(stream, "name.npy", len(content), room if where == "unpacked" else None)
        return everything(source)


def forged(header, data=b"", version=(1, 0)):
    """An .npy file with any text for a header."""
    text = header.encode("utf-8")
    length = struct.pack("<H" if version == (1, 0) else "<I", len(text))
    return b"\x93NUMPY" + bytes(version) + length + text + data


def described(descr="'<f8'", fortran_order="False", shape="(1,)"):
    return f"{{'descr': {descr}, 'fortran_order': {fortran_order}, 'shape': {shape}, }}"


@pytest.mark.parametrize(
    "array",
    [
        ARRAY,
        ARRAY.T,
        np.asfortranarray(ARRAY),
        ARRAY[::-1, ::2],
        ARRAY.astype(">f4"),
        ARRAY.astype(np.float16),
        ARRAY.astype(np.float64),
        ARRAY.astype(">f8"),
        ARRAY.astype(np.int8),
        ARRAY.astype(np.uint64),
        ARRAY > 5,
        ARRAY.astype(np.complex64),
        np.float64(3.5),
        np.array(7),
        np.empty((0,)),
        np.empty((3, 0, 2), np.float32),
        np.zeros((1,) * 20),
        np.array([np.nan, -np.inf, -0.0, 5e-324]),
    ],
    ids=lambda array: f"{np.asarray(array).dtype.str}-{np.shape(array)}",
)
def test_what_numpy_saves_is_read_and_the_reverse(array, tmp_path):
    content = saved(array)
    for got in (read(content), read(content, "unpacked")):
        assert got.dtype == np.asarray(array).dtype
        assert got.shape == np.shape(array)
        assert got.tobytes() == np.asarray(array).tobytes()
    write_arrays(tmp_path / "written.npy", {None: np.asarray(array)})
    again = np.load(tmp_path / "written.npy", allow_pickle=False)
    assert (again.dtype, again.shape) == (np.asarray(array).dtype, np.shape(array))
    assert again.tobytes() == np.asarray(array).tobytes()


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_all_versions_of_the_format(version):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, ARRAY, version=version)
    np.testing.assert_array_equal(read(stream.getvalue()), ARRAY)


def test_a_shape_written_by_python_2():
    np.testing.assert_array_equal(read(forged(described(shape="(2L, 1L)"), bytes(16))), np.zeros((2, 1)))


@pytest.mark.parametrize("where", ["in place", "unpacked"])
@pytest.mark.parametrize("array", [ARRAY, np.zeros((2, 3, 4), ">f8")])
def test_truncated_at_every_byte(array, where):
    content = saved(array)
    for end in range(len(content)):
        with pytest.raises(ArrayFileError) as caught:
            read(content[:end], where)
        assert str(caught.value).startswith("name.npy: ")
        assert len(str(caught.value).splitlines()) == 1


def test_truncation_says_how_much_is_missing():
    with pytest.raises(ArrayFileError, match=r"announces 48 bytes of data \(shape \(3, 4\), dtype float32\), but 47 are there"):
        read(saved(ARRAY)[:-1])


def test_data_after_the_array_is_refused():
    with pytest.raises(ArrayFileError, match=r"announces 48 bytes .* but 224 are there"):
        read(saved(ARRAY) + saved(ARRAY))


class Bomb:
    """Creates a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("where", ["in place", "unpacked"])
def test_a_pickle_is_never_executed(tmp_path, where):
    trace = tmp_path / "executed"
    content = saved(np.array([Bomb(trace)], dtype=object), allow_pickle=True)
    with pytest.raises(ArrayFileError, match=r"Python objects \(a pickle\), which are never loaded"):
        read(content, where)
    with pytest.raises(ArrayFileError, match=r"not an \.npy file"):
        read(pickle.dumps(Bomb(trace)), where)
    with pytest.raises(ArrayFileError, match="Python objects"):
        read(forged(described("[('a', '|O')]"), pickle.dumps(Bomb(trace))), where)
    assert not trace.exists()
    np.load(io.BytesIO(content), allow_pickle=True)
    assert trace.exists(), "the payload of this test does nothing"


DAMAGED = "its header is damaged"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 and more", "not an .npy file"),
        (b"\x93NUMPY\x04\x00" + bytes(100), "version 4.0"),
        (b"\x93NUMPY\x01\x01" + bytes(100), "version 1.1"),
        (forged("", version=(1, 0)), DAMAGED),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(100), "header of 4294967295 bytes is longer"),
        (forged(described(shape="(2**70,)")), DAMAGED),
        (forged(described(shape=f"({2**70},)")), DAMAGED),
        (forged(described(shape="(-1,)")), DAMAGED),
        (forged(described(shape="(True,)"), bytes(8)), DAMAGED),
        (forged(described(shape="(1.0,)"), bytes(8)), DAMAGED),
        (forged(described(shape="[1]"), bytes(8)), DAMAGED),
        (forged(described(shape="1"), bytes(8)), DAMAGED),
        (forged(described(shape=f"({'9' * 5000},)")), DAMAGED),
        (forged(described(shape=f"({'1, ' * 65})"), bytes(8)), DAMAGED),
        (forged(described(fortran_order="1"), bytes(8)), DAMAGED),
        (forged(described(fortran_order="None"), bytes(8)), DAMAGED),
        (forged("{'descr': '<f8', 'fortran_order': False}"), DAMAGED),
        (forged("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 1}", bytes(8)), DAMAGED),
        (forged("[1, 2]"), DAMAGED),
        (forged("{"), DAMAGED),
        (forged("(" * 3000), DAMAGED),
        (forged("-" * 9000 + "1"), DAMAGED),
        (forged("[" * 150 + "]" * 150), DAMAGED),
        (forged("__import__('os').getcwd()"), DAMAGED),
        (forged("{'descr': '\\d', 'fortran_order': False, 'shape': (1,)}"), DAMAGED),
        (forged("0x1for x in y"), DAMAGED),
        (forged(described() + "\0"), DAMAGED),
        (forged(described("'<f3'")), DAMAGED),
        (forged(described("'no such dtype'")), DAMAGED),
        (forged(described("5")), DAMAGED),
        (forged(described("None")), DAMAGED),
        (forged(described("'<f4,<f4'"), bytes(8)), "records"),
        (forged(described("[('x', '<f4')]"), bytes(4)), "records"),
        (forged(described("'<U3'"), bytes(12)), "holds values of dtype <U3, which are not numbers"),
        (forged(described("'<M8[s]'"), bytes(8)), "not numbers"),
        (forged(described("'|V8'"), bytes(8)), "not numbers"),
        (forged(described("'|S0'", shape="(1000000000000000,)")), "not numbers"),
        (b"\x93NUMPY\x01\x00\x04\x00\xff\xfe\xff\xfe", DAMAGED),
    ],
)
@pytest.mark.parametrize("where", ["in place", "unpacked"])
def test_hostile_headers(content, reason, where, recwarn):
    with pytest.raises(ArrayFileError, match=reason):
        read(content, where)
    assert not recwarn.list


def test_a_header_larger_than_the_file_takes_no_memory():
    content = forged(described(shape=f"({2**55},)"), bytes(8))
    with pytest.raises(ArrayFileError, match=f"announces {2**58} bytes .* but 8 are there"):
        read(content)
    # A zero hides the size of all others.
    with pytest.raises(ArrayFileError, match="no array of NumPy has shape"):
        read(forged(described(shape=f"(0, {2**62}, {2**62})")))


@pytest.mark.parametrize("where", ["in place", "unpacked"])
def test_mutated_headers(where, recwarn):
    """Whatever the header becomes: one clear error, or an array that is all of the data."""
    source = random.Random(5)
    content = saved(ARRAY)
    data = ARRAY.tobytes()
    header_length = len(content) - len(data)
    alphabet = b"\x00\n'\"()[]{},:<>|=?Of248LTrueFalse-+*.\\x9\xff"
    survivors, refusals = 0, []
    for _ in range(cases(2000)):
        mutated = bytearray(content)
        for _ in range(source.choice((1, 1, 2, 5))):
            position = source.randrange(header_length)
            action = source.choice(("replace", "flip", "delete", "insert"))
            if action == "replace":
                mutated[position] = source.choice(alphabet)
            elif action == "flip":
                mutated[position] ^= 1 << source.randrange(8)
            elif action == "delete":
                del mutated[position]
            else:
                mutated.insert(position, source.choice(alphabet))
        try:
            array = read(bytes(mutated), where)
        except ArrayFileError as error:
            refusals.append(str(error))
        else:
            survivors += 1
            assert array.dtype.kind in "biufc"
            assert array.nbytes == len(data)
            assert array.tobytes("A") == data
    assert 0 < survivors < len(refusals)
    assert all(len(refusal.splitlines()) == 1 for refusal in refusals)
    assert not recwarn.list


def test_only_numbers_are_written(tmp_path):
    with pytest.raises(ArrayFileError, match="cannot hold object"):
        write_arrays(tmp_path / "x.npy", {None: np.array([{}], dtype=object)})
    assert list(tmp_path.iterdir()) == []
