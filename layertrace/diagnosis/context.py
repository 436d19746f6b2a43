"""A timeline made easy to examine: who lies inside whom, what a layer was like, whose code it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from layertrace.diagnosis.user_source import is_within
from layertrace.timeline import Timeline
from layertrace.timeline.context import Failure, LayerState, Observation, ObservationKind
from layertrace.timeline.event import Event, Kind, LayerRef, Location, Structure, TensorSpec, VariableSpec
from layertrace.timeline.ownership import is_framework_name, is_keras_file, is_user_defined

__all__ = ["DiagnosisContext", "Step", "is_user_defined", "specs", "user_function"]

_STEPS = ("train_step", "test_step", "predict_step")


def specs(value: Structure) -> Iterator[TensorSpec]:
    """Yield the tensors of a structure."""
    if isinstance(value, TensorSpec):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from specs(one)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from specs(one)


class Step(NamedTuple):
    """A model's `train_step`, `test_step` or `predict_step` that the user wrote."""

    layer: LayerRef
    name: str
    place: Location


class DiagnosisContext:
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

    def ancestors(self, event: Event) -> Iterator[Event]:
        """Yield the events around another, innermost first."""
        outer = self.parent(event)
        while outer is not None:
            yield outer
            outer = self.parent(outer)

    def children(self, event: Event) -> tuple[Event, ...]:
        """Return the events directly inside another."""
        return self.timeline.children(event)

    def descendants(self, event: Event) -> Iterator[Event]:
        """Yield all events inside another, in order."""
        todo = list(reversed(self.children(event)))
        while todo:
            one = todo.pop()
            yield one
            todo += reversed(self.children(one))

    def of(self, layer: LayerRef, kind: Kind | None = None) -> Sequence[Event]:
        """Return the events of one layer, in order."""
        return self._by_layer.get((layer.id, kind), ())

    def enclosing_layer(self, event: Event) -> LayerRef | None:
        """Return the layer whose `init`, `build` or `call` is the innermost around an event."""
        return next((outer.layer for outer in self.ancestors(event) if outer.layer is not None), None)

    def subject(self, place: Event | Failure) -> LayerRef | None:
        """Return the layer that failed: whose event it is, whose method was running, or who was busy then."""
        found = place.layer or (None if place.error is None else place.error.subject)
        if found is not None or not isinstance(place, Event):
            return found
        return self.enclosing_layer(place) or (None if self.failure is None else self.failure.layer)

    def line(self, place: Event | Failure) -> Location | None:
        """Return the line of the user's code at which something failed; else the line it was caused by."""
        found = None if place.error is None else place.error.location
        if found is None and isinstance(place, Event):
            found = place.location
        return found or (None if self.failure is None else self.failure.error.location)

    def enclosing_call(self, event: Event) -> Event | None:
        """Return the innermost call around an event."""
        return next((outer for outer in self.ancestors(event) if outer.kind == "call"), None)

    def step_of(self, event: Event) -> Step | None:
        """Return the step of a model on a line of which an event lies, with no layer busy around it.

        Of several models of one class it is the one that was called last.
        """
        if event.location is None or any(
            outer.kind not in ("trace", "run") for outer in self.ancestors(event)
        ):
            return None
        found = [one for one in self._steps if is_within(event.location, one.place)]
        return max(found, key=lambda one: self._last_call(one.layer, event.seq), default=None)

    def step_seen(self, one: Observation) -> str | None:
        """Return the step of a model in which something was seen; None for a `call`."""
        event = self.event(one.during)
        if event is None or event.kind != "trace":
            return None
        state = self.state(one.layer)
        steps = () if state is None else [name for name in _STEPS if name in state.methods]
        written = None if one.location is None else one.location.function
        return written if written in steps else next(iter(steps), None)

    def _last_call(self, layer: LayerRef, before: int) -> int:
        return max((one.seq for one in self.of(layer, "call") if one.seq < before), default=-1)

    @cached_property
    def _steps(self) -> list[Step]:
        """The steps that users wrote."""
        return [
            Step(state.layer, name, state.methods[name])
            for state in self.states.values()
            for name in _STEPS
            if name in state.methods
        ]

    def is_of_other_keras(self, event: Event) -> bool:
        """Tell a call with a symbolic tensor of the other Keras, which no layer takes for symbolic.

        An eager tensor knows all of its dimensions; a placeholder of the layer's own Keras is met in
        `symbolic` mode.
        """
        if event.kind != "call" or event.mode != "eager" or event.layer is None:
            return False
        unknown = any(one.encoding == "dense" and None in (one.shape or ()) for one in specs(event.inputs))
        return unknown and any(layer.framework != event.layer.framework for layer in self.layers)

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
    def _by_layer(self) -> dict[tuple[int, Kind | None], list[Event]]:
        found: dict[tuple[int, Kind | None], list[Event]] = {}
        for event in self.timeline:
            if event.layer is not None:
                found.setdefault((event.layer.id, None), []).append(event)
                found.setdefault((event.layer.id, event.kind), []).append(event)
        return found

    @cached_property
    def variables(self) -> Mapping[int, VariableSpec]:
        """The variables whose making was seen, by `VariableSpec.id`."""
        made = [one.variable for one in self.events("variable") if one.variable is not None]
        return {one.id: one for one in made}

    @cached_property
    def updated(self) -> frozenset[int]:
        """The ids of the variables for which an optimizer was given gradients."""
        return frozenset(one for update in self.observations("update") for one in update.variables if one)

    # What is known beside the events

    def state(self, layer: LayerRef | None) -> LayerState | None:
        """Return how a layer was in the end; None where that is not known."""
        return None if layer is None else self.states.get(layer.id)

    def call_defined_at(self, layer: LayerRef | None) -> Location | None:
        """Return where the `call` of a layer is defined."""
        state = self.state(layer)
        if layer is None or (state is not None and "call" in state.methods):
            return None if state is None else state.methods["call"]
        return next((one.defined_at for one in self.of(layer, "call") if one.defined_at is not None), None)

    def name_in(self, owner: LayerRef | None, layer: LayerRef) -> str:
        """Return the attribute by which a layer holds another, or the name of that where it is not known."""
        state = self.state(owner)
        return layer.name if state is None else state.held.get(layer.id, layer.name)

    def holder(self, layer: LayerRef) -> LayerState | None:
        """Return the layer that holds another in an attribute, the user's own rather than Keras's."""
        found = [state for state in self.states.values() if layer.id in state.held]
        return next(iter(sorted(found, key=lambda state: not is_user_defined(state.layer))), None)

    def observations(self, what: ObservationKind) -> list[Observation]:
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

    @cached_property
    def errors(self) -> Sequence[Event]:
        """The events in which an exception arose, unless a call around handled it."""
        found = self.events(where=lambda one: one.error is not None and one.error.origin)
        return [event for event in found if not self._is_handled(event)]

    def _is_handled(self, event: Event) -> bool:
        """Tell an error after which a call around went on: a fallback of the user's.

        Not one in a `build`: Keras tries out a call there, and goes on without what that would have built.
        """
        around = list(self.ancestors(event))
        until = next((at for at, one in enumerate(around) if one.kind == "build"), len(around))
        return any(
            one.kind == "call" and one.error is None and one.duration_ns is not None for one in around[:until]
        )

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
            for event in self.errors
            if event.error is not None and _came_from(event.error.raised_in, places)
        ]
        if not found and self.failure is not None and _came_from(self.failure.error.raised_in, places):
            found.append(self.failure)
        return found


def _came_from(functions: tuple[str, ...], places: tuple[str, ...]) -> bool:
    inner = [one for one in functions if is_framework_name(one)]
    ends = tuple(place for place in places if place.startswith(":"))
    return any(one in places or one.endswith(ends) for one in inner)


def user_function(trace: Event) -> str | None:
    """Return the name of a `tf.function` of the user's; None for what Keras makes of a model's steps."""
    place = trace.defined_at
    if place is None or trace.function is None:
        return None
    name = trace.function.name
    return None if is_keras_file(place.file) else name if name.isidentifier() else "step"
