"""Describe the exception that ended a recording: who raised it, where, in which event, after what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from layertrace.diagnosis import Finding
from layertrace.render.wording.glyphs import UNICODE
from layertrace.render.wording.messages import sentence
from layertrace.timeline import Timeline
from layertrace.timeline.event import ErrorRef, Event, LayerRef, Location

__all__ = ["Crash", "crash_of", "is_explained"]

_BEFORE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """The exception that ended a recording.

    Attributes:
        error: The exception, as it left the program.
        message: The message of the exception, without what Keras and AutoGraph write around it.
        layer: The layer whose method raised it, or through whose methods it passed.
        event: The event in which it was raised first; Keras repeats some calls that fail.
        again: The later events in which it was raised.
        raised_at: The innermost line of the user's code that it passed through.
        called_at: The outermost line of the user's code that it passed through, if that is another line.
        before: The last events before it, the oldest first.
    """

    error: ErrorRef
    message: str
    layer: LayerRef | None = None
    event: Event | None = None
    again: tuple[Event, ...] = ()
    raised_at: Location | None = None
    called_at: Location | None = None
    before: tuple[Event, ...] = ()


def crash_of(timeline: Timeline) -> Crash | None:
    """Return the exception that ended a recording; None if the recording ended without one."""
    failure = timeline.failure
    if failure is None:
        return None
    raising = _raising(timeline, failure.error)
    first = raising[0] if raising else None
    inner = failure.error if first is None or first.error is None else first.error
    raised_at = failure.error.location
    called_at = failure.lines[0] if failure.lines else None
    return Crash(
        error=failure.error,
        message=sentence(inner.message),
        layer=failure.layer or (None if first is None else first.layer),
        event=first,
        again=tuple(raising[1:]),
        raised_at=raised_at,
        called_at=None if called_at == raised_at else called_at,
        before=tuple(_before(timeline, first))[-_BEFORE:],
    )


def is_explained(timeline: Timeline, findings: Iterable[Finding]) -> bool:
    """Return whether a finding explains the exception that ended a recording: by its line, or by an event."""
    failure = timeline.failure
    if failure is None:
        return False
    lines = (failure.error.location, *failure.lines)
    failed = {event.seq for event in timeline if event.error is not None}
    return any(
        (finding.location is not None and finding.location in lines) or not failed.isdisjoint(finding.events)
        for finding in findings
    )


def _raising(timeline: Timeline, error: ErrorRef) -> list[Event]:
    """Return the events that raised an exception, in order.

    Keras and AutoGraph replace the exception by another one, whose message contains the original message.
    They also repeat calls that fail. The same exception from another statement is another one, which the
    program has handled.
    """
    whole = UNICODE.user_lines(error.message)
    events = [
        event
        for event in timeline.errors
        if event.error is not None
        and event.error.type == error.type
        and sentence(event.error.message) in whole
    ]
    if not events:
        return []
    statement = _root(timeline, events[-1]).location
    return [event for event in events if _root(timeline, event).location == statement]


def _root(timeline: Timeline, event: Event) -> Event:
    parent = timeline.parent(event)
    while parent is not None:
        event, parent = parent, timeline.parent(parent)
    return event


def _before(timeline: Timeline, event: Event | None) -> Iterator[Event]:
    """Yield what happened before an event and inside it, without what encloses it, and without variables."""
    around = set()
    outer = event
    while outer is not None:
        around.add(outer.seq)
        outer = timeline.parent(outer)
    for other in timeline:
        is_inside = event is not None and other.parent == event.seq
        is_earlier = event is None or other.seq < event.seq
        if other.kind != "variable" and other.seq not in around and (is_earlier or is_inside):
            yield other
