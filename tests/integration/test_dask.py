"""Functions over Dask arrays: the bits of the functions in memory, for every chunking, scheduler and number of workers."""

import os
import random
import signal
import subprocess
import sys
import time

import ml_dtypes
import numpy as np
import pytest
from formats import assert_same_bits

import stablesoftmax as ssm

pytestmark = pytest.mark.integration
pytest.importorskip("dask.array", reason="dask is not part of the test extra")

import dask  # noqa: E402
import dask.array as da  # noqa: E402
import distributed  # noqa: E402

DTYPES = [np.dtype(t) for t in (np.float16, ml_dtypes.bfloat16, np.float32, np.float64)]
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)


@pytest.fixture(autouse=True)
def one_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


def logits(rng, dtype, shape):
    """Rows at several offsets, some normalised, some with -inf, and now and then a special one."""
    x = rng.choice([0.1, 1.0, 10.0, 100.0]) * rng.standard_normal(shape) + rng.choice([0.0, 0.0, -30.0, 1e4])
    if rng.random() < 0.3:
        x = np.log(rng.dirichlet(np.ones(x.shape[-1]), x.shape[:-1]))  # logsumexp near zero
    for value, probability in ((-np.inf, 0.2), (np.inf, 0.05), (np.nan, 0.05)):
        if rng.random() < probability:
            x[rng.random(shape) < rng.choice([0.01, 0.3])] = value
    with np.errstate(over="ignore"):
        return x.astype(dtype)


def chunks(rng, shape):
    """A random chunking of each axis."""
    cuts = [np.sort(rng.choice(np.arange(1, n), rng.integers(0, min(n, 7)), replace=False)) if n > 1 else [] for n in shape]
    return tuple(tuple(int(c) for c in np.diff([0, *cut, n])) for cut, n in zip(cuts, shape, strict=True))


@every_dtype
@pytest.mark.parametrize("seed", range(12))
def test_any_chunking(dtype, seed):
    rng = np.random.default_rng([500, seed])
    shape = tuple(int(n) for n in rng.integers(1, 14, rng.integers(1, 4)))
    x = logits(rng, dtype, shape)
    axis = [None, -1, 0, tuple(range(len(shape)))][rng.integers(4)]
    chunked = da.from_array(x, chunks=chunks(rng, shape))
    where = rng.random(shape) < 0.7 if rng.random() < 0.4 else True
    axes = range(len(shape)) if axis is None or isinstance(axis, tuple) else [axis % len(shape)]
    per_row = tuple(1 if a in axes else n for a, n in enumerate(shape))
    options = {
        "where": where,
        "temperature": rng.uniform(0.5, 2, per_row) if rng.random() < 0.3 else 1.0,
        "sink": rng.standard_normal(per_row) if rng.random() < 0.3 else None,
        "all_neginf": str(rng.choice(["nan", "zero", "uniform"])),
        "posinf": str(rng.choice(["nan", "limit"])),
    }
    with np.errstate(invalid="ignore"):
        for name in ("softmax", "log_softmax"):
            result = getattr(ssm, name)(chunked, axis, **options)
            assert isinstance(result, da.Array)
            assert result.chunks == chunked.chunks
            assert result.dtype == dtype
            assert_same_bits(result.compute(), getattr(ssm, name)(x, axis, **options))
        for keepdims in (False, True):
            result = ssm.logsumexp(chunked, axis, where=where, keepdims=keepdims)
            expected = ssm.logsumexp(x, axis, where=where, keepdims=keepdims)
            assert result.shape == np.shape(expected)
            assert_same_bits(result.compute(), expected)


