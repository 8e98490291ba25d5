"""Fixes executed: the program before, in a wider format, and the program after, on 1000 random inputs of a kind.

The wider format makes of the old spelling an oracle: in 80-bit (or, for torch and JAX, 64-bit) numbers it does not overflow on
these inputs and its cancellation is far below what is compared.
"""

import lint_fixing
import numpy as np

SHAPE = (5, 7)
TOLERANCE = {np.dtype(np.float64): 1e-11, np.dtype(np.float32): 1e-4}
LARGEST = {np.dtype(np.float64): 2000, np.dtype(np.float32): 300}  # what exp overflows in the format, and not in the wider one
WIDER = {np.dtype(np.float64): np.longdouble, np.dtype(np.float32): np.float64}


def draw(rng, domain, dtype):
    """A thousand inputs: of ordinary size, tiny, whole, and so large that the old spelling overflows in the format of the input."""
    for number in range(1000):
        scale = (1.0, 5.0, 1e-3, 20.0, LARGEST[dtype] / 2)[number % 5]
        x = np.clip(rng.standard_normal(SHAPE) * scale, -LARGEST[dtype], LARGEST[dtype])
        if number % 50 == 0:
            x = np.round(x)
        if domain == "above -1":
            x = np.abs(x) - 0.9
        elif domain == "below 0":
            x = -np.abs(x) - 1e-2
        elif domain == "below 1":
            x = 0.9 - np.abs(x)
        elif domain == "small":
            x = np.clip(x, -12, 12)  # 1 - sigmoid keeps its digits in the wider format
        yield np.ascontiguousarray(x, dtype)


def check(prelude, expression, domain, spelled, *, target="", to=np.asarray, dtypes=(np.float64, np.float32)):
    """Rewrite, execute both, compare."""
    old = f"{prelude}\n\n\ndef f(x):\n    return {expression}\n".encode()
    new = lint_fixing.fixed(old, target)
    assert new is not None, expression
    assert spelled in new.decode(), new.decode()
    before, after = {}, {}
    exec(compile(old, "old", "exec"), before)
    exec(compile(new, "new", "exec"), after)
    rng = np.random.default_rng(20261125)
    for dtype in map(np.dtype, dtypes):
        for x in draw(rng, domain, dtype):
            with np.errstate(all="ignore"):
                was, now = (np.asarray(program["f"](to(x))) for program in (before, after))
                wide = np.asarray(before["f"](to(x.astype(WIDER[dtype]))))
                rounded = wide.astype(dtype)
            assert was.shape == now.shape
            assert was.dtype == now.dtype
            finite = np.isfinite(wide)
            assert finite[np.isfinite(was)].all()
            np.testing.assert_allclose(now[finite], rounded[finite], rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
            assert finite.mean() > 0.5
