"""The .safetensors format against honest, damaged and hostile files; tests/integration compares with the package of that name."""

import json

import ml_dtypes
import numpy as np
import pytest
from streams import as_file, everything

from stablesoftmax.io import ArrayFileError, read_arrays, write_arrays
from stablesoftmax.io.safetensors import open_safetensors

ARRAYS = {"b": np.arange(12, dtype=np.float32).reshape(3, 4), "a.weight": np.array([1.5, -2], ml_dtypes.bfloat16), "c": np.array(3)}


def forged(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def read(content):
    with as_file(content) as stream:
        return {name: everything(array) for name, array in open_safetensors(stream, "name.safetensors", len(content)).items()}


def field(dtype="F32", shape=(1,), offsets=(0, 4), **more):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets), **more}


def test_there_and_back(tmp_path):
    path = tmp_path / "x.safetensors"
    write_arrays(path, ARRAYS)
    got = read_arrays(path)
    assert list(got) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert (got[name].dtype, got[name].shape) == (array.dtype, array.shape)
        assert got[name].tobytes() == array.tobytes()
    content = path.read_bytes()
    assert int.from_bytes(content[:8], "little") % 8 == 0
    for end in range(len(content)):
        with pytest.raises(ArrayFileError) as caught:
            read(content[:end])
        assert len(str(caught.value).splitlines()) == 1
    with pytest.raises(ArrayFileError, match="announces 60 bytes of data, but 61 are there"):
        read(content + b"\0")


def test_big_endian_and_column_order_are_brought_into_the_order_of_the_format(tmp_path):
    x = np.asfortranarray(np.arange(6.0).reshape(2, 3).astype(">f8"))
    write_arrays(tmp_path / "x.safetensors", {"x": x})
    np.testing.assert_array_equal(read_arrays(tmp_path / "x.safetensors")["x"], x)


def test_metadata_is_passed_over():
    assert read(forged({"__metadata__": {"format": "pt"}, "x": field()}, bytes(4)))["x"].tolist() == [0.0]


DAMAGED = "its header is damaged"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "longer than the file"),
        (b"\xff" * 8, "longer than the file"),
        (forged(b"{"), DAMAGED),
        (forged(b"\xff\xfe"), DAMAGED),
        (forged(b"[" * 100_000), DAMAGED),
        (forged([1]), DAMAGED),
        (forged({"__metadata__": {"a": 1}}), DAMAGED),
        (forged(b'{"x": 1, "x": 2}'), DAMAGED),
        (forged({}), "holds no array"),
        (forged({"x": 1}), "array 'x': its entry in the header is damaged"),
        (forged({"x": field(more=1)}, bytes(4)), "its entry in the header is damaged"),
        (forged({"x": field(shape=[-1])}, bytes(4)), "its entry in the header is damaged"),
        (forged({"x": field(shape=[True])}, bytes(4)), "its entry in the header is damaged"),
        (forged({"x": field(shape=[1.0])}, bytes(4)), "its entry in the header is damaged"),
        (forged({"x": field(shape=[1] * 65)}, bytes(4)), "its entry in the header is damaged"),
        (forged({"x": field(shape=[2**62])}, bytes(4)), "its entry in the header is damaged"),
        (forged({"x": field(dtype=5)}, bytes(4)), "its entry in the header is damaged"),
        (forged({"x": field(offsets=[0, 4, 4])}, bytes(4)), "its entry in the header is damaged"),
        (forged({"x": field(dtype="F8_E4M3")}, bytes(4)), "has dtype 'F8_E4M3'; known are BF16, F64"),
        (forged({"x": field(shape=[2])}, bytes(4)), r"does not lie in bytes \[0, 4\]"),
        (forged({"x": field(offsets=[4, 8])}, bytes(8)), r"does not lie in bytes \[4, 8\]"),
        (forged({"x": field(), "y": field()}, bytes(4)), "does not lie in bytes"),
        (forged({"x": field(), "y": field(offsets=[8, 12])}, bytes(12)), "does not lie in bytes"),
        (forged({"x": field(offsets=[4, 0])}, bytes(4)), "does not lie in bytes"),
        (forged({"x": field()}, bytes(3)), "announces 4 bytes of data, but 3 are there"),
        (forged({"../x": field()}, bytes(4)), "leads out of its folder"),
        (forged({"x": field(shape=[0, 2**61, 2**61], offsets=[0, 0])}), "no array of NumPy has shape"),
    ],
)  # fmt: skip
def test_hostile_headers(content, reason):
    with pytest.raises(ArrayFileError, match=reason) as caught:
        read(content)
    assert len(str(caught.value).splitlines()) == 1


def test_a_header_of_gigabytes_is_not_read(tmp_path):
    path = tmp_path / "x.safetensors"
    with open(path, "wb") as stream:
        stream.write((1 << 30).to_bytes(8, "little"))
        stream.truncate(2 << 30)
    with pytest.raises(ArrayFileError, match="longer than the file or than 16777216"):
        read_arrays(path)
