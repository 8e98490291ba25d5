"""rng=, as SPEC 7 of Scientific Python has it, and the integers drawn from it."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_LARGEST = np.iinfo(np.uint64).max


def as_generator(name: str, rng: Any) -> "np.random.Generator":  # in quotes: NumPy loads np.random when it is named, in 10 ms
    """The Generator that `rng` is or seeds.

    A RandomState is refused although NumPy would take its bit generator: two streams over one state are nobody's intention.
    """
    if isinstance(rng, np.random.RandomState) or rng is np.random:
        raise TypeError(f"{name}: rng is a RandomState, the legacy interface; use rng=np.random.default_rng(seed)")
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        way_out = "use None, an int of 0 or more, or a SeedSequence, BitGenerator or Generator of NumPy"
        raise type(error)(f"{name}: rng={rng!r} seeds no generator; {way_out}") from None


def uniform(generator: "np.random.Generator", shape: tuple[int, ...]) -> Array:
    """Uniform 64-bit integers, in C order: the whole range, so that each costs exactly one integer of the stream."""
    return generator.integers(0, _LARGEST, shape, np.uint64, endpoint=True)
