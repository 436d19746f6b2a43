"""Assert the whole life of a layer, written as a lifecycle expression."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.testing.failure_message import Row, beside, failure
from layertrace.testing.subjects import events_of, named
from layertrace.timeline import Event, Timeline
from layertrace.timeline.lifecycle import expression
from layertrace.timeline.lifecycle.automaton import ANY
from layertrace.timeline.lifecycle.expression import Mismatch

__all__ = ["assert_lifecycle"]


def assert_lifecycle(subject: object, lifecycle: str) -> None:
    """Assert that events have the shape of a lifecycle expression, from the first to the last.

    The events of a layer are its own: those of the layers inside it are not among them. Those of a
    timeline are all that it has.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        lifecycle: Such as `"init build(variable*) call+"`; see `Timeline.matches`.

    Raises:
        AssertionError: If they do not; it marks the first event that does not fit.
        ExpressionError: If the expression does not parse; the message points at the place.
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        >>> from layertrace import Event, Timeline
        >>> lived = Timeline([Event(seq=0, kind="init"), Event(seq=1, kind="call")])
        >>> assert_lifecycle(lived, "init build? call+")
    """
    __tracebackhide__ = True
    wanted = expression.compile(lifecycle)
    timeline = events_of(subject)
    mismatch = wanted.mismatch(timeline)
    if mismatch is None:
        return
    sentence = f"{named(timeline)} did not live as {wanted.text!r} says: {mismatch}"
    raise failure(sentence, list(_rows(mismatch, timeline)), timeline)


def _rows(mismatch: Mismatch, timeline: Timeline) -> Iterator[Row]:
    """Put the events beside the kinds that the expression took them for, as far as it did."""
    within = _chain(mismatch.parent, timeline)
    for depth, event in enumerate(within):
        yield beside(event.kind, event, depth=depth)
    depth = len(within)
    siblings = timeline.roots if mismatch.parent is None else timeline.children(mismatch.parent)
    has_differed = False
    for event in siblings:
        differs = mismatch.event is not None and event.seq == mismatch.event.seq
        has_differed |= differs
        expected = _expected(mismatch) if differs else "" if has_differed else event.kind
        yield beside(expected, event, differs=differs, depth=depth)
    if mismatch.event is None:
        yield beside(_expected(mismatch), None, differs=True, depth=depth)


def _chain(event: Event | None, timeline: Timeline) -> list[Event]:
    """Return an event with those around it, outermost first."""
    found: list[Event] = []
    while event is not None:
        found.append(event)
        event = timeline.parent(event)
    return found[::-1]


def _expected(mismatch: Mismatch) -> str:
    kinds = ["any event" if kind == ANY else kind for kind in mismatch.expected]
    return " or ".join([*kinds, *["the end"] * mismatch.may_end])
