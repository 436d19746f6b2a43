"""Chapters: the events of each statement of a program."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest
from hand_made import Story
from hypothesis import given
from hypothesis import strategies as st

from layertrace.timeline import Timeline
from layertrace.timeline.chapters import Chapter, chapters
from layertrace.timeline.context import RecordingContext
from layertrace.timeline.event import Location
from layertrace.timeline.repetitions import periodic_end, repetitions
from layertrace.timeline.statements import Statement, read_statements


@pytest.fixture
def write(tmp_path):
    """Write a program, and return its path."""

    def write(source: str) -> str:
        file = tmp_path / "train.py"
        file.write_text(dedent(source).lstrip("\n"))
        return str(file)

    return write


def timeline_of(file: str, *lines: int, kind: str = "call") -> Timeline:
    """Return a timeline of one layer with an event at each of these lines."""
    story = Story(file)
    layer = story.layer("Dense", "dense")
    for line in lines:
        story.add(kind, layer, at=line)
    return story.timeline()


def shown(chapter: Chapter) -> tuple[str, str, int]:
    return chapter.lines, chapter.source, len(chapter.roots)


def test_each_statement_is_a_chapter_however_many_lines_it_has(write):
    """All lines of a statement belong to one chapter, whose source is on one line and without comments."""
    file = write("""
        model = Sequential([
            Dense(32),  # hidden
            # the output
            Dense(1),
        ], name="a # b")
        model.compile("adam")  # why not
    """)

    assert [*map(shown, chapters(timeline_of(file, 2, 4, 1, 6, 6)))] == [
        ("1", 'model = Sequential([Dense(32), Dense(1)], name="a # b")', 3),
        ("6", 'model.compile("adam")', 2),
    ]


def test_the_head_of_a_block_is_its_own_statement(write):
    """What happens inside `with` and `if` belongs to the statements inside, not to the block."""
    file = write("""
        with strategy.scope():
            model = build()
            if model: model.compile()
    """)

    assert [chapter.source for chapter in chapters(timeline_of(file, 1, 2, 3))] == [
        "with strategy.scope():",
        "model = build()",
        "model.compile()",
    ]


def test_a_loop_is_one_chapter(write):
    """The statements of a loop are one chapter if they ran again, with the number of repetitions."""
    file = write("""
        for i in range(3):
            y = Dense(16)(x)
            if i:
                x = Add()([x, y])
        print(Dense(1)(x))
    """)
    loop, last = chapters(timeline_of(file, 2, 2, 4, 2, 4, 5))

    assert (loop.lines, loop.times, len(loop.roots)) == ("2-4", 2, 5)
    assert [statement.first for statement in loop.statements] == [2, 4]
    assert shown(last) == ("5", "print(Dense(1)(x))", 1)


def test_a_loop_that_ran_once_keeps_its_statements_apart(write):
    """A loop that ran once is not a loop to the reader."""
    file = write("""
        for i in range(1):
            y = Dense(16)(x)
            x = Add()([x, y])
    """)

    assert [chapter.lines for chapter in chapters(timeline_of(file, 2, 3))] == ["2", "3"]


def test_functions_called_in_turn_are_one_chapter():
    """Statements of several functions that repeat in turn are one chapter, also without the source."""
    first, *others = chapters(timeline_of("elsewhere.py", 1, *[5, 9] * 40, 12))

    assert first.lines == "1"
    assert [(chapter.lines, chapter.times) for chapter in others] == [("5-9", 40), ("12", 1)]


def test_statements_in_functions_name_the_function(write):
    """The function around a statement is known with its class."""
    file = write("""
        class Gan:
            def compile(self):
                self.optimizer = Adam()
    """)

    (chapter,) = chapters(timeline_of(file, 3))

    assert chapter.statements[0].function == "Gan.compile"


def test_without_source_each_line_is_a_chapter():
    """Where the program cannot be read, lines and functions are still known."""
    story = Story()
    story.add("call", story.layer("Dense", "dense"), at=7)
    story.add("variable")
    named, nowhere = chapters(story.timeline())

    assert (named.lines, named.source) == ("7", "")
    assert (nowhere.lines, nowhere.source) == ("", "")


def test_what_the_recording_kept_wins_over_the_file(write):
    """A file that was edited since is not read: the recording has the statements that ran."""
    file = write("model = something_else()\n")
    kept = Statement(file, 1, 1, source="model = Dense(3)")
    timeline = Timeline(timeline_of(file, 1), surroundings=RecordingContext(statements=(kept,)))

    assert chapters(timeline)[0].source == "model = Dense(3)"


def test_a_file_that_changed_since_the_recording_is_not_read(write):
    """Without kept statements, a file is read only if it is older than the recording."""
    file = write("model = Dense(3)\n")
    for age_s, source in ((-10, "model = Dense(3)"), (10, "")):
        changed_ns = Path(file).stat().st_mtime_ns
        context = RecordingContext(started_ns=changed_ns - age_s * 10**9)
        assert chapters(Timeline(timeline_of(file, 1), surroundings=context))[0].source == source


def test_a_selection_is_in_the_chapters_of_the_whole_recording():
    """An event inside another one belongs to the statement that caused the outer one."""
    story = Story()
    net, dense = story.layer("Net", "net"), story.layer("Dense", "dense")
    with story.span("call", net, at=40):
        story.add("call", dense, at=9)

    (chapter,) = chapters(story.timeline().of("dense"))

    assert chapter.lines == "40"
    assert [event.layer for event in chapter.roots] == [dense]


def test_threads_have_chapters_of_their_own():
    """What threads do at the same time is not mixed; the main thread comes first."""
    story = Story()
    dense = story.layer("Dense", "dense")
    for thread in ("Thread-1", "MainThread", "Thread-1", "MainThread"):
        story.add("call", dense, at=3, thread=thread)

    assert [(chapter.thread, len(chapter.roots)) for chapter in chapters(story.timeline())] == [
        ("MainThread", 2),
        ("Thread-1", 2),
    ]


def test_a_chapter_lasts_from_its_first_event_to_its_last():
    """The time between the events of a statement counts, that between its repetitions does not."""
    story = Story()
    dense = story.layer("Dense", "dense")
    for line in (3, 3, 5, 3, 5):  # they begin a millisecond after each other
        story.add("call", dense, at=line, ms=0.5)

    (chapter,) = chapters(story.timeline())

    assert chapter.duration_ns == (1_500 + 500 + 500 + 500) * 1000


def test_only_readable_statements_are_kept(write):
    """A recording keeps the statements whose source could be read, each once."""
    file = write("x = 1\ny = 2\n")
    there = [Location(file, 1), Location(file, 1), Location("/nowhere/a.py", 1), None, Location(file, 99)]

    assert read_statements(there) == (Statement(file, 1, 1, source="x = 1"),)


@pytest.mark.parametrize("source", ["%matplotlib inline\n", "x = (\n", "\0", ""])
def test_a_file_that_python_cannot_parse_has_no_statements(write, source):
    """A notebook cell with a magic command, for example."""
    assert read_statements([Location(write(source), 1)]) == ()


def test_a_long_statement_is_cut(write):
    """A recording is not a copy of the program."""
    file = write(f"x = [{'1, ' * 500}]\n")

    assert len(read_statements([Location(file, 1)])[0].source) == 200


def test_a_relative_name_is_not_looked_up_in_the_path(monkeypatch, tmp_path):
    """`os.py` of a recording made elsewhere is not Python's."""
    monkeypatch.chdir(tmp_path)

    assert read_statements([Location(os.path.basename(os.__file__), 30)]) == ()


