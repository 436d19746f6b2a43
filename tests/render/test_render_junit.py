"""The JUnit XML of a check: what a viewer of test results shows."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from checks import ALL, HOSTILE, NOTE, REPEATED, RETRACED, UNJUDGED, VARIABLE, check_of, crashed
from golden import assert_golden

from layertrace.render.formats.junit import junit_xml


def cases(check):
    """Return the tests, by name."""
    return {case.get("name"): case for case in ET.fromstring(junit_xml(check)).iter("testcase")}


def results(check):
    """Return the result of each test, by the first word of its name."""
    return {name.split()[0]: next((child.tag for child in case), "") for name, case in cases(check).items()}


def test_a_check_is_a_test_for_the_verdict_and_one_for_each_rule():
    """A failure has the line, the message and the card; two findings of a rule are one failure."""
    assert_golden("format_junit", junit_xml(check_of(ALL)))


def test_errors_and_warnings_fail_and_notes_do_not():
    """A rule without a finding passes."""
    assert results(check_of([VARIABLE, RETRACED, NOTE])) == {
        "verdict": "system-out",
        "LT101": "failure",
        "LT102": "",
        "LT201": "failure",
        "LT308": "system-out",
    }


def test_a_rule_with_two_findings_is_one_test():
    """Viewers show one failure of a test, so both are in it."""
    case = cases(check_of([RETRACED, REPEATED]))["LT201 retraced-by-shape"]
    (failure,) = case

    assert failure.get("message") == "step was traced 7 times in 7 calls. (and 1 more finding)"
    assert failure.get("type") == "warning"
    assert RETRACED.message in failure.text
    assert REPEATED.message in failure.text


@pytest.mark.parametrize("case", UNJUDGED)
def test_what_was_not_checked_is_an_error(case):
    """The verdict is never a pass; rules that judged nothing are skipped."""
    name, timeline = UNJUDGED[case]
    found = results(check_of([], timeline))

    assert found["verdict"] == "error"
    assert (found["LT101"] == "skipped") == (not timeline)
    assert cases(check_of([], timeline))["verdict"][0].get("type") == name


def test_a_crash_has_its_line():
    """In the attributes that viewers link."""
    verdict = cases(check_of([], crashed()))["verdict"]

    assert (verdict.get("file"), verdict.get("line")) == ("train.py", "31")


def test_a_rule_that_failed_is_an_error():
    """It does not pass, and its findings are shown if it has some."""
    assert results(check_of([], failed=["LT102"]))["LT102"] == "error"
    assert results(check_of([VARIABLE], failed=["LT101"]))["LT101"] == "failure"


def test_the_counts_are_those_of_the_tests():
    """On both levels, and they distinguish failures from errors."""
    suites = ET.fromstring(junit_xml(check_of(ALL, failed=["LT102"])))

    for element in (suites, suites[0]):
        counts = [element.get(name) for name in ("tests", "failures", "errors", "skipped")]
        assert counts == ["5", "2", "2", "0"]


def test_control_characters_are_escaped():
    """XML cannot have them; markup stays text."""
    check = replace(check_of([HOSTILE]), target="a\x00\ud800.py")
    (failure,) = cases(check)["XY1 odd"]

    assert failure.get("message") == r"a red ]]> \u202e name,\r\n::error::with\x00 <b>"
    assert r"a\x00\ud800.py" in junit_xml(check)
