"""Give rules access to a timeline: nesting of events, final states of layers, and who defined a layer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from layertrace.diagnosis.program_files import files_of_program
from layertrace.diagnosis.user_source import is_within
from layertrace.timeline import Timeline
from layertrace.timeline.context import Failure, LayerState, Observation, ObservationKind
from layertrace.timeline.event import (
    EMPTY_MAPPING,
    ErrorRef,
    Event,
    Kind,
    LayerRef,
    Location,
    Structure,
    TensorSpec,
    VariableSpec,
)
from layertrace.timeline.ownership import is_framework_name, is_keras_file, is_user_defined

__all__ = [
    "CreatedVariable",
    "DiagnosisContext",
    "OverriddenStep",
    "is_user_defined",
    "seqs",
    "specs",
    "user_function",
]

_STEPS = ("train_step", "test_step", "predict_step")
_NO_EVENTS: Mapping[Kind | None, Sequence[Event]] = EMPTY_MAPPING


def specs(value: Structure) -> Iterator[TensorSpec]:
    """Yield the tensors of a structure."""
    if isinstance(value, TensorSpec):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from specs(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from specs(item)


class OverriddenStep(NamedTuple):
    """A model's `train_step`, `test_step` or `predict_step` that the user wrote."""

    layer: LayerRef
    name: str
    place: Location


class CreatedVariable(NamedTuple):
    """The creation of a variable: its event, the variable, and the event directly around it."""

    event: Event
    spec: VariableSpec
    parent: Event | None


