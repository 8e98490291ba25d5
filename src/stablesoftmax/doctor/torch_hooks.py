"""Hooks on a torch model: they look, keep weak references, and never return anything.

A step begins where the model is called for training and ends where the optimizer steps. Statistics are taken in steps that are due,
and in the step of the first nan or inf: the model's output, the loss and one small gradient are looked at every time (on the CPU;
on other devices only in steps that are due, so that the device never waits).
"""

from __future__ import annotations

import math
import sys
import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from stablesoftmax.doctor.libraries import as_scalar
from stablesoftmax.doctor.loss_path import loss_path
from stablesoftmax.doctor.records import Record

if TYPE_CHECKING:
    from stablesoftmax.doctor.watch import Watch

__all__ = ["TorchHooks"]

torch: Any = sys.modules.get("torch")  # Watch.torch has imported it; without it this file can still be read

SMALL = 1 << 16  # elements of a gradient that may be kept to the end of its step


class _Hook:
    """A method as a hook that can be copied and pickled along with the model it is attached to."""

    def __init__(self, method: Callable[..., None]) -> None:
        self.method = method

    def __call__(self, *arguments: Any, **keywords: Any) -> None:
        self.method(*arguments, **keywords)

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (_Silent(), "hook")


class _ModuleHook(_Hook):
    """The hook of one module, which is called most often."""

    def __init__(self, hooks: TorchHooks, name: str) -> None:
        self.hooks, self.name = hooks, name

    def __call__(self, module: Any, arguments: tuple[Any, ...], output: Any) -> None:
        self.hooks.seen(self.name, arguments, output)


class _Silent:
    """Where a copied hook finds a function that does nothing."""

    @staticmethod
    def hook(*arguments: Any, **keywords: Any) -> None:
        """What a copied or unpickled hook does: a copy of the model is not watched."""


class _Step:
    """What one step has shown so far; whatever holds memory is let go when the step ends."""

    def __init__(self, number: int, due: bool) -> None:
        self.number, self.due = number, due
        self.inputs: Any = None
        self.output: Any = None
        self.output_grad: Any = None
        self.has_gradient = False
        self.modules: list[tuple[str, Any, Any]] = []  # name, weak references to input and output
        self.forward: Record | None = None
        self.given: dict[str, Any] = {}
        self.path: tuple[str, ...] = ()
        self.trouble = False


