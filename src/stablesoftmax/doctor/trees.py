"""Arrays in lists, tuples and dicts, as parameters and gradients come: taken apart under names, and put together again."""

from collections.abc import Iterator, Mapping, ValuesView
from typing import Any


def leaves(name: str, tree: Any) -> Iterator[tuple[str, Any]]:
    """Every array of the tree with the expression that reaches it.

    >>> [path for path, _ in leaves("grads", {"w": [1.0, 2.0], "b": 3.0})]
    ["grads['w'][0]", "grads['w'][1]", "grads['b']"]
    """
    if isinstance(tree, Mapping):
        for key, branch in tree.items():
            yield from leaves(f"{name}[{key!r}]", branch)
    elif isinstance(tree, (list, tuple, ValuesView)):
        for i, branch in enumerate(tree):
            yield from leaves(f"{name}[{i}]", branch)
    else:
        yield name, tree


def rebuilt(tree: Any, arrays: Iterator[Any]) -> Any:
    """A tree of the same form, its leaves taken from `arrays` in the order of `leaves`."""
    if isinstance(tree, Mapping):
        return {key: rebuilt(branch, arrays) for key, branch in tree.items()}
    if isinstance(tree, (list, tuple, ValuesView)):
        branches = [rebuilt(branch, arrays) for branch in tree]
        if not isinstance(tree, tuple):
            return branches
        return type(tree)(*branches) if hasattr(tree, "_fields") else tuple(branches)
    return next(arrays)
