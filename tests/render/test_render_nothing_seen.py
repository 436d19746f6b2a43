"""What is printed of a recording without events."""

from __future__ import annotations

import pytest
from hand_made import raised

from layertrace.render.console import written
from layertrace.render.trees.nothing_seen import NothingSeen
from layertrace.timeline import Timeline
from layertrace.timeline.context import Failure, RecordingContext
from layertrace.timeline.event import Event

RUN = "layertrace run --children --save run.layertrace train.py --epochs 3"


def _empty(*notes: str, **versions: str) -> Timeline:
    command = ("train.py", "--epochs", "3")
    return Timeline(notes=notes, surroundings=RecordingContext(versions=versions, command=command))


def test_the_usual_reasons_follow_the_first_line():
    """The first line states that nothing was recorded; each reason has the command that would record it."""
    assert str(_empty(keras="3.15.1")).splitlines() == [
        "nothing was recorded: no layer was created, built or called",
        "  The most common reasons:",
        "  • The layers were created and called before recording began. To record all of them:",
        "      layertrace run train.py --epochs 3",
        "  • The program called only functions, or its layers ran in another Python process:",
        f"      {RUN}",
    ]


def test_a_notebook_is_not_given_commands():
    """No command runs the cells of a notebook, or what was typed into an interactive session."""
    assert str(Timeline()).splitlines() == [
        "nothing was recorded: no layer was created, built or called",
        "  The most common reasons:",
        "  • The layers were created and called before recording began.",
        "  • The code called only functions, or its layers ran in another Python process.",
    ]


def test_an_exception_is_the_reason():
    """What raised before any layer was used needs no other explanation."""
    failure = Failure(error=raised("NameError", "name 'x' is not defined", "cell.py:2"))
    timeline = Timeline(surroundings=RecordingContext(failure=failure))

    assert str(timeline) == "nothing was recorded: no layer was created, built or called"


@pytest.mark.parametrize(
    ("versions", "reason"),
    [
        ({}, "The program did not import Keras or tf_keras."),
        ({"tensorflow": "2.21.0"}, "The program did not import Keras or tf_keras."),
        ({"keras": "3.15.1"}, "Keras was imported, but no layer was used in this process."),
    ],
)
def test_a_program_recorded_from_its_beginning_has_other_reasons(versions, reason):
    """Its layers cannot have been created earlier, so other reasons are left."""
    shown = written(NothingSeen(_empty(**versions), ["train.py", "--epochs", "3"]), width=100)

    assert shown.splitlines()[1].startswith(f"  {reason}")
    assert f"      {RUN}\n" in shown
    assert "before recording" not in shown


def test_a_note_of_the_recording_is_the_reason():
    """A recording that states itself why it is empty is not guessed about."""
    note = "LAYERTRACE_DISABLED is set: nothing was recorded"

    assert str(_empty(note)).splitlines() == ["nothing was recorded", f"  note: {note}"]


def test_an_empty_selection_is_not_an_empty_recording():
    """A query that selects nothing does not make the recording empty."""
    recorded = Timeline([Event(seq=0, kind="build")])

    assert str(recorded.where(kind="call")) == "none of the recorded events was selected"


def test_reasons_wrap_and_commands_do_not():
    """At 40 columns, each reason continues below its own first word, and a command can be pasted."""
    lines = written(NothingSeen(_empty(keras="3.15.1")), width=40).splitlines()

    assert lines[3:6] == [
        "  • The layers were created and called",
        "    before recording began. To record",
        "    all of them:",
    ]
    assert f"      {RUN}" in lines
