"""Labelled arrays: dimensions by name, coordinates kept, over Dask lazily."""

import numpy as np
import pytest
from formats import assert_same_bits

import stablesoftmax as ssm

pytestmark = pytest.mark.integration
xr = pytest.importorskip("xarray", reason="xarray is not part of the test extra")

import stablesoftmax.xarray as labelled  # noqa: E402


@pytest.fixture(params=["in memory", "in chunks"])
def x(request):
    values = np.random.default_rng(510).standard_normal((4, 5, 6)).astype(np.float32)
    array = xr.DataArray(
        values, {"time": [10, 20, 30, 40], "city": list("abcde"), "height": ("city", range(5))}, ("time", "city", "class"),
        "logits", {"units": "1"},
    )  # fmt: skip
    return array if request.param == "in memory" else array.chunk({"time": 2, "city": 3, "class": 4})


@pytest.mark.parametrize("dim", ["class", "time", ("time", "class"), None])
def test_dimensions_by_name(x, dim):
    axis = None if dim is None else x.get_axis_num(dim)
    for name in ("softmax", "log_softmax"):
        result = getattr(labelled, name)(x, dim)
        assert_same_bits(result.values, getattr(ssm, name)(x.values, axis))
        assert result.chunks == x.chunks
        assert result.attrs == x.attrs
        assert result.name == "logits"
        xr.testing.assert_identical(result.copy(data=x.data), x)
    result = labelled.logsumexp(x, dim)
    assert_same_bits(result.values, ssm.logsumexp(x.values, axis))
    assert result.attrs == x.attrs
    kept = [d for d in x.dims if dim is not None and d not in (dim if isinstance(dim, tuple) else (dim,))]
    assert list(result.dims) == kept
    assert set(result.coords) == {c for c, v in x.coords.items() if set(v.dims) <= set(kept)}


def test_parameters_with_labels(x):
    temperature = xr.DataArray([1.0, 2.0, 0.5, 1.5, 3.0], {"city": list("abcde")}, ("city",))
    where = xr.DataArray([True, True, False, True, True, False], dims="class")
    result = labelled.softmax(x, "class", temperature=temperature, where=where, sink=0.0)
    expected = ssm.softmax(x.values, temperature=temperature.values[:, None], where=where.values, sink=0.0)
    assert_same_bits(result.values, expected)
    assert_same_bits(labelled.logsumexp(x, "class", where=where).values, ssm.logsumexp(x.values, -1, where=where.values))
    assert_same_bits(labelled.logsumexp(x, "time", where=where).values, ssm.logsumexp(x.values, 0, where=where.values))


def test_bad_input(x):
    with pytest.raises(ValueError, match="softmax: x has no dimension 'klass'; it has 'time', 'city', 'class'"):
        labelled.softmax(x, "klass")
    with pytest.raises(TypeError, match=r"softmax: x is a ndarray, not an xarray\.DataArray; use stablesoftmax\.softmax"):
        labelled.softmax(x.values, "class")
    with pytest.raises(ValueError, match="softmax: temperature has the dimension 'class'"):
        labelled.softmax(x, "class", temperature=x)
    with pytest.raises(ValueError, match="align"):
        labelled.softmax(x, "class", temperature=xr.DataArray([1.0] * 5, {"city": list("vwxyz")}, ("city",)))
