"""What an exception that ended a training tells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stablesoftmax.doctor.findings import Finding
from stablesoftmax.doctor.records import Record
from stablesoftmax.doctor.remedies import CAUSES, remedy

__all__ = ["findings_of_exception"]

# torch: "Target 10 is out of bounds."; NumPy: "index 10 is out of bounds for axis 1 with size 10"; ours: "targets ... is 10"
_TARGET = re.compile(r"[Tt]arget (-?\d+) is out of bounds|index (-?\d+) is out of bounds for axis \d+ with size (\d+)")
_OURS = re.compile(r"^(?:cross_entropy|cross_entropy_and_grad): .*(?:label|target)", re.IGNORECASE)


def findings_of_exception(error: BaseException, records: Sequence[Record], step: int) -> list[Finding]:
    """A label out of range, if that is what the exception is about."""
    text = repr(" ".join(str(error).split()))[1:-1]  # whatever a message holds: control characters, lone surrogates
    match = _TARGET.search(text)
    rows = next((one.rows for one in reversed(records) if one.rows is not None), None)
    size = int(match[3]) if match and match[3] else None
    if match and size is not None and rows is not None and size != rows.classes:
        match = None  # an index into something else
    if not (match or (isinstance(error, ValueError) and _OURS.search(text))):
        return []
    library = next((m.library for one in records for m in one.tensors.values()), "torch" if match and match[1] else "numpy")
    classes = "" if rows is None else f" The logits have {rows.classes} classes, 0 to {rows.classes - 1}."
    return [
        Finding(
            "labels-out-of-range", "error", CAUSES["labels-out-of-range"][0], f"{type(error).__name__}: {text}{classes}",
            remedy("labels-out-of-range", library), step=step, where="targets", weight=100,
        )
    ]  # fmt: skip
