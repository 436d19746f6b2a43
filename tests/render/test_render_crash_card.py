"""An exception that no rule explains has a card: who, where, which call, and what came before."""

import pytest
from golden import assert_golden
from hand_made import place, raised
from test_render_findings import VARIABLE
from test_render_verdict import crashing

from layertrace.diagnosis import Evidence, Finding
from layertrace.render.console import written
from layertrace.render.tables.crash_card import crash_card
from layertrace.render.wording.crash import is_explained
from layertrace.timeline import Timeline
from layertrace.timeline.context import Failure, RecordingContext
from layertrace.timeline.statements import Statement

FILE = "/home/ada/project/crash.py"
CALL = Statement(FILE, 18, 18, source="x", lines=('model = Model(Head({"scal": 2.0})(x))',))
RAISE = Statement(FILE, 13, 13, "Head.call", source="x", lines=('        return self.table["scale"]',))
SOURCES = (CALL, RAISE)


def with_sources(timeline):
    """Return the timeline with the source lines that its recording kept."""
    context = RecordingContext(failure=timeline.failure, statements=SOURCES)
    return Timeline(tuple(timeline), (), context)


@pytest.mark.parametrize("width", [80, 120, 160])
def test_a_crash_reads_well(width):
    """Both lines have their source; the call, its shapes and the events before it are named."""
    shown = written(crash_card(with_sources(crashing()), []), width=width, encoding="utf-8")

    assert_golden(f"crash_{width}", shown)


def test_a_crash_in_ascii_without_source():
    """No frame is shown for a line that is unknown."""
    shown = written(crash_card(crashing(file="elsewhere.py"), []), width=60, encoding="ascii")

    assert shown.isascii()
    assert_golden("crash_60_ascii", shown)


def test_a_crash_that_a_finding_explains_has_no_card():
    """Such a finding is about a line that the exception passed through, or about an event that failed."""
    timeline = crashing()
    of_line = Finding(code="LT1", name="a", severity="error", message="a", location=place("crash.py:18"))
    of_event = Finding(
        code="LT1", name="a", severity="error", message="a", evidence=(Evidence("raised", (1,)),)
    )

    assert crash_card(timeline, [of_line]) is None
    assert crash_card(timeline, [of_event]) is None
    assert crash_card(timeline, [VARIABLE]) is not None
    assert not is_explained(Timeline(), [of_line])
    assert crash_card(Timeline(), []) is None


def test_a_crash_outside_of_layers():
    """Neither event nor layer can be named."""
    failure = Failure(error=raised("ValueError", "no data", "train.py:3"), lines=(place("train.py:3"),))
    shown = written(crash_card(Timeline((), (), RecordingContext(failure=failure)), []), width=80)

    assert shown.split("\n") == [
        "ValueError: no data",
        "  It was raised outside of any layer. No rule explains it.",
        "    train.py:3  raised here",
    ]
