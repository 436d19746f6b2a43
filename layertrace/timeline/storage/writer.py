"""Turn events into lines of the file format."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields as fields
from importlib.metadata import version
from operator import attrgetter
from typing import Any

import msgspec

from layertrace.timeline.context import RecordingContext
from layertrace.timeline.event import (
    EMPTY_MAPPING,
    ErrorRef,
    Event,
    FunctionRef,
    GraphBreak,
    GraphSpec,
    LayerRef,
    Location,
    Structure,
    VariableSpec,
)
from layertrace.timeline.storage.lines import LATER_FIELDS, MAJOR, MINOR, REFERENCES, event_line
from layertrace.timeline.storage.values import encoded, in_utf8

__all__ = ["Writer"]

_MOST_CACHED = 100_000

Extras = Mapping[int, Mapping[str, Any]]


class Writer:
    """Turns events into lines; a layer, place or value that several events share is written once.

    Args:
        write: Receives each line, with its line end.
        extras: Fields that a newer version wrote, by the `seq` of the event.
    """

    def __init__(self, write: Callable[[bytes], object], extras: Extras = EMPTY_MAPPING) -> None:
        self._write = write
        self._extras = extras
        self._encoder = msgspec.json.Encoder(enc_hook=_as_dict)
        self._numbers: dict[str, dict[Any, int]] = {"function": {}, "place": {}, "value": {}}
        self._layers: dict[int, LayerRef] = {}
        # The numbers of places and values by identity: events share most of these objects.
        self._cache: dict[int, tuple[object, int]] = {}
        self._events = 0
        number: dict[str, Callable[[Any], int]] = {
            "layer": self.layer,
            "function": self._function,
            "value": self._value,
            "place": self._place,
        }
        encoders: dict[str, Callable[[Any], Any]] = {
            **{name: number[kind] for name, kind in REFERENCES.items()},
            "arguments": lambda arguments: self._value(arguments) if arguments else None,
            "error": _compact,
            "flags": lambda flags: tuple(sorted(flags)) if flags else (),
            "variable": _variable,
            "graph": _graph,
        }
        # By position: a third faster than by name, and each event of a recording comes here.
        self._encoders = [(_FIELDS.index(name), encode) for name, encode in encoders.items()]
        self._later = [(name, encoders.get(name)) for name in LATER_FIELDS]

    def head(self, **more: Any) -> None:
        """Write the first line."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        self._line(
            {
                "layertrace": f"{MAJOR}.{MINOR}",
                "written_by": version("layertrace"),
                "python": platform.python_version(),
                "started": now,
                **more,
            }
        )

    def event(self, event: Event) -> None:
        """Write one event; `seq` need not be in order, but must identify it, and `parent` refers to it."""
        self._events += 1
        fields = list(_values_of(event))
        for position, encode in self._encoders:
            if fields[position] is not None:
                fields[position] = encode(fields[position])
        line = event_line(*fields)
        extra = self._extras.get(event.seq)
        if extra:
            self._line({**msgspec.to_builtins(line, enc_hook=_as_dict), **extra})
        else:
            self._line(line)

    def ended(self, event: Event) -> None:
        """Write the fields of an event that were unknown when the event was written."""
        line: dict[str, Any] = {"end": event.seq}
        for name, encode in self._later:
            value = getattr(event, name)
            line[name] = value if encode is None or value is None else encode(value)
        self._line(line)

    def layer(self, layer: LayerRef) -> int:
        """Write a layer, unless an equal one has been written under its number, and return the number."""
        if self._layers.get(layer.id) is not layer:
            if self._layers.get(layer.id) != layer:
                self._line({"layer": layer.id, **_without(layer, "id")})
            self._layers[layer.id] = layer
        return layer.id

    def beside(self, surroundings: RecordingContext, notes: Iterable[str]) -> None:
        """Write the context of the recording, and its notes."""
        for state in surroundings.states.values():
            self.layer(state.layer)
            tensors = {name: encoded(held) for name, held in state.tensors.items()}
            # Files of version 1.0 have no such fields, and most states none of them.
            unused = [name for name in _ADDED_TO_STATES if getattr(state, name) in (None, (), {})]
            self._line({"state": state.layer.id, **_without(state, "layer", *unused), "tensors": tensors})
        for number, seen in enumerate(surroundings.observations):
            layer = None if seen.layer is None else self.layer(seen.layer)
            values = {"layer": layer, "before": encoded(seen.before), "now": encoded(seen.now)}
            # Files of version 1.0 have no such fields, and most observations none of them.
            unused = [name for name in ("reader", "role", "defined_at") if not getattr(seen, name)]
            self._line({"observation": number, **_without(seen, "layer", "before", "now", *unused), **values})
        failure = surroundings.failure
        if failure is not None:
            layer = None if failure.layer is None else self.layer(failure.layer)
            unused = ["missing"] if failure.missing is None else []  # files of version 1.0 have no such field
            values = {"failure": _compact(failure.error), **_without(failure, "error", *unused)}
            self._line({**values, "layer": layer})
        if surroundings.versions:
            self._line({"versions": dict(surroundings.versions)})
        if surroundings.watched:
            self._line({"watched": list(surroundings.watched)})
        if surroundings.command:
            self._line({"command": list(surroundings.command)})
        for mark in surroundings.marks:
            self._line({"mark": mark.name, **_without(mark, "name")})
        for number, statement in enumerate(surroundings.statements):
            self._line({"statement": number, **_without(statement)})
        for line in surroundings.unknown:
            self._write(line)
        for note in notes:
            self._line({"note": note})

    def close(self) -> None:
        """Write the last line."""
        self._line({"closed": self._events})

    def _line(self, line: Any) -> None:
        try:
            text = self._encoder.encode(line)
        except UnicodeEncodeError:  # such as a file name that is not UTF-8
            text = self._encoder.encode(in_utf8(msgspec.to_builtins(line, enc_hook=_as_dict)))
        self._write(text + b"\n")

    def _number(self, kind: str, key: Any, fields: dict[str, Any]) -> int:
        """Return the number of the line with this key, and write the line if it is new."""
        numbers = self._numbers[kind]
        number = numbers.get(key)
        if number is None:
            number = numbers[key] = len(numbers) + 1
            self._line({kind: number, **fields})
        return number

    def _function(self, function: FunctionRef) -> int:
        if function.id not in self._numbers["function"]:
            self._numbers["function"][function.id] = function.id
            facts = {name: fact for name, fact in _without(function, "id").items() if fact}
            self._line({"function": function.id, **facts})
        return function.id

    def _place(self, place: Location) -> int:
        cached = self._cache.get(id(place))
        if cached is not None and cached[0] is place:
            return cached[1]
        fields: dict[str, Any] = {"file": place.file, "line": place.line, "in": place.function}
        if place.columns is not None:
            fields["columns"] = place.columns
        return self._cached(place, self._number("place", (place, place.columns), fields))

    def _value(self, value: Structure) -> int:
        """Return the number of a value; an object is encoded once, and equal ones are written once."""
        cached = self._cache.get(id(value))
        if cached is not None and cached[0] is value:
            return cached[1]
        json = encoded(value)
        return self._cached(value, self._number("value", self._encoder.encode(json), {"is": json}))

    def _cached(self, thing: object, number: int) -> int:
        if len(self._cache) > _MOST_CACHED:
            self._cache.clear()
        self._cache[id(thing)] = (thing, number)
        return number


