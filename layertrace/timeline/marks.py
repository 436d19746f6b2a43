"""Define marks: parts of the program that the user named, such as an epoch."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from math import inf

from layertrace.errors import QueryError
from layertrace.timeline.event import Event, Location

__all__ = ["Mark", "during", "in_order", "nested"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A part of the program that `timeline.mark` named.

    A mark is not an event: nothing lies inside it in the tree, so it changes no count, order or finding.

    Attributes:
        name: The name.
        start_ns: Nanoseconds from the beginning of the recording.
        duration_ns: Nanoseconds it took: 0 for a moment, None for a part that had not ended.
        thread: Name of the thread.
        location: The line of the user's code that made it.
    """

    name: str
    start_ns: int
    duration_ns: int | None = None
    thread: str = "MainThread"
    location: Location | None = None

    def holds(self, start_ns: int) -> bool:
        """Return whether something that began then began inside it."""
        after = start_ns - self.start_ns
        return after >= 0 and (self.duration_ns is None or after < self.duration_ns)


def during(events: Sequence[Event], marks: Iterable[Mark], name: str) -> list[Event]:
    """Return the events that began inside a mark with this name, in any thread.

    Args:
        events: The events.
        marks: The marks of their recording.
        name: The name, or a glob such as `"epoch *"`.

    Raises:
        QueryError: If no part of the program has this name.
    """
    marks = tuple(marks)
    chosen = [mark for mark in marks if _is_named(mark, name) and mark.duration_ns != 0]
    if not chosen:
        raise QueryError(_unknown(name, marks))
    starts, ends = _covered(chosen)
    within = ((event, bisect_right(starts, event.start_ns)) for event in events)
    return [event for event, number in within if number and event.start_ns < ends[number - 1]]


def _is_named(mark: Mark, name: str) -> bool:
    """Return whether a mark has a name, which may have the characters of a glob, or matches the glob."""
    return mark.name == name or fnmatchcase(mark.name, name)


def _covered(marks: Iterable[Mark]) -> tuple[list[int], list[float]]:
    """Return the beginnings and ends of the times that lie in at least one of the marks, in order."""
    starts: list[int] = []
    ends: list[float] = []
    for mark in in_order(marks):
        end = inf if mark.duration_ns is None else mark.start_ns + mark.duration_ns
        if ends and mark.start_ns <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(mark.start_ns)
            ends.append(end)
    return starts, ends


def _unknown(name: str, marks: Sequence[Mark]) -> str:
    moments = [mark for mark in marks if _is_named(mark, name)]
    if moments:
        return f"the mark {moments[0].name!r} is a moment; make it with `with timeline.mark(...):`"
    names = list(dict.fromkeys(mark.name for mark in marks))
    if not names:
        return f"no mark is named {name!r}: the recording has none; make one with `with timeline.mark(...):`"
    close = ", ".join(map(repr, get_close_matches(name, names, n=3) or names[:3]))
    return f"no mark is named {name!r}; the recording has {close}"


def in_order(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return marks in the order of their beginnings, each before those inside it."""
    return tuple(sorted(marks, key=_beginning))


def nested(marks: Iterable[Mark]) -> list[tuple[int | None, Mark]]:
    """Return marks in the order of their beginnings, each with the place of the one around it; None without.

    Example:
        >>> epoch = Mark(name="epoch 1", start_ns=0, duration_ns=9)
        >>> [outer for outer, _ in nested([epoch, Mark(name="validation", start_ns=4, duration_ns=5)])]
        [None, 0]
    """
    around: dict[str, list[tuple[int, Mark]]] = {}
    found: list[tuple[int | None, Mark]] = []
    for place, mark in enumerate(in_order(marks)):
        open_ones = around.setdefault(mark.thread, [])
        while open_ones and not open_ones[-1][1].holds(mark.start_ns):
            open_ones.pop()
        found.append((open_ones[-1][0] if open_ones else None, mark))
        open_ones.append((place, mark))
    return found


def _beginning(mark: Mark) -> tuple[int, float]:
    """Return what sorts a mark before those inside it."""
    return mark.start_ns, -inf if mark.duration_ns is None else -mark.duration_ns
