"""What is kept of a training: a bounded number of steps, each a few floats a tensor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from stablesoftmax.doctor.statistics import Measured, Rows

__all__ = ["ROLES", "History", "Record"]

# In the order of a step: what is first in this list and not finite is where the trouble began.
ROLES = ("inputs", "targets", "activations", "logits", "probabilities", "logit_grads", "grads", "weights")
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

    def role(self, role: str) -> dict[str, Measured]:
        """The tensors of one role, in order."""
        return {path: one for path, one in self.tensors.items() if path == role or path.startswith(f"{role}[")}

    def forward(self) -> Iterator[tuple[str, Measured]]:
        """From the input to the probabilities, in order."""
        for role in ("inputs", "activations", "logits", "probabilities"):
            yield from self.role(role).items()

    def norm(self, role: str) -> float | None:
        """The norm of all tensors of a role; None if there is none, inf if one is not finite."""
        found = self.role(role).values()
        if not found:
            return None
        if not all(one.finite for one in found):
            return float("inf")
        scale = max(one.rms for one in found) or 1.0
        return float(scale * sum((one.rms / scale) ** 2 * one.size for one in found) ** 0.5)


class History:
    """Records in order, thinned when there are too many: the whole training stays covered, older steps more coarsely."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.records: list[Record] = []

    def add(self, record: Record) -> None:
        """Append, and drop every second of the middle when full."""
        self.records.append(record)
        if len(self.records) > self.most:
            first, middle = self.records[:FIRST_KEPT], self.records[FIRST_KEPT:-1]
            kept = [one for i, one in enumerate(middle) if i % 2 or one.trouble]
            self.records = [*first, *kept, self.records[-1]]

    @property
    def healthy(self) -> list[Record]:
        """Records before the first trouble."""
        return [one for one in self.records if not one.trouble]

    @property
    def trouble(self) -> Record | None:
        """The first record of a nan or an inf."""
        return next((one for one in self.records if one.trouble), None)
