"""Find functions that are created again and again from one code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.rules.tracing._shared import is_framework_code, runs_by_function
from layertrace.timeline.cause import Reason
from layertrace.timeline.event import Event, FunctionRef, LayerRef, Location, Opaque, Structure, TensorSpec
from layertrace.timeline.ownership import is_check_layer_file, is_container, is_tensorflow_file

MIN_FUNCTIONS = 5
"""Functions that are created from one code: TensorFlow warns about the fifth and later ones."""
MIN_TRAINING_FUNCTIONS = 3
"""Functions from one code that train the same variables by one optimizer, where the first would do."""
MIN_RUNS_PER_TRACE = 5
"""Runs for each trace that make a function worth creating: a trace takes as long as many runs."""


def recreated_functions(context: DiagnosisContext, *reasons: Reason) -> Iterator[tuple[str, list[Event]]]:
    """Yield the functions that were created again and again from one code, where there are many.

    Args:
        context: What to examine.
        reasons: The `Cause.reason` of their first traces, such as `new function`.

    Yields:
        The name of the functions, and the first trace of each, except that of the first function.
    """
    by_code: dict[tuple[str, Location | int, Location | None], list[Event]] = {}
    useful = UsefulFunctions(context)
    seen: set[FunctionRef] = set()
    for event in context.events("trace"):
        if event.cause is None or event.cause.reason not in reasons or event.function is None:
            continue
        layer = context.enclosing_layer(event)
        if layer is not None and not is_user_defined(layer):
            continue  # a layer of Keras that compiles its own operations
        if event.defined_at is not None and is_tensorflow_file(event.defined_at.file):
            continue  # a function that TensorFlow creates for itself, as for a distributed dataset
        if event.defined_at is not None and is_check_layer_file(event.defined_at.file):
            continue  # a function of `check_layer`: demos/check_layer.py
        if event.function not in seen and event.graph is not None:
            seen.add(event.function)
            if layer is None and useful.includes(event):
                continue
            # The functions of all models come from one code, that of Keras. Models that are created on
            # different lines are different models:
            # tests/cases/clean/new_models_and_functions_that_are_meant.py
            line = event.location if is_framework_code(event.defined_at) else None
            key = (event.function.name, event.defined_at or event.function.id, line)
            by_code.setdefault(key, []).append(event)
    enough = [
        (key[0], events)
        for key, events in by_code.items()
        if len(events) + 1
        >= (MIN_TRAINING_FUNCTIONS if all(map(useful.repeats_training, events)) else MIN_FUNCTIONS)
    ]
    lines = [{event.location for event in events} for _, events in enough]
    for number, (name, events) in enumerate(enough):
        # `fit` creates two, one inside the other, on the same line: one finding is enough.
        if not any(lines[number] == lines[other] for other in range(number)):
            yield name, events


class _Called(NamedTuple):
    """What a trace calls.

    Attributes:
        model: The first layer.
        layers: All layers that are not models by Keras, which a program may create around them, each with how
            often it occurs. Those that only this function calls are described, so that others like them count
            as the same.
        trained: The variables in them that an optimizer updates.
    """

    model: LayerRef | None
    layers: frozenset[tuple[object, int]]
    trained: set[int]


class UsefulFunctions:
    """The functions that train a model or run often, and so were worth their trace."""

    def __init__(self, context: DiagnosisContext) -> None:
        self._context = context
        self._runs = runs_by_function(context)
        self._traces = Counter(event.function for event in context.events("trace"))
        self._training: dict[FunctionRef | None, set[int]] = {}
        self._optimizers: dict[FunctionRef | None, set[str]] = {}
        self._called: dict[int, _Called] = {}
        for update in context.observations("update"):
            event = context.event(update.during)
            for outer in () if event is None else (event, *context.ancestors(event)):
                if outer.kind == "trace":
                    self._training.setdefault(outer.function, set()).update(update.variables)
                    self._optimizers.setdefault(outer.function, set()).add(update.name)

    def includes(self, trace: Event) -> bool:
        """Return whether the outermost function around a trace is useful.

        tests/cases/clean/new_models_and_functions_that_are_meant.py has a cross-validation, the stages of
        one model, and agents whose functions run often. In tests/cases/clean/many_small_fits.py, functions
        train variables without a layer. tests/cases/clean/ensembles_on_one_trunk.py keeps a function for
        each of its heads.
        """
        outermost = [trace, *self._context.enclosing(trace, "trace")][-1]
        if self._is_kept(outermost):
            return True
        if self.repeats_training(trace):
            return False
        if outermost.function in self._training:
            if not self._trains_what_another_trains(outermost):
                return True
        elif self._calls_newly_trained_layer(outermost):
            return True
        runs = sum(run.times for run in self._runs.get(outermost.function, ()))
        return runs >= MIN_RUNS_PER_TRACE * self._traces[outermost.function]

    def _is_kept(self, trace: Event) -> bool:
        """Return whether a function runs again after another of its code was traced on the same line."""
        function, place = trace.function, (trace.location, trace.defined_at)
        later = [
            other.seq
            for other in self._context.events("trace")
            if other.function is not None and function is not None and other.function.id > function.id
            if (other.location, other.defined_at) == place
        ]
        return any(run.seq > min(later) for run in self._runs.get(function, ())) if later else False

    def repeats_training(self, trace: Event) -> bool:
        """Return whether a function updates what an earlier one of its code did, by the same optimizer."""
        outermost = [trace, *self._context.enclosing(trace, "trace")][-1]
        function = outermost.function
        if function not in self._training or not self._trains_what_another_trains(outermost):
            return False
        mine = self._optimizers.get(function, set())
        others = [
            optimizers
            for other, optimizers in self._optimizers.items()
            if other is not None and function is not None and other.id < function.id
            if self._defined_at(other) == outermost.defined_at
        ]
        return function is not None and function.role is None and mine in others

    def _trains_what_another_trains(self, trace: Event) -> bool:
        """Return whether functions of the same code, created earlier, update all of its variables.

        Those of one model that Keras compiles again are a matter of its `compile`. A function that also
        updates variables of its own trains something new: tests/cases/clean/ensembles_on_one_trunk.py has
        heads that tune one trunk in turn.
        """
        function, updated_earlier = trace.function, set[int]()
        for other, updated in self._training.items():
            if other is None or function is None or other.id >= function.id:
                continue
            is_of_keras = function.role is not None or other.role is not None
            if is_of_keras and (function.role != other.role or function.model == other.model):
                continue
            if is_of_keras or self._defined_at(other) == trace.defined_at:
                updated_earlier |= updated
        variables = self._training[function] - {0}
        return bool(variables) and variables <= updated_earlier

    def _defined_at(self, function: FunctionRef) -> Location | None:
        return next(
            (event.defined_at for event in self._context.events("trace") if event.function == function), None
        )

    def _calls_newly_trained_layer(self, trace: Event) -> bool:
        """Return whether a layer that is called in a trace has variables that an optimizer updates.

        It does not count if a function of another model, which the same line runs, calls the same layers:
        that line runs a new model around them each time. One to each layer in turn has another output:
        tests/cases/clean/outputs_of_each_layer.py
        """
        called = self._called_in(trace)
        is_of_keras = trace.function is not None and trace.function.role is not None
        if not called.trained or trace.location is None or not is_of_keras:
            return bool(called.trained)
        place = (trace.location, trace.defined_at)
        for other in self._context.events("trace"):
            if other.seq >= trace.seq:
                break
            if (other.location, other.defined_at) != place:
                continue
            its = self._called_in(other)
            if its.model != called.model and its.layers == called.layers and called.trained <= its.trained:
                return False
        return True

    def _called_in(self, trace: Event) -> _Called:
        """Return what a trace calls."""
        known = self._called.get(trace.seq)
        if known is None:
            calls = [event.layer for event in self._context.descendants(trace) if event.kind == "call"]
            layers = [layer for layer in calls if layer is not None]
            looks = Counter(self._look(layer) for layer in set(layers) if not is_container(layer))
            known = _Called(next(iter(layers), None), frozenset(looks.items()), self._trained_in(trace))
            self._called[trace.seq] = known
        return known

    def _look(self, layer: LayerRef) -> object:
        """Return a layer, or what it has in common with others that one line creates for one function each.

        Its arguments may differ, or be functions that do: tests/cases/clean/outputs_of_each_class.py
        """
        init = self._context.init_of(layer)
        if init is None or len(self._callers[layer.id]) > 1:
            return layer
        given = {name: value for name, value in init.arguments.items() if name != "name"}
        if any(isinstance(each, (Opaque, TensorSpec, Mapping)) for each in _flat(tuple(given.values()))):
            return layer
        return layer.bases, init.location, tuple(sorted(given.items(), key=lambda each: each[0]))

    @cached_property
    def _callers(self) -> dict[int, set[FunctionRef | None]]:
        """The outermost functions that call each layer; None for a call in eager code."""
        callers: dict[int, set[FunctionRef | None]] = defaultdict(set)
        for call in self._context.events("call", lambda call: call.mode != "symbolic"):
            around = list(self._context.enclosing(call, "trace"))
            if call.layer is not None:
                callers[call.layer.id].add(around[-1].function if around else None)
        return callers

    def _trained_in(self, trace: Event) -> set[int]:
        """Return the variables of the layers called in a trace that an optimizer updates.

        A layer that was deleted by the end has no state, but the creation of its variables was recorded:
        tests/cases/clean/parts_of_models_that_are_trained.py
        """
        layers = {event.layer for event in self._context.descendants(trace) if event.kind == "call"}
        numbers: set[int] = set()
        for layer in layers - {None}:
            state = self._context.state(layer)
            numbers.update(() if state is None else state.variables)
            numbers.update(created.spec.id for created in self._context.created_variables(layer))
        return numbers & self._context.updated


def _flat(values: Structure) -> Iterator[Structure]:
    """Yield the items of nested tuples."""
    if isinstance(values, tuple):
        for value in values:
            yield from _flat(value)
    else:
        yield values
