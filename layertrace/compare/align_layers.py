"""Pair the layers of two recordings."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

from layertrace.compare.generated_names import is_automatic
from layertrace.compare.layer_histories import LayerHistories
from layertrace.timeline.event import LayerRef

__all__ = ["Alignment", "align", "paired"]

T = TypeVar("T")

MOST_COMPARED = 40_000
"""The number of pairs of siblings that are compared to recognize insertions; above it, order decides."""


class Alignment:
    """The pairs of layers in two recordings, by number.

    Attributes:
        now: The layers of the second recording, by their counterparts in the first.
        before: The layers of the first recording, by their counterparts in the second.
    """

    def __init__(self, a: LayerHistories, b: LayerHistories) -> None:
        self.a, self.b = a, b
        self.now: dict[int, int] = {}
        self.before: dict[int, int] = {}

    def pair_inside(self, parent: int | None, parent_now: int | None) -> None:
        """Pair the layers inside two layers, at any depth."""
        waiting = deque([(parent, parent_now)])
        while waiting:
            outer, outer_now = waiting.popleft()
            before = self._unpaired_children(self.a, outer, self.now)
            now = self._unpaired_children(self.b, outer_now, self.before)
            for key, members in before.items():
                signature, signature_now = self.a.structural_hash.get, self.b.structural_hash.get
                for old, new in paired(members, now.get(key, []), signature, signature_now):
                    if old is not None and new is not None:
                        self._pair(old, new)
                        waiting.append((old, new))

    def _pair(self, old: int, new: int) -> None:
        self.now[old], self.before[new] = new, old

    @staticmethod
    def _unpaired_children(
        histories: LayerHistories, parent: int | None, done: dict[int, int]
    ) -> dict[Hashable, list[int]]:
        """Return the layers inside a layer that are not paired yet, by what a pair must have in common."""
        groups: dict[Hashable, list[int]] = {}
        for number in histories.children.get(parent, ()):
            if number not in done:
                groups.setdefault(_key(histories.by_id[number].layer), []).append(number)
        return groups

    def pair_rest(self, key: Callable[[LayerHistories, int], Hashable | None]) -> None:
        """Pair remaining layers with equal keys, in order; parents first."""
        waiting: dict[Hashable, deque[int]] = {}
        for number in _unpaired(self.b, self.before):
            waiting.setdefault(key(self.b, number), deque()).append(number)
        for number in _unpaired(self.a, self.now):
            wanted = key(self.a, number)
            others = waiting.get(wanted) if wanted is not None and number not in self.now else None
            while others and others[0] in self.before:
                others.popleft()
            if others:
                self._pair(number, others[0])
                self.pair_inside(number, others.popleft())

    @staticmethod
    def key(histories: LayerHistories, number: int) -> Hashable:
        """Return what two layers with the same parent must have in common to be a pair."""
        return _key(histories.by_id[number].layer)

    def parent_key(self, histories: LayerHistories, number: int) -> Hashable:
        """Return a value that is equal for two layers whose parents are a pair."""
        parent = histories.parent[number]
        return parent if histories is self.b or parent is None else self.now.get(parent, -parent)


def align(a: LayerHistories, b: LayerHistories) -> Alignment:
    """Pair the layers of `a` with those of `b`.

    Layers are first paired inside pairs of parents. Names that the program gave must be equal; layers with
    generated names (`dense_3`) are paired by class and order, and equal structure shows where a layer was
    inserted. The rest was renamed, or moved into another layer: it is paired by structure, unless its
    structure is so plain that it would match any layer of its class, and finally by the name that the program
    gave.
    """
    alignment = Alignment(a, b)
    alignment.pair_inside(None, None)
    alignment.pair_rest(lambda histories, number: _renamed_key(alignment, histories, number))
    alignment.pair_rest(_moved_key)
    alignment.pair_rest(_given_name)
    return alignment


def _renamed_key(alignment: Alignment, histories: LayerHistories, number: int) -> Hashable | None:
    if histories.is_plain(number):
        return None
    return alignment.parent_key(histories, number), histories.structural_hash[number]


def _moved_key(histories: LayerHistories, number: int) -> Hashable | None:
    if histories.is_plain(number):
        return None
    return _key(histories.by_id[number].layer), histories.structural_hash[number]


def _given_name(histories: LayerHistories, number: int) -> Hashable | None:
    layer = histories.by_id[number].layer
    return None if is_automatic(layer) else layer.name


def _unpaired(histories: LayerHistories, done: dict[int, int]) -> list[int]:
    return [number for number in histories.outer_first if number not in done]


def _key(layer: LayerRef) -> Hashable:
    return ("class", layer.class_name) if is_automatic(layer) else ("name", layer.name)


def paired(
    before: Sequence[T],
    now: Sequence[T],
    signature: Callable[[T], Hashable],
    signature_now: Callable[[T], Hashable] | None = None,
) -> Iterator[tuple[T | None, T | None]]:
    """Yield two lists in pairs, in order; None stands for an element that only the other list has.

    Example:
        >>> list(paired("abcd", "abxcd", str))
        [('a', 'a'), ('b', 'b'), (None, 'x'), ('c', 'c'), ('d', 'd')]
    """
    old, new = list(map(signature, before)), list(map(signature_now or signature, now))
    shorter = min(len(old), len(new))
    head = next((index for index in range(shorter) if old[index] != new[index]), shorter)
    rest = shorter - head
    tail = next((index for index in range(rest) if old[-1 - index] != new[-1 - index]), rest)
    yield from zip(before[:head], now[:head], strict=True)
    middle, middle_now = slice(head, len(old) - tail), slice(head, len(new) - tail)
    for part, part_now in _matching_slices(old[middle], new[middle_now]):
        yield from _by_order(before[middle][part], now[middle_now][part_now])
    yield from zip(before[len(old) - tail :], now[len(new) - tail :], strict=True)


def _matching_slices(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[tuple[slice, slice]]:
    """Cut two lists into parts that match; lists that are too long to compare stay whole."""
    if not old or not new or len(old) * len(new) > MOST_COMPARED:
        yield slice(None), slice(None)
        return
    for _, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield slice(a, b), slice(c, d)


def _by_order(before: Sequence[T], now: Sequence[T]) -> Iterator[tuple[T | None, T | None]]:
    for number in range(max(len(before), len(now))):
        yield (
            before[number] if number < len(before) else None,
            now[number] if number < len(now) else None,
        )
