"""No function of the family touches a byte outside its operands: each of them ends, or begins, at a page that may not be read."""

import faulthandler
import subprocess
import sys

import numpy as np
import pytest
from family import FAMILY, results
from formats import DTYPES, assert_same_bits, cast
from guard_pages import Guarded
from integers import logits
from test_family import with_arrays

LENGTHS = (1, 2, 3, 7, 8, 9, 16, 17, 33, 130)


def rows(dtype):
    """Ordinary ones, and distributions, whose logsumexp is summed once more in fixed point."""
    for n in LENGTHS:
        yield logits(3 * n, n, 4.0, dtype).reshape(3, n)
        yield cast(np.full((3, n), -np.log(n)), dtype)


def between_guards(dtype):
    memory = [Guarded(1 << 14) for _ in range(6)]
    for name in FAMILY:
        print(name, flush=True)
        for x in rows(dtype):
            for at_end in (True, False):
                for call in FAMILY[name](x):
                    free = iter(memory)

                    def placed(array, free=free, at_end=at_end):
                        target = next(free).array(array.shape, array.dtype, at_end)
                        target[...] = array
                        return target

                    with np.errstate(all="ignore"):
                        for got, wanted in zip(results(with_arrays(call, placed)), results(call), strict=True):
                            if name not in ("sample", "gumbel_softmax"):  # whose generator has moved on
                                assert_same_bits(got, wanted, name)


@pytest.mark.skipif(sys.platform != "linux", reason="needs mmap and mprotect")
@pytest.mark.parametrize("dtype", DTYPES)
def test_guarded(dtype):
    child = subprocess.run([sys.executable, __file__, dtype], capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stdout[-100:] + child.stderr[-3000:]


if __name__ == "__main__":
    faulthandler.enable()
    between_guards(sys.argv[1])
