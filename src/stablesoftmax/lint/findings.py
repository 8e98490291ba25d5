"""What the linter reports, and the edits that a fix is made of."""

from __future__ import annotations

import dataclasses

__all__ = ["Edit", "Finding", "Fix", "Pardon", "Problem"]


@dataclasses.dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters from `begin` to `end` of the source by `text`."""

    begin: int
    end: int
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Fix:
    """An edit and the modules that its text needs."""

    edit: Edit
    imports: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One warning: line from 1, column from 1 in characters; `span` is what it is about, in characters of the source."""

    path: str
    line: int
    column: int
    code: str
    message: str
    span: tuple[int, int] = (0, 0)
    fix: Fix | None = None
    cell: int | None = None

    @property
    def fixable(self) -> bool:
        """Whether `--fix` rewrites it."""
        return self.fix is not None


@dataclasses.dataclass(frozen=True, slots=True)
class Pardon:
    """What a later operation, at `by`, says of a finding at `span`: nothing comes of it here, which is one of `uses` places."""

    code: str
    span: tuple[int, int]
    by: tuple[int, int]
    uses: int = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be checked, and why, in one line."""

    path: str
    reason: str
