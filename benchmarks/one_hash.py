"""One array through four ways in, and the SHA-256 of what comes out: in memory, memory map, zarr by the command, Dask on workers.

    python benchmarks/one_hash.py [--megabytes 2048] [--folder /somewhere/with/room]

Needs the `dask`, `io` and `cli` extras. Prints a line a way; ends with 1 if two hashes of one function, dtype and axis differ.
"""

import argparse
import hashlib
import pathlib
import subprocess
import sys
import tempfile

import dask
import dask.array as da
import distributed
import ml_dtypes
import numpy as np
import zarr

import stablesoftmax as ssm

COLUMNS = 1 << 15
CHUNK = (1 << 10, 1 << 12)


def sha256(rows) -> str:
    """Of an array of any kind, some rows at a time."""
    digest = hashlib.sha256()
    for start in range(0, rows.shape[0], CHUNK[0]):
        digest.update(np.ascontiguousarray(rows[start : start + CHUNK[0]]).tobytes())
    return digest.hexdigest()


def logits(folder: pathlib.Path, dtype: np.dtype, megabytes: int) -> np.ndarray:
    """An array of so many megabytes, in a file for memory maps and in a zarr store."""
    rows = (megabytes << 20) // dtype.itemsize // COLUMNS
    x = np.empty((rows, COLUMNS), dtype)
    rng = np.random.default_rng(7)
    for start in range(0, rows, CHUNK[0]):
        x[start : start + CHUNK[0]] = (5 * rng.standard_normal((min(CHUNK[0], rows - start), COLUMNS), np.float32)).astype(dtype)
    (folder / "x.raw").write_bytes(b"")
    x.tofile(folder / "x.raw")
    zarr.create_array(str(folder / "x.zarr"), data=patterns(x), chunks=CHUNK, overwrite=True)
    return x


def patterns(x: np.ndarray) -> np.ndarray:
    """bfloat16 as uint16: zarr has no name for it."""
    return x.view(np.uint16) if x.dtype == ml_dtypes.bfloat16 else x


def as_logits(block: np.ndarray) -> np.ndarray:
    """The reverse, of a chunk."""
    return block.view(ml_dtypes.bfloat16) if block.dtype == np.uint16 else block


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=2048)
    parser.add_argument("--folder")
    arguments = parser.parse_args()
    good = True
    with (
        tempfile.TemporaryDirectory(dir=arguments.folder) as name,
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
        dask.config.set(scheduler=client),
    ):
        folder = pathlib.Path(name)
        for dtype in (np.dtype(np.float32), np.dtype(ml_dtypes.bfloat16)):
            x = logits(folder, dtype, arguments.megabytes)
            lazily = da.from_zarr(folder / "x.zarr")
            lazily = lazily.map_blocks(as_logits, dtype=dtype, meta=np.empty((0, 0), dtype)) if dtype.itemsize == 2 else lazily
            mapped = np.memmap(folder / "x.raw", dtype, "r", shape=x.shape)
            for axis in (0, 1):
                hashes = {"in memory": sha256(ssm.softmax(x, axis))}
                out = np.memmap(folder / "y.raw", dtype, "w+", shape=x.shape)
                hashes["memory map"] = sha256(ssm.softmax(mapped, axis, out=out))
                if dtype == np.float32:
                    command = [sys.executable, "-m", "stablesoftmax", "softmax", str(folder / "x.zarr")]
                    subprocess.run([*command, "-o", str(folder / "z.zarr"), f"--axis={axis}"], check=True)
                    hashes["zarr"] = sha256(zarr.open_array(str(folder / "z.zarr")))
                result = ssm.softmax(lazily, axis)
                result = result.map_blocks(patterns, dtype=patterns(x).dtype, meta=patterns(np.empty((0, 0), dtype)))
                result.to_zarr(folder / "d.zarr", overwrite=True)
                hashes["Dask"] = sha256(zarr.open_array(str(folder / "d.zarr")))
                for way, found in hashes.items():
                    print(f"{dtype.name:8} axis {axis}  {way:10}  {found}", flush=True)
                good &= len(set(hashes.values())) == 1
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
