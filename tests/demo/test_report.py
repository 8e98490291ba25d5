"""The tables show what was found, whatever it was."""

import dataclasses

from stablesoftmax.demo.report import report, training_progress


def test_the_numbers_are_those_of_the_outcome(outcome, capsys):
    report(outcome)
    shown = capsys.readouterr().out
    naive, textbook, ours = outcome.measured
    assert f"step {outcome.naive.nan_step} of {len(outcome.naive.losses)}" in shown
    assert f"{outcome.ours.accuracy:.1%}" in shown
    assert f"{outcome.naive.nan_logit:.4g}" in shown
    lines = {line.split("  ")[1]: line.split() for line in shown.splitlines() if line.startswith("  ") and line.strip()}
    assert lines["softmax: largest error, ulp"][-3:] == [f"{m.softmax_ulp:.2f}" for m in outcome.measured]
    assert lines["rows whose bits change when shuffled"][-3:] == [str(m.changed_rows) for m in (naive, textbook, ours)]
    assert shown.count(f"{outcome.confident.exact:.6e}") == 2  # exact, and ours


def test_a_machine_on_which_nothing_overflowed_is_not_told_otherwise(outcome, capsys):
    lucky = dataclasses.replace(outcome.naive, nan_step=None, nan_logit=None, overflowed=0, accuracy=0.97)
    report(dataclasses.replace(outcome, naive=lucky))
    shown = capsys.readouterr().out
    assert "The naive softmax met no NaN on this machine." in shown
    assert "inf / inf" not in shown
    assert "never" in shown


def test_progress_is_quiet_where_nobody_watches(capsys):
    with training_progress() as progress:
        for step in range(1, 4):
            progress("naive", step, 3)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")
