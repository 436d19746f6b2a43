"""Tell what exception ended a recording: where in the user's code, in whose method, raised by what."""

from __future__ import annotations

from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.hooks.layer_calls import error_note, first_argument
from layertrace.record.layers import class_facts, register_layer
from layertrace.record.process import safe
from layertrace.timeline.context import Failure
from layertrace.timeline.event import ErrorRef, LayerRef, Location
from layertrace.timeline.registry import live_layers

__all__ = ["failure_of"]


def failure_of(error: BaseException, thread: str) -> Failure:
    """Describe an exception, without keeping it."""
    kind, message, place, _, raised_in, _ = error_note(error, origin=True)
    layer = _layer(error)
    told = ErrorRef(
        type=kind, message=message, location=place, origin=True, raised_in=raised_in, subject=layer
    )
    return Failure(error=told, layer=layer, lines=_lines(error), thread=thread)


def _layer(error: BaseException) -> LayerRef | None:
    """Return the layer whose method is the innermost in a traceback."""
    found: Any = None
    trace = safe.traceback_of(error)
    while trace is not None:
        subject = None if source_lines.is_ours(trace.tb_frame.f_code) else first_argument(trace.tb_frame)
        if subject is not None and class_facts(type(subject)) is not None:
            found = subject
        trace = trace.tb_next
    record = None if found is None else live_layers.get(found) or register_layer(found, None)
    return None if record is None else record.ref()


def _lines(error: BaseException) -> tuple[Location, ...]:
    found = []
    trace = safe.traceback_of(error)
    while trace is not None:
        place = source_lines.users(trace.tb_frame.f_code, trace.tb_lasti)
        if place is not None:
            found.append(place)
        trace = trace.tb_next
    return tuple(found)
