"""Group events by the statement of the user's program that caused them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from layertrace.timeline.event import Event
from layertrace.timeline.repetitions import repetitions
from layertrace.timeline.statements import Statement, Statements
from layertrace.timeline.timeline import Timeline

__all__ = ["Chapter", "chapters", "statements_of"]

LONGEST_REPEATED = 24
FEWEST_REPEATED = 2


Visit = tuple[Statement, tuple[Event, ...]]
"""A statement, and the top-level events that it caused in a row."""


@dataclass(frozen=True)
class Chapter:
    """The events caused by one statement of the program, or by several that repeat.

    Attributes:
        statements: The statements, in the order in which they first caused something.
        visits: Each time that the program reached one of them: the statement, and the top-level events that
            it then caused. Every other event of the chapter is inside one of these.
        thread: Name of the thread that the statements ran in.
    """

    statements: tuple[Statement, ...]
    visits: tuple[Visit, ...]
    thread: str = "MainThread"

    @cached_property
    def roots(self) -> tuple[Event, ...]:
        """The top-level events, in order."""
        if len(self.visits) == 1:
            return self.visits[0][1]
        return tuple(event for _, events in self.visits for event in events)

    @property
    def times(self) -> int:
        """How often statements repeated in turn; 1 for a single statement, also in a loop."""
        return max(Counter(statement for statement, _ in self.visits).values())

    @property
    def source(self) -> str:
        """The source of the first statement, on one line; empty if it cannot be read."""
        return self.statements[0].source

    @property
    def lines(self) -> str:
        """The lines of the statements in the file of the first: `55`, or `5-8`; empty if they are unknown."""
        file = self.statements[0].file
        lines = [statement.first for statement in self.statements if statement.file == file]
        if not file:
            return ""
        return str(lines[0]) if len(lines) == 1 else f"{min(lines)}-{max(lines)}"

    @cached_property
    def duration_ns(self) -> int | None:
        """How long the statements ran, from the first event to the last; None if no event was timed."""
        if all(event.duration_ns is None for event in self.roots):
            return None
        return sum(_end(events) - events[0].start_ns for _, events in self.visits)

    @property
    def between_ns(self) -> int:
        """How long the statements ran outside of the top-level events, such as for an eager gradient."""
        return max((self.duration_ns or 0) - sum(map(_duration, self.roots)), 0)


def chapters(timeline: Timeline) -> list[Chapter]:
    """Return the chapters of a timeline: those of the main thread, then those of each other thread.

    All lines of one statement are one chapter if the source is known. A loop is one chapter, and so are
    statements that repeat in turn.

    Args:
        timeline: The events. Those of a selection are in the chapters of the whole recording.
    """
    statements = statements_of(timeline)
    by_thread: dict[str, list[tuple[Statement, list[Event]]]] = {}
    location, thread, events = None, None, list[Event]()
    for event in timeline.roots:
        outermost = event if event.parent is None else timeline.outermost(event)
        if outermost.location is not location or outermost.thread is not thread:  # one line, one object
            location, thread = outermost.location, outermost.thread
            visits, statement = by_thread.setdefault(thread, []), statements.at(location)
            if not visits or visits[-1][0] != statement:
                visits.append((statement, []))
            events = visits[-1][1]
        events.append(event)
    main_first = sorted(by_thread, key=lambda thread: thread != "MainThread")
    return [chapter for thread in main_first for chapter in _chapters_of(by_thread[thread], thread)]


def _chapters_of(visits: Sequence[tuple[Statement, Sequence[Event]]], thread: str) -> Iterator[Chapter]:
    for joined in _joined([(statement, tuple(events)) for statement, events in visits]):
        yield Chapter(tuple(dict.fromkeys(statement for statement, _ in joined)), tuple(joined), thread)


def _joined(visits: Sequence[Visit]) -> Iterator[Sequence[Visit]]:
    """Yield the visits of each chapter: those of a loop, those that repeat in turn, or a single one."""
    loops = [[*group] for _, group in groupby(visits, key=_loop_of)]
    looks: list[Hashable] = [tuple(dict.fromkeys(statement for statement, _ in loop)) for loop in loops]
    for start, period, times in repetitions(looks, FEWEST_REPEATED, LONGEST_REPEATED):
        if times > 1:
            yield [visit for loop in loops[start : start + period * times] for visit in loop]
        elif _has_repeated(loops[start]):
            yield loops[start]
        else:
            yield from ([visit] for visit in loops[start])


def _loop_of(visit: Visit) -> Hashable:
    """Return the loop around a statement; a statement outside of loops is its own."""
    statement = visit[0]
    return statement if statement.loop is None else (statement.file, statement.loop)


def _has_repeated(visits: Sequence[Visit]) -> bool:
    return max(Counter(statement for statement, _ in visits).values()) > 1


def statements_of(timeline: Timeline) -> Statements:
    """Return the statements of a program: as recorded, or from its files if they have not changed since."""
    context = timeline.surroundings
    started_ns = context.started_ns
    files = {event.location.file for event in timeline.roots if event.location is not None}
    is_current = not context.statements and (started_ns is None or _changed_at(files) <= started_ns)
    return Statements(context.statements, is_current=is_current)


def _changed_at(files: set[str]) -> int:
    """Return when one of these files was last changed, in nanoseconds since 1970."""
    latest = 0
    for file in files:
        with suppress(OSError):  # it is elsewhere, or the cell of a notebook
            latest = max(latest, os.stat(file).st_mtime_ns)
    return latest


def _end(events: Sequence[Event]) -> int:
    return max([event.start_ns + _duration(event) for event in events])


def _duration(event: Event) -> int:
    return (event.duration_ns or 0) + (0 if event.graph is None else event.compile_ns)
