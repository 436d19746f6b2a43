"""The exit status of `check` and `run --check`: success only where something was checked, and is right."""

import pytest

from layertrace import Timeline
from layertrace.cli.run_report import exit_status
from layertrace.diagnosis import Finding
from layertrace.render import verdict
from layertrace.timeline import ErrorRef, Event, LayerRef
from layertrace.timeline.context import Failure, RecordingContext

pytestmark = pytest.mark.reading

LAYER = LayerRef(id=1, class_name="Dense", name="dense", path="dense")
EVENTS = (Event(seq=0, kind="init", layer=LAYER),)
CRASH = Failure(error=ErrorRef(type="ValueError", message="no", location=None, origin=True))
CASES = {
    "clean": (EVENTS, None, [], 0),
    "a warning": (EVENTS, None, ["warning"], 0),
    "a note": (EVENTS, None, ["note"], 0),
    "an error": (EVENTS, None, ["warning", "error"], 1),
    "a crash": (EVENTS, CRASH, [], 1),
    "a crash before any layer": ((), CRASH, [], 1),
    "nothing seen": ((), None, [], 2),
    "rules that did not run": (EVENTS, None, None, 2),
}


@pytest.mark.parametrize("case", CASES)
def test_the_exit_status_is_never_better_than_the_verdict(case):
    """0, 1 for an error or a crash, 2 where nothing was checked."""
    events, failure, severities, status = CASES[case]
    timeline = Timeline(events, (), RecordingContext(failure=failure))
    findings = (
        None
        if severities is None
        else [Finding(code="LT1", name="a", severity=severity, message="a") for severity in severities]
    )

    assert exit_status(verdict(timeline, findings)) == status
