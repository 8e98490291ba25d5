"""The command in this process."""

import os

import pytest

from stablesoftmax.cli import main


@pytest.fixture
def call(capfd):
    """Call the command: the exit code, and the lines of standard error."""

    def call(*arguments):
        code = main([os.fspath(argument) for argument in arguments])
        return code, capfd.readouterr().err

    return call
