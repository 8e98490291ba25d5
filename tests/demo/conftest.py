"""One run of the demo for all tests of this folder."""

import pytest

from stablesoftmax.demo import experiment


@pytest.fixture(scope="session")
def steps_told():
    return []


@pytest.fixture(scope="session")
def outcome(steps_told):
    return experiment.run(lambda *told: steps_told.append(told))
