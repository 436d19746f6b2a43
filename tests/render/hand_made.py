"""Create timelines by hand: layers, and events that nest like `with` blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from msgspec import structs

from layertrace.timeline import (
    ErrorRef,
    Event,
    FunctionRef,
    LayerRef,
    Location,
    TensorSpec,
    Timeline,
    VariableSpec,
)

DIRECTORY = "/home/ada/project"


def spec(written: str) -> TensorSpec:
    """Parse a spec in its printed form: `float32[None, 4]`."""
    dtype, shape = re.fullmatch(r"(\w+)\[(.*)\]", written).groups()
    sizes = [size.strip() for size in shape.split(",") if size.strip()]
    return TensorSpec(dtype, tuple(None if size == "None" else int(size) for size in sizes))


def place(written: str | None) -> Location | None:
    """Parse a location in its printed form: `train.py:40`, in Ada's project unless it is absolute."""
    if written is None:
        return None
    file, _, line = written.rpartition(":")
    return Location(file if file.startswith("/") else f"{DIRECTORY}/{file}", int(line))


def raised(type_: str, message: str, at: str | None = None) -> ErrorRef:
    """Create an exception that was raised in its event."""
    return ErrorRef(type=type_, message=message, location=place(at), origin=True)


class Story:
    """A timeline that is built event by event, with given durations in milliseconds."""

    def __init__(self, file: str = "train.py") -> None:
        self.events: list[Event] = []
        self.file = file
        self.thread = "MainThread"
        self._running: list[int] = []
        self._calls: dict[int, int] = {}
        self._layers = 0
        self._functions = 0
        self._variables = 0

    def layer(self, class_name: str, name: str, path: str | None = None) -> LayerRef:
        """Create a layer, without an event."""
        self._layers += 1
        return LayerRef(id=self._layers, class_name=class_name, name=name, path=path or name)

    def function(self, name: str, **facts: Any) -> FunctionRef:
        """Create a `tf.function`."""
        self._functions += 1
        return FunctionRef(self._functions, name, **facts)

    def timeline(self, *notes: str) -> Timeline:
        """Return the timeline so far."""
        return Timeline(self.events, notes)

    @contextmanager
    def span(
        self,
        kind: str,
        layer: LayerRef | None = None,
        *,
        at: int | str | None = None,
        ms: float | None = 1.0,
        **fields: Any,
    ) -> Iterator[None]:
        """Add an event and everything inside its block; mode and trace are inherited."""
        index = len(self.events)
        around = self.events[self._running[-1]] if self._running else None
        if around is not None:
            fields = self._inherited(around) | fields
        if kind == "call" and layer is not None:
            fields["call_index"] = self._calls[layer.id] = self._calls.get(layer.id, 0) + 1
        event = Event(
            seq=index,
            kind=kind,
            layer=layer,
            parent=None if around is None else around.seq,
            depth=len(self._running),
            start_ns=index * 1_000_000,
            duration_ns=None if ms is None else int(ms * 1e6),
            location=place(f"{self.file}:{at}" if isinstance(at, int) else at),
            **{"thread": self.thread, **fields},
        )
        self.events.append(event)
        self._running.append(index)
        yield
        self._running.pop()

    def _inherited(self, around: Event) -> dict[str, Any]:
        mode = "graph" if around.kind == "trace" else around.mode
        return {"mode": mode, "function": around.function, "trace": around.trace}

    def add(self, kind: str, layer: LayerRef | None = None, **fields: Any) -> None:
        """Add an event without children."""
        with self.span(kind, layer, **fields):
            pass

    def call(self, layer: LayerRef, came: str, went: str | None, **fields: Any) -> None:
        """Add a call of a layer that calls no other layer; without an output, it failed."""
        outputs = None if went is None else spec(went)
        self.add("call", layer, inputs=spec(came), outputs=outputs, **fields)

    def variable(
        self, layer: LayerRef | None, name: str, written: str, *, at: Any = None, **fields: Any
    ) -> None:
        """Add the creation of a variable by a layer."""
        self._variables += 1
        event_fields = {k: fields.pop(k) for k in ("error", "thread", "mode") if k in fields}
        tensor = spec(written)
        variable = VariableSpec(
            id=self._variables,
            name=name,
            path=name if layer is None else f"{layer.path}/{name}",
            dtype=tensor.dtype,
            shape=tensor.shape,
            **{"trainable": True, "initializer": None, **fields},
        )
        self.add("variable", layer, ms=None, at=at, variable=variable, **event_fields)

    def fails(self, error: ErrorRef) -> None:
        """Make an exception leave all running events: raised in the last, passing through the others."""
        for index in self._running:
            self.events[index] = structs.replace(self.events[index], error=replace(error, origin=False))
        self._last_running_origin(error)

    def _last_running_origin(self, error: ErrorRef) -> None:
        index = self._running[-1]
        self.events[index] = structs.replace(self.events[index], error=error)
