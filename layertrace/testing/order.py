"""Assert the order of events across several layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from layertrace.errors import ExpectationError, QueryError
from layertrace.testing.failure_message import Row, event_row, failure
from layertrace.testing.subjects import events_of
from layertrace.timeline import Event, Timeline
from layertrace.timeline.query import check_value, listed

__all__ = ["assert_order"]

Predicate = Callable[[Event], bool]
Item = str | tuple[object, str] | Predicate


@dataclass(frozen=True, slots=True)
class _Step:
    """One item of an order: its name in messages, and a predicate that matches its events."""

    name: str
    matches: Predicate


def assert_order(subject: object, *items: Item, strict: bool = False) -> None:
    """Assert that some events began in this order.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        *items: At least two. Each is a kind such as `"build"`; a layer and a kind such as `"encoder.build"`,
            where the layer is a name or path glob (for `trace` and `run`, the name of a function), or
            `(encoder, "build")`; or a function that returns whether an event is meant.
        strict: Allow no other events between them. Events inside an event come after it; to omit those,
            narrow the timeline with `of` or `where`.

    Raises:
        AssertionError: If the order differs; the message names the pair that is reversed.
        QueryError: If an item names an unknown kind or function.
        UnknownLayerError: If an item names a layer that the timeline does not have.
        ExpectationError: If there are fewer than two items, or an item has another type.

    Example:
        >>> from layertrace import Event, Timeline
        >>> lived = Timeline([Event(seq=n, kind=kind) for n, kind in enumerate(["init", "build", "call"])])
        >>> assert_order(lived, "init", "call")
    """
    __tracebackhide__ = True
    timeline = events_of(subject)
    if len(items) < 2:
        raise ExpectationError(f"assert_order() needs at least two items, got {len(items)}")
    steps = [_step(item, timeline) for item in items]
    matched = _contiguous(steps, timeline) if strict else _subsequence(steps, timeline)
    if len(matched) == len(steps):
        return
    rows = [event_row(step.name, event) for step, event in zip(steps, matched, strict=False)]
    missing = steps[len(matched)]
    if strict and matched:
        instead = next((event for event in timeline if event.seq > matched[-1].seq), None)
    else:
        instead = next((event for event in timeline if missing.matches(event)), None)
    rows.append(_missing_row(missing, instead))
    rows += [Row(step.name) for step in steps[len(matched) + 1 :]]
    raise failure(_sentence(steps, matched, instead, strict=strict), rows, timeline)


def _step(item: Item, timeline: Timeline) -> _Step:
    if isinstance(item, str):
        glob, _, kind = item.rpartition(".")
        return _of_kind(item, kind, glob or None, timeline)
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[1], str):
        subject, kind = item
        return _of_kind(f"{getattr(subject, 'name', subject)}.{kind}", kind, subject, timeline)
    if callable(item):
        return _Step(getattr(item, "__name__", type(item).__name__), item)
    raise ExpectationError(
        f"each item must be a kind, a pair such as 'encoder.build', or a function, got {type(item).__name__}"
    )


def _of_kind(name: str, kind: str, subject: object, timeline: Timeline) -> _Step:
    check_value("kind", kind)
    if subject is None:
        return _Step(name, lambda event: event.kind == kind)
    if kind in ("trace", "run"):
        return _Step(name, _of_function(str(subject), kind, timeline))
    layers = {layer.id for layer in timeline.of(subject).layers}
    return _Step(
        name, lambda event: event.kind == kind and event.layer is not None and event.layer.id in layers
    )


def _of_function(glob: str, kind: str, timeline: Timeline) -> Predicate:
    names = {name for life in timeline.functions for name in (life.name, life.label)}
    matching = {name for name in names if fnmatchcase(name, glob)}
    if not matching:
        existing = listed(sorted(names)) or "no functions"
        raise QueryError(f"no function {glob!r} in this timeline; it has {existing}")
    return lambda event: (
        event.kind == kind
        and event.function is not None
        and not matching.isdisjoint((event.function.name, event.function.label))
    )


def _subsequence(steps: Sequence[_Step], timeline: Timeline) -> list[Event]:
    """Return the first events that match the steps in order, up to the first step without an event."""
    matched: list[Event] = []
    for event in timeline:
        if len(matched) < len(steps) and steps[len(matched)].matches(event):
            matched.append(event)
    return matched


def _contiguous(steps: Sequence[_Step], timeline: Timeline) -> list[Event]:
    """Return the longest sequence of consecutive events that matches the first steps."""
    best: list[Event] = []
    events = list(timeline)
    for start in range(len(events)):
        length = 0
        while length < len(steps) and start + length < len(events):
            if not steps[length].matches(events[start + length]):
                break
            length += 1
        if length > len(best):
            best = events[start : start + length]
        if length == len(steps):
            break
    return best


def _missing_row(step: _Step, instead: Event | None) -> Row:
    if instead is None:
        return Row(step.name, "no such event", differs=True)
    return event_row(step.name, instead, differs=True)


def _sentence(steps: Sequence[_Step], matched: list[Event], instead: Event | None, *, strict: bool) -> str:
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
