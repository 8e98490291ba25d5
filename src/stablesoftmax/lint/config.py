"""Settings: `[tool.stablesoftmax.lint]` of the nearest pyproject.toml, then the command line."""

from __future__ import annotations

import dataclasses
import pathlib
import tomllib

from stablesoftmax.lint.source import SourceError

__all__ = ["Settings", "read_settings"]

TARGETS = ("", "stablesoftmax")


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """What to look for, and where not.

    Parameters
    ----------
    select, ignore : tuple of str
        Codes or beginnings of codes; an empty `select` is all.
    exclude : tuple of str
        Names or glob patterns of files and folders that are passed over.
    target : str
        "stablesoftmax" to have fixes use that library for NumPy arrays.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    target: str = ""


def read_settings(path: str) -> Settings:
    """The settings that hold for a path.

    Parameters
    ----------
    path : str
        A file or a folder; pyproject.toml is looked for there and above.

    Returns
    -------
    Settings

    Raises
    ------
    SourceError
        If the file, or a setting in it, is wrong.
    """
    start = pathlib.Path(path).absolute()
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            try:
                table = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("stablesoftmax", {}).get("lint", {})
            except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, AttributeError) as error:
                raise SourceError(f"{file}: {error}") from None
            return _checked(str(file), table)
    return Settings()


def _checked(file: str, table: dict[str, object]) -> Settings:
    settings: dict[str, object] = {}
    for key, value in table.items():
        if key not in Settings.__slots__:
            raise SourceError(f"{file}: {key} is no setting of the linter; there are {', '.join(Settings.__slots__)}")
        if key == "target":
            if value not in TARGETS:
                raise SourceError(f'{file}: target = {value!r}; it can be "stablesoftmax"')
            settings[key] = value
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            settings[key] = tuple(value)
        else:
            raise SourceError(f"{file}: {key} = {value!r}; it is a list of texts")
    return Settings(**settings)  # type: ignore[arg-type]
