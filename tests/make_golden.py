"""Golden hashes: one SHA-256 for each function, dtype and kind of row, the same on every machine and level.

    python tests/make_golden.py --check     compare this installation with tests/golden.json (exit code 1 if it differs)
    python tests/make_golden.py --print     print the hashes of this installation
    python tests/make_golden.py --write     make them the golden ones: only together with a new bits_version and its reason

Inputs come from integer arithmetic alone: no random stream of NumPy, which may change, and no libm.
"""

import hashlib
import json
import pathlib
import sys

import numpy as np
from family import FAMILY, matrices, results
from formats import DTYPES, FORMATS, bits, cast
from integers import logits, mixed

import stablesoftmax

GOLDEN = pathlib.Path(__file__).with_name("golden.json")
SHORT = (*range(1, 41), *range(127, 132), 1000, 1024, 1025, 2049, 4096, 4097)
LONG = (65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 200_000)  # the sums change their digits at 2^17 terms
SPREADS = (2.0**-4, 1.0, 8.0, 64.0)
TEMPERATURES = (0.75, 3.0, 2.0**-100, 2.0**40, 0.1)


def short_rows(dtype):
    for n in SHORT:
        for k, spread in enumerate(SPREADS):
            yield logits(n, n + 7 * k, spread, dtype), {}


def batches(dtype):
    for n in (3, 10, 17, 64, 100):
        yield logits(24 * n, n, 4.0, dtype).reshape(24, n), {"axis": -1}
        yield logits(24 * n, n, 4.0, dtype).reshape(n, 24), {"axis": 0}


def long_rows(dtype):
    for n in LONG:
        for spread in (1.0, 16.0):
            yield logits(n, n % 1000, spread, dtype), {}
        yield np.full(n, -0.5, FORMATS[dtype].dtype), {}


def masked_rows(dtype):
    for n in SHORT:
        yield logits(n, n, 8.0, dtype), {"where": mixed(n, 99) & np.uint64(3) > 0}


def tempered_rows(dtype):
    for n in SHORT[::3]:
        for temperature in TEMPERATURES:
            yield logits(n, n, 8.0, dtype), {"temperature": temperature}


def special_rows(dtype):
    inf, nan, m, tiny = np.inf, np.nan, FORMATS[dtype].max, FORMATS[dtype].tiny
    rows = [
        [], [-inf], [inf], [nan], [-inf] * 5, [inf, inf, 1], [inf, -inf, 0], [nan, inf, -inf], [m, -m], [-m, -m], [m, m, 0],
        [tiny, -tiny, 0], [0, -0.0], [-0.0], [0, -20], [0, -50], [0, -80], [0, -100], [0, -500], [0, -740], [5, -inf, 5],
        [2.0**30, 2.0**30 - 64], [1e5, 1e5 - 1], [-1e5, -1e5 - 3, -1e5 + 1], [-0.35667494, -1.2039728], [0, m], [0, -m], [1, -m],
        [-tiny], [2.0**62, 2.0**62 - 512],
    ]  # fmt: skip
    for row in rows:
        with np.errstate(over="ignore"):
            x = cast(row, dtype)
        for all_neginf in ("nan", "zero", "uniform"):
            for posinf in ("nan", "limit"):
                yield x, {"all_neginf": all_neginf, "posinf": posinf}


KINDS = (short_rows, batches, long_rows, masked_rows, tempered_rows, special_rows)
ACCEPTED = {"softmax": {"axis", "where", "temperature", "all_neginf", "posinf"}, "logsumexp": {"axis", "where"}}
ACCEPTED["log_softmax"] = ACCEPTED["softmax"]


def little_endian(result):
    pattern = bits(result)
    return pattern.astype(pattern.dtype.newbyteorder("<")).tobytes()


def digests():
    """{"softmax float32 short_rows": hash, ...}, and the version that these bits have."""
    found = {"bits_version": stablesoftmax.bits_version}
    for name, accepted in sorted(ACCEPTED.items()):
        for dtype in DTYPES:
            for kind in KINDS:
                digest = hashlib.sha256()
                for x, kwargs in kind(dtype):
                    with np.errstate(invalid="ignore"):
                        result = getattr(stablesoftmax, name)(x, **{k: v for k, v in kwargs.items() if k in accepted})
                    digest.update(little_endian(result))
                found[f"{name} {dtype} {kind.__name__}"] = digest.hexdigest()
    for name in sorted(FAMILY):
        for dtype in DTYPES:
            digest = hashlib.sha256()
            for x in matrices(dtype):
                for result in (result for call in FAMILY[name](x) for result in results(call)):
                    digest.update(f"{result.dtype.name} {result.shape}".encode() + little_endian(result))
            found[f"{name} {dtype} family"] = digest.hexdigest()
    return found


def main(option):
    found = digests()
    if option == "--write":
        GOLDEN.write_text(json.dumps(found, indent=1) + "\n")
    elif option == "--check":
        golden = json.loads(GOLDEN.read_text())
        different = sorted(key for key in golden.keys() | found.keys() if golden.get(key) != found.get(key))
        print(f"{len(found) - 1} hashes, {len(different)} different", *different, sep="\n")
        return int(bool(different))
    else:
        print(json.dumps({"level": stablesoftmax.build_info()["level"], **found}, indent=1))
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("--check", "--print", "--write"):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
