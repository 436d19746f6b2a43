"""Find the passes in which an order must hold: the smallest parts of a timeline that have all items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from layertrace.testing.order_items import Item
from layertrace.timeline import Event, Timeline
from layertrace.timeline.chapters import statements_of

__all__ = ["Pass", "passes_of"]


@dataclass(frozen=True, slots=True)
class Pass:
    """A part of a timeline.

    Attributes:
        events: Its events, in order.
        place: What it is, for a message: `call 2 of net`; empty for the whole timeline.
    """

    events: tuple[Event, ...]
    place: str = ""


def passes_of(items: Sequence[Item], timeline: Timeline) -> list[Pass]:
    """Return the smallest parts of a timeline that have an event for each item, or else all of it.

    A part is what happened inside one event; or, among the events at the top or directly inside another
    event, those of one statement that ran once, or of one iteration of a loop.

    Keras calls a model without `build` twice when it is first used, and `fit` calls it for each batch: an
    order that is found from one call to the next proves nothing about the layer.
    """
    return _Search(items, timeline).found() or [Pass(tuple(timeline))]


class _Search:
    def __init__(self, items: Sequence[Item], timeline: Timeline) -> None:
        self._timeline = timeline
        self._events = tuple(timeline)
        self._positions = {event.seq: position for position, event in enumerate(self._events)}
        self._needed = Counter(items)
        self._statements = statements_of(timeline)
        self._relevant: set[int] = set()
        for event in self._events:
            if any(item.matches(event) for item in self._needed):
                outer: Event | None = event
                while outer is not None and outer.seq not in self._relevant:
                    self._relevant.add(outer.seq)
                    outer = timeline.parent(outer)

    def found(self) -> list[Pass]:
        by_thread: dict[str, list[Event]] = {}
        for event in self._kept(self._timeline.roots):
            by_thread.setdefault(event.thread, []).append(event)
        return [part for events in by_thread.values() for part in self._among(events)]

    def _kept(self, events: Iterable[Event]) -> list[Event]:
        return [event for event in events if event.seq in self._relevant]

    def _among(self, siblings: Sequence[Event]) -> list[Pass]:
        """Return the passes among events that lie side by side, in order."""
        found = []
        for events in _rounds(siblings):
            within = []
            for _, group in groupby(events, key=lambda event: self._statements.at(event.location)):
                visit = list(group)
                inside = [part for event in visit for part in self._inside(event)]
                within += inside or self._if_complete(visit)
            found += within or self._if_complete(events)
        return found

    def _inside(self, event: Event) -> list[Pass]:
        children = self._kept(self._timeline.children(event))
        if not children:
            return []
        found = self._among(children)
        events = self._from_to(event, event)
        if not found and self._has_all(events, around=event):
            return [Pass(events, _name(event))]
        if len(found) == 1 and found[0].events == self._from_to(children[0], children[-1]):
            return [Pass(found[0].events, _name(event))]
        return found

    def _if_complete(self, siblings: Sequence[Event]) -> list[Pass]:
        events = self._from_to(siblings[0], siblings[-1])
        return [Pass(events, _lines(siblings))] if self._has_all(events) else []

    def _has_all(self, events: Iterable[Event], around: Event | None = None) -> bool:
        """Return whether each item has an event of its own among these.

        The event around the others counts for an item that names its layer: `"call"` alone means a call
        inside it.
        """
        counts: Counter[Item] = Counter()
        matched = 0
        for event in events:
            own = [
                item for item in self._needed if (event is not around or item.names) and item.matches(event)
            ]
            counts.update(own)
            matched += bool(own)
        return matched >= self._needed.total() and self._needed <= counts

    def _from_to(self, first: Event, last: Event) -> tuple[Event, ...]:
        """Return the events from the beginning of one to the end of another, of the same thread."""
        while children := self._timeline.children(last):
            last = children[-1]
        events = self._events[self._positions[first.seq] : self._positions[last.seq] + 1]
        return tuple(event for event in events if event.thread == first.thread)


def _rounds(siblings: Sequence[Event]) -> Iterator[list[Event]]:
    """Yield the iterations of events: a new one begins where something happens again at the same line."""
    current: list[Event] = []
    seen: set[Hashable] = set()
    for event in siblings:
        layer = None if event.layer is None else event.layer.id
        function = None if event.function is None else event.function.id
        variable = None if event.variable is None else event.variable.id
        key = (event.kind, layer, function, variable, event.location)
        if key in seen:
            yield current
            current, seen = [], set()
        current.append(event)
        seen.add(key)
    if current:
        yield current


def _lines(events: Sequence[Event]) -> str:
    lines = [event.location.line for event in events if event.location is not None]
    if not lines:
        return ""
    return f"line {lines[0]}" if min(lines) == max(lines) else f"lines {min(lines)} to {max(lines)}"


def _name(event: Event) -> str:
    """Return the name of a pass that is one event: `symbolic call of net`, `trace 1 of step`."""
    if event.kind in ("trace", "run"):
        return f"{event.kind} {event.trace} of {event.function}"
    mode = f"{event.mode} " if event.kind == "call" else ""
    number = f" {event.call_index}" if event.call_index else ""
    return f"{mode}{event.kind}{number} of {event.layer.name if event.layer else 'a layer'}"
