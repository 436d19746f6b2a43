"""Turn events into columns of numbers, most of them indexes into tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from layertrace.render.page.columns import MISSING, Packed, deltas, packed
from layertrace.render.page.tables import Tables
from layertrace.render.wording import event_phrases, formatting
from layertrace.render.wording.glyphs import UNICODE, printable
from layertrace.render.wording.mode_phrases import ran_where
from layertrace.timeline import Timeline
from layertrace.timeline.event import KINDS, MODES, Event, GraphSpec

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
        name: packed([get(event) for event in events]) for name, get in _columns(tables).items()
    }
    distances = [place - parent if parent != MISSING else MISSING for place, parent in enumerate(inside)]
    packed_columns |= {
        "seq": packed(deltas([event.seq for event in events])),
        "start": packed(deltas([event.start_ns for event in events])),
        "inside": packed(distances),
        "where": packed([tables.text(ran_where(e, a, UNICODE)) for e, a in zip(events, around, strict=True)]),
        "remarks": packed([tables.text(_remarks(e, a)) for e, a in zip(events, around, strict=True)]),
    }
    return packed_columns


def _columns(tables: Tables) -> dict[str, Callable[[Event], int]]:
    return {
        "kind": lambda event: _KINDS[event.kind],
        "mode": lambda event: _MODES[event.mode],
        "layer": lambda event: tables.layer(event.layer),
        "took": lambda event: _or_missing(event.duration_ns),
        "thread": lambda event: tables.text(printable(event.thread)),
        "function": lambda event: tables.function(event.function),
        "trace": lambda event: _or_missing(event.trace),
        "inputs": lambda event: tables.came_in(event.inputs),
        "outputs": lambda event: tables.came_out(event.outputs),
        "arguments": lambda event: tables.arguments(event.arguments, event.layer),
        "training": lambda event: _or_missing(event.training),
        "mask": lambda event: _or_missing(event.mask),
        "variable": lambda event: tables.variable(event.variable),
        "error": lambda event: tables.error(event.error),
        "place": lambda event: tables.place(event.location),
        "defined": lambda event: tables.place(event.defined_at),
        "call": lambda event: _or_missing(event.call_index),
        "cause": lambda event: tables.cause(event.cause),
        "graph": lambda event: tables.text(() if event.graph is None else tuple(_graph(event.graph))),
        "times": lambda event: event.times,
        "before": lambda event: _or_missing(event.traced_before),
        "replica": lambda event: _or_missing(event.replica),
        "strategy": lambda event: tables.text(printable(event.strategy or "")),
        "flags": lambda event: tables.text(", ".join(sorted(event.flags))),
    }


def _or_missing(number: int | None) -> int:
    return MISSING if number is None else int(number)


def _graph(graph: GraphSpec) -> Iterator[str]:
    if graph.ops is not None:
        yield formatting.counted(graph.ops, "op")
    if graph.jit_compile:
        yield "compiled by XLA (jit_compile)"
    if graph.reduce_retracing:
        yield "reduce_retracing"
    if graph.second_pass:
        yield "second pass"


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
    if event.graph is not None and event.graph.ops:
        yield _QUIET, formatting.counted(event.graph.ops, "op")
    if event.graph is not None and event.graph.jit_compile:
        yield _QUIET, "XLA"
    if event.cause is not None:
        yield _NOTE, printable(str(event.cause))
    if event.traced_before and event.traced_before == event.trace:
        before = formatting.counted(event.traced_before, "trace")
        yield _NOTE, f"traced before this recording ({before}); its layers record no events"
    elif event.kind == "run" and event.times > 1:
        yield _QUIET, "without entering Python"
