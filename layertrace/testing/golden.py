"""Compare a timeline with a file, in a form that is equal whenever the same things happen."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from msgspec import structs

from layertrace.compare.generated_names import is_automatic, unnumbered
from layertrace.errors import ExpectationError
from layertrace.render.event_lines import event_line
from layertrace.testing.failure_message import Row, failure
from layertrace.testing.subjects import events_of, named
from layertrace.timeline import Cause, Event, FunctionRef, LayerRef, Opaque, Timeline
from layertrace.timeline.event import ErrorRef, GraphSpec, Structure, VariableSpec
from layertrace.timeline.literals import words

__all__ = ["UPDATE", "assert_unchanged_by", "golden_json", "golden_text", "normalised"]

UPDATE = "LAYERTRACE_UPDATE"
"""An environment variable; if set, `assert_unchanged_by` writes. `--layertrace-update` sets it."""


def normalised(subject: object) -> Timeline:
    """Return the same events without what differs between runs and between machines.

    Events, layers, functions, variables, threads, and layers that Keras named (`dense_7`) are numbered
    again from the start. Times, files, lines, messages of errors, and sizes of graphs are omitted. Names that
    the user chose stay, and so do shapes, dtypes, modes, arguments and causes.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.

    Raises:
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        >>> from layertrace import Event, Timeline
        >>> normalised(Timeline([Event(seq=7, kind="build", start_ns=12_345)]))[0].seq
        0
    """
    timeline = events_of(subject)
    renumbered = _Renumbered()
    return Timeline([renumbered.event(event, parent) for event, parent in _with_parents(timeline)])


def golden_text(subject: object) -> str:
    """Return a normalised timeline as text, with a line for each event, indented by its depth.

    Example:
        >>> from layertrace import Event, Timeline
        >>> print(golden_text(Timeline([Event(seq=7, kind="build")])), end="")
        build
    """
    lines = [
        f"{'  ' * event.depth}{event_line(event, encoding='ascii').plain}" for event in normalised(subject)
    ]
    return "".join(f"{line}\n" for line in lines)


def golden_json(subject: object) -> list[dict[str, object]]:
    """Return a normalised timeline as plain lists and dicts, to compare or to keep as a snapshot.

    Example:
        >>> from layertrace import Event, Timeline
        >>> golden_json(Timeline([Event(seq=7, kind="build")]))
        [{'kind': 'build', 'mode': 'eager'}]
    """
    return [_plain(event) for event in normalised(subject)]


def assert_unchanged_by(subject: object, golden: str | os.PathLike[str]) -> None:
    """Assert that the same things happen as when the golden file was written.

    With `pytest --layertrace-update`, or LAYERTRACE_UPDATE in the environment, this writes the file.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        golden: The file: `.txt` holds `golden_text`, `.json` holds `golden_json`.

    Raises:
        AssertionError: If the two differ, or if the file does not exist.
        ExpectationError: If the file has another suffix, or cannot be read or written.
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        >>> assert_unchanged_by(timeline, Path(__file__).parent / "my_layer.txt")  # doctest: +SKIP
    """
    __tracebackhide__ = True
    path, timeline = Path(golden), events_of(subject)
    now = _contents(path, timeline)
    try:
        if os.environ.get(UPDATE):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(now, encoding="utf-8")
            return
        before = path.read_text(encoding="utf-8") if path.exists() else None
    except (OSError, UnicodeDecodeError) as error:
        raise ExpectationError(f"cannot read or write the golden timeline {path}: {error}") from error
    if before is None:
        sentence = f"the golden timeline {path} does not exist; run pytest --layertrace-update to write it"
        raise failure(sentence, _rows("", now, timeline), timeline)
    if now != before:
        sentence = f"{named(timeline)} differs from {path}; if intended, run pytest --layertrace-update"
        raise failure(sentence, _rows(before, now, timeline), timeline)


def _contents(path: Path, timeline: Timeline) -> str:
    if path.suffix == ".txt":
        return golden_text(timeline)
    if path.suffix == ".json":
        rows = ",\n".join(json.dumps(event, ensure_ascii=False) for event in golden_json(timeline))
        return f"[\n{rows}\n]\n"
    raise ExpectationError(f"the golden timeline {path} must end in .txt or .json")


def _rows(before: str, now: str, timeline: Timeline) -> list[Row]:
    """Return the expected and the found lines side by side; each found line describes one event."""
    first = 1 if now.startswith("[\n") else 0
    events: list[Event | None] = [None] * first + list(timeline)
    return [
        Row(expected or "", "nothing more" if found is None else found, expected != found, event)
        for expected, found, event in zip_longest(before.splitlines(), now.splitlines(), events)
    ]


def _with_parents(timeline: Timeline) -> list[tuple[Event, Event | None]]:
    """Return the events in order, each with its parent in this timeline."""
    return [(event, timeline.parent(event)) for event in timeline]


class _Renumbered:
    """Numbers events, layers, functions, variables and threads in the order of their first appearance."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, object], int] = {}
        self._layers: dict[int, LayerRef] = {}
        self._names: dict[str, str] = {}
        self._events: dict[int, Event] = {}

    def event(self, event: Event, parent: Event | None) -> Event:
        """Return the normalised event; call this for its parent first."""
        new_parent = None if parent is None else self._events[parent.seq]
        new = structs.replace(
            event,
            seq=len(self._events),
            layer=None if event.layer is None else self._layer(event.layer),
            parent=None if new_parent is None else new_parent.seq,
            depth=0 if new_parent is None else new_parent.depth + 1,
            start_ns=0,
            duration_ns=None if event.duration_ns is None else 0,
            thread=self._thread(event.thread),
            function=None if event.function is None else self._function(event.function),
            variable=None if event.variable is None else self._variable(event.variable, event.layer),
            inputs=_without_numbers(event.inputs),
            arguments={name: _without_numbers(value) for name, value in event.arguments.items()},
            cause=None if event.cause is None else _cause(event.cause),
            error=None if event.error is None else _error(event.error),
            location=None,
            defined_at=None,
            graph=None if event.graph is None else _graph(event.graph),
        )
        self._events[event.seq] = new
        return new

    def _number(self, category: str, key: object) -> int:
        """Return the number of a thing in its category, counted from 1."""
        following = sum(used == category for used, _ in self._numbers) + 1
        return self._numbers.setdefault((category, key), following)

    def _thread(self, name: str) -> str:
        return name if name == "MainThread" else f"thread {self._number('thread', name)}"

    def _function(self, function: FunctionRef) -> FunctionRef:
        return replace(function, id=self._number("function", function.id))

    def _variable(self, variable: VariableSpec, layer: LayerRef | None) -> VariableSpec:
        name = variable.name.rpartition("/")[2]
        if layer is None and self._names:  # an optimizer names its slots by the paths of the weights
            automatic = "|".join(map(re.escape, sorted(self._names, key=len, reverse=True)))
            name = re.sub(rf"(?<![^_])({automatic})(?![^_])", lambda match: self._names[match[0]], name)
        return replace(variable, id=self._number("variable", variable.id), name=name, path=name)

    def _layer(self, layer: LayerRef) -> LayerRef:
        new = self._layers.get(layer.id)
        if new is None:
            name = layer.name
            if is_automatic(layer):
                automatic = re.sub(r"_\d+$", "", name)
                number = self._number(f"layer {automatic}", layer.id) - 1
                name = f"{automatic}_{number}" if number else automatic
                self._names[layer.name] = name
            new = self._layers[layer.id] = replace(
                layer, id=len(self._layers) + 1, name=name, path=name, bases=()
            )
        return new


