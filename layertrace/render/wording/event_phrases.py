"""Describe one event by itself, without its context."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from rich.cells import cell_len
from rich.text import Text

from layertrace.render.wording import formatting
from layertrace.render.wording.file_names import base_name
from layertrace.render.wording.glyphs import Glyphs, printable
from layertrace.render.wording.styles import ERROR, QUIET, inked
from layertrace.timeline.defaults import telling_arguments
from layertrace.timeline.event import Event, GraphBreak, Structure, TensorSpec, VariableSpec

__all__ = [
    "AS_GRAPH",
    "RUNS_UNSEEN",
    "bare_shapes",
    "came_in",
    "came_in_within",
    "compiled",
    "cut",
    "graph_breaks",
    "initializer",
    "odd_traits",
    "settings",
    "shape_of",
    "shapes",
    "shapes_within",
    "slow_start",
    "tensor",
    "trouble",
    "usual_traits",
]


AS_GRAPH = "as a graph, without Python"
"""How a function runs after its trace: no `call` of a layer starts."""

RUNS_UNSEEN = "its runs are not counted"
"""Of a function that a program jits or compiles itself: it runs without a hook."""

FEWEST_RUNS = 3
MOST_BREAKS = 2

# Closures in `random/seed_generator.py` and `layers/rnn/lstm.py` of Keras 3.0 to 3.15: a seed and a counter,
# and zeros with ones for the forget gate.
_INSIDE_KERAS = {
    ("seed_generator_state", "seed_initializer"): "seed",
    ("bias", "bias_initializer"): "unit_forget_bias",
}


def shapes(event: Event, glyphs: Glyphs, *, repeat: bool = False) -> Text:
    """Return the inputs and outputs of a call: `float32[10, 5] → float32[10, 10]`, `float32[8] → same`.

    Args:
        event: The call.
        glyphs: The symbols that can be shown.
        repeat: Whether outputs that are like the inputs are written out.
    """
    return _shapes(event, glyphs, _inputs(event, glyphs), _outputs(event, glyphs, repeat=repeat))


def shapes_within(event: Event, glyphs: Glyphs, width: int) -> Text:
    """Return the inputs and outputs of a call in at most `width` columns, with `…` for what is omitted.

    The dtype of the outputs goes first, if it is that of the inputs, then all dtypes, then the inputs.
    """
    inputs, outputs = _inputs(event, glyphs), _outputs(event, glyphs)
    dtypes = _dtypes(event)
    options = [(inputs, outputs), (inputs, _bare(outputs, dtypes))][: 1 + (len(dtypes) == 1)]
    options.append((_bare(inputs, dtypes), _bare(outputs, dtypes)))
    for option in (
        *options,
        (glyphs.dots, outputs),
        (glyphs.dots, _bare(outputs, dtypes)),
        ("", _bare(outputs, dtypes)),
    ):
        text = _shapes(event, glyphs, *option)
        if text.cell_len <= width:
            return text
    return Text(glyphs.dots)


def bare_shapes(event: Event, glyphs: Glyphs) -> Text:
    """Return the inputs and outputs of a call without dtypes: `[10, 5] → [10, 10]`."""
    dtypes = _dtypes(event)
    inputs, outputs = _bare(_inputs(event, glyphs), dtypes), _bare(_outputs(event, glyphs), dtypes)
    return _shapes(event, glyphs, inputs, outputs)


def _dtypes(event: Event) -> set[str]:
    return {spec.dtype for spec in (*_specs(event.inputs), *_specs(event.outputs))}


def _bare(shapes: str, dtypes: Iterable[str]) -> str:
    for dtype in dtypes:
        shapes = shapes.replace(f"{dtype}[", "[")
    return shapes


def shape_of(value: Structure, glyphs: Glyphs) -> str:
    """Return the shapes of tensors, with their dtype unless it is float32: `[None, 32]`, `int64[]`."""
    return _bare(formatting.structure(value, glyphs), ["float32"])


def _shapes(event: Event, glyphs: Glyphs, inputs: str, outputs: str) -> Text:
    text = Text(inputs if event.inputs is not None else "")
    if event.error is not None:
        after = inked(glyphs.cross, ERROR)
    elif outputs:
        after = Text(outputs)
    elif event.inputs is not None:
        after = Text(glyphs.dots if event.duration_ns is None else "None")
    else:
        return text
    text.append(f" {glyphs.arrow} " if text else f"{glyphs.arrow} ", QUIET)
    return text.append_text(after)


def _inputs(event: Event, glyphs: Glyphs) -> str:
    return "" if event.inputs is None else formatting.tensors(event.inputs, glyphs)


def _outputs(event: Event, glyphs: Glyphs, *, repeat: bool = False) -> str:
    """Return the outputs; `same` if they are like the inputs."""
    if event.outputs is None:
        return ""
    if not repeat and event.outputs == event.inputs and any(_specs(event.outputs)):
        return "same"
    return formatting.structure(event.outputs, glyphs)


def _specs(value: Structure) -> Iterator[TensorSpec]:
    if isinstance(value, TensorSpec):
        yield value
    elif isinstance(value, (tuple, Mapping)):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _specs(inner)


def cut(text: str, width: int, glyphs: Glyphs) -> str:
    """Return the beginning of a text, with `…` for the rest."""
    kept = text
    while kept and cell_len(kept) + len(glyphs.dots) > width:
        kept = kept[:-1]
    kept = re.sub(r"(?<!=)\[[^\[\]]*$", "", kept)  # half a shape is worse than none
    return f"{kept.rstrip(' ,')}{glyphs.dots}"


def came_in(event: Event, glyphs: Glyphs) -> str:
    """Return all arguments of an event other than a call: tensors first, then the others."""
    return ", ".join(filter(None, (_tensors_in(event, glyphs), _arguments(event, glyphs))))


def came_in_within(event: Event, glyphs: Glyphs, width: int) -> Text:
    """Return the arguments of an event other than a call in at most `width` columns.

    Arguments are left out from the end, and counted; an argument that alone is too long is cut.
    """
    whole = came_in(event, glyphs)
    if cell_len(whole) <= width:
        return Text(whole)
    parts = list(filter(None, (_tensors_in(event, glyphs), *_argument_list(event, glyphs))))
    if event.kind == "build":  # which is given nothing but shapes
        parts = [part.removeprefix("input_shape=") for part in parts]
        if cell_len(", ".join(parts)) <= width:
            return Text(", ".join(parts))
    for number in range(len(parts) - 1, 0, -1):
        shown = f"{', '.join(parts[:number])}, {glyphs.dots} {len(parts) - number} more"
        if cell_len(shown) <= width:
            return Text(shown)
    return Text(cut(parts[0], width, glyphs) if parts else "")


def _tensors_in(event: Event, glyphs: Glyphs) -> str:
    return formatting.tensors(event.inputs, glyphs) if event.inputs else ""


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
    return formatting.joined(_argument_list(event, glyphs), glyphs)


def _argument_list(event: Event, glyphs: Glyphs) -> list[str]:
    return formatting.argument_list(telling_arguments(event), glyphs)


def usual_traits(variable: VariableSpec, glyphs: Glyphs) -> Iterator[Text]:
    """Yield the usual traits of a variable besides its name and shape."""
    if words := initializer(variable):
        yield inked(glyphs.user(words), QUIET)


def initializer(variable: VariableSpec) -> str:
    """Return how a variable gets its value: a class, a number, or words for a function inside Keras.

    Nothing is returned for a tensor that was passed, whose spec is that of the variable.
    """
    name = variable.initializer or ""
    if (variable.name, name) in _INSIDE_KERAS:
        return _INSIDE_KERAS[variable.name, name]
    return "" if name == str(tensor(variable)) else name


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
    if variable.device is not None:
        yield Text(f"on {printable(variable.device)}")


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


def slow_start(times: int, first_ns: int | None, total_ns: int | None, glyphs: Glyphs) -> str:
    """Return how long the first of some executions took, if that is more than all others together.

    Args:
        times: The number of executions.
        first_ns: The duration of the first one.
        total_ns: That of all.
        glyphs: The symbols that can be shown.

    Returns:
        `first 7.1 s, then 0.3 s each`; empty for executions that are alike.
    """
    if times < FEWEST_RUNS or not first_ns or not total_ns or 2 * first_ns <= total_ns:
        return ""
    each = (total_ns - first_ns) // (times - 1)
    return f"first {formatting.duration(first_ns, glyphs)}, then {formatting.duration(each, glyphs)} each"


def compiled(duration_ns: int, glyphs: Glyphs) -> str:
    """Return how long XLA took for a graph of JAX, or the backend of `torch.compile`: `compiled in 0.4 s`."""
    return f"compiled in {formatting.duration(duration_ns, glyphs)}"


def graph_breaks(breaks: Iterable[GraphBreak], glyphs: Glyphs) -> list[str]:
    """Return where `torch.compile` ended a graph: `graph break at net.py:12: Data-dependent branching`."""
    texts = list(dict.fromkeys(map(_graph_break, breaks)))
    more = len(texts) - MOST_BREAKS
    shown = [glyphs.user(text) for text in texts[:MOST_BREAKS]]
    return shown if more <= 0 else [*shown, f"{formatting.counted(more, 'more graph break')}"]


def _graph_break(found: GraphBreak) -> str:
    place = found.location
    where = "" if place is None else f" at {base_name(place.file)}:{place.line}"
    what = "no graph, runs eagerly" if found.skips else "graph break"
    return f"{what}{where}: {found.reason}"
