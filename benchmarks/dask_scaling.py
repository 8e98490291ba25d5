"""Weak and strong scaling of softmax and logsumexp over Dask on this machine, and what a task costs its scheduler.

    python benchmarks/dask_scaling.py [--megabytes 512] [--workers 1,2,4]

Needs the `dask` extra and zarr. Files go to a temporary folder. Every figure is the median of three interleaved runs.
"""

import argparse
import json
import statistics
import tempfile
import time

import dask
import dask.array as da
import distributed
import numpy as np

import stablesoftmax as ssm

CLASSES = 1 << 16
CHUNK = (64, 1 << 14)  # 4 MiB of float32: rows in four chunks


def stored(folder: str, megabytes: int) -> str:
    """Logits of so many megabytes as a zarr array."""
    path = f"{folder}/{megabytes}.zarr"
    rows = megabytes * (1 << 18) // CLASSES
    x = da.random.default_rng(1).standard_normal((rows, CLASSES), chunks=CHUNK, dtype=np.float32)
    x.to_zarr(path, overwrite=True)
    return path


def seconds(path: str, folder: str, function: str, whole: bool) -> float:
    """The time from a file to a file, or to a result."""
    x = da.from_zarr(path)
    x = x.rechunk({1: -1}) if whole else x
    begun = time.perf_counter()
    if function == "softmax":
        ssm.softmax(x).to_zarr(f"{folder}/result.zarr", overwrite=True)
    else:
        ssm.logsumexp(x, 1).compute()
    return time.perf_counter() - begun


def seconds_a_task(client: distributed.Client) -> tuple[int, float]:
    """Tasks of a graph that does next to nothing, and the time of each."""
    x = da.ones((1000, 4000), chunks=(10, 100), dtype=np.float32)
    (graph,) = dask.optimize(ssm.logsumexp(x, 1))
    tasks = len(graph.__dask_graph__())
    begun = time.perf_counter()
    client.compute(graph).result()
    return tasks, (time.perf_counter() - begun) / tasks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=512)
    parser.add_argument("--workers", default="1,2,4")
    arguments = parser.parse_args()
    counts = [int(n) for n in arguments.workers.split(",")]
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = {m: stored(folder, m) for m in {arguments.megabytes, *(arguments.megabytes // 4 * n for n in counts)}}
        for repeat in range(3):
            for n in counts:
                with (
                    distributed.LocalCluster(n_workers=n, threads_per_worker=1, dashboard_address=":0") as cluster,
                    distributed.Client(cluster) as client,
                ):
                    seconds(paths[arguments.megabytes // 4 * counts[0]], folder, "logsumexp", False)  # workers import
                    for kind, megabytes in (("strong", arguments.megabytes), ("weak", arguments.megabytes // 4 * n)):
                        for function in ("softmax", "logsumexp"):
                            key = f"{kind} {function} {n} workers {megabytes} MB"
                            times.setdefault(key, []).append(seconds(paths[megabytes], folder, function, False))
                    if n == counts[-1] and repeat == 0:
                        tasks, cost = seconds_a_task(client)
                        print(json.dumps({"tasks": tasks, "milliseconds a task": round(1e3 * cost, 3)}))
    for key, found in times.items():
        megabytes = int(key.split()[-2])
        median = statistics.median(found)
        print(json.dumps({"case": key, "seconds": round(median, 2), "MB/s": round(megabytes / median)}))


if __name__ == "__main__":
    main()
