"""Describe the exception that ended a recording: who raised it, where, in which event, after what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from layertrace.diagnosis import Finding
from layertrace.render.wording.crash_facts import Fact, crash_facts
from layertrace.render.wording.event_phrases import came_in
from layertrace.render.wording.glyphs import UNICODE, Glyphs
from layertrace.render.wording.messages import sentence
from layertrace.render.wording.mode_phrases import ran_where
from layertrace.timeline import Timeline
from layertrace.timeline.context import Failure
from layertrace.timeline.event import ErrorRef, Event, LayerRef, Location
from layertrace.timeline.plumbing import plumbing

__all__ = ["ON_PURPOSE", "Crash", "call_in_words", "crash_of", "is_explained"]

_BEFORE = 4
ON_PURPOSE = ("KeyboardInterrupt", "SystemExit", "GeneratorExit")
"""Exceptions that end a program without a mistake."""
# What TensorFlow writes around the message of a kernel (tensorflow/python/framework/ops.py, 2.16 to 2.21).
_OF_KERNEL = re.compile(
    r"\{\{function_node [^}]*\}\}|\[Op:\w+\]\s*(name:\s*\S*)?| for '\{\{node [^']*'(?= with input shapes)"
)


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
        called_at: The lines that led there, outermost first: that of the statement, and that of the call.
        facts: What distinguishes the call from those that worked.
        before: The last events before it, the oldest first.
    """

    error: ErrorRef
    message: str
    layer: LayerRef | None = None
    event: Event | None = None
    again: tuple[Event, ...] = ()
    raised_at: Location | None = None
    called_at: tuple[Location, ...] = ()
    facts: tuple[Fact, ...] = ()
    before: tuple[Event, ...] = ()


def crash_of(timeline: Timeline) -> Crash | None:
    """Return the exception that ended a recording; None if it ended without one, or on purpose."""
    failure = timeline.failure
    if failure is None or failure.error.type in ON_PURPOSE:
        return None
    raising = _raising(timeline, failure.error)
    first = raising[0] if raising else None
    inner = failure.error if first is None or first.error is None else first.error
    message, layer = _mistake(inner.message), _raiser(failure, first)
    return Crash(
        error=failure.error,
        message=message,
        layer=layer,
        event=first,
        again=tuple(raising[1:]),
        raised_at=failure.error.location,
        called_at=tuple(_called_at(timeline, failure, first)),
        facts=tuple(crash_facts(timeline, first, layer, message)),
        before=_before(timeline, first)[-_BEFORE:],
    )


def _raiser(failure: Failure, event: Event | None) -> LayerRef | None:
    """Return the layer whose method raised an exception; Keras may cut its frames from the traceback."""
    if event is None or event.error is None:
        return failure.layer
    return event.error.subject or event.layer or failure.layer


def _mistake(message: str) -> str:
    """Return the part of a message that describes the mistake, without what TensorFlow writes around it."""
    text = sentence(message)
    if text.endswith(":"):  # the next line has the mistake
        rest = [line.strip() for line in message.partition(text)[2].splitlines() if line.strip()]
        text = " ".join([text, *rest[:1]])
    return _OF_KERNEL.sub("", text).strip() or text


def _called_at(timeline: Timeline, failure: Failure, event: Event | None) -> Iterator[Location]:
    """Yield the lines that led to the line that raised an exception, outermost first, each once."""
    raised_at = failure.error.location
    if event is None:
        file = None if raised_at is None else raised_at.file
        lines = [line for line in failure.lines if line.file == file][:1]
    else:
        lines = [place for place in (_root(timeline, event).location, event.location) if place is not None]
    yield from dict.fromkeys(line for line in lines if line != raised_at)


def call_in_words(event: Event, glyphs: Glyphs, *, without_values: str = "called here") -> str:
    """Return how an event was called: `called with float32[4, 8], symbolic: Keras infers shapes`.

    Args:
        event: The event.
        glyphs: The symbols that can be shown.
        without_values: The words for an event without arguments.
    """
    values = came_in(event, glyphs)
    called = f"called with {values}" if values else without_values
    return ", ".join(filter(None, (called, ran_where(event, None, glyphs))))


def is_explained(timeline: Timeline, findings: Iterable[Finding]) -> bool:
    """Return whether a finding explains the exception that ended a recording.

    It does if it shares a line or an event with the exception, or is an error of the same layer.
    """
    failure = timeline.failure
    if failure is None:
        return False
    lines = (failure.error.location, *failure.lines)
    failed = {event.seq for event in timeline if event.error is not None}
    layer = None if failure.layer is None else failure.layer.id
    return any(
        any(place is not None and place in lines for place in _places(finding))
        or not failed.isdisjoint(finding.events)
        or (finding.severity == "error" and layer in [each.id for each in finding.layers])
        for finding in findings
    )


def _places(finding: Finding) -> list[Location | None]:
    return [finding.location, *(evidence.location for evidence in finding.evidence)]


def _raising(timeline: Timeline, error: ErrorRef) -> list[Event]:
    """Return the events that raised an exception, in order.

    Keras and AutoGraph replace the exception by another one, whose message contains the original message.
    They also repeat calls that fail. The same exception from another statement is another one, which the
    program has handled.
    """
    whole = _unquoted(error.message)
    events = [
        event
        for event in timeline.errors
        if event.error is not None
        and event.error.type == error.type
        and _unquoted(sentence(event.error.message)).strip("'\"") in whole
    ]
    if not events:
        return []
    statement = _root(timeline, events[-1]).location
    return [event for event in events if _root(timeline, event).location == statement]


def _unquoted(message: str) -> str:
    """Return a message as it is compared: a KeyError quotes its message, and escapes the quotes in it.

    Keras leaves out the outer quotes when it raises another KeyError.
    """
    return UNICODE.user_lines(message).replace("\\'", "'").replace('\\"', '"')


def _root(timeline: Timeline, event: Event) -> Event:
    parent = timeline.parent(event)
    while parent is not None:
        event, parent = parent, timeline.parent(parent)
    return event


def _before(timeline: Timeline, event: Event | None) -> tuple[Event, ...]:
    """Return what happened before an event and inside it, the last of each kind and layer.

    What encloses the event is left out, and so are variables, plumbing and what happened inside other calls.
    """
    around = set()
    outer = event
    while outer is not None:
        around.add(outer.seq)
        outer = timeline.parent(outer)
    hidden = plumbing(timeline)
    inner: set[int] = set()  # in other calls
    last: dict[tuple[str, int | None], Event] = {}
    for other in timeline:
        is_inside = event is not None and other.parent == event.seq
        is_earlier = event is None or other.seq < event.seq
        if other.parent in inner:
            inner.add(other.seq)
        elif other.seq not in around:
            if other.kind == "call":
                inner.add(other.seq)
            if other.kind != "variable" and other.seq not in hidden and (is_earlier or is_inside):
                key = other.kind, None if other.layer is None else other.layer.id
                last.pop(key, None)
                last[key] = other
    return tuple(last.values())
