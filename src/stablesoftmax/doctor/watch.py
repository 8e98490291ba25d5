"""Watch: a monitor of a training that keeps statistics, and says what went wrong."""

from __future__ import annotations

import math
import os
import threading
import weakref
from collections.abc import Mapping, Sequence, ValuesView
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from stablesoftmax.doctor.clipping import integer
from stablesoftmax.doctor.diagnosis import diagnose
from stablesoftmax.doctor.findings import Finding, ranked
from stablesoftmax.doctor.letter import letter
from stablesoftmax.doctor.libraries import as_scalar, as_tensor, library_of
from stablesoftmax.doctor.records import GLANCE, ROLES, TROUBLES_KEPT, History, Record
from stablesoftmax.doctor.signs import signs
from stablesoftmax.doctor.statistics import measure, measure_rows
from stablesoftmax.doctor.trees import leaves
from stablesoftmax.doctor.watch_summary import as_dict, facts, training_charts, verdict

if TYPE_CHECKING:
    from stablesoftmax.doctor.torch_hooks import TorchHooks

__all__ = ["Watch"]

EARLY = frozenset((1, 2, 4, 8, 16, 32, 64, 100))  # steps that are looked at whatever `every` is: initialisation shows there
ONE_ARRAY = ("logits", "targets", "inputs", "logit_grads", "probabilities")  # where a list is an array, not a container of arrays
_ALL: weakref.WeakSet[Watch] = weakref.WeakSet()


