"""Assert the order of events across several layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from layertrace.errors import ExpectationError
from layertrace.testing.failure_message import Row, event_row, failure
from layertrace.testing.order_items import Item, Written, item_of
from layertrace.testing.passes import Pass, passes_of
from layertrace.testing.subjects import events_of
from layertrace.timeline import Event, Timeline

__all__ = ["assert_order"]


def assert_order(
    subject: object, *items: Written, strict: bool = False, passes: Literal["every", "any"] = "every"
) -> None:
    """Assert that some events began in this order.

    The order is looked for within one pass: inside one call of the innermost layer that contains them all,
    or within one trace, run, statement or iteration of a loop. It must hold in every pass that contains them
    all. Items that no pass contains, such as an `init` and a later `call`, are looked for in the whole
    timeline, but two neighbours that share a pass must be in order there, too.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        *items: At least two. Each is a kind such as `"build"`; a layer and a kind such as `"encoder.build"`,
            where the layer is a name or path glob (for `trace` and `run`, the name of a function), or
            `(encoder, "build")`; or a function that returns whether an event is meant.
        strict: Allow no other events between them. Events inside an event come after it; to omit those,
            narrow the timeline with `of` or `where`.
        passes: `"any"` looks for the order in the whole timeline, also from one pass to the next.

    Raises:
        AssertionError: If the order differs; the message names the pair that is reversed, and the pass.
        QueryError: If an item names an unknown kind or function.
        UnknownLayerError: If an item names a layer that the timeline does not have.
        ExpectationError: If there are fewer than two items, an item has another type, or `passes` has another
            value.

    Example:
        >>> from layertrace import Event, Timeline
        >>> lived = Timeline([Event(seq=n, kind=kind) for n, kind in enumerate(["init", "build", "call"])])
        >>> assert_order(lived, "init", "call")
    """
    __tracebackhide__ = True
    timeline = events_of(subject)
    if len(items) < 2:
        raise ExpectationError(f"assert_order() needs at least two items, got {len(items)}")
    if passes not in ("every", "any"):
        raise ExpectationError(f"passes must be 'every' or 'any', got {passes!r}")
    written = [item_of(item, timeline) for item in items]
    expected = {item.name: item for item in written}
    steps = [expected[item.name] for item in written]  # equal items are one object
    whole = Pass(tuple(timeline))
    for part, inside in _all_parts(steps, timeline, strict=strict) if passes == "every" else [(steps, whole)]:
        matched = _contiguous(part, inside.events) if strict else _subsequence(part, inside.events)
        if len(matched) < len(part):
            is_loose = passes == "every" and not strict and len(_subsequence(part, whole.events)) == len(part)
            raise _failure(part, matched, inside, timeline, strict=strict, is_loose=is_loose)


def _all_parts(
    steps: Sequence[Item], timeline: Timeline, *, strict: bool
) -> Iterator[tuple[Sequence[Item], Pass]]:
    """Yield the items with each of their passes, then neighbours that occur once with each of theirs."""
    for inside in passes_of(steps, timeline):
        yield steps, inside
    for pair in () if strict else pairwise(steps):
        if all(steps.count(item) == 1 for item in pair):
            for inside in passes_of(pair, timeline):
                yield pair, inside


def _failure(
    steps: Sequence[Item],
    matched: list[Event],
    inside: Pass,
    timeline: Timeline,
    *,
    strict: bool,
    is_loose: bool,
) -> AssertionError:
    """Return the exception for an order that a pass does not have.

    Args:
        steps: What was expected.
        matched: The events that match the first steps.
        inside: The pass.
        timeline: The timeline.
        strict: As for `assert_order`.
        is_loose: Whether the order is found from one pass to the next.
    """
    rows = [event_row(step.name, event) for step, event in zip(steps, matched, strict=False)]
    missing = steps[len(matched)]
    if strict and matched:
        instead = next((event for event in inside.events if event.seq > matched[-1].seq), None)
    else:
        instead = next((event for event in inside.events if missing.matches(event)), None)
    rows.append(_missing_row(missing, instead))
    rows += [Row(step.name) for step in steps[len(matched) + 1 :]]
    sentence = _sentence(steps, matched, instead, strict=strict)
    if inside.place:
        sentence += f", in {inside.place}"
    if is_loose:
        sentence += '; from one pass to the next it did, which passes="any" allows'
    return failure(sentence, rows, timeline)


def _subsequence(steps: Sequence[Item], inside: Sequence[Event]) -> list[Event]:
    """Return the first events that match the steps in order, up to the first step without an event."""
    matched: list[Event] = []
    for event in inside:
        if len(matched) < len(steps) and steps[len(matched)].matches(event):
            matched.append(event)
    return matched


def _contiguous(steps: Sequence[Item], events: Sequence[Event]) -> list[Event]:
    """Return the longest sequence of consecutive events that matches the first steps."""
    best: list[Event] = []
    for start in range(len(events)):
        length = 0
        while length < len(steps) and start + length < len(events):
            if not steps[length].matches(events[start + length]):
                break
            length += 1
        if length > len(best):
            best = list(events[start : start + length])
        if length == len(steps):
            break
    return best


def _missing_row(step: Item, instead: Event | None) -> Row:
    if instead is None:
        return Row(step.name, "no such event", differs=True)
    return event_row(step.name, instead, differs=True)


def _sentence(steps: Sequence[Item], matched: list[Event], instead: Event | None, *, strict: bool) -> str:
    """Return the sentence of a failure.

    Args:
        steps: What was expected.
        matched: The events that match the first steps.
        instead: If `strict`, the event after these; otherwise an event that matches the missing step.
        strict: As for `assert_order`.
    """
    missing = steps[len(matched)].name
    if not matched:
        return f"{missing} never happened"
    before = steps[len(matched) - 1].name
    if strict:
        follower = "nothing" if instead is None else f"event {instead.seq} ({instead.kind})"
        return f"{missing} did not follow {before} directly: {follower} did"
    if instead is None:
        return f"{missing} never happened, expected it after {before}"
    if instead in matched:
        return f"{missing} did not happen again after {before}"
    return f"{missing} happened before {before}, expected it after"
