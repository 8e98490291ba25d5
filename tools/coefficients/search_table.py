"""Finds the common factor of the float32 table: tries every float as each of the eight entries (about a minute).

Softmax sees ratios of terms only, so the entries g*2^(j/8) may carry any common factor g in [2^(-1/16), 2^(1/16)). The best one
leaves every entry so near to a float that no low parts are needed. Prints the best candidates: log2 of the largest relative
error, the index of the entry that is exact, and its value.
"""

import numpy as np
from mpmath import mp, mpf

mp.prec = 200
RATIOS = np.array([np.longdouble(mp.nstr(mpf(2) ** (mpf(j) / 8), 40)) for j in range(8)])


def candidates(index):
    """Every float that entry `index` can be, widened."""
    low, high = (np.float32(2 ** (e / 16 + index / 8)).view(np.int32) for e in (-1, 1))
    return np.arange(low, high, dtype=np.int32).view(np.float32).astype(np.longdouble)


def search():
    best = []
    for index in range(8):
        entries = candidates(index)
        wanted = entries / RATIOS[index] * RATIOS[:, None]
        errors = wanted.astype(np.float32).astype(np.longdouble) / wanted - 1
        spread = (errors.max(axis=0) - errors.min(axis=0)) / 2  # the factor may move to the middle
        best += [(float(np.log2(spread[i])), index, float(entries[i])) for i in np.argsort(spread)[:3]]
    return sorted(best)


if __name__ == "__main__":
    for error, index, entry in search()[:8]:
        print(f"2^{error:.3f} with entry {index} = {entry!r}")
