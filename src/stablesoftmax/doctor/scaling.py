"""The cure of gradients that half precision cannot hold: the loss is scaled up, the gradients down again."""

import math
from typing import Any, NamedTuple

import numpy as np

from stablesoftmax._arguments import cast
from stablesoftmax.doctor.clipping import as_arrays, integer, number
from stablesoftmax.doctor.trees import rebuilt

__all__ = ["Scaled", "loss_scale"]


class Scaled(NamedTuple):
    """What :func:`loss_scale` returns."""

    grads: Any
    finite: bool
    scale: float
    good_steps: int


def loss_scale(grads: Any, scale: float, good_steps: int = 0, *, growth_interval: int = 2000, largest: float = 2.0**24) -> Scaled:
    """Gradients of a scaled loss divided by the scale, and the scale of the next step (dynamic loss scaling).

    Parameters
    ----------
    grads : array_like, or list, tuple or dict of them, nested at will
        The gradients of scale * loss: float16, bfloat16, float32 or float64. A list or tuple is a container, not an array.
    scale : float
        What the loss was multiplied with: a power of two from 2**-24 to 2**127.
    good_steps : int, default 0
        Steps since the scale last changed, as the call before returned it.
    growth_interval : int, default 2000
        After so many good steps the scale is doubled.
    largest : float, default 2**24
        The scale never grows beyond this.

    Returns
    -------
    Scaled
        A named tuple: `grads`, new arrays in the form that was given (half precision becomes float32, which holds what was gained);
        `finite`, whether all of them are: if not, skip the step; `scale` and `good_steps` for the next step.

    Raises
    ------
    TypeError
        For arrays of another dtype or a scale that is no number.
    ValueError
        If the scale is not a power of two in that range, or a count is negative.

    See Also
    --------
    clip_by_global_norm : Clip what this function returns, not what it is given.

    Notes
    -----
    A gradient below 2**-25 is 0 in float16, one of 65520 is inf. The scale is a power of two, so that dividing by it is exact
    (below the smallest normal number of float32 and float64 it rounds once). If any element is nan or inf the next scale is half,
    but not below 2**-24, and the count starts again; otherwise the count grows by 1, and at `growth_interval` the scale doubles.
    Elements that are nan or inf are returned as such. With no element at all the step counts as good.

    References
    ----------
    Micikevicius, P. et al. (2018). Mixed precision training. ICLR.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> ssm.loss_scale(np.array([2.0**-20, 3.0], np.float16), 1024.0)
    Scaled(grads=array([9.3132257e-10, 2.9296875e-03], dtype=float32), finite=True, scale=1024.0, good_steps=1)
    >>> ssm.loss_scale(np.array([np.inf]), 1024.0, 7).scale
    512.0
    """
    scale, largest = number("loss_scale", "scale", scale), number("loss_scale", "largest", largest)
    for parameter, value in (("scale", scale), ("largest", largest)):
        if not (2.0**-24 <= value <= 2.0**127 and math.frexp(value)[0] == 0.5):
            raise ValueError(
                f"loss_scale: {parameter} is {value}; it must be a power of two from 2**-24 to 2**127, such as 2.0**15"
            )
    good_steps = integer("loss_scale", "good_steps", good_steps)
    growth_interval = integer("loss_scale", "growth_interval", growth_interval)
    if good_steps < 0 or growth_interval < 1:
        raise ValueError(
            f"loss_scale: good_steps is {good_steps}, growth_interval {growth_interval}; they count steps, from 0 and 1"
        )
    arrays = as_arrays("loss_scale", grads)
    finite, unscaled = True, []
    with np.errstate(all="ignore"):
        for array in arrays.values():
            wide = cast(array, np.dtype(np.float64 if array.dtype.kind in "iub" or array.dtype.itemsize == 8 else np.float32))
            finite = finite and bool(np.isfinite(wide).all())
            unscaled.append(wide * wide.dtype.type(1 / scale))
    if not finite:
        scale, good_steps = max(scale / 2, 2.0**-24), 0
    elif good_steps + 1 >= growth_interval:
        scale, good_steps = max(scale, min(2 * scale, largest)), 0
    else:
        good_steps += 1
    return Scaled(rebuilt(grads, iter(unscaled)), finite, scale, good_steps)
