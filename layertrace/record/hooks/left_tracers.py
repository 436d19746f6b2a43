"""Find the variables that hold a tracer after the trace of a `jax.jit` function, which has no value then."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

from layertrace.record.describe.layer_contents import created_variables, seeds_of
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.weight_values import variable_path
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.spans import LAYER, METHOD, MODE, PLACE, CodePosition, Span, parent_of, trace_note

__all__ = ["note_call", "observe_left_tracers"]


def note_call(span: Span, layer: object) -> None:
    """Remember a layer that was called in a trace, until the trace ends."""
    mode = span[MODE] if hub.observers else None
    note = None if mode is None or mode.span is None or mode.name != "graph" else trace_note(mode.span)
    if note is not None:
        note.called.append((span, weakref.ref(layer)))


def observe_left_tracers(trace: Span) -> None:
    """Record the layers that were called in a trace and have a variable that holds a tracer now.

    The program may give the variable a value afterwards; then nothing is recorded.
    """
    note = trace_note(trace)
    if note is None:
        return
    called, note.called = note.called, []
    seen: set[int] = set()
    for span, reference in called:
        layer = reference()
        if layer is None or id(layer) in seen:
            continue
        seen.add(id(layer))
        left = list(_left_in(layer))
        if left:
            variables = [weakref.ref(variable) for variable in left]
            observation = PendingObservation(
                "tracer left",
                (id(layer),),
                layer=span[LAYER],
                paths=tuple(map(variable_path, left)),
                place=_place(span),
            )
            observation.span = trace
            observation.is_over = lambda variables=variables: not any(map(_still_holds, variables))
            add_observation(observation)


def _left_in(layer: object) -> Iterator[Any]:
    """Yield the variables of a layer that hold a tracer."""
    for variable in (*created_variables(layer), *seeds_of(layer)):
        if _holds_tracer(variable):
            yield variable


def _holds_tracer(variable: object) -> bool:
    return Loaded.backend.is_traced_tensor(safe.instance_dict(variable).get("_value"))


def _still_holds(reference: weakref.ref[Any]) -> bool:
    variable = reference()
    return variable is not None and _holds_tracer(variable)


def _place(span: Span) -> CodePosition | None:
    """Return the line of the outermost call of a layer inside the trace."""
    outermost, around = span, parent_of(span)
    while around is not None and around[METHOD].kind != "trace":
        if around[METHOD].kind == "call":
            outermost = around
        around = parent_of(around)
    return outermost[PLACE]
