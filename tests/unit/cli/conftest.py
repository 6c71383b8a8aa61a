"""What the tests of the command line share."""

import pytest

from reprieve import cli


@pytest.fixture
def answer(capsys):
    """Run a command that must answer; returns what it printed on stdout."""

    def run(*arguments):
        assert cli.run(arguments) == 0
        return capsys.readouterr().out

    return run
