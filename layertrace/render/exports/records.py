"""Write each event as one flat record of plain values, as tables want them."""

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
    "parent": "the number of the event around",
    "depth": "how many events were running",
    "start_ms": "milliseconds from the beginning of the recording",
    "duration_ms": "milliseconds it took; None for a variable, and for what had not ended",
    "thread": "the name of the thread",
    "replica": "which replica of a tf.distribute strategy, from 0",
    "mode": "eager, symbolic or graph",
    "function": "the tf.function being traced or run",
    "function_id": "its number; two models' one_step_on_data are two",
    "trace": "how-manyeth trace of it, from 1",
    "call_index": "which call of this layer, from 1",
    "times": "how many executions a run stands for, else 1",
    "inputs": "the tensors that came in: float32[32, 10], (float32[4], float32[4]), {'query': …}",
    "outputs": "what a call returned, likewise",
    "arguments": "the other arguments, as in a call: units=3, use_bias=False",
    "training": "the training argument of a call, where it was given",
    "mask": "whether a mask came into a call",
    "variable": "the variable's name",
    "variable_id": "its number",
    "dtype": "its dtype",
    "shape": "its shape, as in Python: (5, 10)",
    "parameters": "how many numbers it holds",
    "trainable": "whether it is trainable",
    "initializer": "its initializer",
    "error": "the type of the exception that left the event",
    "message": "what the exception says",
    "is_origin": "whether it was raised here, or passed through from inside",
    "cause": "why a function was traced again",
    "ops": "the operations in the graph that was traced",
    "strategy": "the tf.distribute strategy in whose scope it was made",
    "flags": "oddities, sorted: direct, masked, from config, name by position",
    "location": "the line of the user's code, file:line",
    "defined_at": "where the method or function is defined, file:line",
}
"""The columns, and what each says. What does not apply is None."""


def records(timeline: Iterable[Event]) -> list[Record]:
    """Return one flat dict of plain values for each event: `pandas.DataFrame(records(timeline))`.

    Shapes, values and places are in words, so that cells can be compared, grouped and searched; `COLUMNS`
    says what each column holds. Every record has all columns.

    Example:
        >>> build = Event(seq=0, kind="build", start_ns=1_500_000)
        >>> records([build])[0]["start_ms"]
        1.5
    """
    said = Words()
    return [record_of(event, said) for event in timeline]


def write(timeline: Timeline, file: IO[bytes]) -> None:
    """Write records as JSON Lines, one object in each line."""
    said, encode = Words(), msgspec.json.Encoder().encode
    for event in timeline:
        file.write(encode(record_of(event, said)) + b"\n")


class Words:
    """Remembers how values are written: events share them, and there may be a million events."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, str]] = {}

    def __call__(self, value: Structure) -> str | None:
        """Write a structure; None for None."""
        if value is None:
            return None
        return self._remembered(value, words)

    def arguments(self, values: Mapping[str, Structure]) -> str | None:
        """Write arguments as in a call; None where there are none."""
        return self._remembered(values, _as_in_a_call) if values else None

    def _remembered(self, value: Any, write: Any) -> str:
        known = self._known.get(id(value))
        # The object is kept with its text: nothing else gets its id meanwhile.
        if known is None or known[0] is not value:
            known = self._known[id(value)] = (value, encodable(write(value)))
        return known[1]


def _as_in_a_call(values: Mapping[str, Structure]) -> str:
    return ", ".join(f"{name}={words(value)}" for name, value in values.items())


def encodable(text: str) -> str:
    """Spell out lone surrogates, which names of files may have, and UTF-8 has not."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def record_of(event: Event, said: Words) -> Record:
    """Return the record of one event."""
    layer, function, error = event.layer, event.function, event.error
    found: Record = dict.fromkeys(COLUMNS)
    found.update(
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
        inputs=said(event.inputs),
        outputs=said(event.outputs),
        arguments=said.arguments(event.arguments),
        training=event.training,
        mask=event.mask,
        strategy=event.strategy,
        flags=", ".join(sorted(event.flags)) or None,
    )
    if layer is not None:
        found["layer"], found["layer_id"] = encodable(layer.name), layer.id
        found["class_name"], found["path"] = encodable(layer.class_name), encodable(layer.path)
    if function is not None:
        found["function"], found["function_id"] = encodable(function.name), function.id
    if error is not None:
        found["error"], found["is_origin"] = encodable(error.type), error.origin
        found["message"] = encodable(error.message)
    found.update(_of_variable(event))
    found.update(_of_trace(event))
    found.update(_of_places(event))
    return found


def _of_variable(event: Event) -> Iterator[tuple[str, Any]]:
    made = event.variable
    if made is not None:
        yield "variable", encodable(made.name)
        yield "variable_id", made.id
        yield "dtype", made.dtype
        yield "shape", None if made.shape is None else str(made.shape)
        yield "parameters", made.parameters
        yield "trainable", made.trainable
        yield "initializer", None if made.initializer is None else encodable(made.initializer)


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
