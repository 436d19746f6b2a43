"""Output compared completely with golden files."""

import io

import pytest
import stories
from golden import assert_golden
from rich.console import Console

from layertrace.render import echo_line, notebook, table, text, tree
from layertrace.render.console import written

STORIES = ("tutorial", "bug", "fit", "large", "loop", "strategy", "hostile")


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("story", STORIES)
def test_every_story_reads_well_in_plain_text(story, width):
    """A tree fits the given width, and uses only as much as it needs."""
    timeline = getattr(stories, story)()

    assert_golden(f"{story}_{width}", text(timeline, width=width, encoding="utf-8"))


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
def test_old_encodings_get_signs_they_can_show(encoding):
    """If arrows and crosses cannot be encoded, the tree is drawn in ASCII."""
    shown = text(stories.bug(), width=80, encoding=encoding)

    assert shown.isascii()
    assert_golden("bug_80_ascii", shown)


@pytest.mark.parametrize("story", ["tutorial", "bug"])
def test_colours_are_those_of_the_terminal(story):
    """In colour, only the sixteen colours of the terminal's own palette are used."""
    assert_golden(f"{story}_80_colour", _printed(story, color_system="standard"))


def test_no_color_is_respected(monkeypatch):
    """With NO_COLOR, a terminal gets bold and dim text, but no colours."""
    monkeypatch.setenv("NO_COLOR", "1")

    assert_golden("bug_80_no_color", _printed("bug", color_system="standard"))


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("story", ["tutorial", "fit", "bug"])
def test_a_table_has_a_line_for_each_layer(story, width):
    """A table shows the class of each layer, its counts by mode, and its first call."""
    shown = written(table(getattr(stories, story)()), width=width, encoding="utf-8")

    assert_golden(f"{story}_table_{width}", shown)


def test_a_table_in_an_old_encoding():
    """Tables are drawn in ASCII, too, if necessary."""
    shown = written(table(stories.bug()), width=80, encoding="cp437")

    assert shown.isascii()
    assert_golden("bug_table_80_ascii", shown)


def test_a_notebook_gets_text_and_html():
    """A notebook gets HTML with inline colours and escaped text."""
    assert_golden("hostile_notebook", notebook(stories.hostile())["text/html"])


def test_an_error_two_thousand_layers_deep_is_shown():
    """An exception at any depth is shown, and omitted events are counted."""
    shown = text(stories.deep(failing=True), width=80, encoding="utf-8")

    assert_golden("deep_failing_80", shown)


def test_an_echo_draws_brackets_around_what_runs():
    """Each event opens a bracket when it begins, and closes it with its output."""
    lines = []
    open_events = []
    for event in stories.bug():
        while open_events and open_events[-1].seq != event.parent:
            lines.append(echo_line(open_events.pop(), ends=True).plain)
        lines.append(echo_line(event).plain)
        if event.kind != "variable":
            open_events.append(event)
    lines += [echo_line(event, ends=True).plain for event in reversed(open_events)]

    assert_golden("bug_echo", "\n".join(lines))


def _printed(story, **options):
    page = io.StringIO()
    console = Console(file=page, width=80, force_terminal=True, legacy_windows=False, **options)
    console.print(tree(getattr(stories, story)()))
    return page.getvalue()
