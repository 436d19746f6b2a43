"""A timeline made easy to examine: who lies inside whom, what a layer was like, whose code it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from layertrace.timeline import Timeline
from layertrace.timeline.event import Event, Kind, LayerRef
from layertrace.timeline.surroundings import Failure, LayerState, Observation, Sight

__all__ = ["Case", "is_users"]

_HOSTS = ("keras", "tf_keras", "tensorflow")


def is_users(layer: LayerRef) -> bool:
    """Tell a layer whose class is the user's, or another package's, from Keras's own."""
    return not layer.bases or layer.bases[0].partition(".")[0] not in _HOSTS


class Case:
    """What a rule examines.

    Args:
        timeline: What was recorded. A selection is examined as such, with what is known of the whole.

    Attributes:
        timeline: The same.
        states: How layers were in the end, by number; a layer without one is unknown, not faultless.
        failure: The exception that ended the recording.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline[:]
        surroundings = timeline.surroundings
        self.states: Mapping[int, LayerState] = surroundings.states
        self.failure: Failure | None = surroundings.failure
        self._observations = surroundings.observations
        self.versions = surroundings.versions

    # Events

    def events(self, kind: Kind | None = None, where: Callable[[Event], bool] = bool) -> list[Event]:
        """Return the events of a kind for which `where` holds, in order."""
        found = self.timeline if kind is None else self._by_kind.get(kind, ())
        return [event for event in found if where(event)]

    def event(self, seq: int | None) -> Event | None:
        """Return the event with a number."""
        return None if seq is None else self._by_seq.get(seq)

    def parent(self, event: Event) -> Event | None:
        """Return the event directly around another."""
        return self.event(event.parent)

    def around(self, event: Event) -> Iterator[Event]:
        """Yield the events around another, innermost first."""
        outer = self.parent(event)
        while outer is not None:
            yield outer
            outer = self.parent(outer)

    def inside(self, event: Event) -> tuple[Event, ...]:
        """Return the events directly inside another."""
        return self.timeline.children(event)

    def all_inside(self, event: Event) -> Iterator[Event]:
        """Yield all events inside another, in order."""
        todo = list(reversed(self.inside(event)))
        while todo:
            one = todo.pop()
            yield one
            todo += reversed(self.inside(one))

    def of(self, layer: LayerRef, kind: Kind | None = None) -> list[Event]:
        """Return the events of one layer, in order."""
        found = self._by_layer.get(layer.id, [])
        return [event for event in found if kind in (None, event.kind)]

    def busy_layer(self, event: Event) -> LayerRef | None:
        """Return the layer whose `init`, `build` or `call` is the innermost around an event."""
        return next((outer.layer for outer in self.around(event) if outer.layer is not None), None)

    def busy_call(self, event: Event) -> Event | None:
        """Return the innermost call around an event."""
        return next((outer for outer in self.around(event) if outer.kind == "call"), None)

    @property
    def layers(self) -> tuple[LayerRef, ...]:
        """The layers of the events, in the order of their first."""
        return self.timeline.layers

    @cached_property
    def _by_seq(self) -> dict[int, Event]:
        return {event.seq: event for event in self.timeline}

    @cached_property
    def _by_kind(self) -> dict[Kind, list[Event]]:
        found: dict[Kind, list[Event]] = {}
        for event in self.timeline:
            found.setdefault(event.kind, []).append(event)
        return found

    @cached_property
    def _by_layer(self) -> dict[int, list[Event]]:
        found: dict[int, list[Event]] = {}
        for event in self.timeline:
            if event.layer is not None:
                found.setdefault(event.layer.id, []).append(event)
        return found

    # What is known beside the events

    def state(self, layer: LayerRef | None) -> LayerState | None:
        """Return how a layer was in the end; None where that is not known."""
        return None if layer is None else self.states.get(layer.id)

    def name_in(self, owner: LayerRef | None, layer: LayerRef) -> str:
        """Return the attribute by which a layer holds another, or the name of that where it is not known."""
        state = self.state(owner)
        return layer.name if state is None else state.held.get(layer.id, layer.name)

    def holder(self, layer: LayerRef) -> LayerState | None:
        """Return the layer that holds another in an attribute, the user's own rather than Keras's."""
        found = [state for state in self.states.values() if layer.id in state.held]
        return next(iter(sorted(found, key=lambda state: not is_users(state.layer))), None)

    def observations(self, what: Sight) -> list[Observation]:
        """Return what was noticed of a kind, in order."""
        return [one for one in self._observations if one.what == what]

    def named_twice(self, message: str) -> list[LayerRef]:
        """Return the layers that share their name with another, where a message quotes it."""
        names = [layer.name for layer in self.layers]
        return [
            layer
            for layer in self.layers
            if names.count(layer.name) > 1 and any(f"{q}{layer.name}{q}" in message for q in "'\"")
        ]

    def errors(self) -> list[Event]:
        """Return the events in which an exception arose."""
        return [event for event in self.timeline if event.error is not None and event.error.origin]

    def raised_in(self, *places: str) -> list[Event | Failure]:
        """Return what failed because of an exception that came out of one of these functions.

        Args:
            *places: Each a `module:function`, as in `ErrorRef.raised_in`; or the end of one, such as
                `:count_params`, which goes for any module of the hosts.

        Returns:
            The event in which it arose; or the failure of the whole, where it arose in no event.
        """
        found: list[Event | Failure] = [
            event
            for event in self.errors()
            if event.error is not None and _came_from(event.error.raised_in, places)
        ]
        if not found and self.failure is not None and _came_from(self.failure.error.raised_in, places):
            found.append(self.failure)
        return found


def _came_from(functions: tuple[str, ...], places: tuple[str, ...]) -> bool:
    inner = [one for one in functions if one.partition(".")[0].partition(":")[0] in _HOSTS]
    ends = tuple(place for place in places if place.startswith(":"))
    return any(one in places or one.endswith(ends) for one in inner)
