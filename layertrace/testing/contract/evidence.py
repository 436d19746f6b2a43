"""Read from a recording what happened to the layer under test."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.timeline import Event, LayerRef, Timeline

__all__ = ["creation", "described_variable", "is_inside", "reference", "same", "variables"]


def reference(timeline: Timeline, layer: object) -> LayerRef | None:
    """Return the layer as the recording names it."""
    events = timeline.of(layer)
    return next((event.layer for event in events if event.layer is not None), None)


def creation(timeline: Timeline, layer: object) -> Event | None:
    """Return the `init` of a layer; None if it was not recorded, since the layer was there before."""
    try:
        ref = reference(timeline, layer)
    except LookupError:
        return None
    return next((event for event in timeline if event.kind == "init" and same(event.layer, ref)), None)


def same(first: LayerRef | None, second: LayerRef | None) -> bool:
    """Return whether two references are to one layer, whose path may have changed in between."""
    return first is not None and second is not None and first.id == second.id


def variables(timeline: Timeline) -> Iterator[Event]:
    """Yield the creations of weights: not of seeds, and not of the state of metrics and optimizers."""
    for event in timeline:
        if event.kind == "variable" and event.variable is not None and event.variable.role is None:
            yield event


def is_inside(timeline: Timeline, event: Event, kind: str, layer: LayerRef | None = None) -> bool:
    """Return whether an event happened inside one of a kind, of any layer or of the given one."""
    parent = timeline.parent(event)
    while parent is not None:
        if parent.kind == kind and (
            layer is None or (parent.layer is not None and parent.layer.id == layer.id)
        ):
            return True
        parent = timeline.parent(parent)
    return False


def described_variable(event: Event) -> str:
    """Return the name of a variable with the layer that owns it."""
    name = "a variable" if event.variable is None else f"the variable {event.variable.name!r}"
    return name if event.layer is None else f"{name} of {event.layer.name} ({event.layer.class_name})"
