"""Describe one event by itself, without its context."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from layertrace.render.wording import formatting
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import ERROR, QUIET, inked
from layertrace.timeline.event import Event, TensorSpec, VariableSpec

__all__ = ["came_in", "odd_traits", "settings", "shapes", "tensor", "trouble", "usual_traits"]


def shapes(event: Event, glyphs: Glyphs) -> Text:
    """Return the inputs and outputs of a call: `float32[10, 5] → float32[10, 10]`."""
    text = Text("" if event.inputs is None else formatting.tensors(event.inputs, glyphs))
    if event.error is not None:
        outputs = inked(glyphs.cross, ERROR)
    elif event.outputs is not None:
        outputs = Text(formatting.structure(event.outputs, glyphs))
    elif event.inputs is not None:
        outputs = Text(glyphs.dots if event.duration_ns is None else "None")
    else:
        return text
    text.append(f" {glyphs.arrow} " if text else f"{glyphs.arrow} ", QUIET)
    return text.append_text(outputs)


def came_in(event: Event, glyphs: Glyphs) -> str:
    """Return all arguments of an event other than a call: tensors first, then the others."""
    tensors = "" if not event.inputs else formatting.tensors(event.inputs, glyphs)
    return ", ".join(filter(None, (tensors, _arguments(event, glyphs))))


def settings(event: Event, around: Event | None, glyphs: Glyphs) -> str:
    """Return the arguments of a call that are not tensors: `training=True, with mask`.

    `training` is omitted if the enclosing call has the same value.
    """
    enclosing = around.training if around is not None and around.kind == "call" else None
    training = event.training is not None and event.training != enclosing
    parts = (
        f"training={event.training}" if training else "",
        _arguments(event, glyphs),
        "with mask" if event.mask else "",
    )
    return ", ".join(filter(None, parts))


def _arguments(event: Event, glyphs: Glyphs) -> str:
    name = None if event.layer is None else event.layer.name
    shown = {k: v for k, v in event.arguments.items() if k != "name" or v != name}
    return formatting.arguments(shown, glyphs)


def usual_traits(variable: VariableSpec, glyphs: Glyphs) -> Iterator[Text]:
    """Yield the usual traits of a variable besides its name and shape."""
    if variable.initializer and variable.initializer != str(tensor(variable)):
        yield inked(glyphs.user(variable.initializer), QUIET)


def tensor(variable: VariableSpec) -> TensorSpec:
    """Return the dtype and shape of a variable."""
    return TensorSpec(variable.dtype, variable.shape)


def odd_traits(variable: VariableSpec) -> Iterator[Text]:
    """Yield the traits that most variables do not have."""
    if variable.trainable is False:
        yield inked("not trainable", QUIET)
    if variable.source == "tf":
        yield inked("tf.Variable", QUIET)
    if variable.deferred:
        yield inked("initialized later", QUIET)


def trouble(event: Event, glyphs: Glyphs) -> Text:
    """Return the exception that was raised in an event: its type and the first line of its message."""
    error = event.error
    if error is None:
        return Text()
    refused = "refused: " if event.kind == "variable" else ""
    text = inked(f"{glyphs.cross} {refused}{glyphs.user(error.type)}", ERROR)
    message = formatting.shortened(formatting.first_line(error.message, glyphs), 320, glyphs)
    if message:
        text.append(f": {message}", "red not bold")
    return text
