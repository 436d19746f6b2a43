"""The user's line in a finding: the expression is underlined, and the fix follows as a diff."""

import io
from dataclasses import replace

import pytest
from rich.console import Console
from test_render_findings import RETRACED, VARIABLE

from layertrace.render import findings, verdict
from layertrace.render.console import written
from layertrace.render.wording.fix_lines import fix_lines, is_code
from layertrace.render.wording.glyphs import ASCII, UNICODE
from layertrace.render.wording.links import can_link, link_to
from layertrace.render.wording.source_frame import source_frame
from layertrace.timeline import Location, Timeline


def frame(source, columns=None, width=80, glyphs=UNICODE):
    """Return the lines of a frame."""
    location = Location("train.py", 12, "call", columns)
    return [line.plain for line in source_frame(source, location, glyphs, width, "red")]


def test_the_expression_is_underlined():
    """Columns come from Python; they count bytes, and the line may have wide characters."""
    assert frame("        query = layers.Dense(self.units)(x)", (16, 40)) == [
        "  12 │         query = layers.Dense(self.units)(x)",
        "     │                 ^^^^^^^^^^^^^^^^^^^^^^^^",
    ]
    assert frame("é = 日本(x) + f(é)", (5, 14)) == ["  12 │ é = 日本(x) + f(é)", "     │     ^^^^^^^"]
    assert frame("x = f(1)", (4, 8), glyphs=ASCII)[0] == "  12 | x = f(1)"


@pytest.mark.parametrize(
    ("source", "underlined"),
    [
        ("    query = layers.Dense(4)(x)  # new", "layers.Dense(4)(x)"),
        ("    return self.alpha * x", "self.alpha * x"),
        ("    self.build(x)", "self.build(x)"),
        ("    a, *b = f(1)", "f(1)"),
        ("    for x in range(3):", "for x in range(3):"),
        ("        f(4), 3, *", "f(4), 3, *"),
        ("\tx = f(1)", "f(1)"),
    ],
)
def test_without_columns_the_value_of_the_statement_is_underlined(source, underlined):
    """Python 3.10 and AutoGraph know only the line; part of a statement is underlined whole."""
    shown, marks = frame(source)
    begin, end = marks.index("^"), marks.rindex("^") + 1

    assert shown[begin:end] == underlined


def test_columns_of_another_line_are_ignored():
    """The file may have changed since the recording."""
    assert frame("x = f(1)", (40, 60)) == frame("x = f(1)")
    assert frame("x = f(", (4, None))[1] == "     │     ^^"


def test_a_deep_line_loses_indentation_and_a_long_one_its_ends():
    """The frame fits the width, and shows the expression."""
    assert frame(" " * 40 + "x = f(1)", (44, 48))[0] == "  12 │         x = f(1)"
    long = "x = [" + ", ".join(f"f({number})" for number in range(200)) + "]"
    at = long.index("f(150)")
    shown, marks = frame(long, (at, at + 6))

    assert len(shown) <= 80
    assert shown[marks.index("^") : marks.rindex("^") + 1] == "f(150)"
    assert shown.endswith("…")
    assert shown[7] == "…"


def test_control_characters_do_not_reach_the_terminal():
    """They are spelled, and the underline keeps its place."""
    shown, marks = frame('x = f("\x1b")', (4, 10))

    assert shown == '  12 │ x = f("\\x1b")'
    assert marks == "     │     ^^^^^^^^^"


def test_a_line_that_is_unknown_has_no_frame():
    """A recording may be read where the source is missing."""
    assert frame("") == []
    assert frame("   \n") == []
    assert "│" not in written(findings([VARIABLE]), width=80)


def test_a_fix_is_a_diff():
    """The mistaken line is removed if a line of the fix sets or calls the same."""
    mistake = "        self.alpha = tf.Variable(1.0)"
    fix = 'self.alpha = self.add_weight(name="alpha")  # in build\n# or make it a constant'

    assert [line.plain for line in fix_lines(fix, mistake, UNICODE)] == [
        "     - self.alpha = tf.Variable(1.0)",
        '     + self.alpha = self.add_weight(name="alpha")  # in build',
        "       or make it a constant",
    ]
    assert next(fix_lines(fix, "return x", UNICODE)).plain.startswith("     + ")
    assert is_code("@tf.function(reduce_retracing=True)")
    assert not is_code("call it once before the loop")


def test_text_instead_of_code_is_a_sentence():
    """A rule may have no code to paste."""
    shown = written(findings([replace(RETRACED, fix="call it once before the loop")]), width=80)

    assert "  instead: call it once before the loop" in shown


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("settings", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_places_are_links_only_in_a_terminal_with_colours(settings, tmp_path, monkeypatch):
    """Pipes, files and NO_COLOR get no link codes."""
    file = tmp_path / "a b.py"
    file.write_text("x = 1\n")
    finding = replace(VARIABLE, location=Location(str(file), 1, "call"), evidence=())
    for name, value in {"TERM": "xterm-256color", **settings}.items():
        monkeypatch.setenv(name, value)
    for page, is_terminal in ((Terminal(), True), (io.StringIO(), False)):
        console = Console(file=page, width=80)
        console.print(findings([finding]))
        console.print(verdict(Timeline(), [finding]))

        assert ("\x1b]8;" in page.getvalue()) == (is_terminal and not settings)
        assert can_link(console) == (is_terminal and not settings)


def test_a_link_leads_to_the_line(tmp_path):
    """Spaces are quoted; a file that is not here has no link."""
    file = tmp_path / "a b.py"
    file.write_text("x = 1\n")

    assert link_to(Location(str(file), 7)).endswith("/a%20b.py#7")
    assert link_to(Location("/nowhere/train.py", 7)) is None
    assert link_to(Location("<stdin>", 7)) is None


def test_more_than_three_findings_begin_with_an_overview():
    """Each has one line first, then it is shown in full; notes have one line only."""
    many = [VARIABLE] * 4
    shown = written(findings(many), width=100).split("\n")

    assert [line.split()[:2] for line in shown[:5]] == [["error", "LT101"]] * 4 + [[]]
    assert sum(line.startswith("LT101") for line in shown) == 4
    assert written(findings(many[:3]), width=100).startswith("LT101")
