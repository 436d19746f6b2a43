"""The workflow commands of a check, which GitHub reads line by line."""

import re

from checks import ALL, HOSTILE, NOTE, RETRACED, VARIABLE, check_of, crashed
from golden import assert_golden

from layertrace.render.formats.github import github_commands


def commands(*findings, **options):
    return github_commands(check_of(findings, **options)).splitlines()


def test_each_finding_is_one_line():
    """An error, a warning or a notice at the user's line; the verdict is the last line."""
    assert_golden("format_github", github_commands(check_of(ALL)))


def test_lines_and_signs_of_a_message_are_escaped():
    """Nothing in a message or a path begins another command, ends a property or is decoded twice."""
    lines = commands(HOSTILE)

    assert len(lines) == 2
    properties, message = re.fullmatch("::error (.*?)::(.*)", lines[0]).groups()
    assert properties == "file=a%3Ab%2Cc%25.py%0A,line=1,title=XY1 odd"
    assert message == r"a red ]]> \u202e name,\r%0A::error::with\x00 <b>"


def test_a_percent_sign_is_escaped_once():
    """GitHub decodes it."""
    assert "100%25 of 3, so far." in commands(VARIABLE)[0]


def test_severities_are_those_of_github():
    """A note is a notice."""
    assert [line.split(" ")[0] for line in commands(VARIABLE, RETRACED, NOTE)[:-1]] == [
        "::error", "::warning", "::notice",
    ]  # fmt: skip


def test_a_crash_is_the_first_error():
    """At the line that raised it, with its message."""
    first = github_commands(check_of([NOTE], crashed())).splitlines()[0]

    assert first.startswith("::error file=train.py,line=31,title=layertrace%3A exception::KeyError ended")
    assert first.endswith(r"%0A%0AKeyError: no\x1b such")


def test_a_clean_check_has_no_command():
    """Only the verdict, for the log."""
    assert commands() == ["layertrace: nothing wrong found in 5 events of 1 layer"]
