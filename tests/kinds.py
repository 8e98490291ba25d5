"""Every function of logits on arrays of another library: the bits of the call on NumPy arrays, in arrays of that library."""

from functools import partial

import numpy as np
from family import FAMILY
from formats import assert_same_bits
from integers import logits

import stablesoftmax

# states keep no kind, CSR matrices are SciPy's, and ufuncs follow the protocols of NumPy
FUNCTIONS = [
    name for name in FAMILY
    if name != "LogSumExp" and not name.startswith("csr_") and not isinstance(getattr(stablesoftmax, name), np.ufunc)
]  # fmt: skip


def converted(call, convert):
    """The call with every array in it converted."""
    args = [convert(a) if isinstance(a, np.ndarray) else a for a in call.args]
    return partial(call.func, *args, **{k: convert(a) if isinstance(a, np.ndarray) else a for k, a in call.keywords.items()})


def compare(name, dtype, convert, back, kind):
    """`convert` makes the other library's array of NumPy's, `back` is the way back, `kind` its class."""
    matrix = logits(6 * 17, 5, 4.0, dtype).reshape(6, 17)
    for there, here in zip(FAMILY[name](matrix), FAMILY[name](matrix), strict=True):
        result, expected = converted(there, convert)(), here()
        if isinstance(expected, tuple):
            assert type(result) is type(expected)
        else:
            result, expected = (result,), (expected,)
        for part, values in zip(result, expected, strict=True):
            assert isinstance(part, kind)
            assert_same_bits(back(part), values, name)
