"""Workers that others have made share the processors already: a call inside one uses one thread, and gives the same bits."""

import numpy as np
import pytest
from formats import assert_same_bits

import stablesoftmax

pytestmark = pytest.mark.integration


def calls(x):
    """What the workers are asked for: functions of the package, since a worker cannot import this file."""
    return [(stablesoftmax.get_num_threads,), (stablesoftmax.softmax, x)] * 3


def check(results, x, expected_threads=1):
    expected = stablesoftmax.softmax(x)
    assert list(results[0::2]) == [expected_threads] * 3
    for result in results[1::2]:
        assert_same_bits(result, expected)


@pytest.fixture
def x():
    return np.random.default_rng(330).standard_normal((600, 1000)).astype(np.float32)


@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
def test_joblib(backend, x):
    joblib = pytest.importorskip("joblib", reason="joblib is not part of the test extra")
    check(joblib.Parallel(n_jobs=2, backend=backend)(joblib.delayed(f)(*a) for f, *a in calls(x)), x)


@pytest.mark.parametrize("processes", [True, False], ids=["processes", "threads"])
def test_dask_local_cluster(processes, x):
    distributed = pytest.importorskip("distributed", reason="distributed is not part of the test extra")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=processes, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        check(client.gather([client.submit(*call, pure=False) for call in calls(x)]), x)


@pytest.mark.parametrize("scheduler", ["threads", "processes"])
def test_dask_scheduler(scheduler, x):
    dask = pytest.importorskip("dask", reason="dask is not part of the test extra")
    tasks = [dask.delayed(f, pure=False)(*a) for f, *a in calls(x)]
    check(dask.compute(*tasks, scheduler=scheduler, num_workers=2), x)


def test_a_number_that_was_set_holds_in_workers_too(x, monkeypatch):
    joblib = pytest.importorskip("joblib", reason="joblib is not part of the test extra")
    monkeypatch.setenv("STABLESOFTMAX_NUM_THREADS", "2")
    check(joblib.Parallel(n_jobs=2, backend="multiprocessing")(joblib.delayed(f)(*a) for f, *a in calls(x)), x, 2)
