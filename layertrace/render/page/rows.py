"""Turn events into columns of numbers, most of them indexes into tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import structs

from layertrace.render.page.columns import MISSING, Packed, deltas, packed
from layertrace.render.page.tables import Tables
from layertrace.render.wording import event_phrases, formatting
from layertrace.render.wording.glyphs import UNICODE, printable
from layertrace.render.wording.mode_phrases import ran_where
from layertrace.timeline import Timeline
from layertrace.timeline.event import KINDS, MODES, Event, GraphSpec
from layertrace.timeline.functions import with_steps

__all__ = ["columns", "parents"]

Remark = tuple[int, str]
"""Its style and its text."""

_PLAIN, _QUIET, _NOTE = range(3)

_KINDS = {kind: number for number, kind in enumerate(KINDS)}
_MODES = {mode: number for number, mode in enumerate(MODES)}


def parents(timeline: Timeline) -> list[int]:
    """Return for each event the index of its nearest ancestor in the timeline."""
    indexes = [MISSING] * len(timeline)
    index = {event.seq: place for place, event in enumerate(timeline)}
    for place, event in enumerate(timeline):
        for child in timeline.children(event):
            indexes[index[child.seq]] = place
    return indexes


def columns(timeline: Timeline, inside: Sequence[int], tables: Tables) -> dict[str, Packed]:
    """Return one column for each property of events.

    Args:
        timeline: The events.
        inside: Their `parents`.
        tables: The tables that the numbers point into; they are filled on the way.
    """
    events = list(timeline)
    around = [events[place] if place != MISSING else None for place in inside]
    packed_columns = {
        name: packed([number(tables, getattr(event, field)) for event in events])
        for field, (name, number) in _COLUMNS.items()
    }
    distances = [place - parent if parent != MISSING else MISSING for place, parent in enumerate(inside)]
    quiet, passes = timeline.plumbing, _passes(timeline)
    packed_columns |= {
        "quiet": packed([int(event.seq in quiet) for event in events]),
        "seq": packed(deltas([event.seq for event in events])),
        "start": packed(deltas([event.start_ns for event in events])),
        "inside": packed(distances),
        "arguments": packed([tables.arguments(event.arguments, event.layer) for event in events]),
        "others": packed([tables.text(_others(event)) for event in events]),
        "where": packed([tables.text(ran_where(e, a, UNICODE)) for e, a in zip(events, around, strict=True)]),
        "passes": packed([tables.text(passes.get(event.seq, "")) for event in events]),
        "remarks": packed([tables.text(_remarks(e, a)) for e, a in zip(events, around, strict=True)]),
    }
    return packed_columns


def _passes(timeline: Timeline) -> dict[int, str]:
    """Return the numbers of the traces of a step, by the Keras function in whose trace there are several."""
    numbers: dict[int, list[str]] = {}
    for life in with_steps(timeline):
        outer = {event.seq for event in life.around}
        for event in life.traces if outer else ():
            around: Event | None = event
            while around is not None and around.seq not in outer:
                around = timeline.parent(around)
            if around is not None and around is not event:
                numbers.setdefault(around.seq, []).append(str(event.trace))
    return {seq: ", ".join(traces) for seq, traces in numbers.items()}


def _number(_: Tables, number: int | None) -> int:
    return MISSING if number is None else int(number)


def _text(tables: Tables, text: str) -> int:
    return tables.text(printable(text))


_COLUMNS: dict[str, tuple[str, Callable[[Tables, Any], int]]] = {
    "kind": ("kind", lambda _, kind: _KINDS[kind]),
    "mode": ("mode", lambda _, mode: _MODES[mode]),
    "layer": ("layer", Tables.layer),
    "duration_ns": ("took", _number),
    "thread": ("thread", _text),
    "function": ("function", Tables.function),
    "trace": ("trace", _number),
    "inputs": ("inputs", Tables.came_in),
    "outputs": ("outputs", Tables.came_out),
    "training": ("training", _number),
    "mask": ("mask", _number),
    "variable": ("variable", Tables.variable),
    "error": ("error", Tables.error),
    "location": ("place", Tables.place),
    "defined_at": ("defined", Tables.place),
    "call_index": ("call", _number),
    "cause": ("cause", Tables.cause),
    "graph": ("graph", lambda tables, graph: tables.text(() if graph is None else tuple(_graph(graph)))),
    "times": ("times", _number),
    "traced_before": ("before", _number),
    "replica": ("replica", _number),
}
"""The column of the page that shows a field of events, and how its number is found."""

_SHOWN_OTHERWISE = {"seq", "start_ns", "parent", "depth", "arguments", "first_ns"}
_OTHERS = {
    field.name: field.default
    for field in structs.fields(Event)
    if field.name not in _COLUMNS and field.name not in _SHOWN_OTHERWISE
}
"""All other fields, with their defaults: the details of an event list those that differ."""


def _others(event: Event) -> tuple[tuple[str, str], ...]:
    """Return the names and the texts of the fields that have no column of their own."""
    values = [(name, getattr(event, name), default) for name, default in _OTHERS.items()]
    return tuple(
        (name.replace("_", " "), printable(_in_words(value)))
        for name, value, default in values
        if value != default
    )


def _in_words(value: object) -> str:
    if isinstance(value, (frozenset, tuple)):
        return ", ".join(sorted(map(str, value)))
    return "yes" if value is True else str(value)


def _graph(graph: GraphSpec) -> Iterator[str]:
    if graph.ops is not None:
        yield f"{formatting.counted(graph.ops, 'op')}, without those of inner functions"
    if graph.jit_compile:
        yield "compiled by XLA (jit_compile)"
    if graph.compile_ns is not None:
        yield event_phrases.compiled(graph.compile_ns, UNICODE)
    if graph.reduce_retracing:
        yield "reduce_retracing"
    if graph.second_pass:
        yield "second pass"
    for found in graph.breaks:
        yield printable(str(found))


def _remarks(event: Event, around: Event | None) -> tuple[Remark, ...]:
    """Return the remarks next to the shapes of an event, as in the terminal's tree."""
    if event.kind == "call":
        if not event.arguments and event.training is None and not event.mask:  # as for most calls
            return ()
        settings = event_phrases.settings(event, around, UNICODE)
        return ((_PLAIN, settings),) if settings else ()
    if event.variable is not None:
        traits = (
            *event_phrases.usual_traits(event.variable, UNICODE),
            *event_phrases.odd_traits(event.variable),
        )
        return tuple((_QUIET, trait.plain) for trait in traits)
    if event.kind in ("trace", "run"):
        return tuple(_of_function(event))
    return ()


def _of_function(event: Event) -> Iterator[Remark]:
    if event.graph is not None and event.graph.jit_compile:
        yield _QUIET, "XLA"
    if event.graph is not None and event.graph.compile_ns is not None:
        yield _QUIET, event_phrases.compiled(event.graph.compile_ns, UNICODE)
    if event.cause is not None:
        yield _QUIET if event.cause.is_expected else _NOTE, printable(str(event.cause))
    for text in event_phrases.graph_breaks(event.graph_breaks, UNICODE):
        yield _NOTE, text
    if event.traced_before and event.traced_before == event.trace:
        before = formatting.counted(event.traced_before, "trace")
        yield _NOTE, f"traced before this recording ({before}); its layers record no events"
    elif event.kind == "run" and event.times > 1:
        yield _QUIET, event_phrases.AS_GRAPH
    start = event_phrases.slow_start(event.times, event.first_ns, event.duration_ns, UNICODE)
    if start:
        yield _PLAIN, start
