"""What the demo found, as tables in the terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from stablesoftmax._reference import ulp_error
from stablesoftmax.demo.compare import Measured
from stablesoftmax.demo.experiment import Outcome
from stablesoftmax.demo.network import CLASSES, HIDDEN, Training

__all__ = ["report", "training_progress"]

GOOD, BAD = "bold green", "bold red"
WIDEST = 100


@contextlib.contextmanager
def training_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show bars on standard error while the networks train, if it is a terminal.

    Yields
    ------
    callable
        To be told after each step: the formula's name, the step, the number of steps.
    """
    console = Console(stderr=True)
    columns = TextColumn("training ({task.description})"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def show(name: str, step: int, steps: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=steps)
            bars.update(tasks[name], completed=step)

        yield show


def report(outcome: Outcome) -> None:
    """Print the findings to standard output.

    Parameters
    ----------
    outcome : Outcome
        What `experiment.run` returned.
    """
    console = Console(highlight=False)
    console.width = min(console.width, WIDEST)  # a table that fills a wide screen is hard to read across
    console.print()
    console.print("[bold]1  The same network, trained twice[/]")
    _say(console, _data(outcome))
    console.print(_training_table(outcome))
    _say(console, _cause(outcome.naive))
    _say(console, _diagnosis(outcome))
    console.print("[bold]2  The trained network's logits, through three formulas[/]")
    _say(
        console,
        f"{len(outcome.logits)} rows of held-out logits, the largest {outcome.logits.max():.4g}. naive and ours as above;"
        " textbook is naive after subtracting the maximum of the row. Errors against exact arithmetic (decimal) in units of the"
        " last place, ulp: below 1 is one of the two float32 numbers around the exact one.",
    )
    console.print(_formulas_table(outcome))
    console.print("[bold]3  A confident row[/]")
    _say(
        console,
        f"Where the network is most certain of a digit (row {outcome.confident.index}), the logarithm of that probability."
        " A loss of exactly 0 has no gradient: a network stops learning from such a row.",
    )
    console.print(_confident_table(outcome))


def _say(console: Console, text: str) -> None:
    console.print(Padding(text, (0, 3)))


def _data(outcome: Outcome) -> str:
    return (
        f"{len(outcome.training.labels):,} handwritten digits to learn from, {len(outcome.held_out.labels)} held out for the"
        f" accuracy; {outcome.training.images.shape[1]} pixels, {HIDDEN} hidden units, {CLASSES} logits, float32. Same first"
        " weights, same order of images: only the softmax differs."
    )


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=True)
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="right" if i else "left")
    return table


def _training_table(outcome: Outcome) -> Table:
    table = _table("softmax", "first NaN", "last loss", "accuracy")
    for training in (outcome.naive, outcome.ours):
        first = "never" if training.nan_step is None else f"step {training.nan_step} of {len(training.losses)}"
        is_well = training.nan_step is None
        table.add_row(
            escape(training.formula.text), _judged(first, is_well), f"{training.losses[-1]:.2g}",
            _judged(f"{training.accuracy:.1%}", training.accuracy > 0.95),
        )  # fmt: skip
    return table


def _cause(naive: Training) -> str:
    if naive.nan_step is None or naive.nan_logit is None:
        return "The naive softmax met no NaN on this machine.\n"
    limit = np.log(np.finfo(np.float32).max)
    if not naive.overflowed:
        return f"At step {naive.nan_step} the first probability was NaN, though no e^x had overflowed.\n"
    numbers = "e^x was" if naive.overflowed == 1 else f"{naive.overflowed} of the e^x were"
    return (
        f"At step {naive.nan_step} a logit reached {naive.nan_logit:.4g}. float32 holds e^x up to x = {limit:.4g}: {numbers} inf,"
        " inf / inf is NaN, the gradient carried it into every weight, and no step after that could bring them back.\n"
    )


def _diagnosis(outcome: Outcome) -> str:
    """What the doctor, who saw every step and knows nothing of this demonstration, says of the first training."""
    found = outcome.watch.diagnosis
    if found is None:
        return "The doctor (stablesoftmax.Watch) found nothing wrong with the first training.\n"
    cure = "\n".join(f"    {line.partition('  #')[0]}" for line in found.remedy.splitlines())
    said = escape(f"{found.title} {found.evidence}")
    return f"[bold]Diagnosis[/] by stablesoftmax.Watch, step {found.step}: {said} The cure:\n{escape(cure)}\n"


def _formulas_table(outcome: Outcome) -> Table:
    table = _table("", *(measured.formula.name for measured in outcome.measured))

    def add(what: str, number: Callable[[Measured], float], written: Callable[[float], str], limit: float) -> None:
        found = [number(measured) for measured in outcome.measured]
        table.add_row(what, *(_judged(written(value), value < limit) for value in found))

    add("softmax: rows lost to NaN", lambda m: m.softmax_lost_rows, str, 1)
    add("softmax: largest error, ulp", lambda m: m.softmax_ulp, _ulp, 1)
    add("log_softmax: rows lost to NaN or inf", lambda m: m.log_softmax_lost_rows, str, 1)
    add("log_softmax: largest error, ulp", lambda m: m.log_softmax_ulp, _ulp, 1)
    add("rows whose bits change when shuffled", lambda m: m.changed_rows, str, 1)
    return table


def _confident_table(outcome: Outcome) -> Table:
    row = outcome.confident
    table = _table("", "exact", *row.values)
    dtype = outcome.logits.dtype
    found = (_judged(_logarithm(value), ulp_error(value, row.exact, dtype) < 1) for value in row.values.values())
    table.add_row("log_softmax", _logarithm(float(row.exact)), *found)
    return table


def _logarithm(value: float) -> str:
    return f"{value:.6e}" if value else "0"


def _ulp(error: float) -> str:
    return f"{error:.2f}" if error < 1000 else f"{error:.1e}"


def _judged(text: str, is_good: bool) -> str:
    return f"[{GOOD if is_good else BAD}]{escape(text)}[/]"
