"""Merging several recordings into one."""

from __future__ import annotations

from dataclasses import replace

from hand_made import Story, raised

from layertrace.timeline import Timeline
from layertrace.timeline.context import Failure, LayerState, RecordingContext
from layertrace.timeline.marks import Mark
from layertrace.timeline.merge import merged


def failing(name: str) -> Timeline:
    """Return the timeline of a layer whose exception ended the recording."""
    story = Story()
    layer = story.layer("Dense", name)
    error = replace(raised("ValueError", "no"), subject=layer)
    story.call(layer, "float32[2]", None, error=error)
    return Timeline(story.events, [], RecordingContext(failure=Failure(error=error, layer=layer)))


def test_marks_keep_their_time_and_get_the_name_of_their_recording():
    """They are ordered by the common clock."""
    mark = Mark(name="epoch 1", start_ns=5, duration_ns=2)
    one = Timeline([], [], RecordingContext(marks=(mark,), started_ns=1_100))
    two = Timeline([], [], RecordingContext(marks=(mark,), started_ns=1_000))
    marks = merged({"one": one, "two": two}).marks

    assert [(mark.start_ns, mark.duration_ns, mark.thread) for mark in marks] == [
        (5, 2, "two: MainThread"),
        (105, 2, "one: MainThread"),
    ]


def test_an_exception_stays_with_its_layer():
    """Each recording has a layer 1; after merging, an exception refers to the layer of its own recording."""
    whole = merged({"one": failing("a"), "two": failing("b")})

    assert [event.error.subject for event in whole] == [event.layer for event in whole]
    assert len({event.layer.id for event in whole}) == 2


def test_what_was_selected_stays_nested(tmp_path):
    """In a merged or saved selection, the nearest selected ancestor is the parent."""
    story = Story()
    net, head = story.layer("Net", "net"), story.layer("Dense", "head")
    with story.span("call", net), story.span("build", head):
        story.variable(head, "kernel", "float32[2]")
    chosen = story.timeline().where(kind=["call", "variable"])
    chosen.save(tmp_path / "chosen.jsonl")

    for timeline in (Timeline.load(tmp_path / "chosen.jsonl"), merged({"one": chosen})):
        call, variable = timeline
        assert (call.kind, variable.kind, variable.parent) == ("call", "variable", call.seq)


def test_a_merged_recording_watched_what_all_parts_did():
    """What one part did not look for may have happened there: its absence means nothing."""
    both = Timeline((), (), RecordingContext(watched=("update", "loss")))
    fewer = Timeline((), (), RecordingContext(watched=("loss",)))

    assert merged({"a": both, "b": fewer}).surroundings.watched == ("loss",)
    assert merged({"a": both, "b": both}).surroundings.watched == ("update", "loss")


def test_the_layers_that_a_state_names_stay_those_of_its_recording():
    """Each recording has layers 1 and 2; after merging, a state refers to those of its own."""
    story = Story()
    layer, other = story.layer("LSTM", "reader"), story.layer("Embedding", "words")
    story.call(layer, "float32[2]", None)
    state = LayerState(layer=layer, output_layer=other.id, mask_dropped=(other.id, 0, "Multiply", "multiply"))
    single = Timeline(story.events, [], RecordingContext(states={layer.id: state}))
    first, second = merged({"a": single, "b": single}).surroundings.states.values()

    moved = second.layer.id - first.layer.id
    assert moved > 0
    assert second.output_layer - first.output_layer == moved
    assert first.mask_dropped == (first.output_layer, 0, "Multiply", "multiply")
    assert second.mask_dropped == (second.output_layer, 0, "Multiply", "multiply")
