"""Lay events out on one track per thread, nested in time as they nested in the program."""

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
    """One event on its track, in nanoseconds; `end_ns` is final once all slices exist.

    `around` is its parent, on whichever track that ran; None if the timeline does not contain it.
    """

    event: Event
    track: Track
    start_ns: int
    end_ns: int
    around: Event | None


def end_of(timeline: Timeline) -> int:
    """Return the time of the last recorded beginning or end."""
    return max((event.start_ns + (event.duration_ns or 0) for event in timeline), default=0)


def slices(timeline: Timeline) -> list[Slice]:
    """Return the events in order, cut so that slices on one track nest or follow each other.

    An event that has not ended extends to the end of the recording. Clocks are coarse, and an event may end
    later than its parent: it is then cut at the end of its parent. If two siblings overlap, the first is cut
    at the beginning of the second.

    Example:
        >>> build, call = Event(seq=0, kind="build", duration_ns=10), Event(seq=1, kind="call", parent=0)
        >>> [(slice_.start_ns, slice_.end_ns) for slice_ in slices(Timeline([build, call]))]
        [(0, 10), (0, 10)]
    """
    end = end_of(timeline)
    open_on: dict[Track, list[Slice]] = {}
    laid_out = []
    for event in timeline:
        track = Track(event.thread, event.replica)
        took = event.duration_ns if event.kind != "variable" else 0
        ends = end if took is None else event.start_ns + took
        new = Slice(event, track, event.start_ns, ends, timeline.parent(event))
        _place(new, open_on.setdefault(track, []))
        laid_out.append(new)
    return laid_out


def _place(new: Slice, running: list[Slice]) -> None:
    """Place a slice inside its parent, and end the running slices that do not enclose it."""
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
    """Remove and yield the running slices that do not enclose a slice, innermost first."""
    while running and (new.around is None or running[-1].event.seq != new.around.seq):
        yield running.pop()
