"""Find the calls by which Keras builds a layer that has no `build` method."""

from __future__ import annotations

from collections.abc import Iterable

from layertrace.timeline.event import Event

__all__ = ["building_calls"]


def building_calls(events: Iterable[Event]) -> frozenset[int]:
    """Return the numbers of the symbolic calls that are followed by the build of the same layer.

    Keras 3 calls a layer without a `build` method symbolically, which builds the layers inside. Then it marks
    the layer as built, and calls it once more (`Layer._build_by_run_for_single_pos_arg` of Keras 3.15).
    """
    latest: dict[int, Event] = {}
    building = set()
    for event in events:
        if event.layer is None:
            continue
        if event.kind == "build":
            call = latest.get(event.layer.id)
            if call is not None and call.parent == event.parent:
                building.add(call.seq)
        elif event.kind == "call" and event.mode == "symbolic":
            latest[event.layer.id] = event
    return frozenset(building)
