"""Find the sizes in symbolic calls that Keras does not know.

On NumPy and torch, Keras infers shapes with tensors that have values. Where it does not know a size, it calls
a layer with 83 and then with 89, and takes the sizes that differ for unknown (`compute_output_spec` in
`keras/src/backend`, Keras 3.0 to 3.15).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from msgspec import structs

from layertrace.timeline.event import Event, Structure, TensorSpec

__all__ = ["with_unknown_sizes"]

_SIZES = (83, 89)


def with_unknown_sizes(events: Sequence[Event]) -> tuple[Event, ...]:
    """Return events in which each size is None that is 83 in a symbolic call, and 89 in the second."""
    inside: defaultdict[int | None, list[Event]] = defaultdict(list)
    for event in events:
        inside[event.parent].append(event)
    result = {event.seq: event for event in events}
    for first, second in _pairs(inside):
        both = zip(_calls(first, inside), _calls(second, inside), strict=False)
        for one, other in both:
            if one.layer != other.layer:
                break
            for event in (one, other):
                result[event.seq] = _merged_events(event, one, other)
        for event in _within(first, inside):
            if event.kind == "build":
                result[event.seq] = _with_sizes_of_call(event, inside, result)
    return tuple(result.values())


def _pairs(inside: Mapping[int | None, list[Event]]) -> Iterator[tuple[Event, Event]]:
    """Yield the outermost symbolic calls of a layer that follow each other and differ in such a size."""
    for siblings in inside.values():
        last: dict[int, Event] = {}
        for event in siblings:
            if event.kind != "call" or event.mode != "symbolic" or event.layer is None:
                continue
            before = last.pop(event.layer.id, None)
            if before is not None and _merged(before.inputs, event.inputs) != before.inputs:
                yield before, event
            else:
                last[event.layer.id] = event


def _within(event: Event, inside: Mapping[int | None, list[Event]]) -> Iterator[Event]:
    yield event
    for child in inside.get(event.seq, ()):
        yield from _within(child, inside)


def _calls(event: Event, inside: Mapping[int | None, list[Event]]) -> Iterator[Event]:
    return (each for each in _within(event, inside) if each.kind == "call")


def _merged_events(event: Event, one: Event, other: Event) -> Event:
    names = one.arguments.keys() & other.arguments.keys()
    arguments = {name: _merged(one.arguments[name], other.arguments[name]) for name in names}
    return structs.replace(
        event,
        inputs=_merged(one.inputs, other.inputs),
        outputs=_merged(one.outputs, other.outputs),
        arguments={**event.arguments, **arguments},
    )


def _merged(one: Structure, other: Structure) -> Structure:
    """Return a structure of specs with None for each size that differs as those of Keras do."""
    if isinstance(one, TensorSpec) and isinstance(other, TensorSpec):
        if one.shape is None or other.shape is None or len(one.shape) != len(other.shape):
            return one
        sizes = zip(one.shape, other.shape, strict=True)
        return replace(one, shape=tuple(None if pair == _SIZES else pair[0] for pair in sizes))
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return tuple(_merged(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, Mapping) and isinstance(other, Mapping) and one.keys() == other.keys():
        return {key: _merged(value, other[key]) for key, value in one.items()}
    return one


def _with_sizes_of_call(
    build: Event, inside: Mapping[int | None, list[Event]], events: Mapping[int, Event]
) -> Event:
    """Return a `build` whose shape has the unknown sizes of the call of its layer that follows it."""
    later = (each for each in inside[build.parent] if each.seq > build.seq and each.kind == "call")
    call = next((each for each in later if each.layer == build.layer), None)
    inputs = None if call is None else events[call.seq].inputs
    shape = build.arguments.get("input_shape")
    if not isinstance(inputs, TensorSpec) or inputs.shape is None or not isinstance(shape, tuple):
        return build
    if len(shape) != len(inputs.shape):
        return build
    sizes = tuple(
        None if known is None and size == _SIZES[0] else size
        for size, known in zip(shape, inputs.shape, strict=True)
    )
    return structs.replace(build, arguments={**build.arguments, "input_shape": sizes})
