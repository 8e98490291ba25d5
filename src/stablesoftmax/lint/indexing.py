"""What an index says of the elements that it picks."""

from __future__ import annotations

from stablesoftmax.lint.values import VIEWS, Value, contains, is_guard_name, strip

__all__ = ["drawn", "is_selected", "picked"]


def picked(base: Value, index: Value, *, inverted: bool = False) -> tuple[float, float]:
    """Bounds of the elements that a comparison of an array with a number picks, or of those that it does not pick."""
    index = index.args[0] if index.op == "nonzero" and index.args else index
    low, high = base.low, base.high
    if index.op == "compare" and len(index.args) == 2 and (names := index.about.get("operators")):
        for array, other, greater in ((*index.args, ("Gt", "GtE")), (*index.args[::-1], ("Lt", "LtE"))):
            if array is base and other.number is not None and names[0] in ("Gt", "GtE", "Lt", "LtE"):
                if (names[0] in greater) is not inverted:
                    low = max(low, other.number)
                else:
                    high = min(high, other.number)
    return low, high


def drawn(index: Value) -> bool:
    """Whether an index was drawn with the probabilities that it picks, or is that of the largest: what it picks is not 0."""
    inner = strip(index)
    if inner.op in ("phi", "tuple"):
        chosen = [arg for arg in inner.args if inner.op == "phi" or drawn(arg)]
        return bool(chosen) and all(map(drawn, chosen))
    return inner.op == "call" and inner.name.rsplit(".", 1)[-1] in ("multinomial", "categorical", "argmax")


def is_selected(value: Value) -> bool:
    """Whether the elements were picked by a condition, or by an index that goes by the name of one."""
    while value.op in VIEWS and value.args:
        index = strip(value.args[1]) if value.op == "index" and len(value.args) == 2 else None
        if index is not None and (contains(index, "compare", "nonzero") or is_guard_name(index.name)):
            return True
        value = value.args[0]
    return False
