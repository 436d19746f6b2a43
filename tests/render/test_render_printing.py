"""Printing: to terminals, files, pipes and notebooks."""

import inspect
import io
import re
import subprocess
import sys

import pytest
import rich
import stories
from hand_made import Story
from rich.console import Console

import layertrace
from layertrace.render import notebook, print_timeline, table, text, tree
from layertrace.render.trees.tree import TimelineTree
from layertrace.timeline import Timeline
from layertrace.timeline.context import RecordingContext
from layertrace.timeline.tree_options import TreeOptions


def test_print_gives_plain_text(capsys):
    """`print(timeline)` prints plain text."""
    print(stories.tutorial())

    assert capsys.readouterr().out == text(stories.tutorial()) + "\n"


def test_plain_text_without_a_terminal_is_a_hundred_columns_wide():
    """Without a terminal, text has a hundred columns."""
    widest = max(map(len, text(stories.fit(), encoding="utf-8").splitlines()))

    assert 80 < widest <= 100


def test_a_file_gets_no_colour_codes(tmp_path):
    """A timeline printed to a file has no colour codes."""
    path = tmp_path / "report.txt"
    with path.open("w", encoding="utf-8") as file:
        print_timeline(stories.bug(), file=file)

    assert path.read_text(encoding="utf-8").rstrip() == text(stories.bug(), encoding="utf-8")


def test_a_file_in_an_old_encoding_gets_what_it_can_hold(tmp_path):
    """Neither arrows nor layer names prevent a report on old Windows."""
    story = Story()
    story.add("init", story.layer("Größe", "層"), arguments={"text": "→"})
    path = tmp_path / "report.txt"
    with path.open("w", encoding="cp1252") as file:
        print_timeline(story.timeline(), file=file)
        rich.print(table(story.timeline()), file=file)

    assert r"\u5c64  Größe" in path.read_text(encoding="cp1252")


def test_a_pipe_in_an_old_encoding_does_not_break_print():
    """`print(timeline)` respects the encoding of standard output."""
    program = "import stories; print(stories.bug()); stories.bug().print()"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONIOENCODING": "cp437", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        check=True,
    )

    assert b"|-- 4  trace 1  cnn" in ran.stdout
    assert ran.stdout.isascii()


def test_a_console_is_used_as_it_is():
    """A given console decides about width and colour."""
    page = io.StringIO()
    print_timeline(stories.tutorial(), console=Console(file=page, width=50, color_system=None), depth=1)

    assert max(map(len, page.getvalue().splitlines())) <= 50
    assert "… 1 event inside" in page.getvalue()


def test_a_notebook_gets_html(monkeypatch):
    """In a notebook, printing a timeline displays it."""
    shown = []

    class Display:
        @staticmethod
        def display(bundle, *, raw):
            shown.append((bundle, raw))

    monkeypatch.setitem(sys.modules, "IPython.display", Display)
    monkeypatch.setattr(rich, "get_console", lambda: Console(force_jupyter=True))
    print_timeline(stories.tutorial())

    assert shown == [(notebook(stories.tutorial()), True)]


def test_a_timeline_shows_itself_in_a_notebook():
    """A timeline has both forms, and the plain one is that of `print`."""
    bundle = stories.bug()._repr_mimebundle_()

    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == str(stories.bug())


def test_a_recording_under_way_can_be_printed():
    """A growing timeline is shown as it was when it was first printed."""

    class Growing:
        seen = 1

        def events(self):
            self.seen += 1
            return stories.bug()[: self.seen]

        def notes(self):
            return ()

        def surroundings(self):
            return RecordingContext()

    assert text(Timeline.from_source(Growing()), width=80)


def test_reading_needs_no_recording():
    """A saved timeline is shown on a machine without TensorFlow."""
    frameworks = {"tensorflow", "keras", "layertrace.record"}
    program = f"import layertrace.render, sys; print({frameworks} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)

    assert ran.stdout == "set()\n"


def test_nothing_in_a_name_is_markup():
    """Names, messages and notes are shown literally, and have no effect as markup."""
    page = io.StringIO()
    console = Console(file=page, width=160, force_terminal=True, color_system="standard")
    console.print(tree(stories.hostile()), table(stories.hostile()))

    assert "[bold]Layer[/bold]" in page.getvalue()
    assert "[link=https://example.com]click[/link]" in page.getvalue()
    assert "\x1b]8" not in page.getvalue()  # no link
    assert "\x1b[5m" not in page.getvalue()  # no blinking
    assert "\x07" not in page.getvalue()


def test_nothing_in_a_name_is_html():
    """A notebook runs no script from the argument of a layer."""
    page = notebook(stories.hostile())["text/html"]

    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


THEMES = [("#212121", "#ffffff"), ("#ffffff", "#111111"), ("#cccccc", "#1f1f1f")]


@pytest.mark.parametrize(("text", "page"), THEMES)
def test_colours_can_be_read_on_light_and_on_dark_pages(text, page):
    """Every colour in a notebook has a contrast of 4.5, and of 4 where the style sheet is removed."""
    cell = notebook(stories.bug())["text/html"]
    colours = {part[:7] for part in cell.split('"color: ')[1:]}
    adapted = re.findall(r"color:color-mix\(in srgb,currentColor (\d+)%,(#\w{6})\)!important", cell)

    assert len(colours) > 5
    assert {colour for _, colour in adapted} == colours
    for share, colour in adapted:
        assert contrast(mixed(text, colour, int(share) / 100), page) > 4.5
        assert min(contrast(colour, "#ffffff"), contrast(colour, "#111111")) > 4


def mixed(first, second, share):
    """Return the colour that has a share of the first and the rest of the second."""
    pairs = [(int(first[at : at + 2], 16), int(second[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def contrast(first, second):
    """Return the contrast of two colours as the W3C defines it."""
    lighter, darker = sorted(map(luminance, (first, second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


SHOWING = [layertrace.report, Timeline.print, Timeline.tree, tree, text, notebook, print_timeline]


@pytest.mark.parametrize("function", SHOWING, ids=lambda function: function.__qualname__)
def test_every_option_of_the_tree_is_listed_with_its_default(function):
    """`help` and the completion in notebooks list the options of a function that passes them on."""
    parameters = inspect.signature(function).parameters
    fields = TimelineTree.__dataclass_fields__
    listed = inspect.getdoc(function)

    for option in TreeOptions.__annotations__:
        assert parameters[option].default == fields[option].default
        assert f"\n    {option}: " in listed


@pytest.mark.parametrize("function", SHOWING[1:], ids=lambda function: function.__qualname__)
def test_an_unknown_option_is_rejected_by_its_name(function):
    """A misspelled option raises `TypeError` as it does in any function, and nothing is printed before."""
    with pytest.raises(TypeError, match="unexpected keyword argument 'deph'"):
        function(Timeline(), deph=3)
