"""Assert in which order things happen, across several layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from layertrace.errors import ExpectationError, QueryError
from layertrace.testing.failure_message import Row, beside, failure
from layertrace.testing.subjects import events_of
from layertrace.timeline import Event, Timeline
from layertrace.timeline.query import check_value, listed

__all__ = ["assert_order"]

Predicate = Callable[[Event], bool]
Item = str | tuple[object, str] | Predicate


@dataclass(frozen=True, slots=True)
class _Step:
    """One item of an order: its name in sentences, and whether an event is it."""

    name: str
    fits: Predicate


def assert_order(subject: object, *items: Item, strict: bool = False) -> None:
    """Assert that some events came one after the other; what comes later began later.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        *items: At least two; each a kind such as `"build"`; a pair of layer and kind, as `"encoder.build"`,
            where the layer is a name or path glob (for `trace` and `run`, the name of a function), or as
            `(encoder, "build")`; or a function from an event to whether it is meant.
        strict: Whether no other event may lie between them. What happens inside an event comes after it:
            narrow the timeline with `of` or `where` to leave that out.

    Raises:
        AssertionError: If they did not; it names the pair that is the wrong way round.
        QueryError: If an item names a kind or a function that there is not.
        UnknownLayerError: If an item names a layer that the timeline does not have.
        ExpectationError: If there are fewer than two items, or one is none of these.

    Example:
        >>> from layertrace import Event, Timeline
        >>> lived = Timeline([Event(seq=n, kind=kind) for n, kind in enumerate(["init", "build", "call"])])
        >>> assert_order(lived, "init", "call")
    """
    __tracebackhide__ = True
    timeline = events_of(subject)
    if len(items) < 2:
        raise ExpectationError(f"assert_order() compares at least two items, and got {len(items)}")
    steps = [_step(item, timeline) for item in items]
    found = _contiguous(steps, timeline) if strict else _subsequence(steps, timeline)
    if len(found) == len(steps):
        return
    rows = [beside(step.name, event) for step, event in zip(steps, found, strict=False)]
    missing, before = steps[len(found)], found[-1] if found else None
    elsewhere = _next_after(before, timeline) if strict and found else _first(missing, timeline)
    rows.append(_missing(missing, elsewhere))
    rows += [Row(step.name) for step in steps[len(found) + 1 :]]
    raise failure(_sentence(steps, found, elsewhere, strict=strict), rows, timeline)


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
        f"an item of an order is a kind, a pair such as 'encoder.build', or a function, not a "
        f"{type(item).__name__}"
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
    names = {life.name for life in timeline.functions}
    wanted = {name for name in names if fnmatchcase(name, glob)}
    if not wanted:
        known = listed(sorted(names)) or "no function at all"
        raise QueryError(f"no function {glob!r} in this timeline; it has {known}")
    return lambda event: event.kind == kind and event.function is not None and event.function.name in wanted


def _subsequence(steps: Sequence[_Step], timeline: Timeline) -> list[Event]:
    """Return the first events that fit the steps in order, as many as there are."""
    found: list[Event] = []
    for event in timeline:
        if len(found) < len(steps) and steps[len(found)].fits(event):
            found.append(event)
    return found


def _contiguous(steps: Sequence[_Step], timeline: Timeline) -> list[Event]:
    """Return the longest row of events, one right after the other, that fits the beginning of the steps."""
    best: list[Event] = []
    events = list(timeline)
    for start in range(len(events)):
        length = 0
        while length < len(steps) and start + length < len(events):
            if not steps[length].fits(events[start + length]):
                break
            length += 1
        if length > len(best):
            best = events[start : start + length]
        if length == len(steps):
            break
    return best


def _first(step: _Step, timeline: Timeline) -> Event | None:
    return next((event for event in timeline if step.fits(event)), None)


def _next_after(event: Event | None, timeline: Timeline) -> Event | None:
    return next((one for one in timeline if event is None or one.seq > event.seq), None)


def _missing(step: _Step, elsewhere: Event | None) -> Row:
    if elsewhere is None:
        return Row(step.name, "nothing of the kind", differs=True)
    return beside(step.name, elsewhere, differs=True)


def _sentence(steps: Sequence[_Step], found: list[Event], elsewhere: Event | None, *, strict: bool) -> str:
    missing = steps[len(found)].name
    if not found:
        return f"{missing} did not happen at all" if elsewhere is None else f"no row begins with {missing}"
    before = steps[len(found) - 1].name
    if strict:
        came = "nothing" if elsewhere is None else f"event {elsewhere.seq} ({elsewhere.kind})"
        return f"{missing} did not come right after {before}: {came} did"
    if elsewhere is None:
        return f"{missing} did not happen at all, and was expected after {before}"
    if elsewhere in found:
        return f"{missing} did not happen once more after {before}"
    return f"{missing} came before {before}, not after it"
