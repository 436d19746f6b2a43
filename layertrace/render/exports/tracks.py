"""Lay events out on one track for each thread, so that they nest in time as they nested in the program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from layertrace.timeline.event import Event
from layertrace.timeline.timeline import Timeline

__all__ = ["Slice", "Track", "end_of", "slices"]


@dataclass(frozen=True, slots=True)
class Track:
    """One thread, of the program itself or of one replica of a `tf.distribute` strategy."""

    thread: str
    replica: int | None = None


@dataclass(slots=True)
class Slice:
    """One event on its track, in nanoseconds; `end_ns` is final when all slices are known.

    `around` is the event around, wherever that ran, as far as it is in the timeline.
    """

    event: Event
    track: Track
    start_ns: int
    end_ns: int
    around: Event | None


def end_of(timeline: Timeline) -> int:
    """Return when the last thing that is known happened."""
    return max((event.start_ns + (event.duration_ns or 0) for event in timeline), default=0)


def slices(timeline: Timeline) -> list[Slice]:
    """Return the events in order, so cut that on each track none begins or ends in the midst of another.

    What has not ended goes on to the end of the recording. Clocks are coarse, and what was noted of an
    event ends later than what was noted of the one around it: what reaches out is cut at the event around,
    and, should two that follow each other overlap, the first at the second.

    Example:
        >>> build, made = Event(seq=0, kind="build", duration_ns=10), Event(seq=1, kind="call", parent=0)
        >>> [(one.start_ns, one.end_ns) for one in slices(Timeline([build, made]))]
        [(0, 10), (0, 10)]
    """
    end = end_of(timeline)
    open_on: dict[Track, list[Slice]] = {}
    found = []
    for event in timeline:
        track = Track(event.thread, event.replica)
        took = event.duration_ns if event.kind != "variable" else 0
        ends = end if took is None else event.start_ns + took
        new = Slice(event, track, event.start_ns, ends, timeline.parent(event))
        _place(new, open_on.setdefault(track, []))
        found.append(new)
    return found


def _place(new: Slice, running: list[Slice]) -> None:
    """Put a slice into the innermost that is still open around it, and end those that are not around it."""
    if running:
        new.start_ns = max(new.start_ns, running[-1].start_ns)
    for over in _not_around(new, running):
        over.end_ns = min(over.end_ns, new.start_ns)
    if running:
        new.start_ns = min(new.start_ns, running[-1].end_ns)
        new.end_ns = min(new.end_ns, running[-1].end_ns)
    new.end_ns = max(new.start_ns, new.end_ns)
    running.append(new)


def _not_around(new: Slice, running: list[Slice]) -> Iterator[Slice]:
    """Take off those that an event does not lie in, innermost first."""
    while running and (new.around is None or running[-1].event.seq != new.around.seq):
        yield running.pop()
