"""Read events out of lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any, TypeVar

import msgspec

from layertrace.errors import FormatError
from layertrace.timeline.context import Failure, LayerState, Observation, RecordingContext
from layertrace.timeline.event import NOTHING, Event, Flag, FunctionRef, LayerRef, Location, Structure
from layertrace.timeline.storage.lines import (
    KNOWN,
    MAJOR,
    EventLine,
    FailureLine,
    KnownEventLine,
    LayerLine,
    ObservationLine,
    PlaceLine,
    StateLine,
)
from layertrace.timeline.storage.values import decoded

__all__ = ["Reader"]

S = TypeVar("S", bound=msgspec.Struct)

_LATER = ("duration_ns", "outputs", "error", "times", "graph", "variable")
"""What an `end` line may add to an event."""


class Reader:
    """Makes events of lines.

    After the last line, `events()` returns them, and `surroundings` and `notes` what is known beside them.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.is_closed = False
        self.header: dict[str, Any] = {}
        self._layers: dict[int, LayerRef] = {}
        self._functions: dict[int, FunctionRef] = {}
        self._places: dict[int, Location] = {}
        self._values: dict[int, Structure] = {}
        self._lines: dict[int, EventLine] = {}
        self._threads: dict[str, str] = {}
        self._extras: dict[int, dict[str, Any]] = {}
        self._states: list[StateLine] = []
        self._observations: list[ObservationLine] = []
        self._failure: FailureLine | None = None
        self._versions: dict[str, str] = {}
        self._unknown: list[bytes] = []
        self._take: dict[str, Callable[[dict[str, Any]], None]] = {
            "event": self._event,
            "end": self._end,
            "layer": self._layer,
            "function": self._function,
            "place": self._place,
            "value": self._value,
            "state": self._state,
            "observation": self._observation,
            "failure": self._failed,
            "versions": self._versioned,
            "note": self._note,
            "closed": lambda _: setattr(self, "is_closed", True),
        }

    def read(self, lines: Iterable[bytes]) -> None:
        """Take the lines after the first, in order.

        Raises:
            FormatError: If one is not what the format says.
        """
        for number, text in enumerate(lines, start=2):
            self._take_line(number, text)

    def _take_line(self, number: int, text: bytes) -> None:
        try:
            if not (text.startswith(_BEGINS_AN_EVENT) and self._take_event(text)):
                self._take_any(text)
        except FormatError as error:
            raise FormatError(f"line {number}: {error}") from None

    def _take_event(self, text: bytes) -> bool:
        """Take an event whose fields are all known, the short way: nine lines of ten are such."""
        try:
            event = _decoded_event(text)
        except (msgspec.DecodeError, UnicodeDecodeError):  # a ValidationError, too: to be told the long way
            return False
        self._keep(event)
        return True

    def _take_any(self, text: bytes) -> None:
        line = _decoded_object(text)
        if line is None:
            raise FormatError("it is no JSON object")
        take = self._take.get(next(iter(line), ""))
        if take is None:
            self._unknown.append(text)
        else:
            take(line)

    def head(self, text: bytes) -> None:
        """Take the first line.

        Raises:
            FormatError: If it is of another format, or of a newer version.
        """
        line = _decoded_object(text)
        version = None if line is None else line.get("layertrace")
        if line is None or not isinstance(version, str):
            raise FormatError(NO_RECORDING)
        major, _, minor = version.partition(".")
        if not (major.isdecimal() and minor.isdecimal() and len(version) < 12):
            raise FormatError(f"its version is {version!r}, which is none")
        if int(major) > MAJOR:
            raise FormatError(
                f"it has version {version}, and this layertrace reads {MAJOR}: pip install -U layertrace"
            )
        self.header = line

    def _converted(self, line: dict[str, Any], kind: type[S]) -> S:
        try:
            return msgspec.convert(line, kind, str_keys=True)
        except (msgspec.ValidationError, ValueError, RecursionError) as error:
            raise FormatError(f"it is not as it should be ({error})") from None

    def _event(self, line: dict[str, Any]) -> None:
        event = self._converted(line, EventLine)
        self._keep(event)
        if not line.keys() <= KNOWN:
            self._extras[event.event] = {n: v for n, v in line.items() if n not in KNOWN}

    def _keep(self, event: EventLine) -> None:
        if self._lines.setdefault(event.event, event) is not event:
            raise FormatError(f"two events have the number {event.event}")
        event.thread = self._threads.setdefault(event.thread, event.thread)  # one text for all of a thread

    def _end(self, line: dict[str, Any]) -> None:
        number = line["end"]
        known = self._lines.get(number) if isinstance(number, int) else None
        if known is None:
            raise FormatError("an event ends that has not begun")
        told = {name: line[name] for name in _LATER if line.get(name) is not None}
        later = self._converted({"event": number, "kind": known.kind, **told}, EventLine)
        for name in told:
            setattr(known, name, getattr(later, name))

    def _layer(self, line: dict[str, Any]) -> None:
        told = self._converted(line, LayerLine)
        self._layers[told.layer] = LayerRef(
            id=told.layer,
            class_name=told.class_name,
            name=told.name,
            path=told.path,
            framework="tf_keras" if told.framework == "tf_keras" else "keras",
            bases=told.bases,
        )

    def _function(self, line: dict[str, Any]) -> None:
        number, name = line["function"], line.get("name")
        if not isinstance(number, int) or not isinstance(name, str):
            raise FormatError("a function has no number or no name")
        self._functions[number] = FunctionRef(number, name)

    def _place(self, line: dict[str, Any]) -> None:
        told = self._converted(line, PlaceLine)
        self._places[told.place] = Location(told.file, told.line, told.inside)

    def _value(self, line: dict[str, Any]) -> None:
        number = line["value"]
        if not isinstance(number, int):
            raise FormatError("a value has no number")
        self._values[number] = decoded(line.get("is"))

    def _state(self, line: dict[str, Any]) -> None:
        self._states.append(self._converted(line, StateLine))

    def _observation(self, line: dict[str, Any]) -> None:
        self._observations.append(self._converted(line, ObservationLine))

    def _failed(self, line: dict[str, Any]) -> None:
        self._failure = self._converted(line, FailureLine)

    def _versioned(self, line: dict[str, Any]) -> None:
        told = line["versions"]
        if not isinstance(told, dict):
            raise FormatError("the versions are no mapping")
        self._versions = {str(name): str(version) for name, version in told.items()}

    def _note(self, line: dict[str, Any]) -> None:
        self.notes.append(str(line["note"]))

    # What comes out

    def events(self) -> tuple[Event, ...]:
        """Return the events, in the order of their beginnings, which is that of their numbers.

        Where the numbers of the file are in another order, they are given anew, from 0 on.

        Raises:
            FormatError: If one refers to what is not there.
        """
        lines = list(self._lines.values())
        self._lines.clear()
        if not all(a.start_ns < b.start_ns for a, b in pairwise(lines)):
            lines.sort(key=_begins)
        in_order = all(a.event < b.event for a, b in pairwise(lines))
        self._seqs = {line.event: line.event if in_order else seq for seq, line in enumerate(lines)}
        depths: dict[int, int] = {}
        events = []
        lines.reverse()
        while lines:  # each is let go when its event is there, since a million of both take half a gigabyte
            line = lines.pop()
            events.append(self._made(self._seqs[line.event], line, depths))
        return tuple(events)

    def _made(self, seq: int, line: EventLine, depths: dict[int, int]) -> Event:
        parent = None if line.parent is None else self._seqs.get(line.parent)
        if parent is not None and parent >= seq:
            raise FormatError(f"event {line.event} lies in one that began later")
        depth = 0 if parent is None else depths[parent] + 1
        depths[seq] = depth
        try:
            return Event(
                seq=seq,
                kind=line.kind,
                layer=None if line.layer is None else self._layers[line.layer],
                parent=parent,
                depth=depth,
                start_ns=line.start_ns,
                duration_ns=line.duration_ns,
                thread=line.thread,
                mode=line.mode,
                function=None if line.function is None else self._functions[line.function],
                trace=line.trace,
                inputs=None if line.inputs is None else self._values[line.inputs],
                outputs=None if line.outputs is None else self._values[line.outputs],
                arguments=NOTHING if line.arguments is None else self._arguments(line.arguments),
                training=line.training,
                mask=line.mask,
                variable=line.variable,
                error=line.error,
                location=None if line.location is None else self._places[line.location],
                defined_at=None if line.defined_at is None else self._places[line.defined_at],
                call_index=line.call_index,
                cause=line.cause,
                graph=line.graph,
                times=line.times,
                traced_before=line.traced_before,
                replica=line.replica,
                strategy=line.strategy,
                flags=frozenset(line.flags) if line.flags else _NO_FLAGS,
            )
        except KeyError as missing:
            raise FormatError(f"event {line.event} refers to number {missing}, which is not told") from None

    def _arguments(self, number: int) -> Mapping[str, Structure]:
        found = self._values[number]
        if not isinstance(found, Mapping):
            raise FormatError("the arguments of an event are no mapping")
        return found

    def surroundings(self) -> RecordingContext:
        """Return what is known beside the events; call it after `events`."""
        return RecordingContext(
            states={one.state: self._state_of(one) for one in self._states if one.state in self._layers},
            observations=tuple(map(self._observed, self._observations)),
            failure=None if self._failure is None else self._failure_of(self._failure),
            versions=self._versions,
            started_ns=self._started(),
            extras={self._seqs[number]: extra for number, extra in self._extras.items()},
            unknown=tuple(self._unknown),
        )

    def _started(self) -> int | None:
        began = self.header.get("started_ns")
        return began if isinstance(began, int) and not isinstance(began, bool) else None

    def _state_of(self, line: StateLine) -> LayerState:
        told = {name: getattr(line, name) for name in line.__struct_fields__ if name != "state"}
        told["tensors"] = {name: decoded(held) for name, held in line.tensors.items()}
        return LayerState(layer=self._layers[line.state], **told)

    def _observed(self, line: ObservationLine) -> Observation:
        told = {name: getattr(line, name) for name in line.__struct_fields__ if name != "observation"}
        told["layer"] = None if line.layer is None else self._layers.get(line.layer)
        told["during"] = None if line.during is None else self._seqs.get(line.during)
        return Observation(**told | {"before": decoded(line.before), "now": decoded(line.now)})

    def _failure_of(self, line: FailureLine) -> Failure:
        layer = None if line.layer is None else self._layers.get(line.layer)
        return Failure(error=line.failure, layer=layer, lines=line.lines, thread=line.thread)


_NO_FLAGS: frozenset[Flag] = frozenset()
NO_RECORDING = (
    "it does not begin as a recording does, which layertrace run --save FILE, trace(save=FILE) and "
    "timeline.save(FILE) write"
)
_BEGINS_AN_EVENT = b'{"event":'

_decoded_event = msgspec.json.Decoder(KnownEventLine).decode
_decode = msgspec.json.Decoder().decode


def _decoded_object(text: bytes) -> dict[str, Any] | None:
    try:
        found = _decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _begins(line: EventLine) -> tuple[int, float, int]:
    """Order by beginnings; should two be at once, what ends later is around."""
    ends = float("-inf") if line.duration_ns is None and line.kind != "variable" else -(line.duration_ns or 0)
    return line.start_ns, ends, line.event
