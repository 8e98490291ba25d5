"""One rule a file. A rule has a CODE, a NAME, the OPS it looks at, and `check`; its docstring is its page in the documentation."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from typing import Protocol, cast

from stablesoftmax.lint.findings import Finding, Pardon
from stablesoftmax.lint.site import Site

__all__ = ["RULES", "Rule"]


class Rule(Protocol):
    """What the module of a rule holds."""

    CODE: str
    NAME: str
    OPS: tuple[str, ...]
    __doc__: str | None

    def check(self, site: Site) -> Iterable[Finding | Pardon]:
        """The findings at a place, and what it says of earlier ones."""
        ...


def _load() -> tuple[Rule, ...]:
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return tuple(sorted((cast(Rule, module) for module in modules), key=lambda rule: rule.CODE))


RULES = _load()
"""All rules, by code."""
