"""Tables of numbers: what is accepted, what is refused, and that nothing is guessed."""

import io
import pathlib
import tempfile

import numpy as np
import pytest
from streams import as_file, everything

from stablesoftmax.io import ArrayFileError
from stablesoftmax.io.arrays import write_arrays
from stablesoftmax.io.csv import LONGEST_LINE, open_csv


def read(text):
    content = text if isinstance(text, bytes) else text.encode("utf-8")
    stream = io.BytesIO(content)
    with as_file() as room:
        table = everything(open_csv(stream, "name.csv", room))
    assert not stream.closed
    return table


def written(array):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "name.csv")
        write_arrays(path, {None: np.asarray(array)})
        return path.read_text(encoding="ascii")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,2,3\n4,5,6\n", [[1, 2, 3], [4, 5, 6]]),
        ("1,2,3", [[1, 2, 3]]),
        ("1\n2\n3\n", [1, 2, 3]),
        ("7\n", [7]),
        ("1,2\r\n3,4\r\n", [[1, 2], [3, 4]]),
        ("1,2\r3,4\r", [[1, 2], [3, 4]]),
        (" 1 ,\t2\n3,4\n\n \n", [[1, 2], [3, 4]]),
        ("-1.5e3,inf,-Infinity,1e-400,.5\n", [[-1500, np.inf, -np.inf, 0, 0.5]]),
        ("\ufeff1,2\n3,4\n", [[1, 2], [3, 4]]),
        ("zero,one\n1,2\n", [[1, 2]]),
        ('"zero","p(x, y)"\n1,2\n', [[1, 2]]),
        ("# zero, one\n1,2\n", [[1, 2]]),
        ("\ufeffname\n1\n2\n", [1, 2]),
        ("élan,_two\n1,2\n", [[1, 2]]),
    ],
)
def test_accepted(text, expected):
    table = read(text)
    assert table.dtype == np.float64
    np.testing.assert_array_equal(table, np.array(expected, np.float64))


def test_nan_is_a_number_and_no_header():
    np.testing.assert_array_equal(read("nan,inf\n1,2\n"), [[np.nan, np.inf], [1, 2]])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "holds no numbers"),
        ("\n\n", "holds no numbers"),
        ("a,b\n", "holds no numbers"),
        ("1,2\n3\n", "line 2 has 1 values where the first has 2"),
        ("a,b\n1,2\n1,2,3\n", "line 3 has 3 values where the first has 2"),
        ("1,2\n3,x\n", "line 2: 'x' is not a number"),
        ("a,1\n", "line 1: 'a' is not a number"),
        ("a,b\nc,d\n", "line 2: 'c' is not a number"),
        ("1,2\n# comment,3\n", "line 2: '# comment' is not a number"),
        ("1,,3\n", "line 1 has an empty value"),
        ("1,2,\n", "line 1 has an empty value"),
        ("1\n\n3\n", "line 2 is empty"),
        ("\n1\n", "line 1 is empty"),
        ("1;2\n", "line 1: '1;2' is not a number"),
        ("1 2\n3 4\n", "line 1: '1 2' is not a number"),
        ('"1","2"\n"3","4"\n', "line 2: '\"3\"' is not a number"),
        ("1_000\n", "line 1: '1_000' is not a number"),
        ("0x10\n", "line 1: '0x10' is not a number"),
        ("1.0.0\n2\n", "line 1: '1.0.0' is not a number"),
        ("1+2j\n", "is not a number"),
        ("1\0\n", r"line 1: '1\\x00' is not a number"),
        ("1\x0b2\n", r"'1\\x0b2' is not a number"),
        ("1\u20282\n", r"'1\\u20282' is not a number"),
        (b"1,2\n\xff\xfe,3\n", "not UTF-8 text"),
        ("1,2\n".encode("utf-16"), "not UTF-8 text"),
        ("1," + "x" * 1000, "line 1: '" + "x" * 40 + r"\.\.\.' is not a number"),
    ],
)
def test_refused(text, reason):
    with pytest.raises(ArrayFileError, match=reason) as caught:
        read(text)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (5,), (1, 5), (4, 3)])
def test_every_number_comes_back(dtype, shape):
    source = np.random.RandomState(3)
    array = (source.standard_normal(shape) * 10.0 ** source.randint(-4, 4, shape)).astype(dtype)
    again = read(written(array))
    assert again.shape == (shape or (1,))
    np.testing.assert_array_equal(again.astype(dtype), array.reshape(again.shape))


def test_the_text_is_the_shortest():
    assert written(np.array([[0.1, 1.0, -np.inf, np.nan]], np.float32)) == "0.1,1.0,-inf,nan\n"
    assert written(np.array([0.1, 5e-324])) == "0.1\n5e-324\n"
    assert written(np.float64(2.5)) == "2.5\n"
    assert written(np.array([True, False])) == "True\nFalse\n"


@pytest.mark.parametrize("array", [np.zeros((2, 2, 2)), np.empty((0, 3)), np.empty(0)])
def test_what_no_table_can_hold(array):
    with pytest.raises(ArrayFileError, match=r"cannot hold an array of shape .* write an \.npy file"):
        written(array)


def test_a_line_without_end_takes_no_memory():
    with pytest.raises(ArrayFileError, match=f"line 2 is longer than {LONGEST_LINE} characters"):
        read("1\n" + "1," * LONGEST_LINE)


def test_long_rows_are_written_in_pieces():
    array = np.arange(300_000.0).reshape(2, -1)
    lines = written(array).splitlines()
    np.testing.assert_array_equal([[float(text) for text in line.split(",")] for line in lines], array)
    assert read(written(array)).tobytes() == array.tobytes()
    assert read(written(array.reshape(-1))).tobytes() == array.tobytes()
