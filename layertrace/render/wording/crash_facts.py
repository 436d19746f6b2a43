"""Compare a call that raised an exception with what the recording has on its layer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from layertrace.diagnosis.user_source import parameters
from layertrace.render.wording.event_phrases import came_in
from layertrace.render.wording.glyphs import UNICODE
from layertrace.timeline import Timeline
from layertrace.timeline.cause import Change
from layertrace.timeline.event import Event, LayerRef, Location, Structure, TensorSpec
from layertrace.timeline.signature_diff import changes

__all__ = ["Fact", "crash_facts"]

_MOST_CHANGES = 3
_INPUTS = "inputs"
_SHAPE = re.compile(r"[\[(](\d+(?:, ?\d+)+)[\])]")
"""A shape of at least two dimensions, as TensorFlow and NumPy write it in messages."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that may explain an exception: what it is, and the line that it is about."""

    words: str
    location: Location | None = None


def crash_facts(
    timeline: Timeline, event: Event | None, layer: LayerRef | None, message: str
) -> Iterator[Fact]:
    """Yield what distinguishes a call that failed from what worked before, for a reader to judge.

    Args:
        timeline: What was recorded.
        event: The event that raised the exception; None if Keras refused the call before it began.
        layer: The layer that raised it.
        message: The message of the exception.
    """
    if event is not None and event.kind in ("trace", "run"):
        yield from _of_function(timeline, event)
    if layer is not None:
        before = [
            other for other in timeline if other.layer == layer and (not event or other.seq < event.seq)
        ]
        call = event if event is not None and event.kind == "call" and event.layer == layer else None
        returned = [each for each in before if each.kind == "call" and _has_returned(each)]
        worked = returned[-1] if returned and (event is None or event.kind == "call") else None
        if worked is not None:
            yield from _of_calls(worked, call)
        yield from _of_build(before, [each for each in (worked, call) if each is not None])
        yield from _never_passed(before, call, message)
    yield from _of_weights(timeline, message)
    if event is not None and event.kind == "run" and event.error is not None:
        yield from _of_node(timeline, event.error.message)


def _of_function(timeline: Timeline, event: Event) -> Iterator[Fact]:
    """Yield how the last trace of a function differs from an earlier one that it resembles."""
    traces = [each for each in timeline if each.kind == "trace" and each.function == event.function]
    last = [trace for trace in traces if trace.seq <= event.seq][-1:]
    for trace in last:
        if trace.cause is not None and trace.cause.changes:
            yield Fact(f"trace {trace.trace} differs from trace {trace.cause.compared_with}: {trace.cause}")


def _of_calls(worked: Event, call: Event | None) -> Iterator[Fact]:
    """Yield a call of the layer that returned, and what the failing call has otherwise."""
    number = f"call {worked.call_index}" if worked.call_index else "a call"
    values = came_in(worked, UNICODE)
    yield Fact(f"{number} with {values} returned" if values else f"{number} returned", worked.location)
    if call is not None:
        yield from _compared(worked, call, number)


def _compared(worked: Event, call: Event, number: str) -> Iterator[Fact]:
    names = [name for name in parameters(call.defined_at) if name != "self"]
    signatures = [_signature(each, other, names) for each, other in ((worked, call), (call, worked))]
    differences = [change for change in changes(*signatures) if not _is_open(change)]
    important = [change for change in differences if change.axes != (0,)] or differences
    for change in important[:_MOST_CHANGES]:
        yield Fact(f"in this call, {_in_words(change)}")
    if worked.mask and not call.mask:
        yield Fact(f"this call has no mask, {number} had one")
    if not important and worked.mode != call.mode:
        yield Fact(f"this call has the same arguments, but is {call.mode}, {number} was {worked.mode}")


def _in_words(change: Change) -> str:
    if change.what == "removed":
        return f"{change.argument} is missing, was {change.before}"
    return str(change)


def _is_open(change: Change) -> bool:
    """Return whether two shapes differ only where one of them is unknown."""
    if change.what != "shape" or change.before is None or change.now is None:
        return False
    sizes = [shape.partition("[")[2].rstrip("]").split(", ") for shape in (change.before, change.now)]
    return all("None" in (sizes[0][axis], sizes[1][axis]) for axis in change.axes)


