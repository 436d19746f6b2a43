"""Merge the recordings of several processes into one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from msgspec import structs

from layertrace.timeline.context import Observation, RecordingContext
from layertrace.timeline.event import ErrorRef, Event, LayerRef
from layertrace.timeline.marks import in_order
from layertrace.timeline.timeline import Timeline

__all__ = ["merged"]


def merged(timelines: Mapping[str, Timeline]) -> Timeline:
    """Return the events of several recordings ordered by time.

    Layers, functions and variables of different recordings stay distinct. The names of threads get the name
    of their recording. A recording whose start is unknown is placed at the start of the first.

    Args:
        timelines: The recordings, by name.
    """
    parts = [_Part(name, timeline) for name, timeline in timelines.items()]
    first = min((part.started_ns for part in parts if part.started_ns is not None), default=0)
    renumbered: list[tuple[Key, Event]] = []
    highest = 0
    for part in parts:
        renumbered += part.events(highest, part.later_than(first))
        highest += part.highest
    events = sorted(renumbered, key=lambda pair: pair[1].start_ns)
    numbers = {key: seq for seq, (key, _) in enumerate(events)}
    ordered = [
        structs.replace(
            event,
            seq=numbers[key],
            parent=None if event.parent is None else numbers[(key[0], event.parent)],
        )
        for key, event in events
    ]
    notes = [f"{part.name}: {note}" for part in parts for note in part.timeline.notes]
    return Timeline(ordered, notes, _merged_contexts(parts, numbers, first))


Key = tuple[str, int]


class _Part:
    """One of the recordings, whose numbers are shifted so that no other recording has them."""

    def __init__(self, name: str, timeline: Timeline) -> None:
        self.name = name
        self.timeline = timeline
        self.started_ns = timeline.surroundings.started_ns
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

    def later_than(self, first: int) -> int:
        """Return how much later it began than the first of the recordings; 0 if that is unknown."""
        return 0 if self.started_ns is None else self.started_ns - first

    def events(self, offset: int, later_ns: int) -> Iterator[tuple[Key, Event]]:
        """Yield the events, their layers, functions and variables with unique numbers."""
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
                    else replace(event.function, id=event.function.id + offset),
                    variable=None if variable is None else replace(variable, id=variable.id + offset),
                ),
            )

    def layer(self, layer: LayerRef | None) -> LayerRef | None:
        """Return a layer with its number in the merged recording."""
        if layer is None:
            return None
        if layer not in self._layers:
            self._layers[layer] = replace(layer, id=layer.id + self._offset)
        return self._layers[layer]

    def _error(self, error: ErrorRef) -> ErrorRef:
        return replace(error, subject=self.layer(error.subject))

    def _dropped(self, dropped: tuple[int, int, str, str] | None) -> tuple[int, int, str, str] | None:
        if dropped is None:
            return None
        maker, dropper, *names = dropped
        return maker + self._offset, dropper + self._offset if dropper else 0, names[0], names[1]

    def surroundings(self, numbers: Mapping[Key, int], later_ns: int) -> RecordingContext:
        """Return the context of this recording, with the numbers and the clock of the merged one."""
        context, offset = self.timeline.surroundings, self._offset
        states = {}
        for number, state in context.states.items():
            layer = self.layer(state.layer)
            assert layer is not None  # noqa: S101  # every state has a layer
            states[number + offset] = replace(
                state,
                layer=layer,
                children=tuple(child + offset for child in state.children),
                held={child + offset: name for child, name in state.held.items()},
                repeated=tuple((child + offset, times) for child, times in state.repeated),
                output_layer=None if state.output_layer is None else state.output_layer + offset,
                mask_dropped=self._dropped(state.mask_dropped),
                variables=tuple(variable + offset if variable else 0 for variable in state.variables),
            )
        observations = tuple(self._observation(seen, numbers) for seen in context.observations)
        failure = context.failure and replace(
            context.failure, layer=self.layer(context.failure.layer), error=self._error(context.failure.error)
        )
        return RecordingContext(
            states=states,
            observations=observations,
            failure=failure,
            versions=context.versions,
            watched=context.watched,
            command=context.command,
            statements=context.statements,
            marks=tuple(
                replace(mark, start_ns=mark.start_ns + later_ns, thread=f"{self.name}: {mark.thread}")
                for mark in context.marks
            ),
        )

    def _observation(self, observation: Observation, numbers: Mapping[Key, int]) -> Observation:
        during = observation.during
        return replace(
            observation,
            during=None if during is None else numbers.get((self.name, during)),
            layer=self.layer(observation.layer),
            variables=tuple(number + self._offset if number else 0 for number in observation.variables),
            thread=f"{self.name}: {observation.thread}",
        )


def _merged_contexts(parts: list[_Part], numbers: Mapping[Key, int], first: int) -> RecordingContext:
    contexts = [part.surroundings(numbers, part.later_than(first)) for part in parts]
    failures = [context.failure for context in contexts if context.failure is not None]
    return RecordingContext(
        states={number: state for context in contexts for number, state in context.states.items()},
        observations=tuple(seen for context in contexts for seen in context.observations),
        failure=failures[0] if failures else None,
        versions=dict(item for context in contexts for item in context.versions.items()),
        watched=tuple(kind for kind in contexts[0].watched if all(kind in each.watched for each in contexts)),
        statements=tuple(dict.fromkeys(part for context in contexts for part in context.statements)),
        started_ns=first or None,
        marks=in_order(mark for context in contexts for mark in context.marks),
        command=next((context.command for context in contexts if context.command), ()),
    )
