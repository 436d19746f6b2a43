"""The lines of the format that have many fields, as `msgspec` checks them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from layertrace.timeline.context import ObservationKind
from layertrace.timeline.event import (
    Cause,
    ErrorRef,
    Flag,
    GraphSpec,
    Kind,
    Location,
    Mode,
    TensorSpec,
    VariableSpec,
)

__all__ = [
    "KNOWN", "MAJOR", "MINOR", "EventLine", "FailureLine", "KnownEventLine", "LayerLine", "ObservationLine",
    "PlaceLine", "StateLine",
]  # fmt: skip

MAJOR, MINOR = 1, 0

Nanoseconds = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class EventLine(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    """Something that happened; numbers refer to other lines."""

    event: int
    kind: Kind
    layer: int | None = None
    parent: int | None = None
    start_ns: Nanoseconds = 0
    duration_ns: Nanoseconds | None = None
    thread: str = "MainThread"
    mode: Mode = "eager"
    function: int | None = None
    trace: int | None = None
    inputs: int | None = None
    outputs: int | None = None
    arguments: int | None = None
    training: bool | None = None
    mask: bool | None = None
    variable: VariableSpec | None = None
    error: ErrorRef | None = None
    location: int | None = None
    defined_at: int | None = None
    call_index: int | None = None
    cause: Cause | None = None
    graph: GraphSpec | None = None
    times: int = 1
    traced_before: int | None = None
    replica: int | None = None
    strategy: str | None = None
    flags: tuple[Flag, ...] = ()


class KnownEventLine(EventLine, omit_defaults=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """An event as this version writes it, without a field that only a newer one knows."""


class StateLine(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How a layer was in the end."""

    state: int
    alive: bool = True
    initialized: bool | None = None
    built_by_init: bool | None = None
    built: bool | None = None
    trainable: bool | None = None
    methods: dict[str, Location] = {}
    children: tuple[int, ...] = ()
    held: dict[int, str] = {}
    variables: tuple[int, ...] = ()
    tensors: dict[str, Any] = {}
    supports_masking: bool | None = None
    makes_mask: bool | None = None
    compute_dtype: str | None = None
    declared: TensorSpec | None = None
    masked: tuple[bool, bool] | None = None
    accepted: tuple[str, ...] = ()


class ObservationLine(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Something that was noticed."""

    observation: int
    what: ObservationKind
    during: int | None = None
    layer: int | None = None
    name: str = ""
    before: Any = None
    now: Any = None
    variables: tuple[int, ...] = ()
    paths: tuple[str, ...] = ()
    without_gradient: tuple[str, ...] = ()
    location: Location | None = None
    start_ns: Nanoseconds = 0
    times: int = 1
    thread: str = "MainThread"


class FailureLine(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The exception that ended the recording."""

    failure: ErrorRef
    layer: int | None = None
    lines: tuple[Location, ...] = ()
    thread: str = "MainThread"


class LayerLine(msgspec.Struct, kw_only=True):
    """Who a layer is."""

    layer: int
    class_name: str
    name: str
    path: str
    framework: str = "keras"
    bases: tuple[str, ...] = ()


class PlaceLine(msgspec.Struct, kw_only=True, rename={"inside": "in"}):
    """A line of code."""

    place: int
    file: str
    line: int
    inside: str = ""


KNOWN = frozenset(EventLine.__struct_encode_fields__)
"""The fields of an event that this version knows."""
