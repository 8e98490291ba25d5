"""First weights with the right spread: a layer then hands on signals and gradients of the size that it was given."""

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from stablesoftmax._arguments import cast, result_dtype
from stablesoftmax._generator import as_generator
from stablesoftmax.doctor.normal import truncated_normal, unit

__all__ = ["glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "lecun_normal"]

Array = np.ndarray[Any, Any]

# The standard deviation of a normal variable drawn again while beyond two of its own: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)).
_CUT_OFF = 0.87962566103423978


def as_shape(name: str, shape: Any) -> tuple[int, ...]:
    """The shape of weights: at least two axes, none of them empty."""
    try:
        axes = tuple(operator.index(n) for n in shape)
    except TypeError:
        raise TypeError(f"{name}: shape must be a tuple of ints such as (inputs, outputs), not {shape!r}") from None
    if len(axes) < 2 or min(axes) < 1:
        raise ValueError(
            f"{name}: shape {shape} is not that of weights; give (inputs, outputs), or a kernel (*window, inputs, outputs)"
        )
    return axes


def as_dtype(name: str, dtype: Any) -> np.dtype[Any]:
    """The dtype of the weights."""
    return result_dtype(name, np.empty(0), dtype, np.dtype(np.float32))


def _fans(name: str, shape: Any, in_axis: int, out_axis: int) -> tuple[tuple[int, ...], int, int]:
    axes = as_shape(name, shape)
    for axis in (in_axis, out_axis):
        if not hasattr(axis, "__index__"):
            raise TypeError(f"{name}: in_axis and out_axis must be ints, not {axis!r}")
        if not -len(axes) <= axis < len(axes):
            raise ValueError(
                f"{name}: axis {axis} is out of range for weights of shape {axes}; use {-len(axes)} to {len(axes) - 1}"
            )
    if in_axis % len(axes) == out_axis % len(axes):
        raise ValueError(f"{name}: in_axis and out_axis are both {in_axis}; they must differ")
    inputs, outputs = axes[in_axis], axes[out_axis]
    window = math.prod(axes) // (inputs * outputs)
    return axes, window * inputs, window * outputs


def _uniform(name: str, axes: tuple[int, ...], variance: float, rng: Any, dtype: Any) -> Array:
    kind, generator = as_dtype(name, dtype), as_generator(name, rng)
    limit = math.sqrt(3 * variance)
    return cast(((2 * unit(generator, math.prod(axes)) - 1) * limit).reshape(axes), kind)


def _normal(name: str, axes: tuple[int, ...], variance: float, rng: Any, dtype: Any) -> Array:
    kind, generator = as_dtype(name, dtype), as_generator(name, rng)
    spread = math.sqrt(variance) / _CUT_OFF
    return cast((truncated_normal(generator, math.prod(axes)) * spread).reshape(axes), kind)


def glorot_normal(shape: Sequence[int], *, in_axis: int = -2, out_axis: int = -1, rng: Any = None, dtype: Any = "float32") -> Array:
    r"""Normal weights of variance :math:`v = 2/(in+out)`, cut off at two deviations: for tanh, sigmoid and softmax.

    Parameters
    ----------
    shape : sequence of ints
        (inputs, outputs), or (\*window, inputs, outputs) for the kernel of a convolution: two axes or more, none empty.
    in_axis : int, default -2
        The axis along which inputs are counted.
    out_axis : int, default -1
        The axis along which outputs are counted; torch keeps linear weights as (outputs, inputs): in_axis=1, out_axis=0.
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
        For a shape that is no tuple, another dtype, a RandomState.
    ValueError
        For a shape with fewer than two axes or an empty one, and for axes that are equal or out of range.

    Notes
    -----
    Drawn again where they lie beyond two standard deviations, and scaled so that the variance after that is v (as Keras and JAX
    do; torch does not cut off). The same seed gives the same bits on every machine. "in" is the
    inputs of one unit times the window, "out" likewise.

    References
    ----------
    Glorot, X. and Bengio, Y. (2010). Understanding the difficulty of training deep feedforward neural networks. AISTATS.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> weights = ssm.glorot_normal((784, 128), rng=0)
    >>> weights.shape, weights.dtype, round(float(weights.std()), 3)
    ((784, 128), dtype('float32'), 0.047)
    """
    axes, inputs, outputs = _fans("glorot_normal", shape, in_axis, out_axis)
    return _normal("glorot_normal", axes, 2 / (inputs + outputs), rng, dtype)


def glorot_uniform(
    shape: Sequence[int], *, in_axis: int = -2, out_axis: int = -1, rng: Any = None, dtype: Any = "float32"
) -> Array:
    r"""Weights uniform within :math:`\pm\sqrt{3v}`, of variance :math:`v = 2/(in+out)`: for tanh, sigmoid and softmax.

    Parameters
    ----------
    shape : sequence of ints
        (inputs, outputs), or (\*window, inputs, outputs) for the kernel of a convolution: two axes or more, none empty.
    in_axis : int, default -2
        The axis along which inputs are counted.
    out_axis : int, default -1
        The axis along which outputs are counted; torch keeps linear weights as (outputs, inputs): in_axis=1, out_axis=0.
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
        For a shape that is no tuple, another dtype, a RandomState.
    ValueError
        For a shape with fewer than two axes or an empty one, and for axes that are equal or out of range.

    Notes
    -----
    Multiples of 2**-52 of the limit, from 64 random bits each, rounded once to `dtype`. The same seed gives the same bits on every
    machine. "in" is the inputs of one unit times the window, "out" likewise.

    References
    ----------
    Glorot, X. and Bengio, Y. (2010). Understanding the difficulty of training deep feedforward neural networks. AISTATS.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> weights = ssm.glorot_uniform((784, 128), rng=0)
    >>> weights.shape, weights.dtype, round(float(weights.std()), 3)
    ((784, 128), dtype('float32'), 0.047)
    """
    axes, inputs, outputs = _fans("glorot_uniform", shape, in_axis, out_axis)
    return _uniform("glorot_uniform", axes, 2 / (inputs + outputs), rng, dtype)


def he_normal(shape: Sequence[int], *, in_axis: int = -2, out_axis: int = -1, rng: Any = None, dtype: Any = "float32") -> Array:
    r"""Normal weights of variance :math:`v = 2/in`, cut off at two deviations: for relu.

    Parameters
    ----------
    shape : sequence of ints
        (inputs, outputs), or (\*window, inputs, outputs) for the kernel of a convolution: two axes or more, none empty.
    in_axis : int, default -2
        The axis along which inputs are counted.
    out_axis : int, default -1
        The axis along which outputs are counted; torch keeps linear weights as (outputs, inputs): in_axis=1, out_axis=0.
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
        For a shape that is no tuple, another dtype, a RandomState.
    ValueError
        For a shape with fewer than two axes or an empty one, and for axes that are equal or out of range.

    Notes
    -----
    Drawn again where they lie beyond two standard deviations, and scaled so that the variance after that is v (as Keras and JAX
    do; torch does not cut off). The same seed gives the same bits on every machine. "in" is the
    inputs of one unit times the window, "out" likewise.

    References
    ----------
    He, K., Zhang, X., Ren, S. and Sun, J. (2015). Delving deep into rectifiers. ICCV.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> weights = ssm.he_normal((784, 128), rng=0)
    >>> weights.shape, weights.dtype, round(float(weights.std()), 3)
    ((784, 128), dtype('float32'), 0.051)
    """
    axes, inputs, _ = _fans("he_normal", shape, in_axis, out_axis)
    return _normal("he_normal", axes, 2 / inputs, rng, dtype)


def he_uniform(shape: Sequence[int], *, in_axis: int = -2, out_axis: int = -1, rng: Any = None, dtype: Any = "float32") -> Array:
    r"""Weights uniform within :math:`\pm\sqrt{3v}`, of variance :math:`v = 2/in`: for relu.

    Parameters
    ----------
    shape : sequence of ints
        (inputs, outputs), or (\*window, inputs, outputs) for the kernel of a convolution: two axes or more, none empty.
    in_axis : int, default -2
        The axis along which inputs are counted.
    out_axis : int, default -1
        The axis along which outputs are counted; torch keeps linear weights as (outputs, inputs): in_axis=1, out_axis=0.
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
        For a shape that is no tuple, another dtype, a RandomState.
    ValueError
        For a shape with fewer than two axes or an empty one, and for axes that are equal or out of range.

    Notes
    -----
    Multiples of 2**-52 of the limit, from 64 random bits each, rounded once to `dtype`. The same seed gives the same bits on every
    machine. "in" is the inputs of one unit times the window, "out" likewise.

    References
    ----------
    He, K., Zhang, X., Ren, S. and Sun, J. (2015). Delving deep into rectifiers. ICCV.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> weights = ssm.he_uniform((784, 128), rng=0)
    >>> weights.shape, weights.dtype, round(float(weights.std()), 3)
    ((784, 128), dtype('float32'), 0.05)
    """
    axes, inputs, _ = _fans("he_uniform", shape, in_axis, out_axis)
    return _uniform("he_uniform", axes, 2 / inputs, rng, dtype)


def lecun_normal(shape: Sequence[int], *, in_axis: int = -2, out_axis: int = -1, rng: Any = None, dtype: Any = "float32") -> Array:
    r"""Normal weights of variance :math:`v = 1/in`, cut off at two deviations: for selu and linear layers.

    Parameters
    ----------
    shape : sequence of ints
        (inputs, outputs), or (\*window, inputs, outputs) for the kernel of a convolution: two axes or more, none empty.
    in_axis : int, default -2
        The axis along which inputs are counted.
    out_axis : int, default -1
        The axis along which outputs are counted; torch keeps linear weights as (outputs, inputs): in_axis=1, out_axis=0.
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
        For a shape that is no tuple, another dtype, a RandomState.
    ValueError
        For a shape with fewer than two axes or an empty one, and for axes that are equal or out of range.

    Notes
    -----
    Drawn again where they lie beyond two standard deviations, and scaled so that the variance after that is v (as Keras and JAX
    do; torch does not cut off). The same seed gives the same bits on every machine. "in" is the
    inputs of one unit times the window, "out" likewise.

    References
    ----------
    LeCun, Y., Bottou, L., Orr, G. and Muller, K.-R. (1998). Efficient BackProp. In *Neural Networks: Tricks of the Trade*.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> weights = ssm.lecun_normal((784, 128), rng=0)
    >>> weights.shape, weights.dtype, round(float(weights.std()), 3)
    ((784, 128), dtype('float32'), 0.036)
    """
    axes, inputs, _ = _fans("lecun_normal", shape, in_axis, out_axis)
    return _normal("lecun_normal", axes, 1 / inputs, rng, dtype)
