"""Keep a timeline in a file, in a form that stays equal as long as the same things happen."""

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
from layertrace.render import event_line
from layertrace.testing.failure_message import Row, failure
from layertrace.testing.subjects import events_of, named
from layertrace.timeline import Cause, Event, FunctionRef, LayerRef, Opaque, Timeline
from layertrace.timeline.event import ErrorRef, GraphSpec, Structure
from layertrace.timeline.literals import words

__all__ = ["UPDATE", "assert_unchanged_by", "golden_json", "golden_text", "normalised"]

UPDATE = "LAYERTRACE_UPDATE"
"""Set to anything in the environment, it lets `assert_unchanged_by` write; `--layertrace-update` sets it."""


def normalised(subject: object) -> Timeline:
    """Return the same events without what differs from run to run, and from machine to machine.

    Numbers of events, layers, functions and variables are given anew from the first on, and so are names
    that Keras made (`dense_7`) and those of threads. Times, files and lines, messages of errors, and the
    sizes of graphs are left out. Names that somebody gave stay, and so do shapes, dtypes, modes, arguments
    and causes.

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
    fresh = _Fresh()
    return Timeline([fresh.event(event, parent) for event, parent in _nested(timeline)])


def golden_text(subject: object) -> str:
    """Return a normalised timeline as text, a line for each event, indented by what it lies in.

    Example:
        >>> from layertrace import Event, Timeline
        >>> print(golden_text(Timeline([Event(seq=7, kind="build")])), end="")
        build
    """
    lines = [
        f"{'  ' * event.depth}{event_line(event, encoding='ascii').plain}" for event in normalised(subject)
    ]
    return "".join(f"{line}\n" for line in lines)


def golden_json(subject: object) -> list[dict[str, Any]]:
    """Return a normalised timeline as plain lists and dicts, for snapshots and for comparing.

    Example:
        >>> from layertrace import Event, Timeline
        >>> golden_json(Timeline([Event(seq=7, kind="build")]))
        [{'kind': 'build', 'mode': 'eager'}]
    """
    return [_plain(event) for event in normalised(subject)]


def assert_unchanged_by(subject: object, golden: str | os.PathLike[str]) -> None:
    """Assert that the same things happen as when a golden file was written.

    With `pytest --layertrace-update`, or LAYERTRACE_UPDATE in the environment, the file is written instead.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        golden: The file: `.txt` holds `golden_text`, `.json` holds `golden_json`.

    Raises:
        AssertionError: If they differ, or if there is no such file yet.
        ExpectationError: If the file is of another kind, or cannot be read or written.
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
        raise ExpectationError(f"the golden timeline {path} cannot be used: {error}") from error
    if before is None:
        sentence = f"there is no golden timeline {path}; pytest --layertrace-update writes it"
        raise failure(sentence, _rows("", now, timeline), timeline)
    if now != before:
        sentence = f"{named(timeline)} differs from {path} (if that is meant: pytest --layertrace-update)"
        raise failure(sentence, _rows(before, now, timeline), timeline)


def _contents(path: Path, timeline: Timeline) -> str:
    if path.suffix == ".txt":
        return golden_text(timeline)
    if path.suffix == ".json":
        rows = ",\n".join(json.dumps(one, ensure_ascii=False) for one in golden_json(timeline))
        return f"[\n{rows}\n]\n"
    raise ExpectationError(f"the golden timeline {path} must end in .txt or .json")


def _rows(before: str, now: str, timeline: Timeline) -> list[Row]:
    """Put the lines of both side by side; each line of the text is about one event."""
    was, is_ = before.splitlines(), now.splitlines()
    first = 1 if now.startswith("[\n") else 0
    events: list[Event | None] = [None] * first + [event for event, _ in _nested(timeline)]
    return [
        Row(a or "", b if b is not None else "nothing more", a != b, event)
        for a, b, event in zip_longest(was, is_, events)
    ]


def _nested(timeline: Timeline) -> list[tuple[Event, Event | None]]:
    """Return events in order, each with the one around it in this timeline."""
    return [(event, timeline.parent(event)) for event in timeline]


