"""Parquet tables through the command, written and read back by pyarrow."""

import numpy as np
import pytest
from budget import cases
from hostile import attack

import stablesoftmax
from stablesoftmax.io import read_arrays, write_arrays

pa = pytest.importorskip("pyarrow", reason="pyarrow is not part of the test extra")
pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not part of the test extra")
pytestmark = pytest.mark.integration


def table(array, names="abc"):
    return pa.table({name: array[:, column] for column, name in enumerate(names)})


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("axis", [0, 1])
def test_columns_are_axis_1_and_keep_their_names(axis, dtype, tmp_path, call):
    x = np.random.default_rng(1).standard_normal((5000, 3)).astype(dtype)
    pq.write_table(table(x), tmp_path / "x.parquet", row_group_size=700)
    assert call("softmax", tmp_path / "x.parquet", "-o", tmp_path / "y.parquet", "--axis", str(axis)) == (0, "")
    got = pq.read_table(tmp_path / "y.parquet")
    assert got.column_names == ["a", "b", "c"]
    values = np.stack([column.to_numpy() for column in got.columns], axis=1)
    assert values.tobytes() == stablesoftmax.softmax(x, axis=axis).tobytes()
    assert call("logsumexp", tmp_path / "x.parquet", "-o", tmp_path / "z.parquet", "--axis", str(axis)) == (0, "")
    np.testing.assert_array_equal(read_arrays(tmp_path / "z.parquet")[None], stablesoftmax.logsumexp(x, axis=axis))


def test_many_row_groups_and_a_vector(tmp_path):
    for array in (np.random.default_rng(2).standard_normal((700_000, 4)), np.arange(5_000_000, dtype=np.float32)):
        write_arrays(tmp_path / "x.parquet", {None: array})
        assert pq.ParquetFile(tmp_path / "x.parquet").metadata.num_row_groups > 1
        assert read_arrays(tmp_path / "x.parquet")[None].tobytes() == array.tobytes()


def test_columns_of_several_dtypes(tmp_path, call):
    columns = {"a": np.arange(4, dtype=np.int8), "b": np.ones(4, np.float32), "c": np.array([True, False, True, True])}
    pq.write_table(pa.table(columns), tmp_path / "x.parquet")
    got = read_arrays(tmp_path / "x.parquet")[None]
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, np.stack(list(columns.values()), axis=1))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"a": ["x", "y"]}, "column 'a' holds string; a table of numbers is needed"),
        ({"a": [1.0, 2.0], "b": [[1.0], [2.0]]}, "column 'b' holds list<element: double>"),
        ({"a": [1.0, None]}, "column 'a' has no value in row 1"),
        ({"a": pa.array([], pa.float32())}, "holds no numbers"),
        ({}, "the table has no columns"),
    ],
)
def test_what_is_no_table_of_numbers(content, reason, tmp_path, call):
    pq.write_table(pa.table(content), tmp_path / "x.parquet")
    code, errors = call("softmax", tmp_path / "x.parquet", "-o", tmp_path / "y.npy")
    assert code == 2
    assert reason in errors
    assert len(errors.splitlines()) == 1
    assert not (tmp_path / "y.npy").exists()


def test_a_table_cannot_hold_a_cube(tmp_path, call):
    np.save(tmp_path / "x.npy", np.zeros((2, 2, 2)))
    code, errors = call("softmax", tmp_path / "x.npy", "-o", tmp_path / "y.parquet")
    assert code == 2
    assert "a .parquet table cannot hold an array of shape (2, 2, 2); write an .npy file" in errors


def test_damaged_tables():
    """Figure E1."""
    assert attack("parquet", cases(60))
