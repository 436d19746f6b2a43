"""Write a row of an overview for the time in which no statement caused an event."""

from __future__ import annotations

from collections.abc import Iterable

from layertrace.render.chapters.rows import OverviewRow
from layertrace.render.wording.formatting import duration
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import QUIET, inked
from layertrace.timeline import Timeline
from layertrace.timeline.chapters import Chapter

__all__ = ["row_between"]

LEAST_SHARE = 0.03
LEAST_NS = 1_000_000_000


def row_between(timeline: Timeline, chapters: Iterable[Chapter], glyphs: Glyphs) -> OverviewRow | None:
    """Return a row with the time outside of all statements, if it is a noticeable part of the recording.

    Between the events of a selection, or of several threads, the program did other things.
    """
    roots = timeline.roots
    if len(timeline) < len(timeline.recorded) or len({event.thread for event in roots}) != 1:
        return None
    whole = max(event.start_ns + (event.duration_ns or 0) for event in roots) - roots[0].start_ns
    between = whole - sum(chapter.duration_ns or 0 for chapter in chapters)
    if between <= max(LEAST_SHARE * whole, LEAST_NS):
        return None
    return OverviewRow(name=inked("between statements", QUIET), time=duration(between, glyphs))
