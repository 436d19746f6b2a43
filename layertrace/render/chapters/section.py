"""A chapter of the overview: its rows, and the tree inside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from layertrace.render.chapters.contents import Contents, Pass
from layertrace.render.chapters.rows import OverviewRow
from layertrace.render.trees.outline import Outline
from layertrace.render.trees.rows import Row
from layertrace.timeline.chapters import Chapter
from layertrace.timeline.event import Event, LayerRef

__all__ = ["Opening", "Section", "shortenings"]

ROOM_FOR_PASSES = ((12, False), (9, False), (6, False), (4, False), (4, True), (2, True), (1, True))
"""How many rows of passes each statement has, and whether each is one line, in the order of trying."""
LATER = 2
"""How many steps later the statement that took longest is shortened."""


class Opening(NamedTuple):
    """The events that a tree opens, the row that they belong to, and how long that took.

    Without a row, they belong to the statement as a whole.
    """

    roots: Sequence[Event]
    row: OverviewRow | None = None
    duration_ns: int = 0


@dataclass(slots=True)
class Section:
    """A chapter, its rows, and the tree inside it.

    One that `is_too_varied` has no tree: its events are very many, and hardly repeat.
    """

    chapter: Chapter
    contents: Contents
    row: OverviewRow
    passes: list[OverviewRow]
    outline: Outline | None = None
    is_whole: bool = False
    is_partly: bool = False
    is_too_varied: bool = False
    tree: list[Row] = field(default_factory=list)
    _opening: Opening | None = None

    @property
    def duration_ns(self) -> int:
        """How long its statements took, as far as that is known."""
        return self.chapter.duration_ns or 0

    @property
    def is_noticed(self) -> bool:
        """Whether it has errors or findings."""
        return bool(self.contents.errors or self.contents.seqs)

    @property
    def has_tree(self) -> bool:
        """Whether a tree would show more than the rows.

        A single layer that was created is in the row, and so is a function that ran without a trace.
        """
        contents = self.contents
        happened = bool(contents.built or contents.calls or contents.variables or contents.errors)
        if self.is_too_varied:
            return False
        return happened or len(contents.created) > 1 or (self.is_noticed and bool(self.passes))

    @property
    def rows(self) -> list[OverviewRow]:
        """The rows, without those of the passes if the tree shows everything."""
        return [self.row] if self.is_whole else [self.row, *self.passes]

    @property
    def row_of_tree(self) -> OverviewRow:
        """The row that the tree stands beneath: what it opens, or the last one."""
        opened = None if self._opening is None or not self.is_partly else self._opening.row
        return next((row for row in self.rows if row is opened), self.rows[-1])

    def opening(self, plumbing: Set[int]) -> Opening:
        """Return what a tree shows that does not repeat the rows, as `_choose` describes it."""
        if self._opening is None:
            self._opening = self._choose(plumbing)
        return self._opening

    def _choose(self, plumbing: Set[int]) -> Opening:
        """Return what a tree shows that does not repeat the rows: what took the most time.

        That is what was created, or a way through the layers. Of a function these are the calls of one trace:
        the first of those that call the same layers, if these took the longest together. An exception needs
        everything around it.
        """
        roots = [event for event in self.chapter.roots if event.kind != "run" and event.seq not in plumbing]
        if self.contents.errors:
            return Opening(roots or self.chapter.roots)
        created = [event for event in roots if event.kind in ("init", "build", "variable")]
        openings = [Opening(created, self.row, _duration(created))] if created else []
        openings += [
            Opening(_typical_trace(row.way), row, row.way.traced_ns or 0)
            for row in self.passes
            if row.way is not None and row.way.outermost
        ]
        if not self.passes:  # the only one is in the row of the chapter
            ways = [way for way in self.contents.passes if way.outermost]
            openings += [Opening(_typical_trace(way), self.row, self.duration_ns) for way in ways]
        if not openings:  # traces and executions without a layer: the rows have all of them
            return Opening(())
        return max(openings, key=lambda opening: opening.duration_ns)


def _typical_trace(way: Pass) -> Sequence[Event]:
    """Return the calls of one trace: the first of the alike ones that took longest; or all if not traced."""
    traces: dict[int | None, list[Event]] = {}
    for call in way.outermost:
        traces.setdefault(call.trace if call.mode == "graph" else None, []).append(call)
    if len(traces) == 1:
        return way.outermost
    alike: dict[tuple[LayerRef | None, ...], list[list[Event]]] = {}
    for calls in traces.values():
        alike.setdefault(tuple(call.layer for call in calls), []).append(calls)
    return max(alike.values(), key=lambda group: sum(map(_duration, group)))[0]


def _duration(events: Iterable[Event]) -> int:
    return sum(event.duration_ns or 0 for event in events)


def shortenings(sections: Sequence[Section]) -> Iterator[tuple[Sequence[Section], int, bool]]:
    """Yield what to shorten, to how many rows, and whether to one line each, in the order of trying.

    Rows of the statement that took longest stay longest: they show what took the time.
    """
    *others, longest = sorted(sections, key=lambda section: section.row.is_longest)
    for place in range(len(ROOM_FOR_PASSES) + LATER):
        if others and place < len(ROOM_FOR_PASSES):
            yield others, *ROOM_FOR_PASSES[place]
        if place >= LATER:
            yield [longest], *ROOM_FOR_PASSES[place - LATER]
