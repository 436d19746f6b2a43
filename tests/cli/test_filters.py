"""Which events `--only`, `--class`, `--exclude`, `--own`, `--min-duration` and `--kinds` choose."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hand_made import Story

from layertrace.cli.filters import Filters
from layertrace.errors import UnknownLayerError
from layertrace.timeline import Location, Timeline
from layertrace.timeline.context import LayerState, RecordingContext


def _story():
    """Return a timeline of a model with an encoder, and of a layer outside of it."""
    story = Story()
    model = story.layer("Net", "net")
    encoder = story.layer("Encoder", "encoder", "net/encoder")
    inner = story.layer("Dense", "inner", "net/encoder/inner")
    other = story.layer("Dense", "other")
    story.add("init", inner)  # before the encoder it belongs to
    with story.span("call", model, ms=9), story.span("call", encoder, ms=7):
        story.call(inner, "float32[2]", "float32[2]", ms=5)
        story.variable(None, "seed", "float32[2]")
    story.call(other, "float32[2]", "float32[2]", ms=None)  # it has not ended
    return story.timeline()


def _names(timeline):
    return [layer.name for layer in timeline.layers]


def test_only_includes_what_is_inside_a_layer():
    """A layer is shown with the layers inside it, wherever they were created, and with what ran in it."""
    timeline = Filters(only=["encoder"]).chosen(_story())

    assert timeline.kinds == ["init", "call", "call", "variable"]
    assert _names(timeline) == ["inner", "encoder"]


def test_a_class_includes_only_its_layers():
    """`--class` chooses layers, without those inside them."""
    assert _names(Filters(classes=["Encoder"]).chosen(_story())) == ["encoder"]


def test_a_name_is_excluded_with_what_is_inside():
    """`--exclude encoder` hides the encoder, its layers, and a variable that was created in its call."""
    timeline = Filters(exclude=["encoder"]).chosen(_story())

    assert _names(timeline) == ["net", "other"]
    assert timeline.kinds == ["call", "call"]


def test_a_class_is_excluded_alone():
    """`--exclude Encoder` hides the layer, and keeps those inside it."""
    timeline = Filters(exclude=["Encoder"]).chosen(_story())

    assert _names(timeline) == ["inner", "net", "other"]
    assert timeline.kinds == ["init", "call", "call", "variable", "call"]


def test_an_exclusion_applies_to_what_others_choose():
    """`--only net --exclude inner` shows the model without one of its layers."""
    assert _names(Filters(only=["net"], exclude=["inner"]).chosen(_story())) == ["net", "encoder"]


def test_an_exclusion_without_a_match_lists_what_there_is():
    """A glob that matches no layer is an error, as for `--only`."""
    with pytest.raises(UnknownLayerError, match="did you mean 'encoder'"):
        Filters(exclude=["encodr"]).chosen(_story())


def test_short_events_are_hidden():
    """`--min-duration` keeps what took so long, and what had not ended; variables take no time."""
    timeline = Filters(min_duration=5.5).chosen(_story())

    assert [(event.kind, event.layer.name) for event in timeline] == [
        ("call", "net"),
        ("call", "encoder"),
        ("call", "other"),
    ]


def test_a_kind_chooses_events():
    """`--kinds` is applied to what the other options leave."""
    assert Filters(kinds=["call"], exclude=["net"]).chosen(_story()).kinds == ["call"]


@pytest.mark.parametrize(
    ("base", "file", "is_own"),
    [
        ("app.Net", "/home/ada/app.py", True),
        ("app.Net", None, True),
        ("keras_hub.Net", "/usr/lib/python3/site-packages/keras_hub/net.py", False),
        ("keras.src.models.sequential.Sequential", None, False),
    ],
)
def test_own_layers_are_those_of_the_program(base, file, is_own):
    """`--own` hides layers of Keras and of other installed packages; functions stay."""
    story = Story()
    layer = replace(story.layer("Net", "net"), bases=(base,))
    with story.span("trace", function=story.function("step")):
        story.call(layer, "float32[2]", "float32[2]")
    methods = {} if file is None else {"call": Location(file, 3)}
    context = RecordingContext(states={layer.id: LayerState(layer=layer, methods=methods)})
    timeline = Timeline(story.events, (), context)

    assert Filters(own=True).chosen(timeline).kinds == (["trace", "call"] if is_own else ["trace"])


def test_a_class_of_the_program_that_extends_a_package_is_its_own():
    """One method in a file of the program is enough."""
    story = Story()
    layer = replace(story.layer("Net", "net"), bases=("app.Net", "keras_hub.Net"))
    story.call(layer, "float32[2]", "float32[2]")
    methods = {
        "call": Location("/usr/lib/python3/site-packages/keras_hub/net.py", 3),
        "build": Location("app.py", 3),
    }
    context = RecordingContext(states={layer.id: LayerState(layer=layer, methods=methods)})

    assert Filters(own=True).chosen(Timeline(story.events, (), context)).kinds == ["call"]
