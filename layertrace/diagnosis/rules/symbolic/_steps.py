"""Select the traces that failed outside of any `call`: in a step of a model, a loss or a function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.user_source import function_around
from layertrace.timeline.event import ErrorRef, Event, LayerRef, Location

__all__ = ["FailedTrace", "failed_traces"]

_STEPS = ("train_step", "test_step", "predict_step")


class FailedTrace(NamedTuple):
    """A trace that failed in a line of the user's.

    Attributes:
        event: The trace.
        error: The exception.
        place: The line.
        name: The function that the line is in.
        layer: The model whose step it is; None for any other function.
        model: That model, or the one whose function was traced.
        defined: Where the function is defined.
    """

    event: Event
    error: ErrorRef
    place: Location
    name: str
    layer: LayerRef | None
    model: LayerRef | None
    defined: Location

    @property
    def converted(self) -> str:
        """The end of a sentence about AutoGraph, which does not convert what Keras traces."""
        return f", and Keras does not convert {self.name} with AutoGraph" if self.layer is not None else ""


def failed_traces(context: DiagnosisContext) -> Iterator[FailedTrace]:
    """Yield the traces that failed, the first of each line."""
    seen = set()
    for event in context.errors:
        error, place = event.error, None if event.error is None else event.error.location
        if event.kind != "trace" or error is None or place is None or place in seen:
            continue
        seen.add(place)
        function = function_around(place)
        defined = place if function is None else Location(place.file, function.lineno, function.name)
        name = place.function or "a function"
        layer = error.subject if name in _STEPS else None
        yield FailedTrace(event, error, place, name, layer, layer or context.subject(event), defined)
