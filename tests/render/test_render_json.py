"""The JSON of a check."""

import json

from checks import ALL, HOSTILE, check_of, crashed
from golden import assert_golden

from layertrace.render.formats.json_document import json_document


def test_the_document_has_the_verdict_and_each_finding():
    """With layers, place, evidence, fix, edits and link."""
    assert_golden("format_json", json_document(check_of(ALL)))


def test_the_verdict_names_what_was_not_checked():
    """A crash has its line."""
    verdict = json.loads(json_document(check_of([], crashed())))["verdict"]

    assert (verdict["checked"], verdict["complete"]) == (True, False)
    assert verdict["problem"]["name"] == "exception"
    assert (verdict["problem"]["file"], verdict["problem"]["line"]) == ("train.py", 31)


def test_a_rule_that_failed_is_listed():
    """By its code."""
    assert json.loads(json_document(check_of([], failed=["LT102"])))["failed_rules"] == ["LT102"]


def test_text_of_the_program_is_kept():
    """JSON escapes it itself, and the document is ASCII."""
    document = json_document(check_of([HOSTILE]))

    assert document.isascii()
    assert json.loads(document)["findings"][0]["message"] == HOSTILE.message
