"""Find siblings that repeat, which the page shows as one line until it is opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layertrace.render.page.columns import Packed, deltas, packed
from layertrace.render.trees.event_signatures import Signatures
from layertrace.render.trees.folding import FEWEST_EQUAL, fold
from layertrace.timeline import Timeline
from layertrace.timeline.chapters import Chapter
from layertrace.timeline.event import Event

__all__ = ["folds"]


def folds(timeline: Timeline, chapters: Sequence[Chapter] = ()) -> dict[str, Packed]:
    """Return the stretches of siblings that repeat, in the order of their first events.

    Args:
        timeline: The events.
        chapters: The chapters that group top-level events, if any; no stretch crosses their borders.

    Returns:
        The number of stretches, and columns: the first event of each, its number of siblings, its number of
        repetitions, and whether each repetition is in other layers.
    """
    signatures = Signatures(timeline)
    index = {event.seq: place for place, event in enumerate(timeline)}
    stretches = (
        item for row in _rows(timeline, chapters) for item in fold(row, signatures) if item.siblings > 1
    )
    rows = sorted((index[s.first.seq], s.siblings, s.times, int(s.alike)) for s in stretches)
    first, siblings, times, alike = zip(*rows, strict=True) if rows else ((), (), (), ())
    return {
        "count": len(rows),
        "first": packed(deltas(first)),
        "siblings": packed(siblings),
        "times": packed(times),
        "alike": packed(alike),
    }


def _rows(timeline: Timeline, chapters: Sequence[Chapter]) -> Iterator[Sequence[Event]]:
    """Yield the rows of siblings that are long enough to fold; roots are grouped by chapter or thread."""
    yield from _roots(timeline, chapters)
    for event in timeline:
        children = timeline.children(event)
        if len(children) >= FEWEST_EQUAL:
            yield children


def _roots(timeline: Timeline, chapters: Sequence[Chapter]) -> Iterator[Sequence[Event]]:
    if chapters:
        yield from (chapter.roots for chapter in chapters)
        return
    by_thread: dict[str, list[Event]] = {}
    for event in timeline.roots:
        by_thread.setdefault(event.thread, []).append(event)
    yield from by_thread.values()
