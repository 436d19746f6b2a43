"""Create events from their lines."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter, lt
from typing import Any, NamedTuple

from msgspec import structs

from layertrace.errors import FormatError
from layertrace.timeline.event import (
    EMPTY_MAPPING,
    Event,
    FunctionRef,
    LayerRef,
    Location,
    Structure,
    by_beginning,
)
from layertrace.timeline.storage.lines import event_line

__all__ = ["Numbered", "events_of"]


class Numbered(NamedTuple):
    """What events refer to, by the numbers of their lines."""

    layers: dict[int, LayerRef]
    functions: dict[int, FunctionRef]
    places: dict[int, Location]
    values: dict[int, Structure]


def events_of(lines: list[Any], numbered: Numbered) -> tuple[tuple[Event, ...], dict[int, int]]:
    """Return the events in the order in which they began, and the `seq` for each event number in the file.

    Args:
        lines: Instances of `event_line`; the list is empty afterwards.
        numbered: What they refer to.

    Raises:
        FormatError: If an event refers to a line that the file does not have.
    """
    starts = [line.start_ns for line in lines]
    if not all(map(lt, starts, starts[1:])):
        lines.sort(key=_beginning)
    numbers = [line.event for line in lines]
    in_order = all(map(lt, numbers, numbers[1:]))
    seqs = dict(zip(numbers, numbers if in_order else range(len(numbers)), strict=False))
    depths: dict[int, int] = {}
    events = []
    rarer = _RarerFields(numbered.functions)
    lines.reverse()
    while lines:  # each line is freed once its event exists: a million of both take half a gigabyte
        events.append(_event_of(lines.pop(), numbered, seqs, depths, rarer))
    return tuple(events), seqs


def _beginning(line: Any) -> tuple[int, float, int]:
    start_ns, duration_ns = line.start_ns, line.duration_ns
    if duration_ns is None and line.kind == "variable":
        duration_ns = 0
    end_ns = None if duration_ns is None else start_ns + duration_ns
    return *by_beginning(start_ns, end_ns), line.event


def _event_of(
    line: Any, numbered: Numbered, seqs: Mapping[int, int], depths: dict[int, int], rarer: _RarerFields
) -> Event:
    seq = seqs[line.event]
    parent, depth = line.parent, 0
    if parent is not None:
        parent = seqs.get(parent)
        if parent is not None:
            if parent >= seq:
                raise FormatError(f"event {line.event}: its parent, event {line.parent}, starts after it")
            depth = depths[seq] = depths.get(parent, 0) + 1
    layers, _, places, values = numbered
    try:
        arguments = EMPTY_MAPPING if line.arguments is None else values[line.arguments]
        event = Event(  # Python calls it several times slower with more than 15 keywords
            seq=seq,
            kind=line.kind,
            layer=None if line.layer is None else layers[line.layer],
            parent=parent,
            depth=depth,
            start_ns=line.start_ns,
            duration_ns=line.duration_ns,
            thread=line.thread,
            mode=line.mode,
            inputs=None if line.inputs is None else values[line.inputs],
            outputs=None if line.outputs is None else values[line.outputs],
            arguments=arguments,  # type: ignore[arg-type]  # checked below
            location=None if line.location is None else places[line.location],
            defined_at=None if line.defined_at is None else places[line.defined_at],
            call_index=line.call_index,
        )
        others = _rarer_of(line)
        if others != _NO_RARER:
            event = structs.replace(event, **rarer.of(others))
    except KeyError as missing:
        raise FormatError(f"event {line.event} refers to the undefined id {missing}") from None
    if not (arguments is EMPTY_MAPPING or isinstance(arguments, Mapping)):
        raise FormatError("the arguments of an event are not a mapping")
    return event


class _RarerFields:
    """Turns the values of rarer fields into arguments; most events have the values of the one before.

    Args:
        functions: The functions, by the numbers of their lines.
    """

    __slots__ = ("_fields", "_functions", "_values")

    def __init__(self, functions: Mapping[int, FunctionRef]) -> None:
        self._functions = functions
        self._values: tuple[Any, ...] = ()
        self._fields: dict[str, Any] = {}

    def of(self, values: tuple[Any, ...]) -> dict[str, Any]:
        """Return those of these values that differ from the defaults, by name.

        Raises:
            KeyError: If the file does not have the function.
        """
        if values != self._values:
            fields = {
                name: value
                for name, value, default in zip(_RARER, values, _NO_RARER, strict=True)
                if value != default
            }
            if "function" in fields:
                fields["function"] = self._functions[fields["function"]]
            if "flags" in fields:
                fields["flags"] = frozenset(fields["flags"])
            self._values, self._fields = values, fields
        return self._fields


_COMMON = frozenset({
    "event", "kind", "layer", "parent", "start_ns", "duration_ns", "thread", "mode", "inputs", "outputs",
    "arguments", "location", "defined_at", "call_index",
})  # fmt: skip
"""The fields that most events have."""

_RARER = tuple(name for name in event_line.__struct_fields__ if name not in _COMMON)
_rarer_of = attrgetter(*_RARER)
_NO_RARER = tuple(field.default for field in structs.fields(event_line) if field.name in _RARER)