@every_dtype
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_cross_entropy(dtype, seed, reduction):
    rng = np.random.default_rng([501, seed])
    shape = tuple(int(n) for n in rng.integers(2, 14, rng.integers(1, 4)))
    axis = int(rng.integers(len(shape)))
    x = logits(rng, dtype, shape)
    chunked = da.from_array(x, chunks=chunks(rng, shape))
    outer = shape[:axis] + shape[axis + 1 :]
    labels = rng.integers(0, shape[axis], outer)
    options = {"axis": axis, "reduction": reduction, "where": rng.random(shape) < 0.8 if rng.random() < 0.3 else True}
    if rng.random() < 0.5:
        options["weight"] = rng.uniform(0, 3, shape[axis])
    if rng.random() < 0.5:
        options["ignore_index"] = -100
        labels = np.where(rng.random(outer) < 0.3, -100, labels)
    with np.errstate(invalid="ignore"):
        result = ssm.cross_entropy(chunked, labels, **options)
        assert_same_bits(result.compute(), ssm.cross_entropy(x, labels, **options))
        whole = chunked.rechunk({axis: -1})
        assert_same_bits(
            ssm.cross_entropy(whole, da.from_array(labels), **options).compute(), ssm.cross_entropy(x, labels, **options)
        )
        options |= {"label_smoothing": 0.1}
        assert_same_bits(ssm.cross_entropy(whole, labels, **options).compute(), ssm.cross_entropy(x, labels, **options))
        del options["label_smoothing"]
        options.pop("ignore_index", None)
        soft = rng.dirichlet(np.ones(shape[axis]), outer)
        soft = np.moveaxis(soft, -1, axis).astype(dtype)
        assert_same_bits(ssm.cross_entropy(whole, soft, **options).compute(), ssm.cross_entropy(x, soft, **options))


def test_chunks_without_elements():
    x = np.random.default_rng(508).standard_normal((6, 9))
    chunked, labels = da.from_array(x, chunks=((2, 0, 4), (0, 5, 0, 4))), np.arange(6)
    for axis in (0, 1, None):
        assert_same_bits(ssm.softmax(chunked, axis).compute(), ssm.softmax(x, axis))
        assert_same_bits(ssm.logsumexp(chunked, axis).compute(), ssm.logsumexp(x, axis))
    assert_same_bits(ssm.cross_entropy(chunked, labels).compute(), ssm.cross_entropy(x, labels))
    assert_same_bits(ssm.cross_entropy(chunked, np.arange(9) % 6, axis=0).compute(), ssm.cross_entropy(x, np.arange(9) % 6, axis=0))


def test_many_losses_of_all_sizes():
    """Sums over chunks are exact: as in memory, whatever the order."""
    rng = np.random.default_rng(502)
    x = (rng.standard_normal((3000, 5)) * 10.0 ** rng.integers(-3, 4, (3000, 1))).astype(np.float32)
    labels, weight = rng.integers(0, 5, 3000), rng.uniform(-1, 1, 5)
    for rows in (100, 3000):
        chunked = da.from_array(x, chunks=(rows, 2))
        for options in ({}, {"weight": weight}, {"dtype": np.float64}):
            assert_same_bits(ssm.cross_entropy(chunked, labels, **options).compute(), ssm.cross_entropy(x, labels, **options))


def test_graphs_grow_with_the_chunks(tmp_path):
    """40 chunks of logsumexp: two passes, two trees; twice the chunks, twice the tasks."""
    x = np.random.default_rng(503).standard_normal((1, 800)).astype(np.float32)
    tasks = {}
    for n in (20, 10, 5):
        da.from_array(x, chunks=(1, n)).to_zarr(tmp_path / f"{n}.zarr")
        chunked = da.from_zarr(tmp_path / f"{n}.zarr")
        (optimised,) = dask.optimize(ssm.logsumexp(chunked, 1))
        tasks[chunked.npartitions] = len(optimised.__dask_graph__())
        assert_same_bits(ssm.softmax(chunked).compute(), ssm.softmax(x))
    assert tasks[40] <= 96
    assert tasks[80] <= 2 * tasks[40]
    assert tasks[160] <= 2 * tasks[80]
    (whole,) = dask.optimize(ssm.softmax(chunked.rechunk((1, -1)).persist()))
    assert len(whole.__dask_graph__()) <= 4


