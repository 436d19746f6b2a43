"""Write what one event says by itself, whatever stands around it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from layertrace.render.wording import formatting
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import ERROR, QUIET, inked
from layertrace.timeline.event import Event, TensorSpec, VariableSpec

__all__ = ["came_in", "odd_traits", "settings", "shapes", "tensor", "trouble", "usual_traits"]


def shapes(event: Event, glyphs: Glyphs) -> Text:
    """Write what came into a call and what came out: `float32[10, 5] → float32[10, 10]`."""
    said = Text("" if event.inputs is None else formatting.tensors(event.inputs, glyphs))
    if event.error is not None:
        came_out = inked(glyphs.cross, ERROR)
    elif event.outputs is not None:
        came_out = Text(formatting.structure(event.outputs, glyphs))
    elif event.inputs is not None:
        came_out = Text(glyphs.dots if event.duration_ns is None else "None")
    else:
        return said
    said.append(f" {glyphs.arrow} " if said else f"{glyphs.arrow} ", QUIET)
    return said.append_text(came_out)


def came_in(event: Event, glyphs: Glyphs) -> str:
    """Say all arguments of an event that is no call: tensors first, then the others."""
    tensors = "" if not event.inputs else formatting.tensors(event.inputs, glyphs)
    return ", ".join(filter(None, (tensors, _arguments(event, glyphs))))


def settings(event: Event, around: Event | None, glyphs: Glyphs) -> str:
    """Say the arguments of a call that are no tensors: `training=True, with mask`.

    `training` is told where it is not as in the call around.
    """
    known = around.training if around is not None and around.kind == "call" else None
    training = event.training is not None and event.training != known
    told = (
        f"training={event.training}" if training else "",
        _arguments(event, glyphs),
        "with mask" if event.mask else "",
    )
    return ", ".join(filter(None, told))


def _arguments(event: Event, glyphs: Glyphs) -> str:
    name = None if event.layer is None else event.layer.name
    told = {k: v for k, v in event.arguments.items() if k != "name" or v != name}
    return formatting.arguments(told, glyphs)


def usual_traits(variable: VariableSpec, glyphs: Glyphs) -> Iterator[Text]:
    """Yield what is good to know of a variable beside its name and shape."""
    if variable.initializer and variable.initializer != str(tensor(variable)):
        yield inked(glyphs.user(variable.initializer), QUIET)


def tensor(variable: VariableSpec) -> TensorSpec:
    """Return the spec of what a variable holds."""
    return TensorSpec(variable.dtype, variable.shape)


def odd_traits(variable: VariableSpec) -> Iterator[Text]:
    """Yield what one must know of a variable, because others are not so."""
    if variable.trainable is False:
        yield inked("not trainable", QUIET)
    if variable.source == "tf":
        yield inked("tf.Variable", QUIET)
    if variable.deferred:
        yield inked("value comes later", QUIET)


def trouble(event: Event, glyphs: Glyphs) -> Text:
    """Tell the exception that was raised in an event: its type and what it says first."""
    error = event.error
    if error is None:
        return Text()
    refused = "refused: " if event.kind == "variable" else ""
    said = inked(f"{glyphs.cross} {refused}{glyphs.user(error.type)}", ERROR)
    message = formatting.shortened(formatting.first_line(error.message, glyphs), 320, glyphs)
    if message:
        said.append(f": {message}", "red not bold")
    return said