class Watch:
    """A monitor of a training: what became NaN first, what led there, and the cure in code.

    Call :meth:`step` once in every step with whatever is at hand, or let :meth:`torch` attach hooks to a model. Nothing is changed:
    no result, no bit, no random state, no error state.

    Parameters
    ----------
    every : int, default 200
        Full statistics are taken at every so many steps (and at steps 1, 2, 4, ..., 64 and 100). Between them only the loss and one
        small gradient are looked at, so that the first nan or inf is noticed in the step that made it.
    history : int, default 400
        How many steps are kept at most; when there are more, every second of the older ones is dropped.

    Returns
    -------
    Watch
        A context manager: hooks are removed at its end, and an exception that passes through is looked at too.

    Raises
    ------
    ValueError
        If `every` or `history` is too small (1 and 32).

    See Also
    --------
    explain : The same question asked of one array of logits.

    Notes
    -----
    What is said is a diagnosis from evidence: the first tensor that is not finite in the order of a step (inputs, targets,
    activations, logits, probabilities, loss, gradients, weights), and what the steps before it looked like. Statistics are computed
    by the library that a tensor belongs to, on its device; only scalars leave it. Half precision is summed in float32. How often
    the diagnosis was right on scripts with planted causes: docs/doctor.md.

    Steps may come from several threads; a forked child goes on with a copy.

    References
    ----------
    Goodfellow, I., Bengio, Y. and Courville, A. (2016). *Deep Learning*, 8.2 and 11.5.

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> with ssm.Watch() as watch:
    ...     logits = np.array([[0.0, 800.0]])
    ...     with np.errstate(all="ignore"):
    ...         p = np.exp(logits) / np.exp(logits).sum()
    ...         watch.step(loss=-np.log(p[0, 1]), logits=logits, probabilities=p)
    >>> watch.diagnosis.cause
    'naive-softmax-overflow'
    """

    def __init__(self, every: int = 200, history: int = 400) -> None:
        every, history = integer("Watch", "every", every), integer("Watch", "history", history)
        if every < 1 or history < 32:
            raise ValueError(f"Watch: every is {every} and history {history}; they must be at least 1 and 32")
        self.every = every
        self.steps = 0
        self._history = History(history)
        self._troubles = 0
        self._extra: list[Finding] = []
        self._hooks: list[TorchHooks] = []
        self._doubt: Record | None = None  # gradients that were not finite, while it is not known whether the weights took them
        self._lock = threading.Lock()
        _ALL.add(self)

    def __getstate__(self) -> dict[str, Any]:
        """For pickle and copy: what was found; neither hooks nor the lock."""
        return {key: value for key, value in vars(self).items() if key != "_lock"} | {"_hooks": []}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._lock = threading.Lock()
        _ALL.add(self)

    # a training is watched -----------------------------------------------------------------------------------------

    def step(
        self, *, loss: Any = None, logits: Any = None, probabilities: Any = None, targets: Any = None, inputs: Any = None,
        activations: Any = None, grads: Any = None, weights: Any = None, logit_grads: Any = None,
        learning_rate: float | None = None, loss_scale: float | None = None,
    ) -> None:  # fmt: skip
        """Look at one step. Everything is optional; the more is given, the more can be told.

        With :meth:`torch` this adds to what the hooks see: call it with the loss, best before ``loss.backward()``.

        Parameters
        ----------
        loss : float or 0-d array, optional
            As it is minimised (not scaled).
        logits, probabilities, targets, inputs, logit_grads : array_like, optional
            What goes into the loss, what comes out of softmax, class indices, the batch, the gradient for the logits.
        activations, grads, weights : array_like, or list, tuple or dict of them, optional
            Activations in the order in which they are computed. A None among them is left out.
        learning_rate, loss_scale : float, optional

        Raises
        ------
        TypeError
            For what is no array of real numbers, or lives on a device whose library offers no way to compute there.
        """
        step, due = 0, True
        if not self._hooks:
            step = self.next_step()
            due = self.is_due(step)
            if not due and (self._troubles >= TROUBLES_KEPT or not suspicious(loss, logits, grads)):
                return
        given = {
            "loss": loss, "logits": logits, "probabilities": probabilities, "targets": targets, "inputs": inputs,
            "activations": activations, "grads": grads, "weights": weights, "logit_grads": logit_grads,
            "learning_rate": learning_rate, "loss_scale": loss_scale,
        }  # fmt: skip
        if self._hooks:
            max(self._hooks, key=lambda hooks: hooks.last).attach(given)
            return
        record = self.record(step, given, GLANCE if due else ROLES)
        if due and record.trouble:
            record = self.record(step, given)
        if due or record.trouble:
            self.keep(record)

    def torch(self, model: Any, optimizer: Any = None) -> None:
        """Watch a torch model by hooks: its input, the outputs of its modules, its output, gradients and weights.

        A model that this watch has hooks on already gets new ones in their place. Give each model a watch of its own: the history
        of two would be compared step by step.

        Parameters
        ----------
        model : torch.nn.Module
        optimizer : torch.optim.Optimizer, optional
            A step ends where it steps. Without one it ends where :meth:`step` is called.

        Raises
        ------
        ModuleNotFoundError
            If torch is not installed: ``pip install 'stablesoftmax[torch]'``.
        TypeError
            If the model is no torch.nn.Module or the optimizer no torch.optim.Optimizer.
        """
        try:
            import torch  # noqa: F401
        except ModuleNotFoundError:
            raise ModuleNotFoundError("Watch.torch: torch is not installed; pip install 'stablesoftmax[torch]'") from None
        from stablesoftmax.doctor.torch_hooks import TorchHooks

        hooks = TorchHooks(self, model, optimizer)
        for one in [one for one in self._hooks if one.model is model]:
            self._hooks.remove(one)
            one.remove()
        self._hooks.append(hooks)

    def close(self) -> None:
        """Remove all hooks; what was found stays."""
        while self._hooks:
            self._hooks.pop().remove()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if error is not None:
            from stablesoftmax.doctor.exceptions import findings_of_exception

            self._extra += findings_of_exception(error, self._history.records, self.steps + 1)
        self.close()

    # what is kept --------------------------------------------------------------------------------------------------

    def next_step(self) -> int:
        """Count a step."""
        with self._lock:
            self.steps += 1
            return self.steps

    def is_due(self, step: int) -> bool:
        """Whether full statistics are taken at this step."""
        return step % self.every == 0 or step in EARLY or self._doubt is not None

    def record(self, step: int, given: Mapping[str, Any], roles: Sequence[str] = ROLES) -> Record:
        """Statistics of what was given for a step: of everything, or of some roles."""
        with np.errstate(all="ignore"):
            return self._record(step, given, roles)

    def _record(self, step: int, given: Mapping[str, Any], roles: Sequence[str]) -> Record:
        loss, rate, scale = (as_scalar(key, given.get(key)) for key in ("loss", "learning_rate", "loss_scale"))
        record = Record(step, loss, rate, scale)
        for role in roles:
            tree = given.get(role)
            if tree is None:
                continue
            columns = role == "activations" or (roles is ROLES and role in ("inputs", "logits"))
            for path, leaf in [(role, tree)] if role in ONE_ARRAY else leaves(role, tree):
                if leaf is None:
                    continue  # a frozen parameter has no gradient
                tensor = as_tensor("Watch.step", leaf, path)
                if 0 not in tensor.shape:
                    record.tensors[path] = measure(tensor, columns=columns, masks=role in ("activations", "logits"))
        if "logits" in record.tensors and not _one_a_row(record):
            targets = given.get("targets") if roles is ROLES or 0 <= record.tensors["logits"].low <= 1 else None
            targets = None if targets is None else as_tensor("Watch.step", targets, "targets")
            record.rows = measure_rows(as_tensor("Watch.step", given["logits"], "logits"), targets)
        record.trouble = record.lost or not all(one.finite for one in record.tensors.values())
        return record

    def keep(self, record: Record) -> None:
        """Add a record to the history.

        Gradients that are not finite do no harm where their step is skipped, as a dynamic loss scale does it: the step after them,
        which is always looked at in full, shows whether they went into the weights.
        """
        with self._lock:
            doubt, self._doubt = self._doubt, record if record.only_gradients else None
            if doubt is not None and doubt.only_gradients and (record.only_gradients or not record.trouble):
                doubt.forgive()
                self._troubles -= 1
            self._troubles += record.trouble
            if not record.trouble or self._troubles <= TROUBLES_KEPT:
                self._history.add(record)

    @property
    def in_trouble(self) -> bool:
        """Enough of a nan or inf was seen that no more of it is kept."""
        return self._troubles >= TROUBLES_KEPT

    @property
    def records(self) -> tuple[Record, ...]:
        """What is kept, in order."""
        return tuple(self._history.records)

    # what is said --------------------------------------------------------------------------------------------------

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that can be said now, the most important first."""
        records = list(self._history.records)
        trouble = self._history.trouble
        found = list(self._extra)
        if trouble is not None:
            found.append(diagnose(trouble, [one for one in records if one.step < trouble.step]))
        causes = {finding.cause for finding in found}
        found += [sign for sign in signs([one for one in records if not one.trouble], trouble) if sign.cause not in causes]
        return ranked(found)

    @property
    def diagnosis(self) -> Finding | None:
        """The first finding above a note; None for a healthy training."""
        return next((finding for finding in self.findings if finding.level != "note"), None)

    def to_dict(self) -> dict[str, Any]:
        """Findings and records as what JSON can hold; infinities and NaN are text."""
        return as_dict(self)

    def __repr__(self) -> str:
        return letter(verdict(self), facts(self), self.findings)

    def _repr_html_(self) -> str:
        from stablesoftmax.doctor.page import fragment

        return fragment(verdict(self), facts(self), self.findings)

    def html(self) -> str:
        """The report as one self-contained page: findings, and curves with the moment of onset marked."""
        from stablesoftmax.doctor.page import page

        return page("A training, watched", verdict(self), facts(self), self.findings, training_charts(self))


def _one_a_row(record: Record) -> bool:
    """Whether the output is one number for each row of the batch: a score or a distance, not a row of logits."""
    logits, inputs = record.tensors["logits"], record.tensors.get("inputs")
    return inputs is not None and len(inputs.shape) > 1 and logits.shape == inputs.shape[:1]


def suspicious(loss: Any, logits: Any, grads: Any) -> bool:
    """A quick look at a step between samples: whether the loss, or the smaller of the first two gradients, is not finite.

    A nan in any layer goes through all layers before it, so that the gradients of the first ones show it. Tensors of other devices
    are left alone: reading them would make the device wait.
    """
    if loss is None:
        if logits is not None and not _adds_up(logits, "logits"):
            return True
    elif not math.isfinite(loss if type(loss) is float else (as_scalar("loss", loss) or 0.0) if _is_here(loss) else 0.0):
        return True
    if grads is None:
        return False
    if type(grads) is not list and isinstance(grads, (Mapping, ValuesView)):
        grads = list(grads.values() if isinstance(grads, Mapping) else grads)
    if isinstance(grads, (list, tuple)):
        if not grads:
            return False
        one = grads[0]
        if len(grads) > 1 and type(grads[1]) is type(one) and getattr(one, "ndim", 0) > getattr(grads[1], "ndim", 0):
            one = grads[1]  # a bias
        return not _adds_up(one, "grads")
    return not _adds_up(grads, "grads")


def _is_here(x: Any) -> bool:
    device = getattr(x, "device", None)
    return device is None or device == "cpu" or getattr(device, "type", None) == "cpu"


def _adds_up(x: Any, called: str) -> bool:
    """Whether the elements are finite, by a glance: True where it cannot be told at once."""
    if type(x) is np.ndarray and x.size:
        return math.isfinite(x.item(0)) and math.isfinite(x.item(-1))  # of a dense layer all elements are nan, or none
    if not hasattr(x, "shape") or not _is_here(x) or 0 in x.shape:
        return True
    with np.errstate(all="ignore"):
        x = as_tensor("Watch.step", x, called)
        lib = library_of(x)
        with lib.quiet():
            return math.isfinite(lib.read([lib.sum(lib.wide(x))])[0])


def _reset_locks() -> None:
    """In a forked child: whoever held a lock is not there to release it."""
    for watch in _ALL:
        watch._lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_locks)
