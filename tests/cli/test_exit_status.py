"""The exit status of `check` and `run --check`: success only where everything was checked, and is right."""

import os
import subprocess
import sys

import pytest

from layertrace import Timeline
from layertrace.cli.run_report import exit_status
from layertrace.diagnosis import Finding
from layertrace.diagnosis.finding import Findings
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
    "an incomplete recording": (EVENTS, None, ["warning"], 2),
    "rules that did not run": (EVENTS, None, None, 2),
}


FAILING_RULE = """
from layertrace.diagnosis.rule import rule

@rule("XY1", "broken", "error")
def broken(context):
    raise KeyError("oops")
"""
PACKAGE = {
    "broken.py": FAILING_RULE,
    "broken-1.0.dist-info/METADATA": "Name: broken\nVersion: 1.0\n",
    "broken-1.0.dist-info/entry_points.txt": "[layertrace.rules]\nbroken = broken\n",
}


def check(*arguments, path=""):
    """Return the result of `layertrace check` in a process that also imports packages from a folder."""
    paths = os.pathsep.join(filter(None, (str(path), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        [sys.executable, "-m", "layertrace", "check", *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "160"},
    )  # fmt: skip


def test_a_check_with_a_rule_that_failed_does_not_pass(tmp_path):
    """The status is 2, a warning explains it, and the rule is named first and last; ignoring it helps."""
    for name, text in PACKAGE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    Timeline(EVENTS).save(tmp_path / "run.layertrace")

    failed = check(tmp_path / "run.layertrace", path=tmp_path)
    lines = failed.stdout.split("\n")
    assert failed.returncode == 2
    assert lines[0].startswith("incomplete (the rule XY1 failed, which a warning explains)")
    assert lines[0] == lines[-2]
    assert "the rule XY1 broken failed (KeyError: 'oops'). All others ran." in failed.stderr
    ignoring = check(tmp_path / "run.layertrace", "--ignore", "XY1", path=tmp_path)
    assert (ignoring.returncode, ignoring.stderr) == (0, "")


def test_a_check_of_a_truncated_file_does_not_pass(tmp_path):
    """What follows in the program is unknown."""
    whole, cut = tmp_path / "run.jsonl", tmp_path / "cut.jsonl"
    Timeline(EVENTS).save(whole)
    cut.write_bytes(whole.read_bytes()[:-3])

    assert check(whole).returncode == 0
    assert check(cut).returncode == 2


def test_a_rule_that_failed_is_worse_than_a_warning():
    """Its mistakes were not looked for, so the status is 2, and 1 if another rule found an error."""
    warning, error = (
        Finding(code="LT1", name="a", severity=severity, message="a") for severity in ("warning", "error")
    )

    assert exit_status(verdict(Timeline(EVENTS), Findings([warning], ["LT202"]))) == 2
    assert exit_status(verdict(Timeline(EVENTS), Findings([error], ["LT202"]))) == 1


@pytest.mark.parametrize("case", CASES)
def test_the_exit_status_is_never_better_than_the_verdict(case):
    """0, 1 for an error or a crash, 2 where something was not checked."""
    events, failure, severities, status = CASES[case]
    notes = ("recording stopped at 100 events",) * (case == "an incomplete recording")
    timeline = Timeline(events, notes, RecordingContext(failure=failure))
    findings = (
        None
        if severities is None
        else [Finding(code="LT1", name="a", severity=severity, message="a") for severity in severities]
    )

    assert exit_status(verdict(timeline, findings)) == status
