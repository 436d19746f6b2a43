"""Find siblings that repeat, and plumbing, which the page shows as one line until it is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from layertrace.diagnosis import Finding
from layertrace.render.page.columns import Packed, deltas, packed
from layertrace.render.page.tables import Tables
from layertrace.render.trees.event_signatures import Signatures, marks_of
from layertrace.render.trees.folding import FEWEST_EQUAL, fold
from layertrace.render.wording.glyphs import printable
from layertrace.render.wording.plumbing_phrases import plumbing_details, plumbing_phrase
from layertrace.timeline import Timeline
from layertrace.timeline.chapters import Chapter
from layertrace.timeline.event import Event

__all__ = ["folds"]

FEWEST_SIBLINGS = 2
EQUAL, ALIKE, PLUMBING = range(3)


class _Stretch(NamedTuple):
    first: int
    siblings: int
    times: int
    sort: int
    label: str = ""


def folds(
    timeline: Timeline, chapters: Sequence[Chapter], findings: Sequence[Finding], tables: Tables
) -> dict[str, Packed]:
    """Return the stretches of siblings that are one line at first, in the order of their first events.

    Args:
        timeline: The events.
        chapters: The chapters that group top-level events, if any; no stretch crosses their borders.
        findings: The findings; an event that they refer to is folded only with others of the same code.
        tables: The tables that the labels are written to.

    Returns:
        The number of stretches, and columns: the first event of each, its number of siblings, its number of
        repetitions, its sort, and the number of its label. The sort is 0 for equal events, 1 for events that
        are alike in other layers, and 2 for plumbing, which has a label.
    """
    index = {event.seq: place for place, event in enumerate(timeline)}
    marks = marks_of(findings)
    quiet = set(timeline.plumbing).difference(marks)
    signatures = Signatures(timeline, marks)
    stretches = sorted(
        stretch
        for row in _rows(timeline, chapters)
        for is_quiet, part in _parts(row, quiet.__contains__)
        for stretch in (_quiet(part, index) if is_quiet else _repeated(part, signatures, index))
    )
    first, siblings, times, sort, labels = zip(*stretches, strict=True) if stretches else ((),) * 5
    return {
        "count": len(stretches),
        "first": packed(deltas(first)),
        "siblings": packed(siblings),
        "times": packed(times),
        "alike": packed(sort),
        "label": packed([tables.text(label) for label in labels]),
    }


def _parts(row: Sequence[Event], is_quiet: Callable[[int], bool]) -> Iterator[tuple[bool, Sequence[Event]]]:
    """Yield the stretches of a row that are plumbing, and those between them."""
    for quiet, part in groupby(row, key=lambda event: is_quiet(event.seq)):
        yield quiet, list(part)


def _quiet(part: Sequence[Event], index: dict[int, int]) -> Iterator[_Stretch]:
    if len(part) >= FEWEST_SIBLINGS:
        yield _Stretch(index[part[0].seq], len(part), len(part), PLUMBING, _label(part))


def _label(part: Sequence[Event]) -> str:
    """Return what some plumbing is: `200 variables of adam: momentum and velocity of 100 weights`."""
    return printable(": ".join(filter(None, (plumbing_phrase(part), plumbing_details(part)))))


def _repeated(part: Sequence[Event], signatures: Signatures, index: dict[int, int]) -> Iterator[_Stretch]:
    if len(part) < FEWEST_EQUAL:
        return
    for item in fold(part, signatures):
        if item.siblings > 1:
            yield _Stretch(index[item.first.seq], item.siblings, item.times, ALIKE if item.alike else EQUAL)


def _rows(timeline: Timeline, chapters: Sequence[Chapter]) -> Iterator[Sequence[Event]]:
    """Yield the rows of siblings that are long enough to fold; roots are grouped by chapter or thread."""
    yield from _roots(timeline, chapters)
    for event in timeline:
        children = timeline.children(event)
        if len(children) >= FEWEST_SIBLINGS:
            yield children


def _roots(timeline: Timeline, chapters: Sequence[Chapter]) -> Iterator[Sequence[Event]]:
    if chapters:
        yield from (chapter.roots for chapter in chapters)
        return
    by_thread: dict[str, list[Event]] = {}
    for event in timeline.roots:
        by_thread.setdefault(event.thread, []).append(event)
    yield from by_thread.values()
