"""Store recorded events in a timeline, and query them."""

from layertrace.timeline.cause import Cause, Change
from layertrace.timeline.event import (
    ErrorRef,
    Event,
    FunctionRef,
    GraphBreak,
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
    "GraphBreak",
    "GraphSpec",
    "LayerRef",
    "Location",
    "Opaque",
    "TensorSpec",
    "Timeline",
    "VariableSpec",
]
