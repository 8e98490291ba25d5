"""Random orthogonal weights: every signal keeps its length, however many layers it passes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from stablesoftmax._arguments import cast
from stablesoftmax._generator import as_generator
from stablesoftmax.doctor.clipping import number
from stablesoftmax.doctor.initialisers import as_dtype, as_shape
from stablesoftmax.doctor.normal import normal

__all__ = ["orthogonal"]

Array = np.ndarray[Any, Any]


def orthogonal(shape: Sequence[int], *, gain: float = 1.0, rng: Any = None, dtype: Any = "float32") -> Array:
    r"""Weights with orthonormal columns (or rows, where there are more columns): :math:`W^T W = gain^2 I`.

    Parameters
    ----------
    shape : sequence of ints
        (inputs, outputs), or (\*window, inputs, outputs), which is seen as a matrix (window * inputs, outputs).
    gain : float, default 1.0
        What the matrix is multiplied with; sqrt(2) before a relu.
    rng : None, int, SeedSequence, BitGenerator or Generator, optional
        Where randomness comes from (SPEC 7); None is a new generator each time.
    dtype : dtype, default "float32"
        float16, bfloat16, float32 or float64.

    Returns
    -------
    ndarray
        Of that shape and dtype.

    Raises
    ------
    TypeError
        For a shape that is no tuple, another dtype, a gain that is no number, a RandomState.
    ValueError
        For a shape with fewer than two axes or an empty one, or a gain that is not finite.

    Notes
    -----
    A product of Householder reflections of normal vectors, uniform over all such matrices (Stewart). Computed in float64 with sums
    in a fixed order rather than by LAPACK, whose bits differ between machines: the same seed gives the same bits everywhere, at
    the price of time (half a second for 512 by 512, eight times that for twice the size). Before it is rounded to `dtype`, no
    element of :math:`W^T W - I` exceeds 16 n 2**-53 for n columns (an honest estimate, tested up to n = 300, not a proof).

    References
    ----------
    Saxe, A., McClelland, J. and Ganguli, S. (2014). Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks. ICLR. Stewart, G. W. (1980). The efficient generation of random orthogonal matrices. SIAM J. Numer. Anal. 17.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> weights = ssm.orthogonal((3, 2), rng=0, dtype="float64")
    >>> bool(abs(weights.T @ weights - np.eye(2)).max() < 1e-15)
    True
    """
    axes, kind = as_shape("orthogonal", shape), as_dtype("orthogonal", dtype)
    gain = number("orthogonal", "gain", gain)
    if not math.isfinite(gain):
        raise ValueError(f"orthogonal: gain is {gain}; it must be finite")
    generator = as_generator("orthogonal", rng)
    rows, columns = math.prod(axes[:-1]), axes[-1]
    columns_of = _orthonormal(generator, max(rows, columns), min(rows, columns))
    matrix = columns_of if rows >= columns else columns_of.T
    return cast(np.ascontiguousarray(matrix * gain).reshape(axes), kind)


def _sum(terms: Array) -> Array:
    """The sum over the first axis by halves: additions in an order that depends on the length alone."""
    while len(terms) > 1:
        half = len(terms) // 2
        folded = terms[:half] + terms[half : 2 * half]
        terms = np.concatenate([folded, terms[2 * half :]]) if len(terms) % 2 else folded
    return np.asarray(terms[0])


def _orthonormal(generator: "np.random.Generator", n: int, k: int) -> Array:
    """k orthonormal columns of length n, k <= n.

    The first columns of H_1 ... H_k diag(signs), H_i the reflection that takes a normal vector of length n - i + 1 to a multiple of
    its first unit vector: the Q of a matrix of normal numbers, with the signs that make it uniform. From the last reflection to
    the first, each acts on the lower right corner only.
    """
    result = np.zeros((n, k))
    result[np.arange(k), np.arange(k)] = 1.0
    vectors = [normal(generator, n - i) for i in range(k)]
    for i in reversed(range(k)):
        v = vectors[i]
        length = np.sqrt(_sum(v * v))
        sign = 1.0 if v[0] >= 0 else -1.0
        v[0] += sign * length  # away from zero: no cancellation
        corner = result[i:, i:]
        corner -= v[:, None] * (_sum(v[:, None] * corner) * (2 / _sum(v * v)))
        corner[:, 0] *= -sign
    return result
