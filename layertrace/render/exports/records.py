"""Write each event as one flat record of plain values, for tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import IO, Any, Union

import msgspec

from layertrace.timeline.event import Event, Structure
from layertrace.timeline.literals import words
from layertrace.timeline.timeline import Timeline

__all__ = ["COLUMNS", "Record", "record_of", "records", "write"]

Value = Union[str, int, float, bool, None]

Record = dict[str, Value]
"""One event; every record has all `COLUMNS`."""


class Words:
    """A cache of the text of values: events share them, and there may be a million events."""

    def __init__(self) -> None:
        self._texts: dict[int, tuple[object, str]] = {}

    def __call__(self, value: Structure) -> str | None:
        """Return the text of a structure, or None for `None`."""
        if value is None:
            return None
        return self._cached_text(value, words)

    def arguments(self, values: Mapping[str, Structure]) -> str | None:
        """Return arguments as in a call, or None if there are not any."""
        return self._cached_text(values, _as_in_a_call) if values else None

    def _cached_text(self, value: Any, write: Any) -> str:
        cached = self._texts.get(id(value))
        # The object is kept with its text, so that no other object can get its id.
        if cached is None or cached[0] is not value:
            cached = self._texts[id(value)] = (value, encodable(write(value)))
        return cached[1]


def _as_in_a_call(values: Mapping[str, Structure]) -> str:
    return ", ".join(f"{name}={words(value)}" for name, value in values.items())


def encodable(text: str) -> str:
    """Escape lone surrogates, which file names may contain and UTF-8 cannot encode."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


Getter = Callable[[Event, Words], Value]


def _field(path: str) -> Getter:
    """Return a function that reads a field of an event, or a field of that field: `layer.name`."""
    name, _, inner = path.partition(".")
    if not inner:
        return lambda event, _: getattr(event, name)

    def inner_field(event: Event, _: Words) -> Value:
        outer = getattr(event, name)
        return None if outer is None else getattr(outer, inner)

    return inner_field


def _shape(event: Event, _: Words) -> Value:
    variable = event.variable
    return None if variable is None or variable.shape is None else str(variable.shape)


def _cause(event: Event, _: Words) -> Value:
    return None if event.cause is None else str(event.cause) or event.cause.reason


_COLUMNS: dict[str, tuple[str, Getter]] = {
    "seq": ("the event's number, from 0 in the order of beginnings", _field("seq")),
    "kind": ("init, build, call, variable, trace or run", _field("kind")),
    "layer": ("the layer's name; for a variable, that of its owner", _field("layer.name")),
    "layer_id": ("its number; two layers may share a name", _field("layer.id")),
    "class_name": ("its class", _field("layer.class_name")),
    "path": ("its path in the model", _field("layer.path")),
    "parent": ("the number of the parent event", _field("parent")),
    "depth": ("how many events were running", _field("depth")),
    "start_ms": ("milliseconds since the recording began", lambda event, _: event.start_ns / 1e6),
    "duration_ms": (
        "milliseconds it took; None for a variable, and for an event that had not ended",
        lambda event, _: None if event.duration_ns is None else event.duration_ns / 1e6,
    ),
    "thread": ("the name of the thread", _field("thread")),
    "replica": ("which replica of a tf.distribute strategy, from 0", _field("replica")),
    "mode": ("eager, symbolic or graph", _field("mode")),
    "function": ("the tf.function being traced or run", _field("function.name")),
    "function_id": ("its number; functions of one name have different numbers", _field("function.id")),
    "function_role": ("what Keras created it for: train, test or predict", _field("function.role")),
    "model": ("the name of the model that Keras created it for", _field("function.model")),
    "trace": ("1-based index of the trace of this function", _field("trace")),
    "call_index": ("1-based index of the call of this layer", _field("call_index")),
    "times": ("how many executions a run stands for; 1 for other events", _field("times")),
    "inputs": (
        "the input tensors: float32[32, 10], (float32[4], float32[4]), {'query': …}",
        lambda event, text_of: text_of(event.inputs),
    ),
    "outputs": ("what a call returned, in the same form", lambda event, text_of: text_of(event.outputs)),
    "arguments": (
        "the other arguments, as in a call: units=3, use_bias=False",
        lambda event, text_of: text_of.arguments(event.arguments),
    ),
    "training": ("the training argument of a call, if it was passed", _field("training")),
    "mask": ("whether a mask was passed to a call", _field("mask")),
    "variable": ("the variable's name", _field("variable.name")),
    "variable_id": ("its number", _field("variable.id")),
    "dtype": ("its dtype", _field("variable.dtype")),
    "shape": ("its shape, as in Python: (5, 10)", _shape),
    "parameters": ("the number of its elements", _field("variable.parameters")),
    "device": ("the device that holds it, such as GPU:1, if not the default", _field("variable.device")),
    "trainable": ("whether it is trainable", _field("variable.trainable")),
    "role": ("what a variable is for: optimizer, metric, seed or counter", _field("variable.role")),
    "holder": ("the name of that optimizer or metric, or of the seed's layer", _field("variable.holder")),
    "initializer": ("its initializer", _field("variable.initializer")),
    "error": ("the type of the exception that left the event", _field("error.type")),
    "message": ("the message of the exception", _field("error.message")),
    "is_origin": ("whether it was raised here; else it passed through from a child", _field("error.origin")),
    "cause": ("why a function was traced again", _cause),
    "ops": ("the operations in the graph that was traced", _field("graph.ops")),
    "compile_ns": ("how long the graph took to compile, in nanoseconds", _field("graph.compile_ns")),
    "graph_breaks": (
        "where torch.compile ended a graph, and why, each in a line",
        lambda event, _: "\n".join(map(str, event.graph_breaks)) or None,
    ),
    "strategy": (
        "the tf.distribute strategy or keras.distribution in whose scope it was created",
        _field("strategy"),
    ),
    "flags": (
        "oddities, sorted: direct, masked, from config, name by position",
        lambda event, _: ", ".join(sorted(event.flags)) or None,
    ),
    "location": (
        "the line of the user's code, file:line",
        lambda event, _: None if event.location is None else str(event.location),
    ),
    "defined_at": (
        "where the method or function is defined, file:line",
        lambda event, _: None if event.defined_at is None else str(event.defined_at),
    ),
}
"""The meaning of each column, and its value for an event; `None` if the column does not apply."""

COLUMNS = {name: meaning for name, (meaning, _) in _COLUMNS.items()}
"""The columns and their meanings. A column that does not apply holds `None`."""


def record_of(event: Event, text_of: Words) -> Record:
    """Return the record of one event."""
    values = {name: get(event, text_of) for name, (_, get) in _COLUMNS.items()}
    return {name: encodable(value) if isinstance(value, str) else value for name, value in values.items()}


def records(timeline: Iterable[Event]) -> list[Record]:
    """Return one flat dict of plain values for each event: `pandas.DataFrame(records(timeline))`.

    Shapes, values and locations are text, so that cells can be compared, grouped and searched. `COLUMNS`
    describes the columns; every record has all of them.

    Example:
        >>> build = Event(seq=0, kind="build", start_ns=1_500_000)
        >>> records([build])[0]["start_ms"]
        1.5
    """
    cache = Words()
    return [record_of(event, cache) for event in timeline]


def write(timeline: Timeline, file: IO[bytes]) -> None:
    """Write records as JSON Lines, one object per line."""
    cache, encode = Words(), msgspec.json.Encoder().encode
    for event in timeline:
        file.write(encode(record_of(event, cache)) + b"\n")
