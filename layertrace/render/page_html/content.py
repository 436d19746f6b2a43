"""Gather all that a page shows, as plain lists and numbers for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from layertrace.diagnosis import Finding
from layertrace.render import words
from layertrace.render.counts import LayerCounts, Totals, count
from layertrace.render.findings import tally
from layertrace.render.glyphs import UNICODE, printable
from layertrace.render.heading import NOTHING_HAPPENED
from layertrace.render.names import Names
from layertrace.render.page_html.columns import MISSING
from layertrace.render.page_html.folds import folds
from layertrace.render.page_html.rows import columns, parents
from layertrace.render.page_html.tables import Tables
from layertrace.render.places import Places
from layertrace.timeline import Timeline
from layertrace.timeline.event import KINDS, MODES, Event, Location
from layertrace.timeline.functions import FunctionLife
from layertrace.timeline.surroundings import Failure, Surroundings

__all__ = ["content"]


def content(timeline: Timeline, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return what a page shows of a timeline and of what is wrong with it."""
    totals = count(timeline)
    surroundings = timeline.surroundings
    names = Names((one.layer for one in totals.layers.values()), UNICODE)
    tables = Tables(names, Places(_locations(timeline, findings, surroundings), ""))
    layers = [_layer(one, tables) for one in totals.layers.values()]
    index = {event.seq: place for place, event in enumerate(timeline)}
    failure = surroundings.failure
    return {
        "kinds": KINDS,
        "modes": MODES,
        "events": len(timeline),
        "facts": list(_facts(totals)) if len(timeline) else [NOTHING_HAPPENED],
        "versions": [f"{printable(name)} {printable(v)}" for name, v in surroundings.versions.items()],
        "notes": [printable(note) for note in timeline.notes],
        "failure": None if failure is None else _failure(failure, tables),
        "tally": tally(findings),
        "findings": [_finding(one, index, tables) for one in findings],
        "columns": columns(timeline, parents(timeline), tables),
        "folds": folds(timeline),
        "lives": [_life(one, index, tables) for one in timeline.functions],
        "counts": layers,
        "tables": tables.rows(),
    }


def _facts(totals: Totals) -> Iterator[str]:
    """Yield what there is to count in the whole."""
    together = totals.all_layers()
    errors = together.errors + totals.outside.errors
    yield words.counted(len(totals.layers), "layer") if totals.layers else "no layers"
    yield together.calls_in_words()
    yield words.counted(errors, "error") if errors else ""
    yield words.counted(totals.traces, "trace") if totals.traces else ""
    yield words.counted(totals.runs, "run") if totals.runs else ""
    yield together.variables_in_words()
    outside = totals.outside.variables
    yield f"{words.counted(outside, 'variable')} outside of layers" if outside else ""
    yield words.counted(len(totals.threads), "thread") if len(totals.threads) > 1 else ""


def _layer(one: LayerCounts, tables: Tables) -> list[int]:
    calls = [one.calls[mode] for mode in MODES]
    return [tables.layer(one.layer), one.init, one.build, *calls, one.variables, one.parameters, one.errors]


def _life(life: FunctionLife, index: dict[int, int], tables: Tables) -> list[Any]:
    return [
        tables.function(life.function),
        tables.place(life.defined_at),
        [index[event.seq] for event in life.traces],
        life.runs,
        life.traced_before or 0,
        round(life.seconds * 1e9),
    ]


def _failure(failure: Failure, tables: Tables) -> list[Any]:
    lines = [tables.place(line) for line in failure.lines]
    return [tables.error(failure.error), tables.layer(failure.layer), lines, printable(failure.thread)]


def _finding(finding: Finding, index: dict[int, int], tables: Tables) -> dict[str, Any]:
    return {
        "code": printable(finding.code),
        "name": printable(finding.name),
        "severity": finding.severity,
        "message": printable(finding.message),
        "layers": [tables.layer(layer) for layer in finding.layers],
        "place": tables.place(finding.location),
        "evidence": [
            [
                printable(one.text),
                tables.place(one.location),
                # An event that this selection leaves out is told by its number alone.
                [[seq, index.get(seq, MISSING)] for seq in one.events],
            ]
            for one in finding.evidence
        ],
        "fix": UNICODE.user_lines(finding.fix),
        "link": printable(finding.link),
    }


def _locations(
    events: Sequence[Event], findings: Sequence[Finding], surroundings: Surroundings
) -> set[Location]:
    """Return all lines of code that may be shown, so that no two are written alike."""
    found = {place for event in events for place in (event.location, event.defined_at)}
    found |= {event.error.location for event in events if event.error is not None}
    found |= {one.location for one in findings}
    found |= {evidence.location for one in findings for evidence in one.evidence}
    if surroundings.failure is not None:
        found |= {*surroundings.failure.lines, surroundings.failure.error.location}
    return {place for place in found if place is not None}
