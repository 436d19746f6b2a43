"""Find which event is inside which, in a selection of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from layertrace.timeline.event import Event, LayerRef

__all__ = ["Nesting"]


class Nesting:
    """The parents and children of selected events.

    The parent of an event is the nearest selected event that was running when it began.

    Args:
        events: The selected events.
        whole: All events that they were selected from.
    """

    def __init__(self, events: Sequence[Event], whole: Sequence[Event]) -> None:
        self.events = events
        self._whole = whole

    def children(self, seq: int | None) -> tuple[Event, ...]:
        """Return the events directly inside the one with this number; for None, those inside no other."""
        return self.by_parent.get(seq, ())

    @cached_property
    def by_parent(self) -> Mapping[int | None, tuple[Event, ...]]:
        """The events inside each event that has any, by its number; by None, those inside no other."""
        selected = {event.seq for event in self.events}
        nearest: dict[int | None, int | None] = {None: None}
        children: dict[int | None, list[Event]] = {}
        for event in self.events:
            parent = event.parent
            if parent is not None and parent not in selected:
                parent = self._nearest(parent, selected, nearest)
            siblings = children.get(parent)
            if siblings is None:
                siblings = children[parent] = []
            siblings.append(event)
        return {seq: tuple(events) for seq, events in children.items()}

    @cached_property
    def parents(self) -> dict[int, Event]:
        """The parent of each event that has one, by the number of the child."""
        by_parent = self.by_parent
        return {
            child.seq: event
            for event in self.events
            if event.seq in by_parent
            for child in by_parent[event.seq]
        }

    def left_out_around(self, event: Event) -> tuple[LayerRef, ...]:
        """Return the layers that an event ran in, up to the nearest selected event, outermost first."""
        layers: list[LayerRef] = []
        seq = event.parent
        while seq is not None and seq in self._left_out:
            around = self._left_out[seq]
            if around.layer is not None and around.layer.id not in [layer.id for layer in layers]:
                layers.append(around.layer)
            seq = around.parent
        return tuple(reversed(layers))

    @cached_property
    def _left_out(self) -> dict[int, Event]:
        """The events that were not selected."""
        if len(self.events) == len(self._whole):
            return {}
        selected = {event.seq for event in self.events}
        return {event.seq: event for event in self._whole if event.seq not in selected}

    def outermost(self, event: Event) -> Event:
        """Return the outermost recorded event around `event`, selected or not, or `event` itself."""
        return event if event.parent is None else self._outermost.get(event.seq, event)

    @cached_property
    def _outermost(self) -> dict[int, Event]:
        outermost: dict[int, Event] = {}
        for event in self._whole:
            outermost[event.seq] = event if event.parent is None else outermost.get(event.parent, event)
        return outermost

    @cached_property
    def _recorded_parents(self) -> dict[int, int | None]:
        """The number of the parent of every recorded event, selected or not."""
        return {event.seq: event.parent for event in self._whole}

    def _nearest(
        self, seq: int | None, selected: set[int], nearest: dict[int | None, int | None]
    ) -> int | None:
        """Return the innermost selected event that is `seq` or encloses it, and cache the answer."""
        visited = []
        while seq not in nearest and seq not in selected:
            visited.append(seq)
            seq = self._recorded_parents.get(seq) if seq is not None else None
        answer = nearest.get(seq, seq)
        nearest.update(dict.fromkeys(visited, answer))
        return answer
