"""Show repeated events once: a call in a loop, a loop of several calls, a row of similar blocks."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator, Sequence, Set
from functools import cached_property
from itertools import accumulate, groupby, pairwise
from typing import Literal

import msgspec

from layertrace.render.trees.event_signatures import Signatures
from layertrace.render.wording.formatting import counted
from layertrace.render.wording.plumbing_phrases import plumbing_details, plumbing_phrase
from layertrace.timeline.event import Event, Structure
from layertrace.timeline.repetitions import periodic_end, repeated

__all__ = ["Folds", "Item", "ItemRow", "fold"]

LONGEST_PATTERN = 40  # a block of EfficientNet has some fifteen layers, each created and built
LONGEST_AT_FIRST = 8  # so that nine equal calls and another one are folded as nine, and then as a pair
LARGE_ROW = 20_000  # events; a loop with more layers than a pattern has is recognized from there on
FEWEST_EQUAL = 3
FEWEST_ALIKE = 3
FEWEST_TRACES = 4  # of two or three, one wants to see how an argument changed
SMALLEST_BLOCK = 4
MOST_DIFFERENCES = 2

Way = Literal["nameless", "shape"]
"""What must be equal for items to be alike."""


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
        shape: Equal for items in which the same happened to layers of the same classes, in whatever sizes.
        alike: Whether the repetitions look the same, but are in different layers of the same classes.
        varies: What differs between repetitions of one shape.
        plumbing: What a stretch of plumbing is, in words; empty for other events.
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
    shape: Hashable
    alike: bool = False
    varies: tuple[str, ...] = ()
    plumbing: tuple[str, ...] = ()
    stretch: int = 1

    @property
    def siblings(self) -> int:
        """The number of siblings it represents."""
        if not self.pattern:
            return self.times * self.stretch
        return self.times * sum(item.siblings for item in self.pattern)


class ItemRow(list[Item]):
    """Items in a row, and what every outline of it asks, which is computed once."""

    @cached_property
    def failing(self) -> list[int]:
        """The places of the items in which an exception was raised."""
        return [place for place, item in enumerate(self) if item.failing]

    @cached_property
    def nested(self) -> list[int]:
        """The places of the items that represent more than one event."""
        return [place for place, item in enumerate(self) if item.size > 1]

    @cached_property
    def siblings_before(self) -> Sequence[int]:
        """The number of siblings before each place, and in the whole row."""
        return array("q", accumulate((item.siblings for item in self), initial=0))

    @cached_property
    def events_before(self) -> Sequence[int]:
        """The number of events before each place, and in the whole row."""
        return array("q", accumulate((item.size for item in self), initial=0))


class Folds:
    """The folded rows of a timeline, each computed once.

    Args:
        signatures: The appearance of the events.
        plumbing: The numbers of the events that are plumbing.
        wanted: Whether repeated events are shown once.
    """

    def __init__(
        self, signatures: Signatures, plumbing: Set[int] = frozenset(), *, wanted: bool = True
    ) -> None:
        self.signatures = signatures
        self.plumbing = plumbing
        self._wanted = wanted
        self._rows: dict[tuple[int, int], ItemRow] = {}

    def of(self, events: Sequence[Event]) -> ItemRow:
        """Return siblings as items."""
        if not events:
            return ItemRow()
        key = (events[0].seq, len(events))
        row = self._rows.get(key)
        if row is None:
            row = ItemRow(fold(events, self.signatures, self.plumbing, wanted=self._wanted))
            self._rows[key] = row
        return row


def fold(
    events: Sequence[Event],
    signatures: Signatures,
    plumbing: Set[int] = frozenset(),
    *,
    wanted: bool = True,
) -> list[Item]:
    """Return siblings as items, with repeated siblings folded into one item each.

    Three or more equal siblings are folded, whether they repeat singly or in patterns of up to 40. So are
    siblings that are alike except for the layer, blocks of four events or more to which the same happened in
    other sizes, and four or more traces because of the same arguments. Errors, and events with findings, are
    never folded with others.

    Args:
        events: Siblings, in order.
        signatures: The appearance of all events.
        plumbing: The numbers of the events that are plumbing; a stretch of these becomes one item.
        wanted: Whether to fold.
    """
    if not wanted:
        return [_single(event, signatures) for event in events]
    if plumbing:
        items = list(_fold_plumbing(events, signatures, plumbing))
    else:
        items = _fold_events(events, signatures)
    # Folded items may themselves repeat: five steps, then a test.
    items = _fold_items(items, [item.exact for item in items], FEWEST_EQUAL)
    # Blocks first: equal events at the border of two blocks are not a stretch of their own.
    items = _fold_alike(items, "shape", FEWEST_ALIKE, SMALLEST_BLOCK)
    return _fold_alike(items, "nameless", FEWEST_ALIKE)


def _fold_plumbing(events: Sequence[Event], signatures: Signatures, plumbing: Set[int]) -> Iterator[Item]:
    """Yield items with stretches of plumbing as one item each, except for what a finding points at."""

    def is_plumbing(event: Event) -> bool:
        return event.seq in plumbing and not signatures.is_marked(event)

    for plumbed, group in groupby(events, key=is_plumbing):
        stretch = tuple(group)
        if plumbed:
            yield _of_plumbing(stretch, signatures)
        else:
            yield from _fold_events(stretch, signatures)


def _of_plumbing(events: Sequence[Event], signatures: Signatures) -> Item:
    words = plumbing_phrase(events), plumbing_details(events)
    looks = (words, len(events))
    return Item(
        first=events[0],
        last=events[-1],
        times=1,
        pattern=(),
        size=sum(signatures.size(event) for event in events),
        failing=any(signatures.failing(event) for event in events),
        total_ns=_total(event.duration_ns for event in events),
        exact=looks,
        nameless=looks,
        shape=looks,
        plumbing=words,
        stretch=len(events),
    )


def _fold_events(events: Sequence[Event], signatures: Signatures) -> list[Item]:
    looks = [signatures.exact(event) for event in events]
    long = periodic_end(looks, LONGEST_PATTERN) if len(looks) >= LARGE_ROW else None
    if long is None:
        return _fold_patterns(events, looks, signatures)
    start, period = long
    before = _fold_patterns(events[:start], looks[:start], signatures)
    return [*before, _loop(events[start:], period, signatures)]


def _loop(events: Sequence[Event], period: int, signatures: Signatures) -> Item:
    """Return one item for a loop with very many events in each round."""
    items, times = tuple(fold(events[:period], signatures)), len(events) // period
    exact, nameless, shape = _looks_of(items, times)
    return Item(
        first=events[0],
        last=events[-1],
        times=times,
        pattern=items,
        size=sum(item.size for item in items) * times,
        failing=any(item.failing for item in items),
        total_ns=_total(event.duration_ns for event in events),
        exact=exact,
        nameless=nameless,
        shape=shape,
    )


def _looks_of(pattern: Sequence[Item], times: int) -> tuple[Hashable, Hashable, Hashable]:
    """Return `exact`, `nameless` and `shape` of an item that repeats a pattern."""
    return (
        (times, tuple([item.exact for item in pattern])),
        (times, tuple([item.nameless for item in pattern])),
        (times, tuple([item.shape for item in pattern])),
    )


def _fold_patterns(events: Sequence[Event], looks: Sequence[int], signatures: Signatures) -> list[Item]:
    folded: list[Item] = []
    reached = 0
    for start, period, times in repeated(looks, FEWEST_EQUAL, LONGEST_AT_FIRST):
        end = start + period * times
        folded += [_single(event, signatures) for event in events[reached:start]]
        if period == 1:
            folded.append(_repeated(events[start:end], signatures))
        else:
            stretch = [_single(event, signatures) for event in events[start:end]]
            folded.append(_pattern(stretch, period, alike=False))
        reached = end
    return folded + [_single(event, signatures) for event in events[reached:]]


def _fold_items(items: list[Item], looks: Sequence[Hashable], fewest: int) -> list[Item]:
    folded: list[Item] = []
    reached = 0
    for start, period, times in repeated(looks, fewest, LONGEST_PATTERN):
        end = start + period * times
        folded += items[reached:start]
        folded.append(_pattern(items[start:end], period, alike=False))
        reached = end
    return folded + items[reached:]


def _fold_alike(items: list[Item], way: Way, fewest: int, smallest: int = 1) -> list[Item]:
    """Return items with those folded that are alike; `smallest` is the number of events of a repetition."""
    folded: list[Item] = []
    reached = 0
    for start, period, times in repeated(_looks(items, way), fewest, LONGEST_PATTERN):
        stretch = items[start : start + period * times]
        if any(item.first.kind == "trace" for item in stretch[:period]):
            is_small = times < FEWEST_TRACES
        else:
            is_small = sum(item.size for item in stretch[:period]) < smallest
        if not (is_small or _is_of_one_layer(stretch, period)):
            folded += items[reached:start]
            folded.append(_pattern(stretch, period, alike=True))
            reached = start + period * times
    return folded + items[reached:]


def _is_of_one_layer(stretch: Sequence[Item], period: int) -> bool:
    """Return whether repetitions are of one layer, so that every difference between them matters."""
    first, second = stretch[0].first.layer, stretch[period].first.layer
    return first is not None and second is not None and first.id == second.id


def _looks(items: list[Item], way: Way) -> list[Hashable]:
    """Return what must be equal for items to be alike: their appearance, and whether the layer changes."""
    layers = [None if item.first.layer is None else item.first.layer.id for item in items]
    looks: list[Hashable] = [
        object() if item.failing else (getattr(item, way), layer is None or layer == before)
        for item, layer, before in zip(items, layers, [None, *layers], strict=False)
    ]
    for place, (before, item) in enumerate(pairwise(items), 1):
        if before.first.kind == "trace" and item.first.kind == "run":
            looks[place] = (looks[place], looks[place - 1])  # so that no stretch begins with the run
    return looks


def _single(event: Event, signatures: Signatures) -> Item:
    exact, nameless, shape, size, failing = signatures.look(event)
    return Item(event, event, 1, (), size, failing, event.duration_ns, exact, nameless, shape)


def _repeated(events: Sequence[Event], signatures: Signatures) -> Item:
    look, times = signatures.look(events[0]), len(events)
    return Item(
        first=events[0],
        last=events[-1],
        times=times,
        pattern=(),
        size=look.size * times,
        failing=look.failing,
        total_ns=_total(event.duration_ns for event in events),
        exact=(look.exact, times),
        nameless=(look.nameless, times),
        shape=(look.shape, times),
    )


def _pattern(stretch: Sequence[Item], period: int, *, alike: bool) -> Item:
    """Return one item for a stretch of repeated items."""
    pattern, times = tuple(stretch[:period]), len(stretch) // period
    exact, nameless, shape = _looks_of(pattern, times)
    plain = period == 1 and pattern[0].times == 1 and not (pattern[0].pattern or pattern[0].plumbing)
    return Item(
        first=stretch[0].first,
        last=stretch[-1].last,
        times=times,
        pattern=() if plain else pattern,
        alike=alike,
        size=sum(item.size for item in stretch),
        failing=any(item.failing for item in pattern),
        total_ns=_total(item.total_ns for item in stretch),
        exact=exact,
        nameless=nameless,
        shape=shape,
        varies=tuple(differences(stretch, period)) if alike else (),
    )


def _total(durations: Iterable[int | None]) -> int | None:
    timed = [duration for duration in durations if duration is not None]
    return sum(timed) if timed else None


def differences(stretch: Sequence[Item], period: int) -> Iterator[str]:
    """Yield what differs between the repetitions of a stretch: `filters 576…672`, `shapes vary`.

    Args:
        stretch: The items.
        period: The number of items in each repetition.
    """
    if len({item.nameless for item in stretch[::period]}) == 1 and period == 1:
        return
    columns = [[item.first for item in stretch[place::period]] for place in range(period)]
    ranges: dict[str, list[Structure]] = {}
    for events in columns:
        for name in dict.fromkeys(name for event in events for name in event.arguments if name != "name"):
            values = [event.arguments.get(name) for event in events]
            if any(value != values[0] for value in values):
                ranges.setdefault(name, []).extend(values)
    shown = [_range(name, values) for name, values in ranges.items() if "shape" not in name]
    yield from shown[:MOST_DIFFERENCES]
    if len(shown) > MOST_DIFFERENCES:
        yield f"{counted(len(shown) - MOST_DIFFERENCES, 'further argument')}"
    traced = dict.fromkeys(argument for events in columns for argument in _changed(events))
    if traced:
        yield f"{', '.join(traced)} {'vary' if len(traced) > 1 else 'varies'}"
    elif any(item.nameless != stretch[place % period].nameless for place, item in enumerate(stretch)):
        yield "shapes vary" if shown or len(ranges) else "sizes vary"


def _changed(events: Sequence[Event]) -> Iterator[str]:
    """Yield the arguments that made a function trace again."""
    causes = (event.cause for event in events if event.cause is not None)
    return (change.argument for cause in causes for change in cause.changes)


def _range(name: str, values: Sequence[Structure]) -> str:
    numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        return f"{name} varies"
    return f"{name} {min(numbers):g}…{max(numbers):g}"