def test_nothing_is_computed_before_it_is_asked_for():
    def never(block):
        raise AssertionError("computed")

    x = da.ones((8, 8), chunks=4, dtype=np.float32).map_blocks(never, dtype=np.float32, meta=np.empty((0, 0), np.float32))
    for result in (ssm.softmax(x), ssm.log_softmax(x, 0), ssm.logsumexp(x), ssm.cross_entropy(x, np.zeros(8, int))):
        assert isinstance(result, da.Array)
        with pytest.raises(AssertionError, match="computed"):
            result.compute()


def test_bad_input():
    x = da.ones((6, 8), chunks=(3, 4), dtype=np.float32)
    unknown = x[x[:, 0] > 0]
    for name in ("softmax", "log_softmax", "logsumexp"):
        function = getattr(ssm, name)
        with pytest.raises(ValueError, match=rf"{name}: x has chunks of unknown size along axis 0; use x\.compute_chunk_sizes\(\)"):
            function(unknown)
        with pytest.raises(np.exceptions.AxisError, match=f"{name}: axis 2 is out of range"):
            function(x, 2)
        with pytest.raises(TypeError, match=f"{name}: x has dtype complex64"):
            function(x.astype(np.complex64))
        with pytest.raises(TypeError, match=f"{name}: where has dtype int64"):
            function(x, where=da.ones((6, 8), dtype=int))
        with pytest.raises(ValueError, match=f"{name}: where of shape"):
            function(x, where=da.ones((6, 7), dtype=bool))
        with pytest.raises(TypeError, match=f"{name}: out is not taken for a Dask array"):
            function(x, out=np.empty((6, 8), np.float32))
    with pytest.raises(TypeError, match="logsumexp: weights is not taken"):
        ssm.logsumexp(x, weights=2.0)
    with pytest.raises(ValueError, match="softmax: temperature is 0"):
        ssm.softmax(x, temperature=0.0)
    with pytest.raises(ValueError, match="softmax: temperature is -1"):
        ssm.softmax(x, temperature=da.full((6, 1), -1.0)).compute()
    with pytest.raises(ValueError, match=r"temperature of shape \(5, 1\) does not broadcast"):
        ssm.softmax(x, temperature=np.ones((5, 1)))
    with pytest.raises(ValueError, match="softmax: sink is inf"):
        ssm.softmax(x, sink=np.inf)
    low = da.full((2, 8), -np.inf, chunks=(1, 4))
    with pytest.raises(ValueError, match="softmax: every element of a row is -inf"):
        ssm.softmax(low, all_neginf="raise").compute()
    assert ssm.softmax(low, all_neginf="raise", sink=0.0).compute().tolist() == [[0.0] * 8] * 2
    masked = da.ma.masked_array(np.arange(6.0), np.arange(6) > 3)
    for chunked in (masked, masked.rechunk(2)):
        with pytest.raises(TypeError, match=r"softmax: x is made of MaskedArrays; .* where=~da\.ma\.getmaskarray\(x\)"):
            ssm.softmax(chunked)
    labels = np.zeros(6, int)
    with pytest.raises(ValueError, match=r"use logits\.rechunk\(\{1: -1\}\)"):
        ssm.cross_entropy(x, labels, label_smoothing=0.1)
    with pytest.raises(ValueError, match=r"label 8 at \(1, 0\) is out of range for 8 classes"):
        ssm.cross_entropy(x, np.where(np.arange(6) == 1, 8, 0)).compute()
    with pytest.raises(ValueError, match=r"integer labels of shape \(6,\)"):
        ssm.cross_entropy(x, np.zeros(8, int))
    with pytest.raises(ValueError, match="weight has shape"):
        ssm.cross_entropy(x, labels, weight=[1.0])
    with pytest.raises(ValueError, match="ignore_index"):
        ssm.cross_entropy(x, np.ones((6, 8), np.float32), ignore_index=1)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("scheduler", ["threads", "processes"])
