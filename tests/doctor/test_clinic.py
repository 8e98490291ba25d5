"""The clinic's NumPy cases: the planted cause is the first diagnosis, and the healthy twin has nothing above a note.

torch's cases run in tests/integration; docs/doctor.md holds the confusion table of all.
"""

import pytest
from doctor.clinic import MISTAKES, above_notes, examine, load, names


@pytest.mark.parametrize("name", names(torch=False))
def test_the_planted_cause_and_the_healthy_twin(name):
    sick = examine(name, sick=True)
    assert sick.diagnosis is not None or name in MISTAKES
    assert (sick.diagnosis.cause if sick.diagnosis else None) == MISTAKES.get(name, load(name).CAUSE)
    twin = examine(name, sick=False)
    assert above_notes(twin) == []
    losses = [one.loss for one in twin.records if one.loss is not None]
    assert len(losses) >= 7
    assert losses[-1] < losses[0] or name == "recurrent_weights"
