"""The .safetensors files of this library and those of the package of that name."""

import ml_dtypes
import numpy as np
import pytest

from stablesoftmax.io import read_arrays, write_arrays

safetensors = pytest.importorskip("safetensors", reason="safetensors is not part of the test extra")
of_numpy = pytest.importorskip("safetensors.numpy", reason="safetensors is not part of the test extra")
pytestmark = pytest.mark.integration

ARRAYS = {
    "a": np.arange(12, dtype=np.float32).reshape(3, 4),
    "b.weight": np.arange(3, dtype=np.float16),
    "c": np.array(2.5),
    "d": np.zeros((0, 3), np.int64),
    "é": np.array([True, False]),
}


def test_both_read_what_the_other_has_written(tmp_path):
    of_numpy.save_file(ARRAYS, tmp_path / "theirs.safetensors", metadata={"format": "np"})
    write_arrays(tmp_path / "ours.safetensors", ARRAYS)
    for name, got in (
        ("ours", of_numpy.load_file(tmp_path / "ours.safetensors")),
        ("theirs", read_arrays(tmp_path / "theirs.safetensors")),
    ):
        assert set(got) == set(ARRAYS), name
        for key, array in ARRAYS.items():
            assert (got[key].dtype, got[key].shape) == (array.dtype, array.shape)
            assert got[key].tobytes() == array.tobytes()


def test_bfloat16(tmp_path):
    array = np.arange(6).reshape(2, 3).astype(ml_dtypes.bfloat16)
    write_arrays(tmp_path / "x.safetensors", {"a": array})
    with safetensors.safe_open(tmp_path / "x.safetensors", "numpy") as file:
        assert file.get_slice("a").get_dtype() == "BF16"
    assert read_arrays(tmp_path / "x.safetensors")["a"].tobytes() == array.tobytes()
