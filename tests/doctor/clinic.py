"""The clinic: scripts with one planted cause each, their healthy twins, and what the doctor says of both.

Cases with a ROUND were written after the rules had been frozen, and are reported apart (docs/doctor.md).
"""

import importlib
import pathlib

import stablesoftmax as ssm

# Cases in which the first diagnosis is not the planted cause: what it is instead, None for nothing. Part of the published table.
MISTAKES: dict[str, str | None] = {"broken_sensor": "learning-rate-too-high", "torch_half_norm": "dead-units"}
CASES = pathlib.Path(__file__).parent / "cases"


def names(torch):
    """The cases of one library, in order."""
    return sorted(path.stem for path in CASES.glob("*.py") if path.stem.startswith("torch_") == torch)


def load(name):
    """The module of a case: CAUSE, train(watch, sick)."""
    return importlib.import_module(f"doctor.cases.{name}")


def examine(name, sick):
    """The watch of one training, whatever ended it."""
    watch = ssm.Watch()
    try:
        with watch:
            load(name).train(watch, sick)
    except (IndexError, ValueError):
        if not sick:
            raise
    return watch


def above_notes(watch):
    """Findings that a healthy training must not have."""
    return [finding.cause for finding in watch.findings if finding.level != "note"]


if __name__ == "__main__":
    import sys

    for name in sys.argv[1:] or names(False) + names(True):
        case = load(name)
        sick, well = examine(name, True), examine(name, False)
        first = sick.diagnosis.cause if sick.diagnosis else "-"
        losses = [one.loss for one in well.records if one.loss is not None]
        print(
            f"{'ok   ' if first == case.CAUSE else 'WRONG'} {name:28} {case.CAUSE:26} {first:26} twin: {above_notes(well) or 'ok'}",
            f"loss {losses[0]:.3g} -> {losses[-1]:.3g}" if losses else "",
            flush=True,
        )
