"""The clinic's torch cases: the planted cause is the first diagnosis, and the healthy twin has nothing above a note."""

import pytest
from doctor.clinic import MISTAKES, above_notes, examine, load, names

torch = pytest.importorskip("torch", reason="torch is not part of the test extra")
pytestmark = pytest.mark.integration
torch.set_num_threads(1)  # small matrices: two threads would wait for each other


@pytest.mark.parametrize("name", names(torch=True))
def test_the_planted_cause_and_the_healthy_twin(name):
    sick = examine(name, sick=True)
    assert (sick.diagnosis.cause if sick.diagnosis else None) == MISTAKES.get(name, load(name).CAUSE)
    assert above_notes(examine(name, sick=False)) == []