class TorchHooks:
    """The hooks of one model and one optimizer.

    Parameters
    ----------
    watch : Watch
        Whose history is written.
    model : torch.nn.Module
    optimizer : torch.optim.Optimizer or None
    """

    def __init__(self, watch: Watch, model: Any, optimizer: Any) -> None:
        if isinstance(model, torch.jit.ScriptModule):
            raise TypeError("Watch.torch: a ScriptModule takes no hooks; give the model that was scripted")
        if not isinstance(model, torch.nn.Module):
            raise TypeError(f"Watch.torch: model must be a torch.nn.Module, not {type(model).__name__}")
        if optimizer is not None and not isinstance(optimizer, torch.optim.Optimizer):
            raise TypeError(f"Watch.torch: optimizer must be a torch.optim.Optimizer, not {type(optimizer).__name__}")
        silent = torch.nn.Identity, torch.nn.Dropout, torch.jit.ScriptModule  # which make nothing new, or take no hook
        self.watch, self.model, self.optimizer = watch, model, optimizer
        self.step: _Step | None = None
        self.last = 0  # the step that this model was last called in
        self.sees_loss = False  # step(loss=) was called before backward() in the step before
        self.handles: list[Any] = [
            model.register_forward_pre_hook(_Hook(self.begin), with_kwargs=True),
            model.register_forward_hook(_Hook(self.end_forward)),
        ]
        for name, module in model.named_modules():
            if module is not model and not isinstance(module, silent) and not any(True for _ in module.children()):
                self.handles.append(module.register_forward_hook(_ModuleHook(self, name)))
        if optimizer is not None:
            self.handles.append(optimizer.register_step_pre_hook(_Hook(self.end_step)))
        trained = [p for p in model.parameters() if p.requires_grad]
        self.first = next((p for p in trained if p.ndim == 1), trained[0] if trained else None)

    def remove(self) -> None:
        """Take every hook away, and finish a step that the optimizer never ended."""
        for handle in self.handles:
            handle.remove()
        self.end_step()

    # the forward pass ----------------------------------------------------------------------------------------------

    def begin(self, model: Any, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> None:
        """The model is called."""
        if not (model.training and torch.is_grad_enabled()) or _transformed():
            return
        step = self.step
        if step is not None:
            if step.output is not None and self.optimizer is not None and not step.has_gradient:
                return  # another call within the same step
            self.end_step()
        self.last = self.watch.next_step()
        step = _Step(self.last, self.watch.is_due(self.last))
        step.inputs = next((a for a in (*arguments, *keywords.values()) if isinstance(a, torch.Tensor)), None)
        self.step = step

    def seen(self, name: str, arguments: tuple[Any, ...], output: Any) -> None:
        """A module has answered."""
        step = self.step
        if step is None or step.output is not None:
            return
        output = output if isinstance(output, torch.Tensor) else _first_tensor(output)
        given = arguments[0] if arguments and isinstance(arguments[0], torch.Tensor) else None
        step.modules.append(
            (name, given if given is None else weakref.ref(given), output if output is None else weakref.ref(output))
        )
        if step.due and output is not None:
            step.forward = step.forward or Record(step.number)
            self._add(step.forward, name, output, most=256)

    def _add(self, record: Record, name: str, tensor: Any, most: int | None = None) -> None:
        tensor = _numbers(tensor)
        if tensor is not None and tensor.is_floating_point() and tensor.numel():
            tensor = tensor if most is None else _some_rows(tensor, most)
            record.tensors |= self.watch.record(0, {"activations": {name: tensor}}).tensors

    def end_forward(self, model: Any, arguments: tuple[Any, ...], output: Any) -> None:
        """The model has answered."""
        step = self.step
        if step is None or not (model.training and torch.is_grad_enabled()):
            return
        output = _first_tensor(output)
        if output is None or not output.numel():
            return
        step.output = output
        if output.requires_grad:
            output.register_hook(self._gradient_of_output)
        if self.sees_loss and not step.due:
            return  # a loss of nan will tell
        if not self.watch.in_trouble and output.device.type == "cpu" and not _sums_up(output):
            self._forward_trouble(step)

    def _gradient_of_output(self, gradient: Any) -> None:
        step = self.step
        if step is None or gradient is None:
            return
        step.has_gradient = True
        if step.due or step.trouble or gradient.numel() <= SMALL:
            step.output_grad = gradient.detach()

    def _forward_trouble(self, step: _Step) -> None:
        """Whatever is still alive of the forward pass, measured at once."""
        step.trouble = True
        record = Record(0)
        for name, given, output in step.modules:
            self._add(record, f"input of {name}", given and given())
            self._add(record, name, output and output())
        step.forward = record

    # the loss, from step(loss=) ------------------------------------------------------------------------------------

    def attach(self, given: Mapping[str, Any]) -> None:
        """What the user adds to the present step, or to the one that has just ended."""
        given = {key: value for key, value in given.items() if value is not None}
        loss = given.get("loss")
        step = self.step
        waits = isinstance(loss, torch.Tensor) and loss.device.type != "cpu" and (step is None or not step.due)  # for a device
        value = None if waits else as_scalar("loss", loss)
        lost = value is not None and not math.isfinite(value)
        if step is None:
            self._attach_late(given, lost)
            return
        if isinstance(loss, torch.Tensor) and (step.due or lost) and not self.watch.in_trouble:
            step.path = loss_path(loss, step.output)  # now, while operands are known
        if lost and not step.trouble and not self.watch.in_trouble:
            self._forward_trouble(step)
        step.given.update(given)
        self.sees_loss = loss is not None and not step.has_gradient
        if self.optimizer is None and "grads" not in given and step.has_gradient:
            self.end_step()

    def _attach_late(self, given: Mapping[str, Any], lost: bool) -> None:
        """The optimizer has stepped already."""
        records = self.watch.records
        last = records[-1] if records and records[-1].step == self.watch.steps else None
        if last is not None:
            if last.loss is None and "loss" in given:
                last.loss = as_scalar("loss", given["loss"])
                lost = last.lost
            last.trouble = last.trouble or lost
        elif lost and not self.watch.in_trouble:
            self.watch.keep(self.watch.record(self.watch.steps, given))

    # the end of a step ---------------------------------------------------------------------------------------------

    def end_step(self, *_: Any) -> None:
        """The optimizer is about to step, or another step begins."""
        step, self.step = self.step, None
        if step is None:
            return
        self.sees_loss = self.sees_loss and "loss" in step.given
        gradient = None if self.first is None else self.first.grad
        unseen = not step.trouble and not self.watch.in_trouble
        if unseen and gradient is not None and gradient.device.type == "cpu" and not _sums_up(gradient):
            self._forward_trouble(step)
        if step.due or (step.trouble and not self.watch.in_trouble):
            record = self._record(step)
            if step.due or record.trouble:
                self.watch.keep(record)

    def _record(self, step: _Step) -> Record:
        parameters = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        groups = self.optimizer.param_groups if self.optimizer is not None else [{}]
        of_reals = step.output is not None and not step.output.is_complex()
        given: dict[str, Any] = {
            "inputs": _numbers(step.inputs) if step.inputs is not None and step.inputs.is_floating_point() else None,
            "logits": _numbers(step.output) if of_reals else None,
            "logit_grads": _numbers(step.output_grad),
            "grads": {name: _numbers(p.grad) for name, p in parameters.items() if p.grad is not None},
            "weights": {name: _numbers(p) for name, p in parameters.items()},
            "learning_rate": groups[0].get("lr"),
        }
        given.update(step.given)
        record = self.watch.record(step.number, given)
        if step.forward is not None:
            tensors = record.role("inputs") | record.role("targets") | step.forward.tensors
            record.tensors = tensors | {path: one for path, one in record.tensors.items() if path not in tensors}
            record.trouble = record.trouble or not all(one.finite for one in step.forward.tensors.values())
        record.loss_path = step.path or loss_path(step.given.get("loss"), step.output)
        record.output_of = (
            type(step.output.grad_fn).__name__ if step.output is not None and step.output.grad_fn is not None else None
        )
        record.adaptive = "Ada" in type(self.optimizer).__name__ or "RMS" in type(self.optimizer).__name__
        return record


def _first_tensor(output: Any) -> Any:
    """The tensor that a module returned: itself, the logits of a model output, or the first of several."""
    if isinstance(output, torch.Tensor):
        return output
    if isinstance(output, Mapping):
        output = output.get("logits", next(iter(output.values()), None))
        return output if isinstance(output, torch.Tensor) else None
    if isinstance(output, (list, tuple)):
        return next((one for one in output if isinstance(one, torch.Tensor)), None)
    logits = getattr(output, "logits", None)
    return logits if isinstance(logits, torch.Tensor) else None


def _transformed() -> bool:
    """Whether torch.func is at work (vmap, grad): its tensors can neither be read nor be kept."""
    level = getattr(torch._C._functorch, "maybe_current_level", None)
    return level is not None and level() is not None


def _numbers(tensor: Any) -> Any:
    """The numbers of a tensor as a dense real one; None where there are none to be read. A hook must never stop a training."""
    if tensor is None:
        return None
    tensor = tensor.detach()
    if tensor.is_nested or tensor.is_quantized or tensor.device.type == "meta":
        return None
    if tensor.layout is torch.sparse_coo:
        tensor = tensor.coalesce().values()
    if tensor.layout is not torch.strided:
        return None
    return torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor


def _some_rows(tensor: Any, most: int) -> Any:
    """Rows evenly spread over the batch: enough for a glance at a step that is well."""
    if tensor.ndim < 2:
        return tensor
    table = tensor.reshape(-1, tensor.shape[-1])
    return table[:: max(1, table.shape[0] // most)]


def _sums_up(tensor: Any) -> bool:
    """Whether the sum is finite; half precision is summed in float32."""
    tensor = _numbers(tensor)
    if tensor is None:
        return True
    return math.isfinite(float(tensor.sum(dtype=torch.float64 if tensor.dtype == torch.float64 else torch.float32)))
