"""Turn lines of the file format into events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import lt
from typing import Any, TypeVar

import msgspec
from msgspec import structs

from layertrace.errors import FormatError
from layertrace.timeline.context import Failure, LayerState, Observation, RecordingContext
from layertrace.timeline.event import (
    Event,
    FunctionRef,
    LayerRef,
    Location,
    Structure,
    by_beginning,
)
from layertrace.timeline.marks import Mark
from layertrace.timeline.statements import Statement
from layertrace.timeline.storage.lines import (
    KNOWN_FIELDS,
    LATER_FIELDS,
    MAJOR,
    MINOR,
    REFERENCES,
    FailureLine,
    FunctionLine,
    LayerLine,
    MarkLine,
    PlaceLine,
    decode_fields,
    event_line,
    observation_line,
    reject_unknown,
    state_line,
    statement_line,
)
from layertrace.timeline.storage.values import decoded

__all__ = ["Reader"]

S = TypeVar("S", bound=msgspec.Struct)

Fields = dict[str, Any]
"""The fields of an event that are in its line."""


class Reader:
    """Turns lines into events.

    After the last line, `events()` returns them, `surroundings()` the context of the recording, and `notes`
    its notes.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.is_closed = False
        self.header: dict[str, Any] = {}
        self._layers: dict[int, LayerRef] = {}
        self._functions: dict[int, FunctionRef] = {}
        self._places: dict[int, Location] = {}
        self._values: dict[int, Structure] = {}
        self._events: dict[int, Fields] = {}
        self._threads: dict[str, str] = {}
        self._extras: dict[int, dict[str, Any]] = {}
        self._states: list[msgspec.Struct] = []
        self._observations: list[msgspec.Struct] = []
        self._failure: FailureLine | None = None
        self._versions: dict[str, str] = {}
        self._command: tuple[str, ...] = ()
        self._marks: list[Mark] = []
        self._watched: tuple[str, ...] = ()
        self._statements: list[Statement] = []
        self._unknown: list[bytes] = []
        numbered: dict[str, dict[int, Any]] = {
            "layer": self._layers,
            "function": self._functions,
            "value": self._values,
            "place": self._places,
        }
        self._references = [(name, numbered[kind]) for name, kind in REFERENCES.items()]
        self._readers: dict[str, Callable[[dict[str, Any]], None]] = {
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
            "command": self._commanded,
            "mark": self._mark,
            "watched": self._was_watched,
            "statement": self._statement,
            "note": self._note,
            "closed": lambda _: setattr(self, "is_closed", True),
        }

    def read(self, lines: Iterable[bytes]) -> None:
        """Read the lines after the first, in order.

        Raises:
            FormatError: If a line does not keep to the format.
        """
        for number, text in enumerate(lines, start=2):
            try:
                if not (text.startswith(_EVENT_PREFIX) and self._read_known_event(text)):
                    self._read_any_line(text)
            except FormatError as error:  # noqa: PERF203  # those that `lines` raises are of no line
                raise FormatError(f"line {number}: {error}") from None

    def _read_known_event(self, text: bytes) -> bool:
        """Return whether the line is an event without unknown fields, and read it if so.

        Nine of ten lines are, and this is the fast way to read them.
        """
        try:
            fields = decode_fields(text)
            # Where it has as many names as known fields, every name is known.
            if text.count(b'":') != len(fields) or "kind" not in fields:
                reject_unknown(text)
        except (msgspec.DecodeError, UnicodeDecodeError):  # ValidationError is one; `_event` explains it
            return False
        self._keep(fields)
        return True

    def _read_any_line(self, text: bytes) -> None:
        line = _decoded_object(text)
        if line is None:
            raise FormatError("it is not a JSON object")
        read = self._readers.get(next(iter(line), ""))
        if read is None:
            self._unknown.append(text)
        else:
            read(line)

    def head(self, text: bytes) -> None:
        """Read the first line.

        Raises:
            FormatError: If it is not a recording, or one of a newer major version.
        """
        line = _decoded_object(text)
        version = None if line is None else line.get("layertrace")
        if line is None or not isinstance(version, str):
            raise FormatError(NO_RECORDING)
        major, _, minor = version.partition(".")
        if not (major.isdecimal() and minor.isdecimal() and len(version) < 12):
            raise FormatError(f"{version!r} is not a valid version; expected one such as '{MAJOR}.{MINOR}'")
        if int(major) > MAJOR:
            raise FormatError(
                f"it has version {version}, but this layertrace reads version {MAJOR}; "
                "upgrade with `pip install -U layertrace`"
            )
        self.header = line

    def _converted(self, line: dict[str, Any], kind: type[S]) -> S:
        try:
            return msgspec.convert(line, kind, str_keys=True)
        except (msgspec.ValidationError, ValueError, RecursionError) as error:
            raise FormatError(f"malformed line ({error})") from None

    def _event(self, line: dict[str, Any]) -> None:
        self._keep(self._known_fields(line))
        if not line.keys() <= KNOWN_FIELDS:
            self._extras[line["event"]] = {
                name: value for name, value in line.items() if name not in KNOWN_FIELDS
            }

    def _known_fields(self, line: dict[str, Any]) -> Fields:
        event = self._converted(line, event_line)
        fields = {name: getattr(event, name) for name in event.__struct_fields__ if name in line}
        if "flags" in fields:
            fields["flags"] = frozenset(fields["flags"])
        return fields

    def _keep(self, fields: Fields) -> None:
        number = fields["event"]
        if self._events.setdefault(number, fields) is not fields:
            raise FormatError(f"two events have the number {number}")
        if "thread" in fields:  # all events of a thread share one string
            fields["thread"] = self._threads.setdefault(fields["thread"], fields["thread"])

    def _end(self, line: dict[str, Any]) -> None:
        number = line["end"]
        event = self._events.get(number) if isinstance(number, int) else None
        if event is None:
            raise FormatError(f"end of an unknown event, {number!r:.20}")
        later = {name: line[name] for name in LATER_FIELDS if line.get(name) is not None}
        event.update(self._known_fields({"event": number, "kind": event["kind"], **later}))

    def _layer(self, line: dict[str, Any]) -> None:
        layer = self._converted(line, LayerLine)
        self._layers[layer.layer] = LayerRef(
            id=layer.layer,
            class_name=layer.class_name,
            name=layer.name,
            path=layer.path,
            framework="tf_keras" if layer.framework == "tf_keras" else "keras",
            bases=layer.bases,
        )

    def _function(self, line: dict[str, Any]) -> None:
        function = self._converted(line, FunctionLine)
        self._functions[function.function] = FunctionRef(
            function.function, function.name, function.role, function.model, function.step
        )

    def _place(self, line: dict[str, Any]) -> None:
        place = self._converted(line, PlaceLine)
        self._places[place.place] = Location(place.file, place.line, place.inside, place.columns)

    def _value(self, line: dict[str, Any]) -> None:
        number = line["value"]
        if not isinstance(number, int):
            raise FormatError("a value has no number")
        self._values[number] = decoded(line.get("is"))

    def _state(self, line: dict[str, Any]) -> None:
        self._states.append(self._converted(line, state_line))

    def _observation(self, line: dict[str, Any]) -> None:
        self._observations.append(self._converted(line, observation_line))

    def _failed(self, line: dict[str, Any]) -> None:
        self._failure = self._converted(line, FailureLine)

    def _versioned(self, line: dict[str, Any]) -> None:
        versions = line["versions"]
        if not isinstance(versions, dict):
            raise FormatError("the versions are not a mapping")
        self._versions = {str(name): str(version) for name, version in versions.items()}

    def _commanded(self, line: dict[str, Any]) -> None:
        command = line["command"]
        if not isinstance(command, list):
            raise FormatError("the command is not a list")
        self._command = tuple(map(str, command))

    def _was_watched(self, line: dict[str, Any]) -> None:
        kinds = line["watched"]
        if not isinstance(kinds, list):
            raise FormatError("what was watched is not a list")
        self._watched = tuple(map(str, kinds))

    def _mark(self, line: dict[str, Any]) -> None:
        mark = self._converted(line, MarkLine)
        self._marks.append(
            Mark(
                name=mark.mark,
                start_ns=mark.start_ns,
                duration_ns=mark.duration_ns,
                thread=mark.thread,
                location=mark.location,
            )
        )

    def _statement(self, line: dict[str, Any]) -> None:
        fields = structs.asdict(self._converted(line, statement_line))
        del fields["statement"]
        self._statements.append(Statement(**fields))

    def _note(self, line: dict[str, Any]) -> None:
        self.notes.append(str(line["note"]))

    # Results

    def events(self) -> tuple[Event, ...]:
        """Return the events in the order in which they began, which is also that of `seq`.

        Where the numbers in the file have another order, the events are numbered again, starting at 0.

        Raises:
            FormatError: If an event refers to a line that the file does not have.
        """
        lines = list(self._events.values())
        self._events.clear()
        starts = [fields.get("start_ns", 0) for fields in lines]
        if not all(map(lt, starts, starts[1:])):
            lines.sort(key=_beginning)
        numbers = [fields["event"] for fields in lines]
        in_order = all(map(lt, numbers, numbers[1:]))
        self._seqs = dict(zip(numbers, numbers if in_order else range(len(numbers)), strict=False))
        depths: dict[int, int] = {}
        events = []
        lines.reverse()
        while lines:  # each line is freed once its event exists: a million of both take half a gigabyte
            events.append(self._event_of(lines.pop(), depths))
        return tuple(events)

    def _event_of(self, fields: Fields, depths: dict[int, int]) -> Event:
        number = fields.pop("event")
        seq = self._seqs[number]
        parent = fields.get("parent")
        if parent is not None:
            outer = fields["parent"] = self._seqs.get(parent)
            if outer is not None:
                if outer >= seq:
                    raise FormatError(f"event {number}: its parent, event {parent}, starts after it")
                fields["depth"] = depths[seq] = depths.get(outer, 0) + 1
        try:
            for name, lines in self._references:
                reference = fields.get(name)
                if reference is not None:
                    fields[name] = lines[reference]
        except KeyError as missing:
            raise FormatError(f"event {number} refers to the undefined id {missing}") from None
        if "arguments" in fields:
            _check_arguments(fields)
        return Event(seq=seq, **fields)

    def surroundings(self) -> RecordingContext:
        """Return the context of the recording; call it after `events`."""
        return RecordingContext(
            states={
                state.layer.id: state for state in map(self._state_of, self._states) if state is not None
            },
            observations=tuple(map(self._observation_of, self._observations)),
            failure=None if self._failure is None else self._failure_of(self._failure),
            versions=self._versions,
            watched=self._watched,
            statements=tuple(self._statements),
            started_ns=self._started(),
            command=self._command,
            marks=tuple(self._marks),
            extras={self._seqs[number]: extra for number, extra in self._extras.items()},
            unknown=tuple(self._unknown),
        )

    def _started(self) -> int | None:
        started = self.header.get("started_ns")
        return started if isinstance(started, int) and not isinstance(started, bool) else None

    def _state_of(self, line: msgspec.Struct) -> LayerState | None:
        """Return the state that a line describes; None for a layer that the file does not have."""
        fields = structs.asdict(line)
        layer = self._layers.get(fields.pop("state"))
        if layer is None:
            return None
        fields["tensors"] = {name: decoded(tensor) for name, tensor in fields["tensors"].items()}
        return LayerState(layer=layer, **fields)

    def _observation_of(self, line: msgspec.Struct) -> Observation:
        fields = structs.asdict(line)
        del fields["observation"]
        for name, numbered in (("layer", self._layers), ("during", self._seqs)):
            fields[name] = None if fields[name] is None else numbered.get(fields[name])
        for name in ("before", "now"):
            fields[name] = decoded(fields[name])
        return Observation(**fields)

    def _failure_of(self, line: FailureLine) -> Failure:
        layer = None if line.layer is None else self._layers.get(line.layer)
        return Failure(error=line.failure, layer=layer, lines=line.lines, thread=line.thread)


def _check_arguments(fields: Fields) -> None:
    if fields["arguments"] is None:
        del fields["arguments"]
    elif not isinstance(fields["arguments"], Mapping):
        raise FormatError("the arguments of an event are not a mapping")


NO_RECORDING = (
    "it is not a recording; `layertrace run --save FILE`, `trace(save=FILE)` and `timeline.save(FILE)` "
    "write recordings"
)
_EVENT_PREFIX = b'{"event":'

_decode = msgspec.json.Decoder().decode


def _decoded_object(text: bytes) -> dict[str, Any] | None:
    try:
        line = _decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return line if isinstance(line, dict) else None


def _beginning(fields: Fields) -> tuple[int, float, int]:
    start_ns, duration_ns = fields.get("start_ns", 0), fields.get("duration_ns")
    if duration_ns is None and fields["kind"] == "variable":
        duration_ns = 0
    end_ns = None if duration_ns is None else start_ns + duration_ns
    return *by_beginning(start_ns, end_ns), fields["event"]
