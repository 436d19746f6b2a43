"""Assert the whole life of a layer with a lifecycle expression."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.render.wording.formatting import counted
from layertrace.testing.failure_message import Row, event_row, failure
from layertrace.testing.subjects import events_of, named
from layertrace.timeline import Event, Timeline
from layertrace.timeline.lifecycle import expression
from layertrace.timeline.lifecycle.automaton import ANY
from layertrace.timeline.lifecycle.expression import Mismatch

__all__ = ["assert_lifecycle"]


def assert_lifecycle(subject: object, lifecycle: str) -> None:
    """Assert that events match a lifecycle expression, from the first to the last.

    For a layer, only its own events are matched, without those of the layers inside it; for a timeline, all
    of its events. A kind without brackets matches whatever is inside the event: `call` also one that creates
    a variable, `call()` only one that does not.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        lifecycle: An expression such as `"init build(variable*) call()+"`; see `Timeline.matches`.

    Raises:
        AssertionError: If they do not match; the message marks the first event that does not fit.
        ExpressionError: If the expression does not parse; the message points at the mistake.
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        >>> from layertrace import Event, Timeline
        >>> lived = Timeline([Event(seq=0, kind="init"), Event(seq=1, kind="call")])
        >>> assert_lifecycle(lived, "init build? call+")
    """
    __tracebackhide__ = True
    program = expression.compile(lifecycle)
    timeline = events_of(subject)
    mismatch = program.mismatch(timeline)
    if mismatch is None:
        return
    sentence = f"{named(timeline)} does not match {program.text!r}: {mismatch}"
    symbolic = [event for event in timeline if event.kind == "call" and event.mode == "symbolic"]
    if symbolic and program.matches(timeline.where(lambda event: event not in symbolic)):
        calls = counted(len(symbolic), "symbolic call")
        sentence += f"; it matches without the {calls}, by which Keras infers shapes"
    raise failure(sentence, list(_rows(mismatch, timeline)), timeline)


def _rows(mismatch: Mismatch, timeline: Timeline) -> Iterator[Row]:
    """Yield the events next to the kinds that matched them, up to the first that does not match."""
    ancestors = _ancestors(mismatch.parent, timeline)
    for depth, event in enumerate(ancestors):
        yield event_row(event.kind, event, depth=depth)
    depth = len(ancestors)
    siblings = timeline.roots if mismatch.parent is None else timeline.children(mismatch.parent)
    has_differed = False
    for event in siblings:
        differs = mismatch.event is not None and event.seq == mismatch.event.seq
        has_differed |= differs
        expected = _expected(mismatch) if differs else "" if has_differed else event.kind
        yield event_row(expected, event, differs=differs, depth=depth)
    if mismatch.event is None:
        yield event_row(_expected(mismatch), None, differs=True, depth=depth)


def _ancestors(event: Event | None, timeline: Timeline) -> list[Event]:
    """Return an event and its ancestors, outermost first."""
    chain: list[Event] = []
    while event is not None:
        chain.append(event)
        event = timeline.parent(event)
    return chain[::-1]


def _expected(mismatch: Mismatch) -> str:
    kinds = ["any event" if kind == ANY else kind for kind in mismatch.expected]
    return " or ".join([*kinds, *["the end"] * mismatch.may_end])