class _Fresh:
    """Gives numbers and names anew, in the order in which they are met."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, object], int] = {}
        self._layers: dict[int, LayerRef] = {}
        self._names: dict[str, str] = {}
        self._events: dict[int, Event] = {}

    def event(self, event: Event, parent: Event | None) -> Event:
        """Return an event without what does not stay; its parent must have been asked for before."""
        around = None if parent is None else self._events[parent.seq]
        new = structs.replace(
            event,
            seq=len(self._events),
            layer=None if event.layer is None else self._layer(event.layer),
            parent=None if around is None else around.seq,
            depth=0 if around is None else around.depth + 1,
            start_ns=0,
            duration_ns=None if event.duration_ns is None else 0,
            thread=self._thread(event.thread),
            function=None if event.function is None else self._function(event.function),
            variable=None if event.variable is None else self._variable(event),
            inputs=_steady(event.inputs),
            arguments={name: _steady(value) for name, value in event.arguments.items()},
            cause=None if event.cause is None else _cause(event.cause),
            error=None if event.error is None else _error(event.error),
            location=None,
            defined_at=None,
            graph=None if event.graph is None else _graph(event.graph),
        )
        self._events[event.seq] = new
        return new

    def _number(self, what: str, thing: object) -> int:
        count = sum(kind == what for kind, _ in self._known) + 1
        return self._known.setdefault((what, thing), count)

    def _thread(self, name: str) -> str:
        return name if name == "MainThread" else f"thread {self._number('thread', name)}"

    def _function(self, function: FunctionRef) -> FunctionRef:
        return FunctionRef(self._number("function", function.id), function.name)

    def _variable(self, event: Event) -> Any:
        made = event.variable
        assert made is not None  # noqa: S101  # whoever calls this has looked
        name = made.name.rpartition("/")[2]
        if event.layer is None and self._names:  # an optimizer names its slots by the paths of the weights
            known = "|".join(map(re.escape, sorted(self._names, key=len, reverse=True)))
            name = re.sub(rf"(?<![^_])({known})(?![^_])", lambda found: self._names[found[0]], name)
        return replace(made, id=self._number("variable", made.id), name=name, path=name)

    def _layer(self, layer: LayerRef) -> LayerRef:
        known = self._layers.get(layer.id)
        if known is None:
            name = layer.name
            if is_automatic(layer):
                automatic = re.sub(r"_\d+$", "", name)
                number = self._number(f"layer {automatic}", layer.id) - 1
                name = f"{automatic}_{number}" if number else automatic
                self._names[layer.name] = name
            known = self._layers[layer.id] = replace(
                layer, id=len(self._layers) + 1, name=name, path=name, bases=()
            )
        return known


def _steady(value: Structure) -> Structure:
    """Leave names that Keras gave out of the descriptions in a value."""
    if isinstance(value, Opaque):
        return Opaque(unnumbered(value.text))
    if isinstance(value, Mapping):
        return {name: _steady(inner) for name, inner in value.items()}
    return tuple(map(_steady, value)) if isinstance(value, tuple) else value


def _cause(cause: Cause) -> Cause:
    changes = tuple(
        replace(one, before=one.before and unnumbered(one.before), now=one.now and unnumbered(one.now))
        for one in cause.changes
    )
    return replace(cause, changes=changes, detail=unnumbered(cause.detail))


def _error(error: ErrorRef) -> ErrorRef:
    return ErrorRef(type=error.type, message="", location=None, origin=error.origin)


def _graph(graph: GraphSpec) -> GraphSpec:
    return replace(graph, ops=None)


def _plain(event: Event) -> dict[str, Any]:
    """Return what an event says, without what it does not."""
    said = {"kind": event.kind}
    for name, write in _WRITERS.items():
        value = getattr(event, name)
        if value not in (None, {}, frozenset()) and value != _USUAL.get(name):
            said[name] = write(value)
    return said


_USUAL = {"times": 1, "thread": "MainThread"}


def _arguments(value: Mapping[str, Structure]) -> dict[str, str]:
    return {name: words(inner) for name, inner in value.items()}


def _same(value: Any) -> Any:
    return value


_WRITERS: dict[str, Callable[[Any], Any]] = {
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
    "variable": lambda made: f"{made}{'' if made.trainable else ', not trainable'}",
    "error": lambda error: error.type,
    "cause": str,
    "times": _same,
    "traced_before": _same,
    "replica": _same,
    "strategy": _same,
    "thread": _same,
    "flags": sorted,
}
"""What a golden timeline holds of an event, and how."""
