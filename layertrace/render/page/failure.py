"""Describe the exception that ended a recording, for the banner of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layertrace.render.page.columns import MISSING
from layertrace.render.page.tables import Tables
from layertrace.render.wording.crash import call_in_words, crash_of
from layertrace.render.wording.glyphs import UNICODE, printable
from layertrace.timeline import Timeline
from layertrace.timeline.chapters import statements_of

__all__ = ["failure_row"]


def failure_row(timeline: Timeline, index: Mapping[int, int], tables: Tables) -> list[Any] | None:
    """Return what ended a recording; None if no exception did.

    Args:
        timeline: The events.
        index: The position of each event, by its `seq`.
        tables: The tables that numbers refer to.

    Returns:
        The exception; the layer; the lines that it passed through, with their source; the thread; the event
        that raised it first, and how it was called; those that raised it again; those before it; what
        distinguishes the call from those that worked, each with its line.
    """
    failure = timeline.failure
    if failure is None:
        return None
    statements = statements_of(timeline)
    lines = [
        [tables.place(place), printable(statements.at(place).line(place.line) or "").strip()]
        for place in failure.lines
    ]
    crash = crash_of(timeline)
    event = None if crash is None else crash.event
    return [
        tables.error(failure.error),
        tables.layer(failure.layer),
        lines,
        printable(failure.thread),
        MISSING if event is None else index[event.seq],
        "" if event is None else printable(call_in_words(event, UNICODE, without_values="")),
        [] if crash is None else [index[again.seq] for again in crash.again],
        [] if crash is None else [index[before.seq] for before in crash.before],
        []
        if crash is None
        else [[tables.place(fact.location), printable(fact.words)] for fact in crash.facts],
    ]
