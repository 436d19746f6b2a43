"""Put several recordings into one, as if one had seen all processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from msgspec import structs

from layertrace.timeline.context import Observation, RecordingContext
from layertrace.timeline.event import ErrorRef, Event, FunctionRef, LayerRef
from layertrace.timeline.timeline import Timeline

__all__ = ["merged"]


def merged(timelines: Mapping[str, Timeline]) -> Timeline:
    """Return the events of several recordings in the order of the clock.

    Layers, functions and variables of different recordings stay different. Threads are told with the name of
    their recording. A recording that does not know when it began is taken to have begun with the first.

    Args:
        timelines: The recordings, by name.
    """
    moved = [_Moved(name, one) for name, one in timelines.items()]
    known = [one.began for one in moved if one.began is not None]
    first = min(known, default=0)
    spaced, highest = [], 0
    for one in moved:
        spaced.append(list(one.events(highest, 0 if one.began is None else one.began - first)))
        highest += one.highest
    events = sorted((pair for part in spaced for pair in part), key=lambda pair: pair[1].start_ns)
    numbers = {key: seq for seq, (key, _) in enumerate(events)}
    ordered = [
        structs.replace(
            event,
            seq=numbers[key],
            parent=None if event.parent is None else numbers[(key[0], event.parent)],
        )
        for key, event in events
    ]
    notes = [f"{one.name}: {note}" for one in moved for note in one.timeline.notes]
    return Timeline(ordered, notes, _together(moved, numbers, first))


Key = tuple[str, int]


class _Moved:
    """One recording on its way into another."""

    def __init__(self, name: str, timeline: Timeline) -> None:
        self.name = name
        self.timeline = timeline
        self.began = timeline.surroundings.started_ns
        self.highest = max(self._numbers(), default=0)
        self._offset = 0
        self._layers: dict[LayerRef, LayerRef] = {}

    def _numbers(self) -> Iterator[int]:
        for event in self.timeline:
            yield 0 if event.error is None or event.error.subject is None else event.error.subject.id
            yield 0 if event.layer is None else event.layer.id
            yield 0 if event.function is None else event.function.id
            yield 0 if event.variable is None else event.variable.id
        yield from self.timeline.surroundings.states

    def events(self, offset: int, later_ns: int) -> Iterator[tuple[Key, Event]]:
        """Yield the events with numbers of layers, functions and variables that no other recording has."""
        self._offset = offset
        for event in self.timeline.standing_alone():
            variable = event.variable
            yield (
                (self.name, event.seq),
                structs.replace(
                    event,
                    start_ns=event.start_ns + later_ns,
                    thread=f"{self.name}: {event.thread}",
                    layer=self.layer(event.layer),
                    error=event.error and self._error(event.error),
                    function=None
                    if event.function is None
                    else FunctionRef(event.function.id + offset, event.function.name),
                    variable=None if variable is None else replace(variable, id=variable.id + offset),
                ),
            )

    def layer(self, layer: LayerRef | None) -> LayerRef | None:
        """Return a layer with its number in the whole."""
        if layer is None:
            return None
        if layer not in self._layers:
            self._layers[layer] = replace(layer, id=layer.id + self._offset)
        return self._layers[layer]

    def _error(self, error: ErrorRef) -> ErrorRef:
        return replace(error, subject=self.layer(error.subject))

    def surroundings(self, numbers: Mapping[Key, int]) -> RecordingContext:
        """Return what is known beside the events, with the numbers that these have in the whole."""
        known, offset = self.timeline.surroundings, self._offset
        states = {}
        for number, state in known.states.items():
            layer = self.layer(state.layer)
            assert layer is not None  # noqa: S101  # a state is of a layer
            states[number + offset] = replace(
                state,
                layer=layer,
                children=tuple(child + offset for child in state.children),
                held={child + offset: name for child, name in state.held.items()},
                variables=tuple(one + offset if one else 0 for one in state.variables),
            )
        observations = tuple(self._observation(one, numbers) for one in known.observations)
        failure = known.failure and replace(
            known.failure, layer=self.layer(known.failure.layer), error=self._error(known.failure.error)
        )
        return RecordingContext(
            states=states, observations=observations, failure=failure, versions=known.versions
        )

    def _observation(self, one: Observation, numbers: Mapping[Key, int]) -> Observation:
        return replace(
            one,
            during=None if one.during is None else numbers.get((self.name, one.during)),
            layer=self.layer(one.layer),
            variables=tuple(number + self._offset if number else 0 for number in one.variables),
            thread=f"{self.name}: {one.thread}",
        )


def _together(moved: list[_Moved], numbers: Mapping[Key, int], first: int) -> RecordingContext:
    parts = [one.surroundings(numbers) for one in moved]
    failures = [part.failure for part in parts if part.failure is not None]
    return RecordingContext(
        states={number: state for part in parts for number, state in part.states.items()},
        observations=tuple(one for part in parts for one in part.observations),
        failure=failures[0] if failures else None,
        versions=dict(item for part in parts for item in part.versions.items()),
        started_ns=first or None,
    )
