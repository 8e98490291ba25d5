"""The operators of torch behind stablesoftmax.torch: softmax, log_softmax and logsumexp, each with its two derivatives.

A family is three operators: NAME, NAME_backward (the product with its Jacobian) and NAME_double_backward (the derivatives of that
product). A compiler does not look into them; they write into memory that torch has allocated. docs/design/torch.md.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from stablesoftmax import _native
from stablesoftmax._arguments import reduced_shape
from stablesoftmax._environment import neutral
from stablesoftmax._gradients import log_softmax_vjp, logsumexp_vjp, softmax_vjp
from stablesoftmax._layout import Array, Layout
from stablesoftmax._log_space import values_of_rows
from stablesoftmax._log_weights import probabilities
from stablesoftmax._logsumexp import logsumexp
from stablesoftmax._softmax import log_softmax, softmax
from stablesoftmax._sums import row_sum

# tensors and arrays ------------------------------------------------------------------------------------------------------


def as_array(tensor: Any) -> Array:
    """The memory of a tensor as an array, never a copy; bfloat16, which NumPy does not have, as that of ml_dtypes."""
    tensor = tensor.detach()
    if tensor.dtype is not torch.bfloat16:
        return tensor.numpy()  # type: ignore[no-any-return]
    try:
        import ml_dtypes
    except ImportError:
        raise ImportError(
            "stablesoftmax.torch: bfloat16 needs ml_dtypes, which is not installed; pip install 'stablesoftmax[torch]', or use "
            "input.float()"
        ) from None
    return tensor.view(torch.int16).numpy().view(ml_dtypes.bfloat16)  # type: ignore[no-any-return]


def reduced_dtype(dtype: Any) -> Any:
    """The dtype of a reduction or a loss: float32 for half precision, which sums outgrow."""
    return torch.float32 if dtype.itemsize == 2 else dtype


def quiet() -> Any:
    """torch makes a nan without a word, and so do its operators."""
    return np.errstate(all="ignore")


# derivatives of second order, of blocks of float64 rows ------------------------------------------------------------------


def from_maximum(v: Array, p: Array) -> Array:
    """v minus its element where p is largest; minus the largest of those, if there are several.

    p_i*(v_i - sum p_j*v_j) does not change when a constant is added to v, but its rounding errors do. Where p_i is nearly 1 the sum
    is v_i but for a trifle, and their difference would be nothing but what rounding left. If v_i is 0 the sum is that trifle.
    """
    largest = p.max(-1, keepdims=True, initial=0.0)
    return np.asarray(v - v.max(-1, keepdims=True, initial=-np.inf, where=p == largest))


def _softmax_double(v: Array, g: Array, y: Array) -> tuple[Array, Array]:
    """Of v·(y*(g - sum y*g)): the Jacobian is symmetric, and it is a product in y."""
    of_g, of_v = (np.asarray(_native.dot(y, a))[..., None] for a in (g, v))
    return np.asarray(_native.softmax_vjp(y, v)), v * (g - of_g) - g * of_v


def _log_softmax_double(v: Array, g: Array, y: Array) -> tuple[Array, Array]:
    """Of v·(g - e^y * sum g): e^y is softmax(y), y being logarithms of probabilities."""
    return np.asarray(_native.log_softmax_jvp(y, v)), -(v * probabilities(y, None)) * row_sum(g)[..., None]


def _logsumexp_double(v: Array, g: Array, x: Array) -> tuple[Array, Array]:
    """Of v·(g*p), p = softmax(x), which is 0 in a row of nothing but -inf."""
    p = np.asarray(_native.logsumexp_vjp(x, np.ones(x.shape[:-1])))
    w = from_maximum(v, p)
    return np.asarray(_native.dot(p, v)), g * (p * (w - np.asarray(_native.dot(p, w))[..., None]))


# registration ------------------------------------------------------------------------------------------------------------


class Operator:
    """A custom operator on the CPU that can be differentiated: `rows` tensors of rows, then arguments that are no such tensors.

    `deeper` adapts those to one more dimension in front of the rows, which is what vmap makes of them. Operators of torch know vmap
    and the tape, but neither the transforms of torch.func that differentiate nor forward mode: there a `torch.autograd.Function`
    is at home, and the same rules are called through one.
    """

    def __init__(
        self, name: str, schema: str, function: Callable[..., Any], fake: Callable[..., Any], rows: int, deeper: Callable[..., Any]
    ) -> None:  # fmt: skip
        self._name, self._rows, self._deeper = name, rows, deeper
        self._function: Any = None
        register = torch.library.custom_op(f"stablesoftmax::{name}", mutates_args=(), device_types="cpu", schema=schema)
        self._operator = register(function)
        self._operator.register_fake(fake)
        self._operator.register_vmap(functools.partial(self._batched, self._operator))

    def differentiate(
        self, backward: Callable[..., Any], save: Callable[..., tuple[Any, ...]], jvp: Callable[..., Any] | None = None
    ) -> None:
        """Registers the derivatives; save(inputs, output) is what they need as tensors. The other inputs are ctx.options."""

        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
            tensors = save(inputs, output)
            ctx.save_for_backward(*tensors)
            ctx.save_for_forward(*tensors)
            ctx.options = [a for a in inputs if a is not None and not isinstance(a, torch.Tensor)]

        def refuse(ctx: Any, *tangents: Any) -> Any:
            raise NotImplementedError(f"{self._name}: there is no forward mode over a backward; use torch.func.jacrev for both")

        self._operator.register_autograd(backward, setup_context=setup_context)
        rules: dict[str, Any] = {
            "forward": lambda *arguments: self._operator(*arguments), "setup_context": setup_context, "backward": backward,
            "jvp": jvp or refuse, "vmap": functools.partial(self._batched, self),
        }  # fmt: skip
        rules = {called: staticmethod(rule) for called, rule in rules.items()}
        self._function = type(f"stablesoftmax_{self._name}", (torch.autograd.Function,), rules)

    def __call__(self, *arguments: Any) -> Any:
        beyond_tape = torch._C._are_functorch_transforms_active() or torch.autograd.forward_ad._current_level >= 0
        if beyond_tape and not torch.compiler.is_compiling():  # a compiler would look into the Function
            return self._function.apply(*arguments)
        return self._operator(*arguments)

    def _batched(self, call: Callable[..., Any], info: Any, in_dims: tuple[Any, ...], *arguments: Any) -> Any:
        if any(isinstance(at, int) for at in in_dims[self._rows :]):  # lists have lists of None
            raise NotImplementedError(f"{self._name}: there is no vmap over the weights of classes; use a loop")
        with_batch = [
            t.expand(info.batch_size, *t.shape) if at is None else t.movedim(at, 0)
            for at, t in zip(in_dims, arguments[: self._rows], strict=False)
        ]
        results = call(*with_batch, *self._deeper(*arguments[self._rows :]))
        return results, (0,) * len(results) if isinstance(results, tuple) else 0


def refuse_third_order(name: str) -> Callable[..., Any]:
    """The backward of a double backward."""

    def refuse(ctx: Any, *grads: Any) -> Any:
        raise NotImplementedError(f"{name}: there are no derivatives of third order; use the function of torch where you need them")

    return refuse


def save_nothing(inputs: tuple[Any, ...], output: Any) -> tuple[Any, ...]:
    """For a backward that is refused."""
    return ()


class Family(NamedTuple):
    """A function of rows and its derivatives. What a backward needs is the result, or the logits if the function reduces."""

    name: str
    reduces: bool  # its rows, to length 1
    forward: Callable[..., Any]  # (logits, axes, out=)
    backward: Callable[..., Any]  # (saved, g, axes, out=)
    double: Callable[..., tuple[Array, Array]]  # (v, g, saved) of float64 rows: the derivatives by g and by saved


def as_axes(dim: list[int]) -> int | tuple[int, ...]:
    """As an int, if there is one, for which calls have a short way in."""
    if any(d < 0 for d in dim):
        raise ValueError(
            f"torch.ops.stablesoftmax: dim is {dim}; use dimensions from 0 on, or the functions of stablesoftmax.torch"
        )
    return dim[0] if len(dim) == 1 else tuple(dim)


def _deeper(dim: list[int]) -> tuple[list[int]]:
    return ([i + 1 for i in dim],)


def register(family: Family) -> Operator:
    """The first of the three operators."""
    name, reduces = family.name, family.reduces

    def empty(input: Any, dim: list[int]) -> Any:
        if not reduces:
            return torch.empty_like(input)
        return input.new_empty(reduced_shape(input.shape, tuple(dim), keepdims=True), dtype=reduced_dtype(input.dtype))

    def forward(input: Any, dim: list[int]) -> Any:
        result = empty(input, dim)
        with quiet():
            family.forward(as_array(input), as_axes(dim), out=as_array(result))
        return result

    def empty_backward(grad: Any, saved: Any, dim: list[int]) -> Any:
        return torch.empty_like(saved)

    def backward(grad: Any, saved: Any, dim: list[int]) -> Any:
        result = empty_backward(grad, saved, dim)
        with quiet():
            family.backward(as_array(saved), as_array(grad), as_axes(dim), out=as_array(result))
        return result

    def empty_double(tangent: Any, grad: Any, saved: Any, dim: list[int]) -> tuple[Any, Any]:
        return torch.empty_like(grad), torch.empty_like(saved)

    @neutral
    def double(tangent: Any, grad: Any, saved: Any, dim: list[int]) -> tuple[Any, Any]:
        results, axes = empty_double(tangent, grad, saved, dim), tuple(dim)
        v, g, kept, by_g, by_saved = map(as_array, (tangent, grad, saved, *results))
        layout = Layout(v, axes)
        places = [by_g.squeeze(axes) if reduces else layout.rows_last(by_g), layout.rows_last(by_saved)]
        with quiet():
            values_of_rows(name, lambda *rows: family.double(*rows[:3]), [v, np.broadcast_to(g, v.shape), kept], None, axes, places)
        return results

    schema = "(Tensor input, int[] dim) -> Tensor"
    first = Operator(name, schema, forward, empty, 1, _deeper)
    schema = "(Tensor grad, Tensor saved, int[] dim) -> Tensor"
    second = Operator(f"{name}_backward", schema, backward, empty_backward, 2, _deeper)
    schema = "(Tensor tangent, Tensor grad, Tensor saved, int[] dim) -> (Tensor, Tensor)"
    third = Operator(f"{name}_double_backward", schema, double, empty_double, 3, _deeper)

    def by_input(ctx: Any, grad: Any) -> tuple[Any, None]:
        return second(grad, *ctx.saved_tensors, *ctx.options), None

    def by_grad_and_saved(ctx: Any, tangent: Any) -> tuple[Any, Any, None]:
        return (*third(tangent, *ctx.saved_tensors, *ctx.options), None)

    def change(ctx: Any, tangent: Any, _: None) -> Any:
        """The Jacobian times the tangent: what a backward, being linear in the gradient, has as its derivative by that."""
        (saved,) = ctx.saved_tensors
        return third(tangent, empty(saved, *ctx.options), saved, *ctx.options)[0]

    first.differentiate(by_input, lambda inputs, output: (inputs[0] if reduces else output,), change)
    second.differentiate(by_grad_and_saved, lambda inputs, output: inputs[:2])
    third.differentiate(refuse_third_order(name), save_nothing)
    return first


def _kept_logsumexp(x: Array, axes: int | tuple[int, ...], out: Array) -> None:
    logsumexp(x, axes, keepdims=True, out=out)


softmax_op = register(Family("softmax", False, softmax, softmax_vjp, _softmax_double))
log_softmax_op = register(Family("log_softmax", False, log_softmax, log_softmax_vjp, _log_softmax_double))
logsumexp_op = register(Family("logsumexp", True, _kept_logsumexp, logsumexp_vjp, _logsumexp_double))
