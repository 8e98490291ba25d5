"""Series and DataFrames of pandas and Polars: labels stay with their numbers."""

import numpy as np
import pytest
from formats import assert_same_bits

import stablesoftmax as ssm

pytestmark = pytest.mark.integration
VALUES = np.random.default_rng(810).standard_normal((4, 3)).astype(np.float32)
ELEMENTWISE = ["softmax", "log_softmax", "normalize_log_weights", "logcumsumexp", "sparsemax", "entmax15"]
REDUCTIONS = ["logsumexp", "logmeanexp", "logvarexp", "entropy_from_logits", "effective_sample_size"]


@pytest.fixture
def pd():
    return pytest.importorskip("pandas", reason="pandas is not part of the test extra")


@pytest.fixture
def pl():
    return pytest.importorskip("polars", reason="polars is not part of the test extra")


@pytest.fixture
def frame(pd):
    return pd.DataFrame(VALUES, index=pd.Index(list("wxyz"), name="row"), columns=["cat", "dog", "eel"])


@pytest.fixture
def table(pl):
    return pl.DataFrame(VALUES, schema=["cat", "dog", "eel"], orient="row")


@pytest.mark.parametrize("axis", [-1, 0])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_pandas_elementwise(pd, frame, name, axis):
    function = getattr(ssm, name)
    result = function(frame, axis)
    pd.testing.assert_frame_equal(result * 0 + frame, frame)  # the same labels, dtypes and all
    assert_same_bits(result.to_numpy(), function(VALUES, axis))
    column = function(frame["dog"])
    assert (column.name, column.index.equals(frame.index)) == ("dog", True)
    assert_same_bits(column.to_numpy(), function(VALUES[:, 1]))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_pandas_reduced(pd, frame, name):
    function = getattr(ssm, name)
    for axis, labels in ((-1, frame.index), (1, frame.index), (0, frame.columns)):
        result = function(frame, axis)
        assert isinstance(result, pd.Series)
        assert result.index.equals(labels)
        assert_same_bits(result.to_numpy(), function(VALUES, axis))
    square = pd.DataFrame(np.eye(3), index=list("abc"), columns=list("xyz"))
    assert list(function(square, 0).index) == list("xyz")
    assert list(function(square, 1).index) == list("abc")
    assert isinstance(function(frame, (0, 1)), np.float32)
    assert isinstance(function(frame["cat"]), np.float32)


def test_pandas_losses(pd, frame):
    labels = pd.Series([0, 1, 2, 0], index=frame.index)
    loss, gradient = ssm.cross_entropy_and_grad(frame, labels)
    assert loss == ssm.cross_entropy(VALUES, labels.to_numpy()) == ssm.cross_entropy(frame, labels)
    assert gradient.columns.equals(frame.columns)
    assert ssm.cross_entropy(frame, labels, reduction="none").index.equals(frame.index)
    assert ssm.cross_entropy(frame, labels, weight=pd.Series([1.0, 2.0, 3.0], index=frame.columns)) > 0


def test_pandas_labels_that_differ(pd, frame):
    shuffled = pd.Series([0, 1, 2, 0], index=list("zyxw"))
    advice = r"^cross_entropy: targets has other labels than the first argument; reindex it, or use targets\.to_numpy\(\)$"
    with pytest.raises(ValueError, match=advice):
        ssm.cross_entropy(frame, shuffled)
    assert ssm.cross_entropy(frame, shuffled.to_numpy()) > 0
    where = frame > 0
    assert_same_bits(ssm.softmax(frame, where=where).to_numpy(), ssm.softmax(VALUES, where=VALUES > 0))
    with pytest.raises(ValueError, match=r"^softmax: where has other labels"):
        ssm.softmax(frame, where=where[["eel", "dog", "cat"]])


def test_pandas_missing_values_and_dtypes(pd):
    """What is missing is nan, which a row shows; masked out it takes no part."""
    x = pd.DataFrame({"a": pd.array([1.0, None], dtype="Float32"), "b": pd.array([1.0, 2.0], dtype="Float32")})
    assert ssm.softmax(x).to_numpy().tolist()[0] == [0.5, 0.5]
    assert ssm.softmax(x).isna().to_numpy().tolist() == [[False, False], [True, True]]
    assert ssm.softmax(x, where=x.notna()).to_numpy().tolist() == [[0.5, 0.5], [0.0, 1.0]]
    assert ssm.softmax(pd.DataFrame({"a": [1, 2], "b": [1.0, 2.0]})).dtypes.tolist() == [np.float64] * 2
    with pytest.raises(TypeError, match="softmax: x has dtype object"):
        ssm.softmax(pd.DataFrame({"a": ["x"], "b": [1.0]}))


def test_results_without_labels_are_arrays(pd, frame):
    assert type(ssm.sample(frame, rng=0)) is np.ndarray
    assert all(type(part) is np.ndarray for part in ssm.top_k(frame["cat"], 4))
    assert type(ssm.logsumexp(frame, axis=1, keepdims=True)) is np.ndarray
    with pytest.raises(TypeError, match=r"^softmax: out is for NumPy arrays; the result is a new DataFrame"):
        ssm.softmax(frame, out=np.empty((4, 3), np.float32))


@pytest.mark.parametrize("axis", [-1, 0])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_polars_elementwise(pl, table, name, axis):
    function = getattr(ssm, name)
    result = function(table, axis)
    assert result.schema == table.schema
    assert_same_bits(result.to_numpy(), function(VALUES, axis))
    column = function(table["dog"])
    assert (column.name, column.dtype) == ("dog", pl.Float32)
    assert_same_bits(column.to_numpy(), function(VALUES[:, 1]))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_polars_reduced(pl, table, name):
    function = getattr(ssm, name)
    rows, columns = function(table, -1), function(table, 0)
    assert isinstance(rows, pl.Series)
    assert_same_bits(rows.to_numpy(), function(VALUES, -1))
    assert (columns.schema, columns.shape) == (table.schema, (1, 3))
    assert_same_bits(columns.to_numpy()[0], function(VALUES, 0))
    assert isinstance(function(table["cat"]), np.float32)


def test_polars_columns_that_differ_and_missing_values(pl, table):
    where = table.select(pl.all() > 0)
    assert_same_bits(ssm.softmax(table, where=where).to_numpy(), ssm.softmax(VALUES, where=VALUES > 0))
    with pytest.raises(ValueError, match=r"^softmax: where has other columns than the first argument; use where\.to_numpy\(\)$"):
        ssm.softmax(table, where=where.select("eel", "dog", "cat"))
    assert ssm.softmax(pl.Series("a", [1.0, None, 1.0])).is_nan().to_list() == [True, True, True]
    assert ssm.cross_entropy(table, pl.Series([0, 1, 2, 0])) == ssm.cross_entropy(VALUES, [0, 1, 2, 0])


def test_tables_without_rows_or_columns(pd, pl):
    assert ssm.softmax(pd.DataFrame({"a": np.zeros(0), "b": np.zeros(0)})).shape == (0, 2)
    assert ssm.softmax(pl.DataFrame({"a": np.zeros(0), "b": np.zeros(0)})).shape == (0, 2)
    assert ssm.logsumexp(pd.Series([], dtype=float)) == -np.inf
