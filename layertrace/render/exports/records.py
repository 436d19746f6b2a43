"""Write each event as one flat record of plain values, for tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, Union

import msgspec

from layertrace.timeline.event import Event, Structure
from layertrace.timeline.literals import words
from layertrace.timeline.timeline import Timeline

__all__ = ["COLUMNS", "Record", "record_of", "records", "write"]

Record = dict[str, Union[str, int, float, bool, None]]
"""One event; every record has all `COLUMNS`."""

COLUMNS = {
    "seq": "the event's number, from 0 in the order of beginnings",
    "kind": "init, build, call, variable, trace or run",
    "layer": "the layer's name; for a variable, that of its owner",
    "layer_id": "its number; two layers may share a name",
    "class_name": "its class",
    "path": "its path in the model",
    "parent": "the number of the parent event",
    "depth": "how many events were running",
    "start_ms": "milliseconds since the recording began",
    "duration_ms": "milliseconds it took; None for a variable, and for an event that had not ended",
    "thread": "the name of the thread",
    "replica": "which replica of a tf.distribute strategy, from 0",
    "mode": "eager, symbolic or graph",
    "function": "the tf.function being traced or run",
    "function_id": "its number; two models' one_step_on_data are two",
    "trace": "1-based index of the trace of this function",
    "call_index": "1-based index of the call of this layer",
    "times": "how many executions a run stands for, else 1",
    "inputs": "the input tensors: float32[32, 10], (float32[4], float32[4]), {'query': …}",
    "outputs": "what a call returned, in the same form",
    "arguments": "the other arguments, as in a call: units=3, use_bias=False",
    "training": "the training argument of a call, if it was passed",
    "mask": "whether a mask was passed to a call",
    "variable": "the variable's name",
    "variable_id": "its number",
    "dtype": "its dtype",
    "shape": "its shape, as in Python: (5, 10)",
    "parameters": "the number of its elements",
    "trainable": "whether it is trainable",
    "initializer": "its initializer",
    "error": "the type of the exception that left the event",
    "message": "the message of the exception",
    "is_origin": "whether it was raised here; else it passed through from a child",
    "cause": "why a function was traced again",
    "ops": "the operations in the graph that was traced",
    "strategy": "the tf.distribute strategy in whose scope it was created",
    "flags": "oddities, sorted: direct, masked, from config, name by position",
    "location": "the line of the user's code, file:line",
    "defined_at": "where the method or function is defined, file:line",
}
"""The columns and their meanings. A column that does not apply holds `None`."""


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


def record_of(event: Event, text_of: Words) -> Record:
    """Return the record of one event."""
    layer, function, error = event.layer, event.function, event.error
    record: Record = dict.fromkeys(COLUMNS)
    record.update(
        seq=event.seq,
        kind=event.kind,
        parent=event.parent,
        depth=event.depth,
        start_ms=event.start_ns / 1e6,
        duration_ms=None if event.duration_ns is None else event.duration_ns / 1e6,
        thread=encodable(event.thread),
        replica=event.replica,
        mode=event.mode,
        trace=event.trace,
        call_index=event.call_index,
        times=event.times,
        inputs=text_of(event.inputs),
        outputs=text_of(event.outputs),
        arguments=text_of.arguments(event.arguments),
        training=event.training,
        mask=event.mask,
        strategy=event.strategy,
        flags=", ".join(sorted(event.flags)) or None,
    )
    if layer is not None:
        record["layer"], record["layer_id"] = encodable(layer.name), layer.id
        record["class_name"], record["path"] = encodable(layer.class_name), encodable(layer.path)
    if function is not None:
        record["function"], record["function_id"] = encodable(function.name), function.id
    if error is not None:
        record["error"], record["is_origin"] = encodable(error.type), error.origin
        record["message"] = encodable(error.message)
    record.update(_of_variable(event))
    record.update(_of_trace(event))
    record.update(_of_places(event))
    return record


def _of_variable(event: Event) -> Iterator[tuple[str, Any]]:
    variable = event.variable
    if variable is not None:
        yield "variable", encodable(variable.name)
        yield "variable_id", variable.id
        yield "dtype", variable.dtype
        yield "shape", None if variable.shape is None else str(variable.shape)
        yield "parameters", variable.parameters
        yield "trainable", variable.trainable
        yield "initializer", None if variable.initializer is None else encodable(variable.initializer)


def _of_trace(event: Event) -> Iterator[tuple[str, Any]]:
    if event.cause is not None:
        yield "cause", encodable(str(event.cause)) or event.cause.reason
    if event.graph is not None:
        yield "ops", event.graph.ops


def _of_places(event: Event) -> Iterator[tuple[str, Any]]:
    if event.location is not None:
        yield "location", encodable(str(event.location))
    if event.defined_at is not None:
        yield "defined_at", encodable(str(event.defined_at))