def _signature(event: Event, other: Event, names: list[str]) -> dict[str, Structure]:
    """Return what was passed to a call, by the name of the parameter.

    A single tensor argument is recorded without its name.
    """
    inputs = event.inputs
    first = next(iter(names), _INPUTS)
    tensors: Mapping[str, Structure] = {} if inputs is None else {first: inputs}
    if isinstance(inputs, Mapping):
        is_by_name = set(inputs) <= set(names) if names else isinstance(other.inputs, TensorSpec)
        tensors = inputs if is_by_name else tensors
    elif isinstance(inputs, TensorSpec) and isinstance(other.inputs, Mapping) and not names:
        tensors = {next(iter(other.inputs), _INPUTS): inputs}
    return {**tensors, **event.arguments}


def _of_build(before: list[Event], calls: list[Event]) -> Iterator[Fact]:
    """Yield the shape that the layer was built for, unless one of these calls has that shape."""
    builds = [each for each in before if each.kind == "build" and _has_returned(each)]
    for build in builds[-1:]:
        shape = next(iter(build.arguments.values()), None)
        if isinstance(shape, tuple) and shape and not any(_fits(shape, call.inputs) for call in calls):
            words = f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"
            yield Fact(f"built for {words}", build.location)


def _fits(shape: tuple[Structure, ...], inputs: Structure) -> bool:
    """Return whether an input has the known dimensions of a shape, except for the batch."""
    if not isinstance(inputs, TensorSpec) or inputs.shape is None:
        return not isinstance(inputs, TensorSpec)
    if len(inputs.shape) != len(shape):
        return False
    return all(None in (old, new) or old == new for old, new in zip(shape[1:], inputs.shape[1:], strict=True))


def _never_passed(before: list[Event], call: Event | None, message: str) -> Iterator[Fact]:
    """Yield the parameters of `call` that no call passed, if the message is about None or an argument."""
    missing = re.findall(r"argument:? '(\w+)'", message) if "missing" in message else []
    calls = [each for each in (*before, call) if each is not None and each.kind == "call"]
    passed = {name for each in calls if isinstance(each.inputs, Mapping) for name in each.inputs}
    passed.update(name for each in calls for name in each.arguments)
    if "mask" in missing:
        yield Fact("no call passed mask, and Keras passes one only if the input carries it")
    elif missing:
        yield from (Fact(f"no call passed {name}") for name in missing if name not in passed)
    elif "None" in message and call is not None:
        names = [name for name in parameters(call.defined_at) if name not in ("self", "training", "mask")]
        absent = [name for name in names[1:] if name not in passed]
        if absent:
            yield Fact(f"no call passed {' or '.join(absent)}")


def _of_weights(timeline: Timeline, message: str) -> Iterator[Fact]:
    """Yield the weight that has a shape of the message, if there is only one, or copies of it."""
    for text in dict.fromkeys(_SHAPE.findall(message)):
        shape = tuple(map(int, text.split(",")))
        weights = (
            f"{each.variable.name} of {each.layer}"
            for each in timeline
            if each.variable is not None and each.layer is not None and each.variable.shape == shape
        )
        names = set(weights)
        if len(names) == 1:
            yield Fact(f"[{', '.join(map(str, shape))}] is the shape of {names.pop()}")


def _of_node(timeline: Timeline, message: str) -> Iterator[Fact]:
    """Yield the layer whose op failed in a graph, by the path of the op: `functional_1/words_1/GatherV2`.

    TensorFlow numbers the name of a layer that is called again, so the name must fit one layer only.
    """
    node = re.search(r"\{\{node ([^}]*)\}\}", message)
    scopes = [] if node is None else node[1].split("/")[:-1]
    for scope in scopes[-1:]:
        names = {scope, re.sub(r"_\d+$", "", scope)}
        layers = [layer for layer in timeline.layers if layer.name in names]
        if len(layers) == 1:
            weights = [str(each.variable) for each in timeline if each.variable and each.layer == layers[0]]
            has = f", whose weights are {', '.join(weights[:2])}" if weights else ""
            init = next((each for each in timeline if each.kind == "init" and each.layer == layers[0]), None)
            yield Fact(f"the op is in {layers[0]}{has}", None if init is None else init.location)


def _has_returned(event: Event) -> bool:
    return event.error is None and event.duration_ns is not None
