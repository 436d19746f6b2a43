"""What happened: events, the timeline that holds them, and the ways to ask it."""

from layertrace.timeline.event import (
    ErrorRef,
    Event,
    FunctionRef,
    LayerRef,
    Location,
    Opaque,
    TensorSpec,
    VariableSpec,
)
from layertrace.timeline.timeline import Timeline

__all__ = [
    "ErrorRef",
    "Event",
    "FunctionRef",
    "LayerRef",
    "Location",
    "Opaque",
    "TensorSpec",
    "Timeline",
    "VariableSpec",
]
