"""Record where a trace by JAX combines the output of a layer and data into a matrix of all pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layertrace.record.describe.jaxpr_pairs import is_column_or_vector, pairs_in
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.tracers import frames_of, name_in_trace
from layertrace.record.describe.values import spec
from layertrace.record.frameworks import jax_private
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.spans import LAYER, MODE, Span, trace_note

__all__ = ["STATE", "note_rows", "observe_pairs"]

STATE = "state"
"""The argument in which Keras hands all variables to its steps; it is compared, but not shown."""

_MOST = 16  # tensors that are looked at in one result


def note_rows(span: Span, result: object) -> None:
    """Remember what a trace calls the columns and vectors that a call returned, until the trace ends."""
    mode = span[MODE] if hub.observers else None
    trace = None if mode is None or mode.name != "graph" else mode.span
    note = None if trace is None else trace_note(trace)
    if note is None or trace is None or safe.is_plain(result):
        return
    inner = safe.unwrapped(result)
    values: list[Any] = [result] if inner is None else [item for _, item in safe.first_items(inner, _MOST)]
    for value in values:
        if Loaded.backend.is_traced_tensor(value) and is_column_or_vector(value.shape):
            name = name_in_trace(value, trace)
            if name is not None:
                note.rows.append((span, name))


def observe_pairs(trace: Span, jaxpr: Any, names: Sequence[str] | None) -> None:
    """Record the combinations of an output of a layer and data whose mean or sum the trace takes.

    Args:
        trace: The trace that has ended.
        jaxpr: What JAX has traced.
        names: The paths of its arguments, such as `state[0]`.
    """
    note = trace_note(trace)
    if note is None or not note.rows:
        return
    rows, weights, note.rows, note.weights = note.rows, set(map(id, note.weights)), [], []
    if note.function.role is not None:
        if names is None or len(names) != len(jaxpr.invars):
            return
        pairs = zip(names, jaxpr.invars, strict=True)
        weights.update(id(value) for name, value in pairs if str(name).startswith(STATE))
    if jax_private.find("traceback_frames") is None:
        return
    outputs = {id(name): span for span, name in rows}  # the outermost call that returned it ends last
    for found in pairs_in(jaxpr, outputs, weights):
        place = next(iter(frames_of(found.equation)), None)
        if place is None:
            continue
        mixed = PendingObservation(
            "broadcast", (place, found.at), layer=outputs[found.output][LAYER], place=place
        )
        mixed.name = f"{found.name} {found.at}"
        mixed.before, mixed.now = spec(found.mine.aval), spec(found.other.aval)
        mixed.role = "loss" if found.is_loss else ""
        mixed.span = trace
        add_observation(mixed)
