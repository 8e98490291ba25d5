"""softmax, log_softmax, logsumexp and cross_entropy of torch tensors, with gradients, under the names and arguments of torch.

>>> import torch
>>> import stablesoftmax.torch
>>> x = torch.tensor([[0.0, -40.0]], requires_grad=True)
>>> loss = stablesoftmax.torch.cross_entropy(x, torch.tensor([0]))  # torch.nn.functional: 0, gradient [0, 4.2484e-18]
>>> loss.backward()
>>> x.grad
tensor([[-4.2484e-18,  4.2484e-18]])

Tensors lie in the memory of the CPU, and are read and written there without a copy. Derivatives of first and second order, forward
mode of first order, `torch.vmap` and `torch.compile` (no graph break; a compiler does not look into these operators) work as with
the functions of torch. The operators are ``torch.ops.stablesoftmax``; docs/design/torch.md. Needs
``pip install 'stablesoftmax[torch]'``.

Where they differ from the functions of torch:

- *accuracy* and *bits* are those of the functions of the same names in :mod:`stablesoftmax`;
- logsumexp and cross_entropy of float16 and bfloat16 are float32;
- `dim` may be several dimensions; integers and bool are converted to float64;
- what is wrong is refused with other messages, a label out of range as ValueError.
"""

import warnings
from typing import Any

try:
    import torch
except ImportError:
    raise ImportError("stablesoftmax.torch needs torch, which is not installed; pip install 'stablesoftmax[torch]'") from None

from stablesoftmax._torch_cross_entropy import cross_entropy_op
from stablesoftmax._torch_ops import log_softmax_op, logsumexp_op, softmax_op

__all__ = ["cross_entropy", "log_softmax", "logsumexp", "softmax"]

Tensor = Any  # torch.Tensor; types are checked without torch


def _as_logits(name: str, input: Tensor) -> Tensor:
    """The tensor, in a dtype that there are kernels for."""
    if not isinstance(input, torch.Tensor):
        raise TypeError(f"{name}: input is a {type(input).__name__}, not a torch.Tensor; use stablesoftmax.{name} for arrays")
    if input.device.type == "meta":
        raise ValueError(f"{name}: input is a meta tensor, which has no numbers; use input.to_empty or a FakeTensorMode")
    if input.device.type != "cpu":
        raise ValueError(f"{name}: input is on {input.device}, and these functions run on the CPU; use input.cpu()")
    if input.layout != torch.strided or input.is_nested:
        raise TypeError(f"{name}: input is a sparse or nested tensor; use input.to_dense() or stablesoftmax.segment_{name}")
    if input.dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        return input
    if input.is_floating_point() or input.is_complex() or input.is_quantized:
        raise TypeError(
            f"{name}: input has dtype {input.dtype}; accepted are float16, bfloat16, float32, float64, integers and bool"
        )
    return input.to(torch.float64)


def _as_dims(name: str, dim: Any, rank: int) -> list[int]:
    """Dimensions of a row, none of them negative; none at all for a scalar, which is a row of one element."""
    dims = list(dim) if isinstance(dim, (tuple, list)) else [dim]
    if not dims:
        raise ValueError(f"{name}: dim is empty; name the dimension of a row")
    for d in dims:
        if isinstance(d, bool) or not isinstance(d, int):
            raise TypeError(f"{name}: dim must be an int or a tuple of ints, not {dim!r}")
        if not -max(rank, 1) <= d < max(rank, 1):
            raise IndexError(
                f"{name}: dim {d} is out of range for a tensor of rank {rank}; use {-max(rank, 1)} to {max(rank, 1) - 1}"
            )
    dims = [d % rank for d in dims] if rank else []
    if len(set(dims)) != len(dims):
        raise ValueError(f"{name}: dim {dim!r} names a dimension twice; name each once")
    return dims


def _implicit_dim(name: str, rank: int, stacklevel: int) -> int:
    """The dimension that torch guesses, said aloud as torch does."""
    dim = 0 if rank in (0, 1, 3) else 1
    warnings.warn(f"{name}: dim is not given, and {dim} is taken, as torch does; say dim={dim}, or dim=-1", stacklevel=stacklevel)
    return dim


def _elementwise(name: str, op: Any, input: Tensor, dim: Any, dtype: Any) -> Tensor:
    """Computed in the wider of the two dtypes; the result is rounded to the other, if that is asked for."""
    dims = _as_dims(name, dim, input.ndim)
    if dtype is None:
        return op(input, dims)
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise TypeError(f"{name}: dtype={dtype} is not a dtype of a result; use torch.float16, bfloat16, float32 or float64")
    return op(input.to(torch.promote_types(input.dtype, dtype)), dims).to(dtype)


