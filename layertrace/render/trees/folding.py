"""Show repeated events once: a call in a loop, a loop of several calls, a row of similar blocks."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

import msgspec

from layertrace.render.trees.event_signatures import Signatures
from layertrace.timeline.event import Event

__all__ = ["Item", "fold"]

LONGEST_PATTERN = 8
FEWEST_EQUAL = 3
FEWEST_ALIKE = 8


class Item(msgspec.Struct, frozen=True, gc=False):
    """One event, or a stretch of repeated siblings that is shown once.

    Attributes:
        first: The first event of the stretch.
        last: Its last.
        times: The number of repetitions.
        pattern: The first repetition; empty for a single event.
        size: The number of events it represents, including descendants.
        failing: Whether an exception was raised in or passed through any of them.
        total_ns: Their total duration; None if it is unknown for all of them.
        exact: Equal for items that are shown identically.
        nameless: Equal for items that look the same in layers of the same classes.
        alike: Whether the repetitions look the same, but are in different layers of the same classes.
    """

    first: Event
    last: Event
    times: int
    pattern: tuple[Item, ...]
    size: int
    failing: bool
    total_ns: int | None
    exact: Hashable
    nameless: Hashable
    alike: bool = False

    @property
    def siblings(self) -> int:
        """The number of siblings it represents."""
        return self.times * (sum(item.siblings for item in self.pattern) or 1)


def fold(events: Sequence[Event], signatures: Signatures, *, wanted: bool = True) -> list[Item]:
    """Return siblings as items, with repeated siblings folded into one item each.

    Three or more equal siblings are folded, whether they repeat singly or in patterns of up to eight.
    Siblings that are alike except for the layer are folded if there are eight or more, and no errors.
    """
    if not wanted:
        return [_single(event, signatures) for event in events]
    items = _fold_events(events, signatures)
    if len(items) < len(events):  # folded items may themselves repeat: five steps, then a test
        items = _fold_items(items, [item.exact for item in items], FEWEST_EQUAL, alike=False)
    return _fold_items(items, list(_looks(items)), FEWEST_ALIKE, alike=True)


def _fold_events(events: Sequence[Event], signatures: Signatures) -> list[Item]:
    folded = []
    for start, period, times in _stretches([signatures.exact(e) for e in events], FEWEST_EQUAL):
        if times == 1:
            folded.append(_single(events[start], signatures))
        elif period == 1:
            folded.append(_repeated(events[start : start + times], signatures))
        else:
            stretch = [_single(e, signatures) for e in events[start : start + period * times]]
            folded.append(_pattern(stretch, period, alike=False))
    return folded


def _fold_items(items: list[Item], looks: Sequence[Hashable], fewest: int, *, alike: bool) -> list[Item]:
    return [
        items[start] if times == 1 else _pattern(items[start : start + period * times], period, alike=alike)
        for start, period, times in _stretches(looks, fewest)
    ]


def _looks(items: list[Item]) -> Iterator[Hashable]:
    """Yield what must be equal for items to be alike: their appearance, and whether the layer changes."""
    before = None
    for item in items:
        layer = item.first.layer.id if item.first.layer is not None else None
        yield object() if item.failing else (item.nameless, layer == before)
        before = layer


def _stretches(looks: Sequence[Hashable], fewest: int) -> Iterator[tuple[int, int, int]]:
    """Yield the repeated stretches of a row: their start, period and number of repetitions.

    The shortest possible period is chosen. Items that do not repeat are yielded singly, with period and
    number 1. Each start costs at most a fixed number of comparisons, so the total is linear.
    """
    start, end = 0, len(looks)
    while start < end:
        for period in range(1, LONGEST_PATTERN + 1):
            reach = start
            while reach + period < end and looks[reach] == looks[reach + period]:
                reach += 1
            times = (reach - start) // period + 1
            if times >= fewest:
                yield start, period, times
                start += period * times
                break
        else:
            yield start, 1, 1
            start += 1


def _single(event: Event, signatures: Signatures) -> Item:
    number, anonymous = signatures.exact(event), signatures.nameless(event)
    size, failing = signatures.size(event), signatures.failing(event)
    took = event.duration_ns
    return Item(event, event, 1, (), size, failing, took, (number, 1), (anonymous, 1))


def _repeated(events: Sequence[Event], signatures: Signatures) -> Item:
    first = events[0]
    number, anonymous = signatures.exact(first), signatures.nameless(first)
    return Item(
        first=first,
        last=events[-1],
        times=len(events),
        pattern=(),
        size=signatures.size(first) * len(events),
        failing=signatures.failing(first),
        total_ns=_total(event.duration_ns for event in events),
        exact=(number, len(events)),
        nameless=(anonymous, len(events)),
    )


def _pattern(stretch: Sequence[Item], period: int, *, alike: bool) -> Item:
    """Return one item for a stretch of repeated items."""
    pattern, times = tuple(stretch[:period]), len(stretch) // period
    plain = period == 1 and pattern[0].times == 1 and not pattern[0].pattern
    return Item(
        first=stretch[0].first,
        last=stretch[-1].last,
        times=times,
        pattern=() if plain else pattern,
        alike=alike,
        size=sum(item.size for item in stretch),
        failing=any(item.failing for item in pattern),
        total_ns=_total(item.total_ns for item in stretch),
        exact=(times, tuple([item.exact for item in pattern])),
        nameless=(times, tuple([item.nameless for item in pattern])),
    )


def _total(durations: Iterable[int | None]) -> int | None:
    timed = [duration for duration in durations if duration is not None]
    return sum(timed) if timed else None
