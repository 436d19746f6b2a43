"""Which events `--only` and `--class` choose."""

from __future__ import annotations

from hand_made import Story

from layertrace.cli.filter_options import filtered


def _story():
    """Return a timeline of a model with an encoder, and of a layer outside of it."""
    story = Story()
    model = story.layer("Net", "net")
    encoder = story.layer("Encoder", "encoder", "net/encoder")
    inner = story.layer("Dense", "inner", "net/encoder/inner")
    other = story.layer("Dense", "other")
    story.add("init", inner)  # before the encoder it belongs to
    with story.span("call", model), story.span("call", encoder):
        story.call(inner, "float32[2]", "float32[2]")
        story.variable(None, "seed", "float32[2]")
    story.call(other, "float32[2]", "float32[2]")
    return story.timeline()


def test_only_includes_what_is_inside_a_layer():
    """A layer is shown with the layers inside it, wherever they were created, and with what ran in it."""
    timeline = filtered(_story(), ["encoder"], [], [])

    assert [event.kind for event in timeline] == ["init", "call", "call", "variable"]
    assert {layer.name for layer in timeline.layers} == {"encoder", "inner"}


def test_a_class_includes_only_its_layers():
    """`--class` chooses layers, without those inside them."""
    assert {layer.name for layer in filtered(_story(), [], ["Encoder"], []).layers} == {"encoder"}
