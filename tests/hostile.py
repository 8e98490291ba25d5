"""Damaged files for the command, and a process with little memory that takes them: python tests/hostile.py FORMAT COUNT SEED.

Whatever a file has become, the command ends with 0, or with 2 and one line that names the file, the target untouched.
"""

import contextlib
import io
import json
import os
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile

MEMORY = 400 << 20  # beside what the process has when it begins; the command may use 64 MiB of it for boxes
ALPHABET = b"\x00\n'\"()[]{},:<>|=?Of248LTrueFalse-+*.\\x9\xff"


def mutated(source, content, end=None):
    """The content with something replaced, flipped, lost, added or cut off, before `end` where that is given."""
    result, end = bytearray(content), end or len(content)
    for _ in range(source.choice((1, 1, 2, 5))):
        position = source.randrange(max(1, min(end, len(result))))
        action = source.choice(("replace", "flip", "flip", "delete", "insert", "cut", "double", "large"))
        if action == "replace":
            result[position : position + 1] = bytes([source.choice(ALPHABET)])
        elif action == "flip" and result:
            result[position] ^= 1 << source.randrange(8)
        elif action == "delete":
            del result[position : position + source.choice((1, 1, 4, 30))]
        elif action == "insert":
            result[position:position] = bytes([source.choice(ALPHABET)])
        elif action == "cut" and source.random() < 0.3:
            del result[position:]
        elif action == "double":
            result[position:position] = result[position : position + source.choice((1, 8, 100))]
        elif action == "large":
            result[position : position + 4] = source.choice((b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"9999", b"\0\0\0\x80"))
        if not result:
            result += b"\0"
    return bytes(result)


def honest(format, folder):
    """A small file of the format: where it is, and the files in it that may be damaged, with the end of what is interesting."""
    import numpy as np

    from stablesoftmax.io import write_arrays

    path = folder / f"honest.{format}"
    x = np.arange(48, dtype=np.float32).reshape(12, 4)
    if format == "zarr":
        from stablesoftmax.cli import main

        write_arrays(folder / "honest.npy", {None: x})
        assert main(["log-softmax", str(folder / "honest.npy"), "-o", str(path)]) == 0
    elif format == "npz":
        np.savez_compressed(path, a=x, b=x[0])
    elif format == "safetensors":
        write_arrays(path, {"a": x, "b": x[0].astype(np.float16)})
    else:
        write_arrays(path, {None: x})
    return path


def damage(source, path, format, target):
    """A damaged copy of the file or of one file of the store."""
    if format != "zarr":
        content = path.read_bytes()
        target.write_bytes(mutated(source, content, 128 if format == "npy" else None))
        return
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(path, target)
    inside = sorted(file for file in target.rglob("*") if file.is_file())
    metadata = [file for file in inside if file.name == "zarr.json"]
    chosen = source.choice(metadata * 3 + inside)
    if source.random() < 0.03:
        chosen.unlink()
    else:
        chosen.write_bytes(mutated(source, chosen.read_bytes()))


def main(format, count, seed):
    from stablesoftmax.cli import main as command

    source = random.Random(seed)
    codes, wrong = {}, []
    # in memory where there is such a folder: ext4 brings a file to the disk that was emptied and written again
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as name:
        folder = pathlib.Path(name)
        path, damaged, target = honest(format, folder), folder / f"damaged.{format}", folder / "out.npz"
        target.write_bytes(b"old")
        with contextlib.redirect_stderr(io.StringIO()):  # everything that is imported in a call is there
            command(["softmax", str(path), "-o", str(folder / "first.npz")])
        before = sorted(os.listdir(folder))
        size = int(pathlib.Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
        for number in range(count):
            damage(source, path, format, damaged)
            said = io.StringIO()
            with contextlib.redirect_stderr(said):
                code = command(
                    ["softmax", str(damaged), "-o", str(target), "--axis", "0", "--max-memory", "64MiB", "--threads", "1"]
                )
            lines = [line for line in said.getvalue().splitlines() if ": warning: " not in line]
            good = target.read_bytes() == b"old" and len(lines) == 1 and str(damaged) in lines[0] if code else not lines
            if code not in (0, 2) or not good or sorted({*os.listdir(folder)} - {damaged.name}) != before:
                kept = (
                    damaged.read_bytes().hex()
                    if damaged.is_file()
                    else {str(f): f.read_bytes().hex() for f in damaged.rglob("*.json")}
                )
                wrong.append([number, code, said.getvalue()[-2000:], kept])
            codes[code] = codes.get(code, 0) + 1
            if not code:
                target.write_bytes(b"old")
    print(json.dumps({"codes": codes, "wrong": wrong[:3], "wrong_in_all": len(wrong)}))


def attack(format, count, seed=11):
    """So many damaged files for two processes; the number of exit codes other than 0."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    shares = [(count + 1) // 2, count // 2] if count > 500 else [count]
    children = [
        subprocess.Popen(
            [sys.executable, __file__, format, str(share), str(seed + number)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )
        for number, share in enumerate(shares)
    ]  # fmt: skip
    refused = 0
    for child, share in zip(children, shares, strict=True):
        output, errors = child.communicate(timeout=900)
        assert child.returncode == 0, errors[-3000:]
        found = json.loads(output)
        assert found["wrong_in_all"] == 0, found
        assert sum(found["codes"].values()) == share
        refused += found["codes"].get("2", 0)
    assert refused > count / 4
    return refused


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