def _without_numbers(value: Structure) -> Structure:
    """Remove names that Keras generated from the descriptions in a value."""
    if isinstance(value, Opaque):
        return Opaque(unnumbered(value.text))
    if isinstance(value, Mapping):
        return {name: _without_numbers(inner) for name, inner in value.items()}
    return tuple(map(_without_numbers, value)) if isinstance(value, tuple) else value


def _cause(cause: Cause) -> Cause:
    changes = tuple(
        replace(
            change,
            before=change.before and unnumbered(change.before),
            now=change.now and unnumbered(change.now),
        )
        for change in cause.changes
    )
    return replace(cause, changes=changes, detail=unnumbered(cause.detail))


def _error(error: ErrorRef) -> ErrorRef:
    return ErrorRef(type=error.type, message="", location=None, origin=error.origin)


def _graph(graph: GraphSpec) -> GraphSpec:
    return replace(graph, ops=None, compile_ns=None)


def _plain(event: Event) -> dict[str, object]:
    """Return the fields of an event that differ from their defaults."""
    fields: dict[str, object] = {"kind": event.kind}
    for name, write in _WRITERS.items():
        value = getattr(event, name)
        if value not in (None, {}, frozenset()) and value != _DEFAULTS.get(name):
            fields[name] = write(value)
    return fields


_DEFAULTS = {"times": 1, "thread": "MainThread"}


def _arguments(value: Mapping[str, Structure]) -> dict[str, str]:
    return {name: words(inner) for name, inner in value.items()}


def _same(value: object) -> object:
    return value


# The value has the type of its field, for which a table by name has no type.
_WRITERS: dict[str, Callable[[Any], object]] = {
    "layer": str,
    "parent": _same,
    "mode": _same,
    "function": str,
    "trace": _same,
    "call_index": _same,
    "inputs": words,
    "outputs": words,
    "arguments": _arguments,
    "training": _same,
    "mask": _same,
    "variable": lambda variable: f"{variable}{'' if variable.trainable else ', not trainable'}",
    "error": lambda error: error.type,
    "cause": str,
    "times": _same,
    "traced_before": _same,
    "replica": _same,
    "strategy": _same,
    "thread": _same,
    "flags": sorted,
}
"""The fields of an event in a golden timeline, each with a function that writes it."""
