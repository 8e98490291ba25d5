"""The one error for a file whose content cannot be taken, and the name of the file in errors of the system."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

__all__ = ["ArrayFileError", "MissingPackageError", "check_name", "first_line", "of_file"]


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


class MissingPackageError(ImportError):
    """A format needs a package that is not installed.

    Parameters
    ----------
    package : str
        What must be importable.
    path : str
        The file as the caller named it.
    """

    def __init__(self, package: str, path: str) -> None:
        super().__init__(f"{path}: {package} is not installed; pip install 'stablesoftmax[io]'")
        self.package = package
        self.path = path


def check_name(name: str, path: str) -> None:
    """Refuse the name of an array that is a path out of its folder, for whoever unpacks the file by names.

    Parameters
    ----------
    name : str
        Of an array in the file.
    path : str
        The file as the caller named it.
    """
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or (len(parts) > 1 and (not parts[0] or parts[0].endswith(":"))) or "\0" in name:
        raise ArrayFileError(path, f"the name of array {name!r} leads out of its folder")


def first_line(error: BaseException) -> str:
    """What a package says of a damaged file, as part of one line.

    Parameters
    ----------
    error : BaseException
        Of any kind.

    Returns
    -------
    str
        Not empty, at most 200 characters.
    """
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


@contextlib.contextmanager
def of_file(path: str) -> Iterator[None]:
    """Give errors of the system the name of the file as the caller knows it.

    Parameters
    ----------
    path : str
        The file as the caller named it.
    """
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = path, None
        raise