class DiagnosisContext:
    """What a rule examines.

    Args:
        timeline: The recorded events. Rules see only the events of a selection, but the states, observations
            and failure of the whole recording.

    Attributes:
        timeline: The recorded events.
        states: The final state of each layer, by `LayerRef.id`. The state of a layer may be unknown.
        failure: The exception that ended the recording.
        versions: The versions of the installed frameworks, by name.
        backend: The backend of Keras: `tensorflow`, `jax`.
        cond: The function that chooses in a graph: `tf.cond`, or that of Keras on another backend.
        watched: The kinds of observations that were looked for.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline[:]
        recording = timeline.surroundings
        self.states: Mapping[int, LayerState] = recording.states
        self.failure: Failure | None = recording.failure
        self._observations = recording.observations
        self.versions = recording.versions
        self.backend = recording.backend
        self.cond = "tf.cond" if self.backend == "tensorflow" else "keras.ops.cond"
        self.watched = frozenset(recording.watched)

    # Events

    def events(
        self, kind: Kind | None = None, where: Callable[[Event], bool] | None = None
    ) -> Sequence[Event]:
        """Return the events of a kind for which `where` holds, in order."""
        events = self.timeline if kind is None else self._by_kind.get(kind, ())
        return events if where is None else [event for event in events if where(event)]

    def event(self, seq: int | None) -> Event | None:
        """Return the event with a sequence number."""
        return None if seq is None else self._by_seq.get(seq)

    def parent(self, event: Event) -> Event | None:
        """Return the event that directly encloses another."""
        return self.event(event.parent)

    def ancestors(self, event: Event) -> Iterator[Event]:
        """Yield the events that enclose another, innermost first."""
        outer = self.parent(event)
        while outer is not None:
            yield outer
            outer = self.parent(outer)

    def children(self, event: Event) -> tuple[Event, ...]:
        """Return the events directly inside another."""
        return self.timeline.children(event)

    def descendants(self, event: Event) -> Iterator[Event]:
        """Yield all events inside another, in order."""
        pending = list(reversed(self.children(event)))
        while pending:
            inner = pending.pop()
            yield inner
            pending += reversed(self.children(inner))

    def of(self, layer: LayerRef, kind: Kind | None = None) -> Sequence[Event]:
        """Return the events of one layer, in order."""
        return self._by_layer.get(layer.id, _NO_EVENTS).get(kind, ())

    def enclosing_layer(self, event: Event) -> LayerRef | None:
        """Return the layer whose `init`, `build` or `call` most closely encloses an event."""
        return next((outer.layer for outer in self.ancestors(event) if outer.layer is not None), None)

    def subject(self, place: Event | Failure) -> LayerRef | None:
        """Return the layer that failed.

        It is the layer of the event, the layer whose method raised, or the layer that was running then.
        """
        layer = place.layer or (None if place.error is None else place.error.subject)
        if layer is not None or not isinstance(place, Event):
            return layer
        return self.enclosing_layer(place) or (None if self.failure is None else self.failure.layer)

    def line(self, place: Event | Failure) -> Location | None:
        """Return the line of the user's code that failed, or else the line that caused the event."""
        location = None if place.error is None else place.error.location
        if location is None and isinstance(place, Event):
            location = place.location
        return location or (None if self.failure is None else self.failure.error.location)

    def enclosing_call(self, event: Event) -> Event | None:
        """Return the call that most closely encloses an event."""
        return next((outer for outer in self.ancestors(event) if outer.kind == "call"), None)

    def step_of(self, event: Event) -> OverriddenStep | None:
        """Return the step of a model that caused an event directly, outside of any layer.

        Among several models of one class it is the model that was called last.
        """
        if event.location is None or any(
            outer.kind not in ("trace", "run") for outer in self.ancestors(event)
        ):
            return None
        steps = [step for step in self._steps if is_within(event.location, step.place)]
        return max(steps, key=lambda step: self._last_call(step.layer, event.seq), default=None)

    def step_of_observation(self, observation: Observation) -> str | None:
        """Return the step of a model during which something was observed; None for a `call`."""
        event = self.event(observation.during)
        if event is None or event.kind != "trace":
            return None
        state = self.state(observation.layer)
        steps = () if state is None else [name for name in _STEPS if name in state.methods]
        function = None if observation.location is None else observation.location.function
        return function if function in steps else next(iter(steps), None)

    def _last_call(self, layer: LayerRef, before: int) -> int:
        return max((call.seq for call in self.of(layer, "call") if call.seq < before), default=-1)

    @cached_property
    def _steps(self) -> list[OverriddenStep]:
        """The steps that are overridden by a user's model."""
        return [
            OverriddenStep(state.layer, name, state.methods[name])
            for state in self.states.values()
            for name in _STEPS
            if name in state.methods
        ]

    def is_of_other_keras(self, event: Event) -> bool:
        """Return whether a call was given a symbolic tensor of the other Keras.

        Its layer does not recognize such a tensor as symbolic. Eager tensors have no unknown dimension, and a
        symbolic tensor of the layer's own Keras puts the call into `symbolic` mode.
        """
        if not self.has_both_keras or event.kind != "call" or event.mode != "eager" or event.layer is None:
            return False
        return any(spec.encoding == "dense" and None in (spec.shape or ()) for spec in specs(event.inputs))

    @cached_property
    def has_both_keras(self) -> bool:
        """Whether there are layers of Keras 3 and of tf_keras."""
        return len({layer.framework for layer in self.layers}) > 1

    @property
    def layers(self) -> tuple[LayerRef, ...]:
        """The layers of the events, ordered by their first event."""
        return self.timeline.layers

    @cached_property
    def files(self) -> frozenset[str]:
        """The files of the program whose lines caused events or observations, and those that they import."""
        places = (each.location for each in (*self.timeline, *self._observations))
        own = {place.file for place in places if place is not None}
        return frozenset(each for file in own for each in files_of_program(file))

    @cached_property
    def _by_seq(self) -> dict[int, Event]:
        return {event.seq: event for event in self.timeline}

    @cached_property
    def _by_kind(self) -> dict[Kind, list[Event]]:
        events: dict[Kind, list[Event]] = defaultdict(list)
        for event in self.timeline:
            events[event.kind].append(event)
        return events

    @cached_property
    def _by_layer(self) -> dict[int, dict[Kind | None, list[Event]]]:
        """The events of each layer by their kind; those of None are all."""
        layers: dict[int, dict[Kind | None, list[Event]]] = {}
        for event in self.timeline:
            if event.layer is not None:
                events = layers.get(event.layer.id)
                if events is None:
                    events = layers[event.layer.id] = defaultdict(list)
                events[None].append(event)
                events[event.kind].append(event)
        return layers

    @cached_property
    def variables(self) -> Mapping[int, VariableSpec]:
        """The variables whose creation was recorded, by `VariableSpec.id`."""
        variables = (event.variable for event in self.events("variable"))
        return {variable.id: variable for variable in variables if variable is not None}

    @cached_property
    def updated(self) -> frozenset[int]:
        """The ids of the variables for which an optimizer received gradients."""
        return frozenset(
            variable for update in self.observations("update") for variable in update.variables if variable
        )

    # States, observations and failures

    def state(self, layer: LayerRef | None) -> LayerState | None:
        """Return the final state of a layer; None if it is unknown."""
        return None if layer is None else self.states.get(layer.id)

    def call_defined_at(self, layer: LayerRef | None) -> Location | None:
        """Return where the `call` of a layer is defined."""
        state = self.state(layer)
        if layer is None or (state is not None and "call" in state.methods):
            return None if state is None else state.methods["call"]
        return next((call.defined_at for call in self.of(layer, "call") if call.defined_at is not None), None)

    def name_in(self, owner: LayerRef | None, layer: LayerRef) -> str:
        """Return the attribute in which a layer holds another, or the name of that layer if it is unknown."""
        state = self.state(owner)
        return layer.name if state is None else state.held.get(layer.id, layer.name)

    def holder(self, layer: LayerRef) -> LayerState | None:
        """Return the layer that holds another in an attribute, preferably a user-defined one."""
        holders = [state for state in self.states.values() if layer.id in state.held]
        return next(iter(sorted(holders, key=lambda state: not is_user_defined(state.layer))), None)

    def observations(self, what: ObservationKind) -> list[Observation]:
        """Return the observations of a kind, in order."""
        return [observation for observation in self._observations if observation.what == what]

    def layers_with_shared_name(self, message: str) -> list[LayerRef]:
        """Return the layers whose name is shared by another layer and quoted in a message."""
        names = [layer.name for layer in self.layers]
        return [
            layer
            for layer in self.layers
            if names.count(layer.name) > 1 and any(f"{q}{layer.name}{q}" in message for q in "'\"")
        ]

    @cached_property
    def errors(self) -> Sequence[Event]:
        """The events in which an exception arose that no enclosing call handled."""
        origins = self.events(where=lambda event: event.error is not None and event.error.origin)
        return [event for event in origins if not self._is_handled(event)]

    def _is_handled(self, event: Event) -> bool:
        """Return whether an enclosing call caught the error and returned, for example with a fallback.

        For an error inside a `build`, only calls inside that `build` count. Keras tries out a call there; if
        the call fails, Keras continues without the children that the call would have built.
        """
        # tests/cases/clean/errors_that_are_handled.py
        ancestors = list(self.ancestors(event))
        until = next((at for at, outer in enumerate(ancestors) if outer.kind == "build"), len(ancestors))
        return any(
            outer.kind == "call" and outer.error is None and outer.duration_ns is not None
            for outer in ancestors[:until]
        )

    # Views without None

    def errors_from(self, *functions: str) -> list[tuple[Event | Failure, ErrorRef]]:
        """Return what failed because one of these functions raised an exception, and the exception.

        Args:
            *functions: Functions as `module:function`, as in `ErrorRef.raised_in`, or the end of one, such
                as `:count_params`, which matches any module of the frameworks.

        Returns:
            The events in which these exceptions arose, or else the failure of the recording.
        """
        failures: list[tuple[Event | Failure, ErrorRef]] = [
            (event, event.error)
            for event in self.errors
            if event.error is not None and _came_from(event.error.raised_in, functions)
        ]
        if not failures and self.failure is not None:
            error = self.failure.error
            return [(self.failure, error)] if _came_from(error.raised_in, functions) else []
        return failures

    def created_variables(self, layer: LayerRef | None = None) -> Iterator[CreatedVariable]:
        """Yield the variables that were created, or those of one layer, in order."""
        for event in self.events("variable") if layer is None else self.of(layer, "variable"):
            if event.variable is not None:
                yield CreatedVariable(event, event.variable, self.parent(event))

    def layer_observations(self, what: ObservationKind) -> Iterator[tuple[LayerRef, Observation]]:
        """Yield the observations of a kind that belong to a layer, each with that layer."""
        for observation in self.observations(what):
            if observation.layer is not None:
                yield observation.layer, observation

    def init_of(self, layer: LayerRef) -> Event | None:
        """Return the `init` of a layer; None where the recording began later."""
        return next(iter(self.of(layer, "init")), None)

    def enclosing(self, event: Event, *kinds: Kind) -> Iterator[Event]:
        """Yield the events of some kinds around another, innermost first."""
        return (outer for outer in self.ancestors(event) if outer.kind in kinds)


def seqs(*places: Event | Failure | None) -> tuple[int, ...]:
    """Return the `seq` of each event among some places; a failure outside of all events has none."""
    return tuple(place.seq for place in places if isinstance(place, Event))


def _came_from(raised_in: tuple[str, ...], functions: tuple[str, ...]) -> bool:
    """Return whether a traceback passes through one of these functions."""
    ends = tuple(function for function in functions if function.startswith(":"))
    return any(name in functions or (name.endswith(ends) and is_framework_name(name)) for name in raised_in)


def user_function(trace: Event) -> str | None:
    """Return the name of a `tf.function` of the user's; None if Keras compiled it from a model's step."""
    place = trace.defined_at
    if place is None or trace.function is None:
        return None
    name = trace.function.name
    return None if is_keras_file(place.file) else name if name.isidentifier() else "step"
