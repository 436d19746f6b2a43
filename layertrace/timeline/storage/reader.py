"""Turn lines of the file format into events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec
from msgspec import structs

from layertrace.errors import FormatError
from layertrace.timeline.context import Failure, LayerState, Observation, RecordingContext
from layertrace.timeline.event import Event, FunctionRef, LayerRef, Location
from layertrace.timeline.marks import Mark
from layertrace.timeline.statements import Statement
from layertrace.timeline.storage.event_lines import Numbered, events_of
from layertrace.timeline.storage.lines import (
    KNOWN_FIELDS,
    LATER_FIELDS,
    MAJOR,
    MINOR,
    FailureLine,
    FunctionLine,
    LayerLine,
    MarkLine,
    PlaceLine,
    decode_event,
    decode_tensor,
    event_line,
    observation_line,
    state_line,
    statement_line,
)
from layertrace.timeline.storage.values import decoded

__all__ = ["Reader"]

S = TypeVar("S", bound=msgspec.Struct)


class Reader:
    """Turns lines into events.

    After the last line, `events()` returns them, `surroundings()` the context of the recording, and `notes`
    its notes.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.is_closed = False
        self.header: dict[str, Any] = {}
        self._lines = Numbered({}, {}, {}, {})
        self._events: dict[int, Any] = {}  # lines, until `events` has read them
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
                if not (self._read_known_event(text) or self._read_tensor(text)):
                    self._read_any_line(text)
            except FormatError as error:  # noqa: PERF203  # those that `lines` raises are of no line
                raise FormatError(f"line {number}: {error}") from None

    def _read_known_event(self, text: bytes) -> bool:
        """Return whether the line is an event without unknown fields, and read it if so.

        Nine of ten lines are, and this is the fast way to read them.
        """
        if not text.startswith(_EVENT_PREFIX):
            return False
        try:
            line = decode_event(text)
        except (msgspec.DecodeError, UnicodeDecodeError):  # ValidationError is one; `_event` explains it
            return False
        self._keep(line)
        return True

    def _read_tensor(self, text: bytes) -> bool:
        """Return whether the line is the value of one tensor, and read it if so: most values are."""
        if not text.startswith(_VALUE_PREFIX):
            return False
        try:
            number, tensor = decode_tensor(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False
        self._lines.values[number] = tensor
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
        self._keep(self._converted(line, event_line))
        if not line.keys() <= KNOWN_FIELDS:
            self._extras[line["event"]] = {
                name: value for name, value in line.items() if name not in KNOWN_FIELDS
            }

    def _keep(self, line: Any) -> None:
        if self._events.setdefault(line.event, line) is not line:
            raise FormatError(f"two events have the number {line.event}")
        line.thread = self._threads.setdefault(line.thread, line.thread)  # one string for all of its events

    def _end(self, line: dict[str, Any]) -> None:
        number = line["end"]
        event = self._events.get(number) if isinstance(number, int) else None
        if event is None:
            raise FormatError(f"end of an unknown event, {number!r:.20}")
        later = {name: line[name] for name in LATER_FIELDS if line.get(name) is not None}
        end = self._converted({"event": number, "kind": event.kind, **later}, event_line)
        for name in later:
            setattr(event, name, getattr(end, name))

    def _layer(self, line: dict[str, Any]) -> None:
        layer = self._converted(line, LayerLine)
        self._lines.layers[layer.layer] = LayerRef(
            id=layer.layer,
            class_name=layer.class_name,
            name=layer.name,
            path=layer.path,
            framework="tf_keras" if layer.framework == "tf_keras" else "keras",
            bases=layer.bases,
        )

    def _function(self, line: dict[str, Any]) -> None:
        function = self._converted(line, FunctionLine)
        self._lines.functions[function.function] = FunctionRef(
            function.function, function.name, function.role, function.model, function.step
        )

    def _place(self, line: dict[str, Any]) -> None:
        place = self._converted(line, PlaceLine)
        self._lines.places[place.place] = Location(place.file, place.line, place.inside, place.columns)

    def _value(self, line: dict[str, Any]) -> None:
        number = line["value"]
        if not isinstance(number, int):
            raise FormatError("a value has no number")
        self._lines.values[number] = decoded(line.get("is"))

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
        events, self._seqs = events_of(lines, self._lines)
        return events

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
        layer = self._lines.layers.get(fields.pop("state"))
        if layer is None:
            return None
        fields["tensors"] = {name: decoded(tensor) for name, tensor in fields["tensors"].items()}
        return LayerState(layer=layer, **fields)

    def _observation_of(self, line: msgspec.Struct) -> Observation:
        fields = structs.asdict(line)
        del fields["observation"]
        for name, numbered in (("layer", self._lines.layers), ("during", self._seqs)):
            fields[name] = None if fields[name] is None else numbered.get(fields[name])
        for name in ("before", "now"):
            fields[name] = decoded(fields[name])
        return Observation(**fields)

    def _failure_of(self, line: FailureLine) -> Failure:
        layer = None if line.layer is None else self._lines.layers.get(line.layer)
        return Failure(
            error=line.failure, layer=layer, lines=line.lines, thread=line.thread, missing=line.missing
        )


NO_RECORDING = (
    "it is not a recording; `layertrace run --save FILE`, `trace(save=FILE)` and `timeline.save(FILE)` "
    "write recordings"
)
_EVENT_PREFIX = b'{"event":'
_VALUE_PREFIX = b'{"value":'

_decode = msgspec.json.Decoder().decode


def _decoded_object(text: bytes) -> dict[str, Any] | None:
    try:
        line = _decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return line if isinstance(line, dict) else None
