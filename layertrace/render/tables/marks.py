"""Show what happened inside each marked part of the program, such as an epoch."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, groupby

from rich.text import Text

from layertrace.render.tables.fitted_table import Cell, Column, FittedTable, Sheet
from layertrace.render.wording.file_names import Places, here
from layertrace.render.wording.formatting import counted, duration
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import KINDS, NAME, QUIET, TITLE, inked
from layertrace.timeline import Event, Timeline
from layertrace.timeline.marks import Mark, nested

__all__ = ["mark_table"]

FOLDED_FROM = 3
WIDEST_NAME, WIDEST_PLACE = 40, 28
COLUMNS = (
    Column("mark", fair=WIDEST_NAME, least=12),
    Column("calls", KINDS["call"], right=True),
    Column("traces", KINDS["trace"], right=True),
    Column("runs", KINDS["run"], right=True),
    Column("variables", KINDS["variable"], right=True, rank=2),
    Column("time", right=True),
    Column("place", rank=3, fair=WIDEST_PLACE, least=14),
)
_NUMBER = re.compile(r"\d+")


def mark_table(timeline: Timeline) -> FittedTable:
    """Return a table of what `timeline.mark` named, with what began inside each part, in any thread.

    Parts lie below those that they are in. From three on, neighbours with equal numbers share a row, which
    adds them up. Functions and variables that no user wrote, such as those of `tf.data` and of optimizers,
    are not counted.

    Example:
        >>> print(mark_table(timeline))  # doctest: +SKIP
    """
    return FittedTable(partial(_sheet, timeline[:]))


@dataclass(slots=True)
class _Part:
    """A marked part, and those inside it.

    Attributes:
        mark: The mark.
        counts: How many calls, traces, runs and variables began inside.
        inside: The parts inside.
    """

    mark: Mark
    counts: tuple[int, int, int, int]
    inside: list[_Part] = field(default_factory=list)

    @property
    def alike(self) -> tuple[object, ...]:
        """What is equal for parts that are folded: all but times and the numbers in names."""
        name, is_moment = tuple(_NUMBER.split(self.mark.name)), self.mark.duration_ns == 0
        return name, is_moment, self.counts, self.mark.location, tuple(part.alike for part in self.inside)


def _sheet(timeline: Timeline, glyphs: Glyphs) -> Sheet:
    parts = _parts(timeline)
    marks = timeline.marks
    places = Places([mark.location for mark in marks if mark.location is not None], here())
    rows = [
        tuple(_cells(depth, group, places, glyphs)) for depth, group in _rows([[part] for part in parts], 0)
    ]
    title = counted(len(marks), "mark") if marks else "no marks: timeline.mark(...) makes them"
    return Sheet(
        title=inked(title, TITLE),
        columns=COLUMNS,
        rows=rows,
    )


def _parts(timeline: Timeline) -> list[_Part]:
    """Return the outermost parts."""
    hidden = timeline.plumbing
    events = sorted((event for event in timeline if event.seq not in hidden), key=_start)
    starts = [event.start_ns for event in events]
    outermost: list[_Part] = []
    parts: list[_Part] = []
    for outer, mark in nested(timeline.marks):
        first, last = bisect_left(starts, mark.start_ns), len(events)
        if mark.duration_ns is not None:
            last = bisect_left(starts, mark.start_ns + mark.duration_ns)
        part = _Part(mark, _counts(events[first:last]))
        (outermost if outer is None else parts[outer].inside).append(part)
        parts.append(part)
    return outermost


def _start(event: Event) -> int:
    return event.start_ns


def _counts(events: Iterable[Event]) -> tuple[int, int, int, int]:
    calls = traces = runs = variables = 0
    for event in events:
        calls += event.kind == "call"
        traces += event.kind == "trace"
        runs += event.times if event.kind == "run" else 0
        variables += event.kind == "variable"
    return calls, traces, runs, variables


def _rows(parts: Iterable[list[_Part]], depth: int) -> Iterator[tuple[int, list[_Part]]]:
    """Yield the parts of each row, with how deep it lies.

    Args:
        parts: Neighbours at this depth, each with those that share its row already, as their outer parts do.
        depth: The depth.
    """
    for _, neighbours in groupby(parts, key=lambda shared: shared[0].alike):
        alike = list(neighbours)
        for shared in [list(chain(*alike))] if len(alike) >= FOLDED_FROM else alike:
            yield depth, shared
            inside = zip(*(part.inside for part in shared), strict=True)  # alike parts have as many inside
            yield from _rows(map(list, inside), depth + 1)


def _cells(depth: int, group: Sequence[_Part], places: Places, glyphs: Glyphs) -> Iterator[Cell]:
    first = group[0]
    yield Cell(inked("  " * depth + glyphs.user(_name(group, glyphs)), NAME))
    is_moment = first.mark.duration_ns == 0
    for numbers in zip(*(part.counts for part in group), strict=True):
        number = sum(numbers)
        yield Cell(Text("") if is_moment else Text(f"{number:,}", "" if number else QUIET))
    took = [part.mark.duration_ns for part in group]
    if is_moment:
        yield Cell(inked("a moment", QUIET))
    elif None in took:
        yield Cell(inked("not ended", QUIET))
    else:
        yield Cell(Text(duration(sum(each for each in took if each is not None), glyphs)))
    place = first.mark.location
    yield Cell(inked("" if place is None else glyphs.user(places.short(place)), QUIET))


def _name(group: Sequence[_Part], glyphs: Glyphs) -> str:
    """Return the name of a part; of several `epoch 2…9`, or `validation ×8`."""
    first, last = group[0].mark.name, group[-1].mark.name
    if len(group) == 1:
        return first
    if first == last:
        return f"{first} {glyphs.times}{len(group)}"
    numbers = zip(_NUMBER.finditer(first), _NUMBER.findall(last), strict=True)
    changed = [(number, other) for number, other in numbers if number[0] != other]
    if len(changed) == 1:
        number, other = changed[0]
        return f"{first[: number.end()]}{glyphs.dots}{other}{first[number.end() :]}"
    return f"{first}{glyphs.dots}{last}"
