"""What a promise is about: a public function, how it is called, and what is promised of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import stablesoftmax
from stablesoftmax._promises.exact import Exact
from stablesoftmax._promises.samples import Array, Source

__all__ = ["HALF", "Bound", "Draw", "Number", "Subject", "logits_only", "outcome", "second_part"]

Draw = Callable[[Source, np.dtype[Any], tuple[int, ...]], tuple[Array, ...]]
Number = float | Mapping[str, float]  # one for all dtypes, or one a dtype with "" for the others

HALF = ("float16", "bfloat16")


@dataclass(frozen=True)
class Bound:
    """error < ulp + scale * 2^exponent, the scale from the oracle; an exponent of 0 means no second part."""

    ulp: float
    exponent: float
    source: str  # "bounds()", or "docstring" where that table has no row

    def __str__(self) -> str:
        second = f" + 2^{self.exponent:g}*s" if self.exponent else ""
        return f"{self.ulp:g} ulp{second}"


@dataclass(frozen=True)
class Subject:
    """A public function in one way of calling it.

    Parameters
    ----------
    function : str
        Its name in `stablesoftmax`.
    call : callable
        call(function, axis, *operands), the operands being arrays of rows along that axis.
    exact : callable
        exact(*rows), lists of floats; for the form "whole" lists of such lists.
    draw : callable
        The operands for a dtype and shape.
    variant : str
        What is special about the call.
    form : {"cells", "rows", "whole"}
        A result for each element, for each row, or one for all.
    bounds_of : str, optional
        The function under which `stablesoftmax.bounds()` holds the bound; default: this one, with the variant in parentheses
        where the table has such a row.
    ulp, exponent : float or mapping
        The bound in the docstring, for what bounds() does not say.
    order : {"row", "prefix", ""}
        What the order of a row does not change: everything, or what comes after.
    bits : bool
        Whether the same bits are promised at all.
    axes : bool
        Whether the call has an axis.
    """

    function: str
    call: Callable[..., Any]
    exact: Callable[..., Exact]
    draw: Draw
    variant: str = ""
    form: str = "cells"
    bounds_of: str = ""
    ulp: Number = 1.0
    exponent: Number = 0.0
    order: str = "row"
    bits: bool = True
    axes: bool = True
    widths: tuple[int, ...] = (7, 33)

    @property
    def name(self) -> str:
        return f"{self.function}({self.variant})" if self.variant else self.function

    def results(self, axis: int, operands: tuple[Array, ...]) -> Array:
        """The function as it is now, so that a test can put another in its place."""
        return np.asarray(self.call(getattr(stablesoftmax, self.function), axis, *operands))

    def operands(self, source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
        return self.draw(source, dtype, shape)

    def bound(self, dtype: str) -> Bound:
        ulp, exponent = _of(self.ulp, dtype), _of(self.exponent, dtype)
        table = {(row["function"], row["dtype"]): row for row in stablesoftmax.bounds()}
        for key in (self.bounds_of,) if self.bounds_of else (self.name, self.function):
            if (row := table.get((key, dtype))) is not None:
                return Bound(row["ulp"], second_part(row) or exponent, "bounds()")
        return Bound(ulp, exponent, "docstring")


def second_part(row: dict[str, Any]) -> float:
    """The exponent of what a row of bounds() allows beside ulps: absolute, or times the size of what is added up; 0 for nothing."""
    return float(row["absolute_exponent"] or row.get("terms_exponent", 0))


def _of(number: Number, dtype: str) -> float:
    return float(number) if isinstance(number, (int, float)) else number.get(dtype, number[""])


def logits_only(source: Source, dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Array, ...]:
    """The commonest operands."""
    return (source.logits(dtype, shape),)


def outcome(
    subject_name: str,
    dtype: str,
    promise: str,
    samples: int,
    failures: int,
    *,
    bound: str = "",
    source: str = "docstring",
    error: float | None = None,
    part: float | None = None,
    worst: str = "",
) -> dict[str, Any]:
    """A row of the table that `verify` returns."""
    function, _, variant = subject_name.partition("(")
    return {
        "function": function,
        "variant": variant.rstrip(")"),
        "dtype": dtype,
        "promise": promise,
        "bound": bound,
        "bound_source": source,
        "samples": samples,
        "failures": failures,
        "error_ulp": error,
        "part_of_bound": part,
        "worst": worst,
        "passed": samples > 0 and failures == 0,
    }
