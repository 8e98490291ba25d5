"""The one error for a file whose content cannot be taken."""

from __future__ import annotations

__all__ = ["ArrayFileError"]


class ArrayFileError(ValueError):
    """A file does not hold, or cannot hold, the arrays that were asked for.

    Parameters
    ----------
    path : str
        The file as the caller named it, "-" for a standard stream.
    reason : str
        What is wrong with it and, where there is one, the way out.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason

    def __reduce__(self) -> tuple[type[ArrayFileError], tuple[str, str]]:
        # An exception is rebuilt from its message unless told otherwise: worker processes send them.
        return type(self), (self.path, self.reason)
