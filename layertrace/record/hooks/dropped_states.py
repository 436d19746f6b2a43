"""Find new values of variables that `stateless_call` returns, and that the trace around it never uses.

Within a stateless scope, a layer does not assign to its variables: Keras returns the new values, and a
training step that does not return them leaves statistics and seeds as they were.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any

from layertrace.record.backends.jax import staged_traces
from layertrace.record.describe import source_lines
from layertrace.record.describe.jaxpr_pairs import is_column_or_vector
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.tracers import name_in_trace, primal_of
from layertrace.record.describe.values import dtype_name, spec
from layertrace.record.describe.variable_values import array_in
from layertrace.record.describe.weight_values import variable_path
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.observer import AnyObserver, Call, Observer, ignore
from layertrace.record.hooks.variables import number_of
from layertrace.record.hub import hub
from layertrace.record.layers import LayerRecord, register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import CodePosition, Span, trace_note

__all__ = [
    "STATELESS_CALLS",
    "NewState",
    "content",
    "has_moved",
    "items_of",
    "observe_dropped_states",
]

_MOST = 1_000_000  # numbers of one variable that are compared


@dataclass(slots=True, eq=False)
class NewState:
    """What one `stateless_call` returned in a trace.

    Attributes:
        layer: The layer that was called.
        place: The line of the program.
        paths: The paths of the variables that have new values.
        variables: Weak references to these variables, and what they held.
        values: What JAX calls the new values in the trace. A tracer must not outlive it.
        weight: What it calls one of the weights.
        statistics: Those of the variables that hold floats, so that the states of seeds are left out.
        weights: A weak reference to a weight, and what it held.
    """

    layer: LayerRecord | None
    place: CodePosition | None
    paths: tuple[str, ...]
    variables: list[tuple[weakref.ref[Any], bytes]]
    values: list[Any]
    weight: Any
    statistics: dict[str, tuple[weakref.ref[Any], bytes]]
    weights: list[tuple[weakref.ref[Any], bytes]]


def _end(call: Call, result: Any, layer: Any) -> None:
    """Note the new values, if the call is differentiated with respect to the layer's own weights.

    `stateless_call(trainable_variables, non_trainable_variables, *args, return_losses)` returns the outputs
    and the new values of the variables that are not trainable (Keras 3.0 to 3.15).
    """
    if not hub.observers or type(result) is not tuple or len(result) < 2:
        return
    with guarded("look at the values that a stateless call returned"):
        weights, before = (items_of(_argument(call, position)) for position in (0, 1))
        now, variables = (
            items_of(result[1]),
            items_of(safe.framework_attribute(layer, "non_trainable_variables")),
        )
        _note_weights([*weights, *before])
        if any(map(_is_differentiated, weights)):
            _observe_gradient(call, layer)
        weight, span = _differentiated_in(weights)
        if span is not None and (traced := trace_note(span)) is not None:
            traced.differentiated += [name_in_trace(value, span) for value in weights]
        if span is None or not len(before) == len(now) == len(variables):
            return
        changed = [number for number, value in enumerate(now) if value is not before[number]]
        names = [name_in_trace(now[number], span) for number in changed]
        note = trace_note(span)
        if note is None or not changed or None in names:
            return
        held = {number: _held(variables[number]) for number in changed}
        trainable = items_of(safe.framework_attribute(layer, "trainable_variables"))
        note.new_states.append(
            NewState(
                layer=register_layer(layer),
                place=source_lines.caller(call.method, call.caller),
                paths=tuple(variable_path(variables[number]) for number in changed),
                variables=list(held.values()),
                values=names,
                weight=weight,
                statistics={
                    variable_path(variables[number]): pair
                    for number, pair in held.items()
                    if pair[1] and "float" in dtype_name(safe.framework_attribute(now[number], "dtype"))
                },
                weights=list(map(_held, trainable[:1])),
            )
        )


def _note_weights(values: list[Any]) -> None:
    """Remember what a trace calls vectors and columns that are variables, until the trace ends."""
    for value in values:
        if not Loaded.backend.is_traced_tensor(value) or not is_column_or_vector(value.shape):
            continue
        mode = staged_traces.get(safe.framework_attribute(primal_of(value), "_trace"))
        note = None if mode is None or mode.span is None else trace_note(mode.span)
        if note is not None and mode is not None and mode.span is not None:
            note.weights.append(name_in_trace(value, mode.span))


def _held(variable: Any) -> tuple[weakref.ref[Any], bytes]:
    return weakref.ref(variable), content(variable)


def _begin(call: Call) -> Call:
    """Record that a call is given its two lists of variables in the wrong order, which their shapes show."""
    if hub.observers:
        with guarded("look at the values that a stateless call is given"):
            kinds = ("trainable_variables", "non_trainable_variables")
            given = [items_of(_argument(call, at)) for at in (0, 1)]
            own = [items_of(safe.framework_attribute(call.subject, kind)) for kind in kinds]
            if len(given[0]) != len(own[1]) or len(given[1]) != len(own[0]):
                return call
            shapes, wanted = ([list(map(_shape, values)) for values in lists] for lists in (given, own))
            if shapes != wanted and shapes[::-1] == wanted:
                place = source_lines.caller(call.method, call.caller)
                add_observation(
                    PendingObservation(
                        "stateless swapped",
                        (place,),
                        layer=register_layer(call.subject),
                        role="call",
                        place=place,
                    )
                )
    return call


def _shape(value: Any) -> object:
    seen = spec(value)
    return None if seen is None else seen.shape


STATELESS_CALLS: AnyObserver = Observer(begin=_begin, end=_end, fail=ignore)
"""Observes `Layer.stateless_call`."""


def observe_dropped_states(trace: Span, jaxpr: Any) -> None:
    """Record the layers whose new values the trace has computed and does not use.

    Args:
        trace: The trace that has ended.
        jaxpr: What JAX has traced.
    """
    note = trace_note(trace)
    if note is None or not note.new_states:
        return
    states, note.new_states = note.new_states, []
    used = {id(value) for equation in jaxpr.eqns for value in equation.invars}
    used.update(map(id, jaxpr.outvars))
    known = used.union(map(id, jaxpr.invars))
    for state in states:
        if id(state.weight) not in known:  # JAX has renamed everything
            continue
        observation = PendingObservation(
            "new state",
            (state.place,),
            layer=state.layer,
            paths=state.paths,
            role="dropped" if used.isdisjoint(map(id, state.values)) else "used",
            place=state.place,
        )
        observation.span = trace
        observation.is_over = lambda state=state: any(map(has_moved, state.variables))
        add_observation(observation)
        if observation.role == "used" and state.statistics:
            _add_lost(state, trace)


def _add_lost(state: NewState, trace: Span) -> None:
    """Record statistics that a trace returns; over if they have moved at the end, or no weight has."""
    observation = PendingObservation(
        "statistics lost",
        (state.place,),
        layer=state.layer,
        paths=tuple(state.statistics),
        place=state.place,
    )
    observation.span = trace
    observation.is_over = lambda: (
        any(map(has_moved, state.statistics.values())) or not any(map(has_moved, state.weights))
    )
    add_observation(observation)


def _argument(call: Call, position: int) -> object:
    """Return an argument of `stateless_call`, which takes further ones by `*args`, and so all by that."""
    given = (*call.values, *call.extra)
    if len(given) > position:
        return given[position]
    return (call.keywords or {}).get(("trainable_variables", "non_trainable_variables")[position])


def items_of(values: object) -> list[Any]:
    """Return the items of a list or tuple."""
    inner = safe.unwrapped(values)
    return [] if inner is None else [item for _, item in safe.first_items(inner, safe.size_of(inner))]


def _is_differentiated(value: Any) -> bool:
    """Return whether a value is one that `jax.grad` differentiates by."""
    is_traced = Loaded.backend.is_traced_tensor(value)
    return is_traced and safe.framework_attribute(value, "primal") is not None


def _observe_gradient(call: Call, layer: Any) -> None:
    """Record that a gradient is taken with respect to the trainable weights of a layer."""
    weights = items_of(safe.framework_attribute(layer, "trainable_variables"))
    place = source_lines.caller(call.method, call.caller)
    add_observation(
        PendingObservation(
            "weights differentiated",
            (id(layer), place),
            layer=register_layer(layer),
            variables=tuple(map(number_of, weights)),
            paths=tuple(map(variable_path, weights)),
            place=place,
        )
    )


def _differentiated_in(weights: list[Any]) -> tuple[Any, Span | None]:
    """Return what a trace calls one of some weights, and the trace; None if it takes no gradient for them."""
    for weight in weights:
        inner = primal_of(weight)
        mode = None if inner is weight else staged_traces.get(safe.framework_attribute(inner, "_trace"))
        if mode is not None and mode.span is not None:
            return name_in_trace(inner, mode.span), mode.span
    return None, None


def content(variable: Any) -> bytes:
    """Return the values of a variable; nothing if there are too many, or if it has none."""
    array = array_in(variable, _MOST)
    return b"" if array is None else bytes(array.tobytes())


def has_moved(pair: tuple[weakref.ref[Any], bytes]) -> bool:
    """Return whether a variable has got another value since, which the program has computed elsewhere."""
    variable = pair[0]()
    return variable is not None and content(variable) != pair[1]
