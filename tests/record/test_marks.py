"""`timeline.mark` names parts of a program, and changes nothing of what is recorded."""

import threading
from contextlib import nullcontext
from enum import Enum

import keras
import numpy as np
import pytest
import tensorflow as tf

import layertrace
from layertrace.errors import QueryError
from layertrace.timeline import Event, Timeline
from layertrace.timeline.marks import Mark, during


class Phase(str, Enum):
    """Names of parts, as a program may keep them."""

    FIRST = "epoch 1"


def named(timeline):
    """Return the names of marks, and whether each is a part, a moment or not ended."""
    return [
        (mark.name, "open" if mark.duration_ns is None else "part" if mark.duration_ns else "moment")
        for mark in timeline.marks
    ]


def test_a_part_selects_what_began_inside():
    """`during` has the events of the block, and not those before and after it."""
    dense = keras.layers.Dense(2)
    x = tf.ones((1, 3))
    with layertrace.trace() as timeline:
        dense(x)
        with timeline.mark("second"):
            dense(x)
        dense(x)

    assert [event.call_index for event in timeline.during("second")] == [2]
    assert timeline.during("sec*").kinds == ["call"]


def test_a_mark_has_the_line_of_the_user():
    """Its location is where `mark` was called."""
    with layertrace.trace() as timeline, timeline.mark("here"):
        line = test_a_mark_has_the_line_of_the_user.__code__.co_firstlineno + 2

    assert str(timeline.marks[0].location) == f"{__file__}:{line}"


def test_a_mark_is_a_moment_without_a_block():
    """It has no duration, and selects nothing."""
    with layertrace.trace() as timeline:
        timeline.mark("now")

    assert named(timeline) == [("now", "moment")]
    with pytest.raises(QueryError, match=r"'now' is a moment; make it with `with timeline\.mark"):
        timeline.during("now")


def test_runs_are_counted_for_each_part():
    """Ten runs from one line are one event, or one for each part that they are in."""
    step = tf.function(keras.layers.Dense(2))
    x = tf.ones((1, 3))
    step(x)

    def runs(marked):
        with layertrace.trace() as timeline:
            for number in range(10):
                if marked and number % 5 == 0:
                    timeline.mark(f"{number}")
                step(x)
        return [run.times for run in timeline.where(kind="run")]

    assert runs(marked=False) == [10]
    assert runs(marked=True) == [5, 5]


def test_runs_after_a_part_are_not_inside():
    """A run of the same line after the end of a part is an event of its own."""
    step = tf.function(keras.layers.Dense(2))
    x = tf.ones((1, 3))
    step(x)
    with layertrace.trace() as timeline:
        for number in range(6):
            with timeline.mark("warm-up") if number < 2 else nullcontext():
                step(x)

    assert sum(run.times for run in timeline.during("warm-up")) == 2
    assert sum(run.times for run in timeline.where(kind="run")) == 6


def test_marks_change_no_event():
    """Events have the same kinds, parents, depths and layers with and without marks."""

    def recorded(marked):
        model = keras.Sequential([keras.layers.Dense(2, name="a"), keras.layers.Dense(1, name="b")], name="m")
        with layertrace.trace() as timeline:
            if marked:
                with timeline.mark("all"):
                    model(tf.ones((1, 3)))
            else:
                model(tf.ones((1, 3)))
        return [(event.kind, event.parent, event.depth, event.layer.class_name) for event in timeline]

    assert recorded(marked=True) == recorded(marked=False)


def test_a_part_that_fails_ends():
    """The exception passes on, and the part has its duration."""
    with layertrace.trace() as timeline, pytest.raises(KeyError), timeline.mark("failing"):
        raise KeyError

    assert named(timeline) == [("failing", "part")]


def test_a_part_may_be_open_when_the_recording_ends():
    """It then holds everything since its beginning."""
    with layertrace.trace() as timeline:
        timeline.mark("endless").__enter__()
        keras.layers.Dense(2)

    assert named(timeline) == [("endless", "open")]
    assert timeline.during("endless").kinds == ["init"]


