"""How a recorded program was started."""

import sys

import pytest

from layertrace.record.recording.command_line import LONGEST, command_line


@pytest.mark.parametrize("first", ["", "-c", "-", "/venv/ipykernel_launcher.py"])
def test_a_program_without_a_file_has_no_command(first, monkeypatch):
    """A notebook or an interactive session is not described by its arguments."""
    monkeypatch.setattr(sys, "argv", [first, "-f", "kernel.json"])

    assert command_line() == ()


def test_a_command_is_short(monkeypatch):
    """The command has the arguments of the program, but no data."""
    monkeypatch.setattr(sys, "argv", ["train.py", "--epochs", "3", "x" * 10_000])

    assert command_line() == ("train.py", "--epochs", "3", "x" * LONGEST)
