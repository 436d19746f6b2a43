"""What a check found is ready for other programs: paths, columns, and why it is not the whole."""

import pytest
import stories
from checks import ALL, UNJUDGED, VARIABLE, check_of
from hand_made import DIRECTORY

from layertrace.render.formats.checked import unchecked
from layertrace.render.formats.choose import FORMATS
from layertrace.render.formats.fix_text import fix_text, message_and_fix
from layertrace.render.formats.paths import columns_of, path_of, uri_of
from layertrace.timeline import Location, Timeline


def test_a_path_is_relative_to_the_folder_of_the_check():
    """With slashes and without dots; a file outside of it keeps its whole path."""
    assert path_of("/work/src/../src/./model.py", "/work") == "src/model.py"
    assert path_of("model.py", "/work") == "model.py"
    assert path_of("/working/model.py", "/work") == "/working/model.py"


@pytest.mark.parametrize("name", ["<stdin>", "<string>", "", "/tmp/ipykernel_31/1234.py"])
def test_what_is_not_a_file_has_no_path(name):
    """No viewer can open it."""
    assert path_of(name, "/work") is None


def test_a_uri_has_no_signs_of_its_own():
    """A space is escaped, and a colon, which would end a scheme."""
    assert uri_of("a b/c:d#e.py") == "a%20b/c%3Ad%23e.py"
    assert uri_of("/a b.py") == "file:///a%20b.py"


def test_columns_count_characters_from_one():
    """Python counts bytes from 0; an expression that goes on in the next line ends with its first."""
    source = "größe = f(x)"

    assert columns_of(Location("a.py", 1, "", (10, 14)), source) == (9, 13)
    assert columns_of(Location("a.py", 1, "", (10, None)), source) == (9, 13)
    assert columns_of(Location("a.py", 1, "", (10, 14)), "") is None
    assert columns_of(Location("a.py", 1, ""), source) is None


def test_a_complete_check_has_no_problem():
    """Whatever was found in it."""
    assert check_of([]).problem is None
    assert check_of(ALL).problem is None


@pytest.mark.parametrize("case", UNJUDGED)
def test_each_doubt_is_a_problem(case):
    """Its message is the verdict, and a crash has its line."""
    name, timeline = UNJUDGED[case]
    check = check_of([], timeline)

    assert check.problem.name == name
    assert check.problem.message == check.verdict.sentence
    assert (check.problem.location is not None) == (case == "a crash")


def test_a_rule_that_failed_is_a_problem():
    """Its mistakes were not looked for."""
    problem = check_of([], failed=["LT102"]).problem

    assert problem.name == "incomplete"
    assert "the rule LT102 failed" in problem.message


def test_notes_that_the_verdict_leaves_out_are_shown():
    """It has the first alone."""
    events = stories.tutorial()[:]
    one, two = (
        check_of([], Timeline(events, notes)).problem for notes in (["first"], ["first", "second"])
    )

    assert one.detail == ""
    assert two.detail == "first\nsecond"


def test_a_check_without_a_layer_states_what_to_try():
    """The command is in the document, without a second title."""
    detail = check_of([], Timeline()).problem.detail

    assert detail.startswith("The program did not import Keras")
    assert "\n    layertrace run --children --save run.layertrace train.py\n" in detail


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("case", [*UNJUDGED, "an error before it"])
def test_no_format_is_clean_if_something_was_not_checked(name, case):
    """Each has the problem by its name and its message."""
    check = unchecked("cannot find it", target="train.py", folder=DIRECTORY)
    if case in UNJUDGED:
        check = check_of([], UNJUDGED[case][1])
    document = FORMATS[name](check)

    assert check.problem.name in document
    assert check.problem.message in document
    assert check.problem.name not in FORMATS[name](check_of([]))


def test_a_fix_is_a_diff():
    """Of the line to blame, and of the others."""
    assert fix_text(VARIABLE) == (
        "   - return x @ tf.Variable(self.k)\n"
        "   + return x @ self.w\n"
        "   +     def build(self, shape):\n"
        "   +         self.w = self.add_weight(shape=(4, 4))\n"
        "   +\n"
        "11 │     def call(self, x):"
    )


def test_a_fix_that_is_not_code_is_a_sentence():
    """It follows the message."""
    assert message_and_fix(ALL[1]) == "step was traced 7 times in 7 calls.\n\ninstead: Pad the last batch."
