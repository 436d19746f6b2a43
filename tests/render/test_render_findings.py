"""Findings in a narrow and a wide terminal, in colour, and in ASCII."""

import io
from dataclasses import replace

import pytest
import stories
from golden import assert_golden
from rich.console import Console

from layertrace.diagnosis import Edit, Evidence, Finding
from layertrace.render import findings, text, tree
from layertrace.render.console import written
from layertrace.render.tables.verdict import tally
from layertrace.timeline import LayerRef, Location

GCN = LayerRef(id=2, class_name="GCN", name="gcn_2", path="cnn/gcn_2")
LINE = Location("story.py", 12, "call")
VARIABLE = Finding(
    code="LT101",
    name="variable-created-in-call",
    severity="error",
    message="gcn_2 (GCN) makes a tf.Variable every time it is called: TensorFlow allows that only while a "
    "function is traced for the first time, and traces predict twice on its first call.",
    layers=(GCN,),
    location=LINE,
    evidence=(Evidence("tf.Variable float32[8, 4] made in call", (7, 8), LINE),),
    fix='def build(self, input_shape):\n    self.w = self.add_weight(shape=(input_shape[-1], 4), name="w")',
    link="https://www.tensorflow.org/guide/function",
)
RETRACED = Finding(
    code="LT201",
    name="retraced-by-shape",
    severity="warning",
    message="step was traced 7 times in 7 calls, since dimension 0 of x differs.",
    location=Location("train.py", 40, "<module>"),
    evidence=(
        Evidence("x: float32[1, 3]", (2,), Location("train.py", 38, "<module>")),
        Evidence("then 2, 3, 4, 5 and 2 more", (4, 6, 8, 10, 12), None),
    ),
    fix="@tf.function(reduce_retracing=True)",
)
HOSTILE = Finding(
    code="LT999",
    name="odd",
    severity="note",
    message="a \x1b[31mred\x1b[0m \u202e name with [bold]markup[/bold] and no fix",
    location=Location("c:\\a\x07.py", 1, ""),
)
ALL = [VARIABLE, RETRACED, HOSTILE]


@pytest.mark.parametrize("width", [80, 160])
def test_findings_read_well(width):
    """A finding has code and name, one sentence, evidence with its events, code to paste, and a link."""
    assert_golden(f"findings_{width}", written(findings(ALL), width=width, encoding="utf-8"))


def test_findings_in_an_old_encoding():
    """Only ASCII is used if nothing else can be encoded."""
    shown = written(findings(ALL), width=80, encoding="cp437")

    assert shown.isascii()
    assert_golden("findings_80_ascii", shown)


def test_an_edit_of_a_deeply_indented_line_keeps_its_column():
    """The line to replace and the lines to write begin in the same column, however deep the line is."""
    edit = Edit(Location("net.py", 7, "get_config"), " " * 20 + '"units": 4', '"units": 4,\n"rate": 1,')
    shown = written(findings([replace(RETRACED, fix="", edits=(edit,))]), width=80, encoding="utf-8")

    quoted = [line for line in shown.splitlines() if '"' in line]
    assert len({line.index('"') for line in quoted}) == 1 < len(quoted)


def test_findings_in_colour():
    """Only the sixteen colours of the terminal are used."""
    page = io.StringIO()
    Console(file=page, width=80, force_terminal=True, color_system="standard", legacy_windows=False).print(
        findings(ALL)
    )

    assert_golden("findings_80_colour", page.getvalue())


def test_the_absence_of_findings_is_stated():
    """The absence of findings is stated."""
    assert written(findings([])) == "No problems found."
    assert tally([]) == "no findings"
    assert tally([*ALL, RETRACED]) == "1 error, 2 warnings, 1 note"


def test_the_tree_marks_the_events_concerned():
    """Each event is marked with the code of its most severe finding."""
    refused = stories.bug().errors[0]
    found = [VARIABLE, RETRACED]
    marked = text(stories.bug(), width=100, encoding="utf-8", findings=found)

    assert marked.count("◄ LT101") == 2
    assert f"{refused.seq} variable" in marked
    assert "◄" not in text(stories.bug(), width=100, encoding="utf-8")


def test_a_message_has_short_numbers_and_plain_signs():
    """Four digits are enough, and signs that layertrace writes itself have a form in ASCII."""
    finding = replace(RETRACED, message="rate was 0.016666666666666666, 0.25 → 1.5e-10, …", evidence=())

    assert "rate was 0.01667, 0.25 -> 1.5e-10, ..." in written(findings([finding]), encoding="ascii")


def test_marks_have_the_colour_of_their_severity():
    """A warning is not red; words that a caller chose are."""
    shown = tree(stories.bug(), findings=[RETRACED], marks={0: "here"})

    page = written(shown, width=100, encoding="utf-8", colour=True)

    assert "\x1b[33m◄ LT201\x1b[0m" in page
    assert "\x1b[1;31m◄ here\x1b[0m" in page
