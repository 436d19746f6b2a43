"""Write events as lines."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from importlib.metadata import version
from typing import Any

import msgspec

from layertrace.timeline.context import RecordingContext
from layertrace.timeline.event import NOTHING, Event, FunctionRef, LayerRef, Location, Structure
from layertrace.timeline.storage.lines import MAJOR, MINOR, EventLine
from layertrace.timeline.storage.values import encoded, in_utf8

__all__ = ["Writer"]

_MOST_REMEMBERED = 100_000

Extras = Mapping[int, Mapping[str, Any]]


class Writer:
    """Turns events into lines; what several have in common is written once.

    Args:
        write: Takes a line, with its line end.
        extras: Fields that a newer version wrote, by the `seq` of the event.
    """

    def __init__(self, write: Callable[[bytes], object], extras: Extras = NOTHING) -> None:
        self._write = write
        self._extras = extras
        self._encoder = msgspec.json.Encoder(enc_hook=_as_dict)
        self._numbers: dict[str, dict[Any, int]] = {"function": {}, "place": {}, "value": {}}
        self._layers: dict[int, LayerRef] = {}
        self._met: dict[int, tuple[object, int]] = {}  # places and values by identity: few objects are many
        self._events = 0

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
        """Write one event; its `seq` and its `parent` are numbers of the writer's choice."""
        self._events += 1
        line = EventLine(
            event=event.seq,
            kind=event.kind,
            layer=None if event.layer is None else self.layer(event.layer),
            parent=event.parent,
            start_ns=event.start_ns,
            duration_ns=event.duration_ns,
            thread=event.thread,
            mode=event.mode,
            function=self._function(event.function),
            trace=event.trace,
            inputs=self._value(event.inputs),
            outputs=self._value(event.outputs),
            arguments=self._value(event.arguments) if event.arguments else None,
            training=event.training,
            mask=event.mask,
            variable=event.variable,
            error=event.error,
            location=self._place(event.location),
            defined_at=self._place(event.defined_at),
            call_index=event.call_index,
            cause=event.cause,
            graph=event.graph,
            times=event.times,
            traced_before=event.traced_before,
            replica=event.replica,
            strategy=event.strategy,
            flags=tuple(sorted(event.flags)) if event.flags else (),
        )
        extra = self._extras.get(event.seq)
        if extra:
            self._line({**msgspec.to_builtins(line, enc_hook=_as_dict), **extra})
        else:
            self._line(line)

    def ended(self, event: Event) -> None:
        """Write what has become known of an event that was written before."""
        self._line(
            {
                "end": event.seq,
                "duration_ns": event.duration_ns,
                "outputs": self._value(event.outputs),
                "error": event.error,
                "times": event.times,
                "graph": event.graph,
                "variable": event.variable,
            }
        )

    def layer(self, layer: LayerRef) -> int:
        """Write who a layer is, where that is new, and return its number."""
        if self._layers.get(layer.id) is not layer:
            if self._layers.get(layer.id) != layer:
                self._line({"layer": layer.id, **_without(layer, "id")})
            self._layers[layer.id] = layer
        return layer.id

    def beside(self, surroundings: RecordingContext, notes: Iterable[str]) -> None:
        """Write what is known beside the events."""
        for state in surroundings.states.values():
            self.layer(state.layer)
            tensors = {name: encoded(held) for name, held in state.tensors.items()}
            self._line({"state": state.layer.id, **_without(state, "layer"), "tensors": tensors})
        for number, one in enumerate(surroundings.observations):
            layer = None if one.layer is None else self.layer(one.layer)
            values = {"layer": layer, "before": encoded(one.before), "now": encoded(one.now)}
            self._line({"observation": number, **_without(one, "layer", "before", "now"), **values})
        failure = surroundings.failure
        if failure is not None:
            layer = None if failure.layer is None else self.layer(failure.layer)
            self._line({"failure": failure.error, **_without(failure, "error"), "layer": layer})
        if surroundings.versions:
            self._line({"versions": dict(surroundings.versions)})
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
        except UnicodeEncodeError:  # the name of a file or a thread that is not UTF-8, for one
            text = self._encoder.encode(in_utf8(msgspec.to_builtins(line, enc_hook=_as_dict)))
        self._write(text + b"\n")

    def _number(self, what: str, key: Any, told: dict[str, Any]) -> int:
        known = self._numbers[what]
        number = known.get(key)
        if number is None:
            number = known[key] = len(known) + 1
            self._line({what: number, **told})
        return number

    def _function(self, function: FunctionRef | None) -> int | None:
        if function is None:
            return None
        if function.id not in self._numbers["function"]:
            self._numbers["function"][function.id] = function.id
            self._line({"function": function.id, "name": function.name})
        return function.id

    def _place(self, place: Location | None) -> int | None:
        if place is None:
            return None
        known = self._met.get(id(place))
        if known is not None and known[0] is place:
            return known[1]
        told = {"file": place.file, "line": place.line, "in": place.function}
        return self._meet(place, self._number("place", place, told))

    def _value(self, value: Structure) -> int | None:
        """Return the number of a value; an object is looked at once, and equal ones are written once."""
        if value is None:
            return None
        known = self._met.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        told = encoded(value)
        return self._meet(value, self._number("value", self._encoder.encode(told), {"is": told}))

    def _meet(self, thing: object, number: int) -> int:
        if len(self._met) > _MOST_REMEMBERED:
            self._met.clear()
        self._met[id(thing)] = (thing, number)
        return number


def _without(thing: Any, *names: str) -> dict[str, Any]:
    return {f.name: getattr(thing, f.name) for f in fields(thing) if f.name not in names}


def _as_dict(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} cannot be written")
