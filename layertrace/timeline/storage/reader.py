"""Read events out of lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any, TypeVar

import msgspec

from layertrace.errors import FormatError
from layertrace.timeline.event import NOTHING, Event, Flag, FunctionRef, LayerRef, Location, Structure
from layertrace.timeline.storage.lines import (
    KNOWN,
    MAJOR,
    EventLine,
    FailureLine,
    LayerLine,
    ObservationLine,
    PlaceLine,
    StateLine,
)
from layertrace.timeline.storage.values import decoded
from layertrace.timeline.surroundings import Failure, LayerState, Observation, Surroundings

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
        self._extras: dict[int, dict[str, Any]] = {}
        self._states: list[StateLine] = []
        self._observations: list[ObservationLine] = []
        self._failure: FailureLine | None = None
        self._versions: dict[str, str] = {}
        self._unknown: list[dict[str, Any]] = []
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

    def read(self, lines: Iterable[dict[str, Any]]) -> None:
        """Take lines, in order.

        Raises:
            FormatError: If one is not what the format says.
        """
        for line in lines:
            kind = next(iter(line), "")
            take = self._take.get(kind)
            if take is None:
                self._unknown.append(line)
            else:
                take(line)

    def head(self, line: dict[str, Any]) -> None:
        """Take the first line.

        Raises:
            FormatError: If it is of another format, or of a newer version.
        """
        version = line.get("layertrace")
        if not isinstance(version, str):
            raise FormatError("it does not begin as a recording of layertrace does")
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
            raise FormatError(f"a line is not as it should be: {error}") from None

    def _event(self, line: dict[str, Any]) -> None:
        event = self._converted(line, EventLine)
        if event.event in self._lines:
            raise FormatError(f"two events have the number {event.event}")
        self._lines[event.event] = event
        if not line.keys() <= KNOWN:
            self._extras[event.event] = {n: v for n, v in line.items() if n not in KNOWN}

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
        lines = sorted(self._lines.values(), key=_begins)
        numbers = [line.event for line in lines]
        in_order = all(a < b for a, b in pairwise(numbers))
        self._seqs = {number: number if in_order else seq for seq, number in enumerate(numbers)}
        depths: dict[int, int] = {}
        return tuple([self._made(self._seqs[line.event], line, depths) for line in lines])

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

    def surroundings(self) -> Surroundings:
        """Return what is known beside the events; call it after `events`."""
        return Surroundings(
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


def _begins(line: EventLine) -> tuple[int, float, int]:
    """Order by beginnings; should two be at once, what ends later is around."""
    ends = float("-inf") if line.duration_ns is None and line.kind != "variable" else -(line.duration_ns or 0)
    return line.start_ns, ends, line.event
