"""Define the lines of the file format that have many fields, for `msgspec` to check.

The fields of events, layer states and observations are those of their classes. A field added to `Event`,
`LayerState` or `Observation` is therefore written and read without a change here, unless it refers to
another line.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Set
from sys import intern
from typing import Annotated, Any, Final, Literal, cast, get_type_hints

import msgspec

from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import EMPTY_MAPPING, ErrorRef, Event, Flag, FunctionRole, Location, TensorSpec
from layertrace.timeline.statements import Statement

__all__ = [
    "KNOWN_FIELDS", "LATER_FIELDS", "MAJOR", "MINOR", "REFERENCES", "FailureLine", "FunctionLine",
    "LayerLine", "MarkLine", "PlaceLine", "decode_event", "decode_tensor", "event_line", "observation_line",
    "state_line", "statement_line",
]  # fmt: skip

MAJOR, MINOR = 1, 0

Nanoseconds = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]

REFERENCES: Final[Mapping[str, Literal["layer", "function", "value", "place"]]] = {
    "layer": "layer",
    "function": "function",
    "inputs": "value",
    "outputs": "value",
    "arguments": "value",
    "location": "place",
    "defined_at": "place",
}
"""The fields of an event that are written as the number of another line, and the kind of that line."""

LATER_FIELDS = ("duration_ns", "outputs", "error", "times", "graph", "variable")
"""The fields of an event that an `end` line may add."""


class FailureLine(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The exception that ended the recording."""

    failure: ErrorRef
    layer: int | None = None
    lines: tuple[Location, ...] = ()
    thread: str = "MainThread"
    missing: str | None = None


class MarkLine(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A part of the program that the user named."""

    mark: str
    start_ns: Nanoseconds
    duration_ns: Nanoseconds | None = None
    thread: str = "MainThread"
    location: Location | None = None


class FunctionLine(msgspec.Struct, kw_only=True):
    """Who a `tf.function` is."""

    function: int
    name: str
    role: FunctionRole | None = None
    model: str | None = None
    step: bool = False


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
    columns: tuple[int, int | None] | None = None


def _fields_of(source: type) -> dict[str, tuple[Any, Any]]:
    """Return the type and the default of each field of a class; the default is `NODEFAULT` where required."""
    types = get_type_hints(source)
    if issubclass(source, msgspec.Struct):
        return {field.name: (types[field.name], field.default) for field in msgspec.structs.fields(source)}
    defaults = {
        field.name: field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
        for field in dataclasses.fields(cast("Any", source))
    }
    return {
        name: (types[name], msgspec.NODEFAULT if default is dataclasses.MISSING else default)
        for name, default in defaults.items()
    }


def _line(
    source: type,
    key: str,
    *,
    without: Set[str] = frozenset(),
    changed: Mapping[str, tuple[Any, Any]] = EMPTY_MAPPING,
) -> type[msgspec.Struct]:
    """Create the struct for lines that describe objects of a class.

    Args:
        source: The class, whose fields become fields of the struct.
        key: The name of the first field, a number that identifies the line.
        without: Fields of the class to omit.
        changed: Fields that get another type and default in the struct.
    """
    fields = {key: (int, msgspec.NODEFAULT), **_fields_of(source), **changed}
    return msgspec.defstruct(
        f"{source.__name__}Line",
        [(name, *field) for name, field in fields.items() if name not in without],
        omit_defaults=True,
        gc=False,
    )


event_line = _line(
    Event,
    "event",
    without={"seq", "depth"},
    changed={
        "start_ns": (Nanoseconds, 0),
        "duration_ns": (Nanoseconds | None, None),
        **dict.fromkeys(REFERENCES, (int | None, None)),
        "flags": (tuple[Flag, ...], ()),
    },
)
state_line = _line(
    LayerState, "state", without={"layer"}, changed={"tensors": (dict[str, Any], EMPTY_MAPPING)}
)
observation_line = _line(
    Observation,
    "observation",
    changed={
        "layer": (int | None, None),
        "before": (Any, None),
        "now": (Any, None),
        "start_ns": (Nanoseconds, 0),
    },
)
statement_line = _line(Statement, "statement")

KNOWN_FIELDS = frozenset(event_line.__struct_fields__)
"""The fields of an event that this version knows."""

_strict_event_line = msgspec.defstruct(
    "StrictEventLine", [], bases=(event_line,), forbid_unknown_fields=True, gc=False
)
decode_event = cast("Callable[[bytes], Any]", msgspec.json.Decoder(_strict_event_line).decode)
"""Return the line of an event. Raise a `ValidationError` for a field that only a newer version knows."""


_tensor = msgspec.defstruct(
    "Tensor",
    [(name, *field) for name, field in _fields_of(TensorSpec).items()],
    rename={"dtype": "tensor"},
    forbid_unknown_fields=True,
    gc=False,
)
_tensor_line = msgspec.defstruct(
    "TensorLine",
    [("value", int), ("content", _tensor)],
    rename={"content": "is"},
    forbid_unknown_fields=True,
    gc=False,
)
_decode_tensor_line = cast("Callable[[bytes], Any]", msgspec.json.Decoder(_tensor_line).decode)


def decode_tensor(text: bytes) -> tuple[int, TensorSpec]:
    """Return the number of a value that is one tensor, and the tensor.

    Raises:
        msgspec.DecodeError: If the line is something else.
    """
    line = _decode_tensor_line(text)
    tensor = line.content
    return line.value, TensorSpec(intern(tensor.dtype), tensor.shape, tensor.encoding)
