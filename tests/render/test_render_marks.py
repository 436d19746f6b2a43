"""The table of marks, and marks in exports."""

from __future__ import annotations

import io

import pytest
from hand_made import Story
from rich.console import Console

from layertrace.render.exports.perfetto import trace_events
from layertrace.timeline import Event, Location, Timeline
from layertrace.timeline.context import RecordingContext
from layertrace.timeline.marks import Mark

MS = 1_000_000
HERE = Location("/home/ada/train.py", 12)


def part(name, start, took, *, thread="MainThread"):
    """Return a mark whose times are in milliseconds."""
    duration_ns = None if took is None else took * MS
    return Mark(name=name, start_ns=start * MS, duration_ns=duration_ns, thread=thread, location=HERE)


def recorded(marks, calls_at=(), runs_at=(), times=1):
    """Return a timeline with marks, and with calls and runs, each several times, at times in milliseconds."""
    layer = Story().layer("Dense", "head")
    moments = sorted([(at, "call") for at in calls_at] + [(at, "run") for at in runs_at])
    events = [
        Event(seq=seq, kind="call", start_ns=at * MS, duration_ns=1, layer=layer)
        if kind == "call"
        else Event(seq=seq, kind="run", start_ns=at * MS, duration_ns=1, times=times)
        for seq, (at, kind) in enumerate(moments)
    ]
    return Timeline(events, (), RecordingContext(marks=tuple(marks)))


def lines(timeline, width=88):
    """Return the lines of the table in a terminal of this width."""
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False)
    console.print(timeline.mark_table())
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_parts_lie_below_those_that_they_are_in():
    """Each has what began inside it."""
    marks = [part("epoch 1", 0, 10), part("validation", 6, 4), part("epoch 2", 10, 5)]
    table = lines(recorded(marks, calls_at=(1, 2, 7), runs_at=(3, 12)))

    assert table[0] == "3 marks"
    assert [line.split()[:6] for line in table[3:]] == [
        ["epoch", "1", "3", "0", "1", "0"],
        ["validation", "1", "0", "0", "0", "4.0"],
        ["epoch", "2", "0", "0", "1", "0"],
    ]
    assert table[4].startswith("  validation")
    assert table[3].endswith("train.py:12")


def test_alike_neighbours_share_a_row():
    """Epochs 2 to 5 have a row, which adds them up, and so have the parts inside them."""
    marks = [part(f"epoch {number}", number * 10, 10) for number in range(1, 6)]
    marks += [part("validation", number * 10 + 8, 2) for number in range(1, 6)]
    table = lines(recorded(marks, calls_at=(11,), runs_at=(12, 21, 31, 41, 51)))

    assert table == [
        "10 marks",
        "mark             calls  traces  runs  variables    time  place",
        "─" * 68,
        "epoch 1              1       0     1          0   10 ms  train.py:12",
        "  validation         0       0     0          0  2.0 ms  train.py:12",
        "epoch 2…5            0       0     4          0   40 ms  train.py:12",
        "  validation ×4      0       0     0          0  8.0 ms  train.py:12",
    ]


def test_each_run_counts():
    """One event may stand for many runs."""
    row = lines(recorded([part("epoch 1", 0, 10)], runs_at=(1,), times=40))[3]

    assert row.split()[2:5] == ["0", "0", "40"]


def test_parts_with_one_beginning_lie_in_each_other():
    """The longer one is outside, in whichever order they were made; one that has not ended is the longest."""
    marks = [part("inner", 0, 5), part("outer", 0, 9), part("endless", 0, None)]
    table = lines(recorded(marks, calls_at=(1,)))

    assert [line[:13].rstrip() for line in table[3:]] == ["endless", "  outer", "    inner"]


def test_parts_of_two_threads_do_not_lie_in_each_other():
    """A part lies below that of its own thread, also if one of another thread has begun since."""
    marks = [part("epoch 1", 0, 10), part("loading", 1, 8, thread="loader"), part("validation", 2, 3)]
    table = lines(recorded(marks, calls_at=(1,)))

    assert [line[:14].rstrip() for line in table[3:]] == ["epoch 1", "  validation", "loading"]


def test_the_number_that_changes_is_the_one_shown():
    """It may be part of a number before it."""
    table = lines(recorded([part(f"fold 10 epoch {number}", number, 1) for number in (1, 2, 3)]))

    assert [line.split("  ")[0] for line in table[3:]] == ["fold 10 epoch 1…3"]


def test_a_name_with_a_hash_is_not_one_with_a_number():
    """Only names with as many numbers share a row."""
    table = lines(recorded([part(name, at, 1) for at, name in enumerate(("step #", "step 1", "step 2"))]))

    assert [line.split("  ")[0] for line in table[3:]] == ["step #", "step 1", "step 2"]


def test_two_alike_parts_have_a_row_each():
    """Folding begins with three."""
    table = lines(recorded([part("epoch 1", 0, 10), part("epoch 2", 10, 10)]))

    assert [line.split("  ")[0] for line in table[3:]] == ["epoch 1", "epoch 2"]


def test_a_moment_and_an_open_part_have_no_time():
    """The words in its place state which it is; an open part holds everything after its beginning."""
    table = lines(recorded([part("endless", 5, None), part("now", 0, 0)], calls_at=(1, 6)))

    assert "a moment" in table[3]
    assert table[4].split()[:5] == ["endless", "1", "0", "0", "0"]
    assert "not ended" in table[4]


def test_without_marks_the_table_names_how_to_make_them():
    """A reader who asks for marks finds out what makes one."""
    assert [line for line in lines(recorded([])) if line] == ["no marks: timeline.mark(...) makes them"]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_row_keeps_its_name_and_counts(width):
    """With little room the place goes first."""
    marks = [part("a rather long name of a part of the program that a user gave", 0, 10)]
    row = lines(recorded(marks, calls_at=(1, 2)), width)[3]

    assert len(row) <= width
    assert row.startswith("a rather")
    assert " 2 " in row
    assert "10 ms" in row


def test_perfetto_has_a_track_of_marks():
    """Parts are slices and moments instants, on a track of their own for each thread."""
    marks = [part("epoch 1", 0, 10), part("now", 1, 0), part("open", 2, None)]
    marks += [part("other", 0, 1, thread="w")]
    events = list(trace_events(recorded(marks, calls_at=(1, 9))))
    tracks = {e["args"]["name"]: e["tid"] for e in events if e["name"] == "thread_name"}
    drawn = {
        e["name"]: (e["ph"], e["tid"], e["ts"], e.get("dur")) for e in events if e.get("cat") == "mark"
    }

    assert {"marks", "marks of w", "MainThread"} <= tracks.keys()
    assert drawn == {
        "epoch 1": ("X", tracks["marks"], 0, 10_000),
        "now": ("i", tracks["marks"], 1_000, None),
        "open …": ("X", tracks["marks"], 2_000, pytest.approx(7_000, abs=1)),
        "other": ("X", tracks["marks of w"], 0, 1_000),
    }
