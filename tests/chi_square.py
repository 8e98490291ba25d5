"""Pearson's chi-square test, its tail by mpmath."""

import mpmath
import numpy as np

# A correct sampler fails one such test in a thousand million; the seeds are fixed, so it fails none of these.
FALSE_ALARM = 1e-9


def assert_drawn_from(indices, probabilities):
    """Fail unless the counts of `indices` fit the probabilities; each should be expected ten times or more."""
    p = np.asarray(probabilities, np.float64)
    drawn = np.asarray(indices).ravel()
    counts = np.bincount(drawn, minlength=p.size)
    assert counts.size == p.size, f"element {counts.size - 1} was drawn of {p.size}"
    assert (counts[p == 0] == 0).all(), f"elements of probability 0 were drawn: {np.flatnonzero((p == 0) & (counts > 0))}"
    expected = p[p > 0] * drawn.size
    assert expected.min() >= 9.9, expected.min()
    statistic = float(((counts[p > 0] - expected) ** 2 / expected).sum())
    tail = mpmath.gammainc((expected.size - 1) / 2, statistic / 2, mpmath.inf, regularized=True)
    assert tail > FALSE_ALARM, f"chi-square {statistic:.1f} with {expected.size - 1} degrees of freedom: {mpmath.nstr(tail, 3)}"
