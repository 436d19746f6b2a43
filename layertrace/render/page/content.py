"""Collect all that a page shows, as plain lists and numbers for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from layertrace.diagnosis import Finding, serious
from layertrace.render.chapters.headline import other_precision
from layertrace.render.page.cards import card
from layertrace.render.page.chapters import chapter_rows, shown_chapters, statement_places
from layertrace.render.page.failure import failure_row
from layertrace.render.page.folds import folds
from layertrace.render.page.layers import layer_table
from layertrace.render.page.lives import chart
from layertrace.render.page.noticed import noticed, states
from layertrace.render.page.rows import columns, parents
from layertrace.render.page.summary import summary
from layertrace.render.page.tables import Tables
from layertrace.render.tables.counts import Totals, count
from layertrace.render.tables.verdict import tally
from layertrace.render.trees.nothing_seen import NOTHING_SEEN
from layertrace.render.wording import formatting
from layertrace.render.wording.file_names import Places
from layertrace.render.wording.glyphs import UNICODE, printable
from layertrace.render.wording.layer_names import Names
from layertrace.timeline import Timeline
from layertrace.timeline.context import RecordingContext
from layertrace.timeline.event import KINDS, MODES, Event, Location
from layertrace.timeline.functions import FunctionLife, with_steps

__all__ = ["content"]


def content(timeline: Timeline, findings: Sequence[Finding] | None) -> dict[str, Any]:
    """Return what a page shows of a timeline and its findings; None if the rules did not run."""
    is_checked, findings = findings is not None, () if findings is None else findings
    totals = count(timeline)
    surroundings = timeline.surroundings
    names = Names((counts.layer for counts in totals.layers.values()), UNICODE)
    found_chapters = shown_chapters(timeline)
    locations = _locations(timeline, findings, surroundings) | statement_places(found_chapters)
    tables = Tables(names, Places(locations, ""))
    index = {event.seq: place for place, event in enumerate(timeline)}
    failed = sum(event.error is not None for event in timeline)
    return {
        "kinds": KINDS,
        "modes": MODES,
        "events": len(timeline),
        "facts": list(_facts(timeline, totals, failed)) if len(timeline) else [NOTHING_SEEN],
        "summary": summary(timeline, findings if is_checked else None),
        "traces": totals.traces,
        "notes": [printable(note) for note in timeline.notes],
        "failure": failure_row(timeline, index, tables),
        "checked": is_checked,
        "tally": tally(serious(findings)) if is_checked else "not checked",
        "findings": [card(finding, index, tables) for finding in findings],
        "columns": columns(timeline, parents(timeline), tables),
        "folds": folds(timeline, found_chapters, serious(findings), tables),
        "chapters": chapter_rows(timeline, found_chapters, findings, index, tables),
        "lives": [
            _life(life, index, tables, counts_runs=surroundings.counts_runs_of(life.function))
            for life in with_steps(timeline)
        ],
        "chart": chart(timeline, findings, index, tables),
        "layers": layer_table(timeline, totals.layers, index, tables),
        "noticed": noticed(surroundings.observations, index, tables),
        "states": states((counts.layer for counts in totals.layers.values()), surroundings, tables),
        "tables": tables.rows(),
    }


def _facts(timeline: Timeline, totals: Totals, failed: int) -> Iterator[str]:
    """Yield the counts of the whole timeline; exceptions were raised in or passed through `failed` events."""
    together = totals.all_layers()
    errors = together.errors + totals.outside.errors
    layers = formatting.counted(len(totals.layers), "layer") if totals.layers else "no layers"
    yield layers + other_precision(timeline, totals)
    yield together.calls_in_words()
    passed = f", through {formatting.counted(failed, 'event')}" if failed > errors else ""
    yield f"{formatting.counted(errors, 'error')}{passed}" if errors else ""
    yield totals.traces_in_words()
    yield formatting.counted(totals.runs, "run") if totals.runs else ""
    yield totals.variables_in_words()
    outside = totals.outside.variables
    yield f"{formatting.counted(outside, 'variable')} outside of layers" if outside else ""
    yield formatting.counted(len(totals.threads), "thread") if len(totals.threads) > 1 else ""


NOT_COUNTED = -1
"""In place of a number of runs: JAX runs a function that a program jits itself without any Python."""


def _life(life: FunctionLife, index: dict[int, int], tables: Tables, *, counts_runs: bool) -> list[Any]:
    return [
        tables.function(life.function),
        tables.place(life.defined_at),
        [index[event.seq] for event in life.traces],
        life.runs if counts_runs else NOT_COUNTED,
        life.traced_before or 0,
        round(life.seconds * 1e9),
        int(life.is_plumbing),
    ]


def _locations(
    events: Sequence[Event], findings: Sequence[Finding], surroundings: RecordingContext
) -> set[Location]:
    """Return all lines of code that may be shown, so that each gets a distinct name."""
    locations = {place for event in events for place in (event.location, event.defined_at)}
    locations |= {event.error.location for event in events if event.error is not None}
    locations |= {source.location for source in findings}
    locations |= {evidence.location for source in findings for evidence in source.evidence}
    locations |= {edit.location for source in findings for edit in source.edits}
    locations |= {source.location for source in surroundings.observations}
    if surroundings.failure is not None:
        locations |= {*surroundings.failure.lines, surroundings.failure.error.location}
    return {place for place in locations if place is not None}
