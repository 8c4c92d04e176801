"""Lines of libraries that nobody asked for do not reach the terminal; all others do."""

import os

import pytest

from appliance.system.stderr_filter import without_lines


def test_only_the_lines_with_that_beginning_are_dropped(capfd: pytest.CaptureFixture[str]) -> None:
    with without_lines(b"INFO: "):
        os.write(2, b"INFO: delegate made\nsomething is wrong\n")
    os.write(2, b"INFO: later\n")
    assert capfd.readouterr().err == "something is wrong\nINFO: later\n"


def test_what_was_said_before_a_failure_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    @without_lines(b"INFO: ")
    def fails() -> None:
        os.write(2, b"why it is broken\n")
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fails()
    assert capfd.readouterr().err == "why it is broken\n"