def softmax(input: Tensor, dim: Any = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    r"""Probabilities of logits, as :func:`torch.nn.functional.softmax`: :math:`e^{x_i} / \sum_j e^{x_j}` over each row.

    Parameters
    ----------
    input : torch.Tensor
        Logits on the CPU, of any strides: float16, bfloat16, float32 or float64; integers and bool are converted to float64 first.
    dim : int or tuple of ints
        The dimension or dimensions that make up a row. Not given, it is what torch takes: 0 for a tensor of rank 0, 1 or 3, else 1,
        with a warning. That is rarely what is meant.
    _stacklevel : int, default 3
        Whose line that warning names.
    dtype : torch.dtype, optional
        Of the result (default: that of input). The computation runs in the wider of the two and is rounded once more.

    Returns
    -------
    torch.Tensor
        Of the shape of input.

    Raises
    ------
    TypeError
        For what is no dense tensor of an accepted dtype.
    ValueError
        For a tensor on another device, and a `dim` that is empty or named twice.
    IndexError
        For a `dim` out of range.
    ImportError
        For bfloat16, if ml_dtypes is not installed; the extra brings it.

    Notes
    -----
    *Accuracy*, *bits*, *special values*: of :func:`stablesoftmax.softmax`; no warning is given where a nan is made. *Gradient*:
    :func:`stablesoftmax.softmax_vjp` of the result. Its derivative is computed in float64 and rounded once.

    References
    ----------
    As :func:`stablesoftmax.softmax` and :func:`stablesoftmax.softmax_vjp`.

    Examples
    --------
    >>> import torch
    >>> import stablesoftmax.torch
    >>> stablesoftmax.torch.softmax(torch.tensor([0.0, 0.0, float("-inf")]), dim=-1)
    tensor([0.5000, 0.5000, 0.0000])
    """
    input = _as_logits("softmax", input)
    if dim is None:
        dim = _implicit_dim("softmax", input.ndim, _stacklevel)
    return _elementwise("softmax", softmax_op, input, dim, dtype)


def log_softmax(input: Tensor, dim: Any = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    r"""Log-probabilities of logits, as :func:`torch.nn.functional.log_softmax`: :math:`x_i - \log \sum_j e^{x_j}` over each row.

    Parameters
    ----------
    input : torch.Tensor
        Logits, as for :func:`softmax`.
    dim : int or tuple of ints
        The dimension or dimensions that make up a row; not given, as for :func:`softmax`.
    _stacklevel : int, default 3
        Whose line the warning names that is given without `dim`.
    dtype : torch.dtype, optional
        Of the result (default: that of input).

    Returns
    -------
    torch.Tensor
        Of the shape of input.

    Raises
    ------
    TypeError, ValueError, IndexError, ImportError
        As :func:`softmax`.

    Notes
    -----
    *Accuracy*, *bits*, *special values*: of :func:`stablesoftmax.log_softmax`; no warning is given where a nan is made. *Gradient*:
    :func:`stablesoftmax.log_softmax_vjp` of the result, which knows a probability near 1 from the result alone: for the loss of
    confident rows use :func:`cross_entropy`.

    References
    ----------
    As :func:`stablesoftmax.log_softmax` and :func:`stablesoftmax.log_softmax_vjp`.

    Examples
    --------
    >>> import torch
    >>> import stablesoftmax.torch
    >>> stablesoftmax.torch.log_softmax(torch.tensor([0.0, -20.0]), dim=-1)
    tensor([-2.0612e-09, -2.0000e+01])
    """
    input = _as_logits("log_softmax", input)
    if dim is None:
        dim = _implicit_dim("log_softmax", input.ndim, _stacklevel)
    return _elementwise("log_softmax", log_softmax_op, input, dim, dtype)


def logsumexp(input: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    r"""Logarithm of the sum of exponentials, as :func:`torch.logsumexp`: :math:`\log \sum_j e^{x_j}` over each row.

    Parameters
    ----------
    input : torch.Tensor
        Logits, as for :func:`softmax`.
    dim : int or tuple of ints
        The dimension or dimensions that make up a row.
    keepdim : bool, default False
        Keep the dimensions of the row with length 1.

    Returns
    -------
    torch.Tensor
        Of the shape of input without the dimensions of the row, and its dtype, but float32 for float16 and bfloat16, since a sum
        outgrows them.

    Raises
    ------
    TypeError, ValueError, IndexError, ImportError
        As :func:`softmax`.

    Notes
    -----
    *Accuracy*, *bits*, *special values*: of :func:`stablesoftmax.logsumexp`. *Gradient*: :func:`stablesoftmax.logsumexp_vjp`, 0 in
    a row of nothing but -inf. Its derivative is computed in float64, of the differences to the element at the maximum, so that it
    does not vanish in a confident row.

    References
    ----------
    As :func:`stablesoftmax.logsumexp` and :func:`stablesoftmax.logsumexp_vjp`.

    Examples
    --------
    >>> import torch
    >>> import stablesoftmax.torch
    >>> stablesoftmax.torch.logsumexp(torch.tensor([1000.0, 1000.0], dtype=torch.float64), dim=0)
    tensor(1000.6931, dtype=torch.float64)
    """
    input = _as_logits("logsumexp", input)
    dims = _as_dims("logsumexp", dim, input.ndim)
    result = logsumexp_op(input, dims)
    return result if keepdim or not dims else result.squeeze(dims)


def _reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """The reduction that the older arguments stand for, if they are given; as torch reads them."""
    if size_average is not None or reduce is not None:
        reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
        warnings.warn(f"cross_entropy: size_average and reduce are arguments of old; use reduction={reduction!r}", stacklevel=3)
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"cross_entropy: reduction={reduction!r}; use 'mean', 'sum' or 'none'")
    return reduction


def _check_targets(input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int) -> None:
    """What can be said of shapes and dtypes alone, in the words of torch."""
    name = "cross_entropy"
    if input.ndim == 0:
        raise ValueError(f"{name}: input is a scalar; it has a dimension of classes: (C), (N, C) or (N, C, d1, ...)")
    others = {"target": target} if weight is None else {"target": target, "weight": weight}
    for called, tensor in others.items():
        if not isinstance(tensor, torch.Tensor):
            raise TypeError(f"{name}: {called} is a {type(tensor).__name__}, not a torch.Tensor")
        if tensor.device != input.device:
            raise ValueError(f"{name}: {called} is on {tensor.device} and input on {input.device}; use {called}.to(input.device)")
    if weight is not None and weight.requires_grad:
        raise TypeError(f"{name}: weight requires grad, and there is no gradient with respect to it; use weight.detach()")
    shape = tuple(input.shape)
    outer = (*shape[: min(1, input.ndim - 1)], *shape[min(1, input.ndim - 1) + 1 :])
    if target.is_floating_point():
        if tuple(target.shape) != shape:
            raise ValueError(f"{name}: target, being probabilities, has shape {tuple(target.shape)}; input has {shape}")
        if ignore_index >= 0:
            raise ValueError(f"{name}: ignore_index={ignore_index} is for labels, and target holds probabilities")
    elif tuple(target.shape) != outer:
        one_hot = "; if it is one-hot, use target.argmax(1) or target.float()" if tuple(target.shape) == shape else ""
        raise ValueError(f"{name}: target has shape {tuple(target.shape)}; labels of input of shape {shape} have {outer}{one_hot}")


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    r"""Cross entropy of targets under the softmax of logits, as :func:`torch.nn.functional.cross_entropy`.

    Parameters
    ----------
    input : torch.Tensor
        Logits, of shape (C), (N, C) or (N, C, d1, ...): the classes are the second dimension, or the only one.
    target : torch.Tensor
        Integers of any dtype: the label of each row, of shape (), (N) or (N, d1, ...). Floating: the probability of each class, of
        the shape of input; they need not sum to 1, and may require grad.
    weight : torch.Tensor, optional
        One number a class, of any sign, shape (C).
    size_average, reduce : bool, optional
        Older than `reduction`, which they override with a warning, as in torch.
    ignore_index : int, default -100
        Rows with this label do not count: their loss and gradient are 0, whatever they hold, and a mean leaves them out.
    reduction : {"mean", "sum", "none"}, default "mean"
        The mean divides by the sum of the weights of the labels that count, with probabilities by the number of rows.
    label_smoothing : float, default 0.0
        Between 0 and 1: this part of each target is spread evenly over the classes.

    Returns
    -------
    torch.Tensor
        The reduced loss, or for "none" one a row; of the dtype of input, but float32 for float16 and bfloat16.

    Raises
    ------
    TypeError, ImportError
        As :func:`softmax`; TypeError also for weights that require grad.
    ValueError
        For a label out of range (its place and value are named), and for shapes, devices and options that do not fit.

    Notes
    -----
    *Accuracy*, *bits*, *special values*: of :func:`stablesoftmax.cross_entropy`. *Gradient*: that of
    :func:`stablesoftmax.cross_entropy_and_grad`; what comes from above (1/steps of an accumulation, a loss scale) takes part before
    the one rounding. A confident row keeps its loss and its gradient down to the smallest subnormal, and its second derivative too.
    *Memory*: the logits and their gradient; no matrix of log-probabilities is kept. The gradient with respect to probabilities as
    targets is a product of :func:`log_softmax`.

    References
    ----------
    As :func:`stablesoftmax.cross_entropy`.

    Examples
    --------
    >>> import torch
    >>> import stablesoftmax.torch
    >>> stablesoftmax.torch.cross_entropy(torch.tensor([[0.0, -40.0]]), torch.tensor([0]))
    tensor(4.2484e-18)
    """
    input = _as_logits("cross_entropy", input)
    reduction = _reduction(size_average, reduce, reduction)
    _check_targets(input, target, weight, ignore_index)
    return cross_entropy_op(input, target, weight, 0, ignore_index, reduction, label_smoothing)
