"""Exit codes, and how whatever goes wrong becomes one line."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Iterator

from stablesoftmax.io import ArrayFileError, MissingPackageError

__all__ = ["BAD_INPUT", "BROKEN_PIPE", "INTERRUPTED", "REFUSED", "CommandError", "about", "complain", "need"]

BAD_INPUT = 2  # what was asked for is wrong: arguments, no such file, the content of a file
REFUSED = 3  # the system refused: permission, full disk, memory, a package that is not installed
INTERRUPTED = 130  # as a shell reports a process ended by Ctrl-C
BROKEN_PIPE = 141  # as a shell reports a process that wrote to a pipe nobody reads


class CommandError(Exception):
    """A failure with its line and its exit code.

    Parameters
    ----------
    message : str
        The reason, beginning with the file that it concerns.
    code : int
        The exit code.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@contextlib.contextmanager
def about(path: str, *others: str) -> Iterator[None]:
    """Say of which file it was that something went wrong in the block.

    Parameters
    ----------
    path : str
        The file, as the user named it.
    others : str
        Files that are used in the block too: an error that names one of them is put down to it.

    Raises
    ------
    CommandError
        In place of the errors of files and of the system. Any other exception is a bug and goes through.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except ArrayFileError as error:
        raise CommandError(str(error), BAD_INPUT) from None
    except MissingPackageError as error:
        raise CommandError(str(error), REFUSED) from None
    except OSError as error:
        whose = error.filename if error.filename in others else path
        is_wrong_name = isinstance(error, (FileNotFoundError, IsADirectoryError, NotADirectoryError))
        raise CommandError(f"{whose}: {error.strerror or error}", BAD_INPUT if is_wrong_name else REFUSED) from None
    except MemoryError:
        raise CommandError(f"{path}: not enough memory", REFUSED) from None


def complain(line: str) -> None:
    """Write one line to standard error, whatever a file name or a value may hold."""
    if sys.stderr is None:  # print would take standard output instead, and the data goes there
        return
    printable = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in line)
    with contextlib.suppress(OSError):
        print(printable, file=sys.stderr, flush=True)


def need(package: str, extra: str) -> None:
    """Refuse, in one line with the way out, to go on without an optional package.

    Parameters
    ----------
    package : str
        What must be importable.
    extra : str
        The extra of this distribution that brings it.
    """
    if importlib.util.find_spec(package) is None:
        raise CommandError(f"{package} is not installed; pip install 'stablesoftmax[{extra}]'", REFUSED)
