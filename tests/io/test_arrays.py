"""Files of arrays by their suffix."""

import os
import pickle
import threading

import numpy as np
import pytest

from stablesoftmax.io import ArrayFileError, read_arrays, write_arrays

MATRIX = np.array([[1.5, -2.0], [0.25, 4.0]])


@pytest.mark.parametrize("suffix", [".npy", ".csv", ".NPY", ".Csv"])
def test_formats_of_one_array(tmp_path, suffix):
    path = tmp_path / f"matrix{suffix}"
    write_arrays(path, {None: MATRIX})
    arrays = read_arrays(path)
    assert list(arrays) == [None]
    np.testing.assert_array_equal(arrays[None], MATRIX)


def test_the_format_of_many_arrays(tmp_path):
    path = tmp_path / "arrays.npz"
    write_arrays(path, {"b": MATRIX, None: MATRIX[0]})
    arrays = read_arrays(path)
    assert list(arrays) == ["b", "arr_0"]
    np.testing.assert_array_equal(arrays["b"], MATRIX)
    np.testing.assert_array_equal(arrays["arr_0"], MATRIX[0])


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv"])
def test_every_format_can_go_to_a_device(tmp_path, suffix):
    link = tmp_path / f"nowhere{suffix}"
    link.symlink_to("/dev/null")
    write_arrays(link, {None: MATRIX})
    assert link.is_symlink()


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv"])
def test_every_format_can_go_through_a_pipe(tmp_path, suffix):
    pipe = tmp_path / f"pipe{suffix}"
    os.mkfifo(pipe)
    writer = threading.Thread(target=write_arrays, args=(pipe, {None: MATRIX}))
    writer.start()
    ((_, got),) = read_arrays(pipe).items()
    writer.join()
    np.testing.assert_array_equal(got, MATRIX)


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv", ".safetensors"])
@pytest.mark.parametrize("dtype", ["<f8", ">f8", ">f4", "<f2"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_any_byte_order_and_order_of_axes(order, dtype, suffix, tmp_path):
    x = np.arange(15.0).reshape(5, 3).astype(dtype, order=order)[::2]
    path = tmp_path / f"x{suffix}"
    write_arrays(path, {None: x})
    ((_, got),) = read_arrays(path).items()
    np.testing.assert_array_equal(got, x)


def test_one_named_array_loses_its_name(tmp_path):
    write_arrays(tmp_path / "one.npy", {"name": MATRIX})
    np.testing.assert_array_equal(np.load(tmp_path / "one.npy"), MATRIX)


@pytest.mark.parametrize("name", ["two.npy", "two.csv"])
def test_two_arrays_do_not_fit_into_one(tmp_path, name):
    (tmp_path / name).write_bytes(b"old")
    with pytest.raises(ArrayFileError, match=r"holds one array, but 2 are to be written \(a, b\); use .npz"):
        write_arrays(tmp_path / name, {"a": MATRIX, "b": MATRIX})
    assert (tmp_path / name).read_bytes() == b"old"


def test_an_array_that_the_format_cannot_hold_leaves_the_old_file(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"old")
    with pytest.raises(ArrayFileError, match="cannot hold an array of shape"):
        write_arrays(path, {None: np.zeros((2, 2, 2))})
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["table.csv"]


@pytest.mark.parametrize("name", ["logits.txt", "logits", ".npy", "logits.npy.gz", "logits."])
def test_unknown_suffixes(tmp_path, name):
    for action in (read_arrays, lambda path: write_arrays(path, {None: MATRIX})):
        with pytest.raises(ArrayFileError, match=r"suffix.*use \.npy, \.npz, \.csv, .*or - for \.npy on a pipe"):
            action(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_suffix_is_told_by_the_content(tmp_path):
    np.save(tmp_path / "matrix.npy", MATRIX)
    for name, reason in (("matrix.npz", "not a zip file"), ("matrix.csv", "not UTF-8 text")):
        (tmp_path / name).write_bytes((tmp_path / "matrix.npy").read_bytes())
        with pytest.raises(ArrayFileError, match=reason):
            read_arrays(tmp_path / name)


def test_a_sparse_file_of_a_terabyte_is_refused_without_its_memory(tmp_path):
    path = tmp_path / "sparse.npy"
    np.save(path, np.zeros(1, np.float32))
    content = path.read_bytes().replace(b"(1,), }        ", b"(1125899906842,), }")
    with open(path, "wb") as stream:
        stream.write(content[:128])
        stream.truncate(128 + 1000)
    with pytest.raises(ArrayFileError, match="but 1000 are there"):
        read_arrays(path)


def test_missing_files_are_the_systems_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_arrays(tmp_path / "missing.npy")
    (tmp_path / "folder.npy").mkdir()
    with pytest.raises(IsADirectoryError):
        read_arrays(tmp_path / "folder.npy")


def test_the_error_travels_between_processes():
    error = pickle.loads(pickle.dumps(ArrayFileError("name.npy", "a reason")))
    assert (type(error), str(error), error.path, error.reason) == (
        ArrayFileError, "name.npy: a reason", "name.npy", "a reason",
    )  # fmt: skip
    assert isinstance(error, ValueError)
