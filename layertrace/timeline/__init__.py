"""Store recorded events in a timeline, and query them."""

from layertrace.timeline.event import (
    Cause,
    Change,
    ErrorRef,
    Event,
    FunctionRef,
    GraphSpec,
    LayerRef,
    Location,
    Opaque,
    TensorSpec,
    VariableSpec,
)
from layertrace.timeline.timeline import Timeline

__all__ = [
    "Cause",
    "Change",
    "ErrorRef",
    "Event",
    "FunctionRef",
    "GraphSpec",
    "LayerRef",
    "Location",
    "Opaque",
    "TensorSpec",
    "Timeline",
    "VariableSpec",
]