def test_schedulers(dtype, scheduler):
    x = np.random.default_rng(504).standard_normal((40, 300)).astype(dtype)
    chunked = da.from_array(x, chunks=(10, 70))
    with dask.config.set(scheduler=scheduler, num_workers=2):
        assert_same_bits(ssm.softmax(chunked).compute(), ssm.softmax(x))
        assert_same_bits(ssm.logsumexp(chunked).compute(), ssm.logsumexp(x))


@pytest.fixture(scope="module", params=[1, 2, 4])
def workers(request):
    with (
        distributed.LocalCluster(
            n_workers=request.param, threads_per_worker=1, processes=True, dashboard_address=":0", memory_limit="1GiB"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_local_cluster(workers, dtype):
    x = np.random.default_rng(505).standard_normal((64, 1000)).astype(dtype)
    chunked = da.from_array(x, chunks=(16, 130))
    labels = np.arange(64)
    with dask.config.set(scheduler=workers):
        for axis in (0, 1):
            assert_same_bits(ssm.softmax(chunked, axis).compute(), ssm.softmax(x, axis))
            assert_same_bits(ssm.log_softmax(chunked, axis).compute(), ssm.log_softmax(x, axis))
            assert_same_bits(ssm.logsumexp(chunked, axis).compute(), ssm.logsumexp(x, axis))
        assert_same_bits(ssm.cross_entropy(chunked, labels).compute(), ssm.cross_entropy(x, labels))


def test_a_worker_that_is_killed(tmp_path):
    """SIGKILL in mid-computation: its chunks are computed again elsewhere, and the result is the same."""
    x = np.random.default_rng(506).standard_normal((64, 4000)).astype(np.float32)
    da.from_array(x, chunks=(16, 100)).to_zarr(tmp_path / "x.zarr")

    def slowly(block):
        time.sleep(0.05)
        return block

    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
    ):
        chunked = da.from_zarr(tmp_path / "x.zarr").map_blocks(slowly, dtype=np.float32, meta=np.empty((0, 0), np.float32))
        future = client.compute(ssm.softmax(chunked))
        time.sleep(3)  # of the twelve that two workers need
        assert not future.done()
        os.kill(random.Random(1).choice([worker.pid for worker in cluster.workers.values()]), signal.SIGKILL)
        assert_same_bits(future.result(timeout=120), ssm.softmax(x))


PEAK = r"""
import re, sys
import dask, dask.array as da
import stablesoftmax.dask as lazy


def highest():  # of this program: ru_maxrss would still know the process that it was forked from
    return int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1])


directory, again = sys.argv[1], sys.argv[2] == "again"
x = da.from_zarr(f"{directory}/x.zarr")
before = highest()
with dask.config.set(scheduler="synchronous"):
    lazy.softmax(x, read_again=again).to_zarr(f"{directory}/{again}.zarr", overwrite=True)
print((highest() - before) / 1024)
"""


def peak(directory, how):
    """The highest resident memory, in MiB above the import, of a process that computes from a store into a store."""
    child = subprocess.run([sys.executable, "-c", PEAK, directory, how], capture_output=True, text=True, check=True, timeout=300)
    return float(child.stdout)


def test_memory_is_a_few_chunks(tmp_path):
    """One row of 64 chunks of 4 MB: read again, a worker holds a few of them; kept, all."""
    da.random.default_rng(507).standard_normal((1, 1 << 26), chunks=(1, 1 << 20), dtype=np.float32).to_zarr(tmp_path / "x.zarr")
    few, many = peak(str(tmp_path), "again"), peak(str(tmp_path), "kept")
    assert few < 100, (few, many)
    assert many > 2 * few, (few, many)
