"""Temperatures of every magnitude, and rows that mean something at each of them."""

import numpy as np
from formats import FORMATS, cast

TEMPERATURES = (
    1e-30, 1e-10, 1e-4, 0.01, 0.1, 1 / 3, 0.7, 0.999999, 1.0000001, 2.0, 3.0, 7.3, 100.0, 12345.678, 1e10, 1e30,
    2.0**-149, 2.0**127, 5e-324, 1e-310, 2.0**-1022, 1.7976931348623157e308,
)  # fmt: skip


def scaled_rows(dtype, temperature):
    """Rows whose x / T spreads over the exponent range where the format allows it, and rows whose x / T does not."""
    fmt, rng = FORMATS[dtype], np.random.default_rng(20)
    unit = rng.standard_normal((3, 40))
    with np.errstate(all="ignore"):
        for spread in (0.5, 5.0, 60.0):
            yield np.clip(cast(unit * spread * temperature, dtype), -fmt.max, fmt.max)
    yield cast(unit * 10, dtype)
    yield cast([[0.0, -20.0, -40.0], [1.5, 1.5, 1.0], [-0.0, 0.0, -3.0]], dtype)
    yield cast(fmt.tiny * np.array([[0.0, 1.0, 2.0, 3.0, 40.0, 100.0], [-1.0, 1.0, -2.0, 2.0, -3.0, 0.0]]), dtype)
    yield cast([[fmt.max, -fmt.max, 0.0], [fmt.max, fmt.max / 2, fmt.max / 4]], dtype)
