"""What is kept of a training: a bounded number of steps, each a few floats a tensor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from stablesoftmax.doctor.statistics import Measured, Rows

__all__ = ["GLANCE", "ROLES", "History", "Record"]

# In the order of a step: what is first in this list and not finite is where the trouble began.
ROLES = ("inputs", "targets", "activations", "logits", "probabilities", "logit_grads", "grads", "weights")
GLANCE = ("inputs", "targets", "activations", "logits", "grads", "weights")  # enough for a step that is well
MANY = 64  # tensors of one role beyond which older steps keep what tells most: a norm and two of them
RECENT = 16  # steps that are kept in full
FIRST_KEPT = 8  # steps from the beginning that are never dropped: initialisation shows there
TROUBLES_KEPT = 3


@dataclass(slots=True)
class Record:
    """One step.

    Attributes
    ----------
    step : int
        Counted from 1.
    loss, learning_rate, loss_scale : float or None
    tensors : dict of str to Measured
        Under the expression that reaches each: "logits", "grads[0]", "activations['hidden']".
    rows : Rows or None
        What the rows of the logits are like.
    loss_path : tuple of str
        Operations between the model's output and the loss, the last first, where the library tells.
    output_of : str or None
        The operation that made the logits, where the library tells.
    trouble : bool
        Something was nan or inf.
    adaptive : bool
        The optimizer normalises its steps (Adam and relatives): they do not shrink with the gradient.
    skipped : bool
        Gradients were not finite, and no weight took them.
    norms : dict of str to (float, int)
        Norm and number of elements of roles that have been condensed.
    """

    step: int
    loss: float | None = None
    learning_rate: float | None = None
    loss_scale: float | None = None
    tensors: dict[str, Measured] = field(default_factory=dict)
    rows: Rows | None = None
    loss_path: tuple[str, ...] = ()
    output_of: str | None = None
    trouble: bool = False
    adaptive: bool = False
    skipped: bool = False
    norms: dict[str, tuple[float, int]] = field(default_factory=dict)

    @property
    def lost(self) -> bool:
        """The loss is nan or inf."""
        return self.loss is not None and not math.isfinite(self.loss)

    @property
    def only_gradients(self) -> bool:
        """Gradients are nan or inf, and nothing else is: if the step is skipped, no harm is done."""
        broken = (path for path, one in self.tensors.items() if not one.finite)
        return self.trouble and not self.lost and all(map(_is_gradient, broken))

    def forgive(self) -> None:
        """The step was skipped: no trouble, and its gradients are none."""
        self.trouble, self.skipped = False, True
        self.tensors = {path: one for path, one in self.tensors.items() if not _is_gradient(path)}

    def role(self, role: str) -> dict[str, Measured]:
        """The tensors of one role, in order."""
        return {path: one for path, one in self.tensors.items() if path == role or path.startswith(f"{role}[")}

    def forward(self) -> Iterator[tuple[str, Measured]]:
        """From the input to the probabilities, in order."""
        for role in ("inputs", "activations", "logits", "probabilities"):
            yield from self.role(role).items()

    def norm(self, role: str) -> float | None:
        """The norm of all tensors of a role; None if there is none, inf if one is not finite."""
        if role in self.norms:
            return self.norms[role][0]
        found = self.role(role).values()
        if not found:
            return None
        if not all(one.finite for one in found):
            return float("inf")
        scale = max(one.rms for one in found) or 1.0
        return float(scale * sum((one.rms / scale) ** 2 * one.size for one in found) ** 0.5)

    def size(self, role: str) -> int:
        """Elements of all tensors of a role."""
        return self.norms[role][1] if role in self.norms else sum(one.size for one in self.role(role).values())

    def condense(self) -> None:
        """Keep what tells most: of many gradients and weights the norm, the first matrix and the largest; of activations two."""
        found = self.role("activations")
        if len(found) > MANY:
            most = {max(found, key=lambda path: found[path].rms), max(found, key=lambda path: found[path].dead)}
            self.tensors = {path: one for path, one in self.tensors.items() if path not in found or path in most}
        for role in ("grads", "weights"):
            found, norm = self.role(role), self.norm(role)
            if len(found) > MANY and norm is not None:
                self.norms[role] = norm, self.size(role)
                matrix = next((path for path, one in found.items() if len(one.shape) >= 2), None)
                kept = {matrix, max(found, key=lambda path: found[path].rms)}
                self.tensors = {path: one for path, one in self.tensors.items() if path not in found or path in kept}


def _is_gradient(path: str) -> bool:
    return path.startswith(("grads", "logit_grads"))


class History:
    """Records in order, thinned when there are too many: the whole training stays covered, more coarsely the longer it is."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.records: list[Record] = []
        self._numbers: list[int] = []  # of the records, counted as they came
        self._stride, self._came = 1, 0

    def add(self, record: Record) -> None:
        """Append; when full, keep every second of what is not among the first."""
        if self.records and not self._stays(-1):
            self.records.pop()
            self._numbers.pop()
        self.records.append(record)
        self._numbers.append(self._came)
        self._came += 1
        if len(self.records) > RECENT + FIRST_KEPT and not self.records[-RECENT].trouble:
            self.records[-RECENT].condense()
        while len(self.records) > self.most:
            self._stride *= 2
            kept = [i for i in range(len(self.records)) if i == len(self.records) - 1 or self._stays(i)]
            self.records = [self.records[i] for i in kept]
            self._numbers = [self._numbers[i] for i in kept]

    def _stays(self, i: int) -> bool:
        return self._numbers[i] < FIRST_KEPT or self._numbers[i] % self._stride == 0 or self.records[i].trouble

    @property
    def trouble(self) -> Record | None:
        """The first record of a nan or an inf."""
        return next((one for one in self.records if one.trouble), None)