def test_a_part_holds_the_events_of_every_thread():
    """Its thread is the one that made it."""
    dense = keras.layers.Dense(2)
    with layertrace.trace() as timeline, timeline.mark("threads"):
        thread = threading.Thread(target=dense, args=(tf.ones((1, 3)),), name="worker")
        thread.start()
        thread.join()

    assert {event.thread for event in timeline.during("threads")} == {"worker"}
    assert timeline.marks[0].thread == threading.current_thread().name


def test_a_running_recording_has_marks_already():
    """`marks`, `during` and the table can be read before the end."""
    with layertrace.trace() as timeline:
        with timeline.mark("first"):
            keras.layers.Dense(2)

        assert timeline.during("first").kinds == ["init"]
        assert "first" in str(timeline.mark_table())


def test_files_have_marks(tmp_path):
    """Both ways of saving keep them, with their lines."""
    while_running, at_the_end = tmp_path / "a.layertrace", tmp_path / "b.jsonl"
    with layertrace.trace(save=while_running) as timeline, timeline.mark("epoch 1"):
        timeline.mark("now")
        keras.layers.Dense(2)
    timeline.save(at_the_end)

    assert len(timeline.marks) == 2
    assert Timeline.load(while_running).marks == timeline.marks
    assert Timeline.load(at_the_end).marks == timeline.marks


def test_a_mark_after_the_end_is_a_note():
    """The program goes on, and one note names the first that is left out, as a loop makes many."""
    with layertrace.trace() as timeline:
        pass
    for number in range(3):
        with timeline.mark(f"late {number}"):
            pass

    assert timeline.marks == ()
    assert timeline.notes == (
        "the mark 'late 0' was made after the recording ended; it and all later marks are left out",
    )


def test_a_mark_does_nothing_where_nothing_is_recorded(monkeypatch):
    """A program with marks runs as without layertrace."""
    monkeypatch.setenv("LAYERTRACE_DISABLED", "1")
    with layertrace.trace() as timeline, timeline.mark("epoch 1"):
        pass

    assert timeline.marks == ()


@pytest.mark.parametrize("made", ["selection", "file"])
def test_only_a_recording_takes_marks(made):
    """A selection and a loaded timeline refuse them in one sentence."""
    with layertrace.trace() as timeline:
        chosen = timeline.where(kind="call") if made == "selection" else Timeline(timeline)

        with pytest.raises(QueryError, match="needs the timeline of a recording, as `trace"):
            chosen.mark("epoch 1")


def test_a_mark_needs_a_name():
    """A number is refused in one sentence, since `during` looks for names."""
    with layertrace.trace() as timeline, pytest.raises(QueryError, match="such as 'epoch 1', got 3"):
        timeline.mark(3)


def test_a_name_may_look_like_a_glob():
    """A part is found by its own name, besides by globs that match it."""
    with layertrace.trace() as timeline:
        with timeline.mark("batch [32, 4]"):
            keras.layers.Dense(2)

    assert timeline.during("batch [32, 4]").kinds == timeline.during("batch*").kinds == ["init"]


def test_parts_that_overlap_select_each_event_once():
    """The end of one part does not end another with its name."""
    calls = [Event(seq=seq, kind="call", start_ns=seq * 10) for seq in range(7)]
    spans = [(0, 30), (10, 10), (30, 10), (60, None)]
    marks = [Mark(name="part", start_ns=start, duration_ns=took) for start, took in spans]

    assert [call.seq for call in during(calls, marks, "part")] == [0, 1, 2, 3, 6]


@pytest.mark.parametrize("name", [np.str_("epoch 1"), Phase.FIRST], ids=["numpy", "enum"])
def test_a_name_of_another_type_is_kept_as_text(name, tmp_path):
    """A subclass of str is one in the timeline, and does not keep the recording from being saved."""
    file = tmp_path / "run.layertrace"
    with layertrace.trace(save=file) as timeline:
        timeline.mark(name)

    assert type(timeline.marks[0].name) is str
    assert Timeline.load(file).marks == timeline.marks
    assert timeline.marks[0].name == "epoch 1"


def test_an_unknown_name_is_one_sentence():
    """It lists the names that are close, or states that there are none."""
    with layertrace.trace() as timeline:
        with pytest.raises(QueryError, match="the recording has none; make one with"):
            timeline.during("epoch 1")
        with timeline.mark("epoch 1"), pytest.raises(QueryError, match="the recording has 'epoch 1'"):
            timeline.during("epoch 2")