_FIELDS = ["seq", *event_line.__struct_fields__[1:]]
_values_of = attrgetter(*_FIELDS)


_ADDED_TO_STATES = (
    "regularized",
    "adapted",
    "output_layer",
    "activation",
    "arrays",
    "repeated",
    "statistics",
    "not_finite",
    "set_late",
    "parameters",
    "with_gradient",
    "alike",
    "mask_dropped",
    "replaced",
)
"""The fields of `LayerState` that are written only if they have a value."""


def _without(thing: Any, *names: str) -> dict[str, Any]:
    return {f.name: _compact(getattr(thing, f.name)) for f in fields(thing) if f.name not in names}


def _without_defaults(thing: Any, *names: str) -> dict[str, Any]:
    """Return a thing as a dictionary, without those of the named fields that have their default."""
    return _without(
        thing, *(f.name for f in fields(thing) if f.name in names and getattr(thing, f.name) == f.default)
    )


def _compact(value: Any) -> Any:
    """Return a value with places as dictionaries that have columns only if these are known."""
    if isinstance(value, Location):
        place = {"file": value.file, "line": value.line, "function": value.function}
        return place if value.columns is None else {**place, "columns": value.columns}
    if isinstance(value, (ErrorRef, GraphBreak)):
        return _without(value)
    if isinstance(value, tuple):
        return tuple(map(_compact, value))
    if isinstance(value, Mapping):
        return {name: _compact(inner) for name, inner in value.items()}
    return value


def _variable(variable: VariableSpec) -> dict[str, Any]:
    """Return what to write of a variable: fields that few variables have are left out of the others."""
    return _without_defaults(variable, "role", "holder", "device")


def _graph(graph: GraphSpec) -> dict[str, Any]:
    """Return what to write of a graph: what only JAX and torch report is left out where it is missing."""
    return _without_defaults(graph, "compile_ns", "breaks")


def _as_dict(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} cannot be written")
