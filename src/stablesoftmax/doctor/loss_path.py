"""The operations between a torch model's output and the loss, by the graph that autograd has recorded."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["loss_path"]

MOST = 60  # operations that are looked at
# Saved operands that tell something, by operation: what was divided by, what the logarithm was taken of.
OPERANDS = {"Div": "_saved_other", "Log": "_saved_self", "Log2": "_saved_self", "Log10": "_saved_self", "Sqrt": "_saved_result"}


def loss_path(loss: Any, output: Any) -> tuple[str, ...]:
    """Names of the operations, the last first, down to what made the output; "Log(0)", "Div(0)" where an operand holds a zero.

    Operands are known before ``backward()`` only, which lets them go.
    """
    end = getattr(output, "grad_fn", None)
    found: list[str] = []
    waiting, met = [getattr(loss, "grad_fn", None)], set()
    while waiting and len(found) < MOST:
        node = waiting.pop(0)
        if node is None or node is end or node in met:
            continue
        met.add(node)
        name = re.sub(r"Backward\d*$", "", type(node).__name__)
        if name == "AccumulateGrad":
            continue
        found.append(f"{name}(0)" if _has_zero(node, OPERANDS.get(name)) else name)
        waiting += [following for following, _ in node.next_functions]
    return tuple(found)


def _has_zero(node: Any, operand: str | None) -> bool:
    if operand is None:
        return False
    try:
        value = getattr(node, operand)
        return value is not None and bool((value.detach() == 0).any())
    except (AttributeError, RuntimeError):  # not saved, or let go by backward()
        return False
