"""Find what becomes of the values that `stateless_apply` of an optimizer returns in a trace by JAX.

`stateless_apply` assigns nothing: the traced function has to return the new weights and the new variables of
the optimizer, and the program assigns them afterwards.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any

from layertrace.record.backends.jax import staged_traces
from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.trace_signatures import described
from layertrace.record.describe.tracers import name_in_trace
from layertrace.record.describe.weight_values import variable_path
from layertrace.record.hooks.dropped_states import content, has_moved, items_of
from layertrace.record.hooks.observer import AnyObserver, Call, Observer, ignore
from layertrace.record.hooks.variables import number_of
from layertrace.record.hooks.zero_gradients import are_zeros_in
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import CodePosition, Span, trace_note

__all__ = ["STATELESS_UPDATES", "StatelessUpdate", "observe_stateless_updates"]

_MOST = 8  # variables whose values are compared: an optimizer changes all


@dataclass(slots=True, eq=False)
class StatelessUpdate:
    """What one `stateless_apply` returned in a trace.

    Attributes:
        name: The optimizer.
        place: The line of the program.
        weights: What JAX calls the new weights in the trace. A tracer must not outlive it.
        weight_numbers: The numbers of these variables.
        weight_values: Weak references to some of them, and what they held.
        gradients: What JAX calls the gradients in the trace.
        states: What JAX calls the new values of the optimizer's own variables.
        state_paths: The paths of these variables.
        state_values: As `weight_values`.
    """

    name: str
    place: CodePosition | None
    weights: list[Any]
    weight_numbers: tuple[int, ...]
    weight_values: list[tuple[weakref.ref[Any], bytes]]
    gradients: list[Any]
    states: list[Any]
    state_paths: tuple[str, ...]
    state_values: list[tuple[weakref.ref[Any], bytes]]


def _end(call: Call, result: Any, optimizer: Any) -> None:
    """Note the new values.

    `stateless_apply(optimizer_variables, grads, trainable_variables)` returns the new values of the trainable
    variables, and those of the optimizer (Keras 3.0 to 3.15).
    """
    if not hub.observers or type(result) is not tuple or len(result) != 2 or len(call.values) != 3:
        return
    with guarded("look at the values that a stateless update returned"):
        weights, states = items_of(result[0]), items_of(result[1])
        before = items_of(call.values[0])
        trainable = items_of(safe.instance_dict(optimizer).get("_trainable_variables"))
        own = items_of(safe.framework_attribute(optimizer, "variables"))
        trace = next((safe.framework_attribute(each, "_trace") for each in weights), None)
        mode = staged_traces.get(trace)
        span = None if mode is None else mode.span
        note = None if span is None else trace_note(span)
        if note is None or span is None:
            return
        _observe_swapped(call, optimizer, span)
        if len(weights) != len(trainable) or not len(states) == len(own) == len(before):
            return
        kept = [
            number
            for number, value in enumerate(states)
            # Nothing depends on the number of steps alone, unless the rate has a schedule.
            if value is not before[number] and not variable_path(own[number]).endswith("iteration")
        ]
        note.stateless_updates.append(
            StatelessUpdate(
                name=str(described(optimizer)),
                place=source_lines.caller(call.method, call.caller),
                weights=[name_in_trace(weight, span) for weight in weights],
                weight_numbers=tuple(map(number_of, trainable)),
                weight_values=_contents(trainable),
                gradients=[name_in_trace(gradient, span) for gradient in items_of(call.values[1])],
                states=[name_in_trace(states[number], span) for number in kept],
                state_paths=tuple(variable_path(own[number]) for number in kept),
                state_values=_contents([own[number] for number in kept]),
            )
        )


def _observe_swapped(call: Call, optimizer: Any, span: Span) -> None:
    """Record that an update is given weights as gradients, and something else as weights."""
    note = trace_note(span)
    weights = set() if note is None else set(map(id, note.differentiated))
    gradients, variables = (
        {id(name_in_trace(value, span)) for value in items_of(call.values[at])} for at in (1, 2)
    )
    if gradients and gradients <= weights and weights.isdisjoint(variables):
        place = source_lines.caller(call.method, call.caller)
        seen = PendingObservation("stateless swapped", (place,), role="update", place=place)
        seen.name, seen.span = safe.class_name(optimizer), span
        add_observation(seen)


STATELESS_UPDATES: AnyObserver = Observer(begin=lambda call: call, end=_end, fail=ignore)
"""Observes `Optimizer.stateless_apply`."""


def _contents(variables: list[Any]) -> list[tuple[weakref.ref[Any], bytes]]:
    pairs = ((weakref.ref(variable), content(variable)) for variable in variables)
    return [pair for pair, _ in zip(filter(_is_known, pairs), range(_MOST), strict=False)]


def _is_known(pair: tuple[weakref.ref[Any], bytes]) -> bool:
    return bool(pair[1])


def observe_stateless_updates(trace: Span, jaxpr: Any) -> None:
    """Record which values of a trace's updates it returns.

    Args:
        trace: The trace that has ended.
        jaxpr: What JAX has traced.
    """
    note = trace_note(trace)
    if note is None or not note.stateless_updates:
        return
    updates, note.stateless_updates = note.stateless_updates, []
    returned = {id(value) for value in jaxpr.outvars}
    for update in updates:
        if returned.isdisjoint(map(id, update.weights)):
            continue  # of a function that another trace calls, or JAX has renamed everything
        if are_zeros_in(jaxpr, update.gradients):
            _add(update, trace, "zero gradients", [])
        if update.weight_values:
            _add(update, trace, "weights returned", update.weight_values)
        if update.states and None not in update.states and returned.isdisjoint(map(id, update.states)):
            _add(update, trace, "optimizer state dropped", update.state_values)


def _add(update: StatelessUpdate, trace: Span, what: Any, values: list[Any]) -> None:
    observation = PendingObservation(
        what,
        (update.place,),
        name=update.name,
        paths=update.state_paths,
        variables=update.weight_numbers,
        place=update.place,
    )
    observation.span = trace
    observation.is_over = lambda: any(map(has_moved, values))
    add_observation(observation)