@pytest.mark.parametrize(
    ("row", "stretches"),
    [
        ("", []),
        ("abc", [(0, 1, 1), (1, 1, 1), (2, 1, 1)]),
        ("aaab", [(0, 1, 3), (3, 1, 1)]),
        ("xababa", [(0, 1, 1), (1, 2, 2), (5, 1, 1)]),
    ],
)
def test_repetitions(row, stretches):
    """The shortest period is chosen, and an incomplete repetition stays outside."""
    assert list(repetitions(row, fewest=2, longest=3)) == stretches


@given(st.text("ab", max_size=14), st.integers(2, 4), st.integers(1, 4))
def test_every_repetition_is_found(row, fewest, longest):
    """Of a short row, the result is what trying every period at every start finds."""
    expected, start = [], 0
    while start < len(row):
        periods = range(1, longest + 1)
        period = next((p for p in periods if row.startswith(row[start : start + p] * fewest, start)), 1)
        times = 1
        while row.startswith(row[start : start + period] * (times + 1), start):
            times += 1
        times = times if times >= fewest else 1
        expected.append((start, period if times > 1 else 1, times))
        start += period * times if times > 1 else 1

    assert list(repetitions(row, fewest, longest)) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([0, 1, 2] * 4, (0, 3)),
        ([7, 7, *[0, 1, 2] * 4], (2, 3)),
        ([*[0, 1, 2] * 4, 7], None),  # it does not end with a whole period
        ([*range(12), *[0, 1, 2] * 3], None),  # less than half repeats
        ([0, 1] * 6, None),  # the period is not longer than two
        ([*[0, 1, 2] * 2, *[0, 1, 3] * 4], (6, 3)),
        ([0, 0, 1] * 5, (0, 3)),
        ([5] * 12, None),
        ([], None),
        ([1], None),
    ],
)
def test_the_end_of_a_row_may_be_periodic(row, expected):
    """The last periods that are equal count if they are half of the row, and three at least."""
    assert periodic_end(row, longer=2) == expected
