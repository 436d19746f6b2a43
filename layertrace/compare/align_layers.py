"""Find which layer of one recording is which of another."""

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
"""How many pairs of neighbours are tried to tell an insertion from a change; beyond, order decides."""


class Alignment:
    """Which layer of one recording is which of another, by number.

    Attributes:
        now: For a layer of the first, that of the second.
        before: The other way round.
    """

    def __init__(self, a: LayerHistories, b: LayerHistories) -> None:
        self.a, self.b = a, b
        self.now: dict[int, int] = {}
        self.before: dict[int, int] = {}

    def descend(self, was: int | None, is_: int | None) -> None:
        """Pair what lies in two layers, and in what was paired there; layers in layers, however deep."""
        waiting = deque([(was, is_)])
        while waiting:
            outer, outer_now = waiting.popleft()
            before, now = (
                self._grouped(self.a, outer, self.now),
                self._grouped(self.b, outer_now, self.before),
            )
            for key, members in before.items():
                for one, other in paired(
                    members, now.get(key, []), self.a.deep.__getitem__, self.b.deep.__getitem__
                ):
                    if one is not None and other is not None:
                        self._pair(one, other)
                        waiting.append((one, other))

    def _pair(self, one: int, other: int) -> None:
        self.now[one], self.before[other] = other, one

    @staticmethod
    def _grouped(
        lives: LayerHistories, outer: int | None, known: dict[int, int]
    ) -> dict[Hashable, list[int]]:
        """Return the layers in a layer that are not paired yet, by what must be equal for that."""
        groups: dict[Hashable, list[int]] = {}
        for number in lives.children.get(outer, ()):
            if number not in known:
                groups.setdefault(_key(lives.by_id[number].layer), []).append(number)
        return groups

    def again(self, key: Callable[[LayerHistories, int], Hashable | None]) -> None:
        """Pair what is left over, in order, where a key is equal; outer layers first."""
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
                self.descend(number, others.popleft())

    @staticmethod
    def key(lives: LayerHistories, number: int) -> Hashable:
        """Return what two layers in one layer must have in common to be a pair."""
        return _key(lives.by_id[number].layer)

    def around(self, lives: LayerHistories, number: int) -> Hashable:
        """Return something that is equal for two layers if the layers around them are a pair."""
        parent = lives.parent[number]
        return parent if lives is self.b or parent is None else self.now.get(parent, -parent)


def align(a: LayerHistories, b: LayerHistories) -> Alignment:
    """Find which layer of `b` is which of `a`.

    Layers are looked for in the layer that was paired with the one around them. Names that somebody gave
    must be equal; layers that Keras named (`dense_3`) are paired by class and order, where what was made
    alike helps to see where one was put in. What is left over was renamed, or moved into another layer, if
    it was made alike and is not so plain that it could be any; or has the name that somebody gave it.
    """
    found = Alignment(a, b)
    found.descend(None, None)
    found.again(lambda lives, number: _renamed(found, lives, number))
    found.again(_moved)
    found.again(_named)
    return found


def _renamed(found: Alignment, lives: LayerHistories, number: int) -> Hashable | None:
    return None if lives.is_plain(number) else (found.around(lives, number), lives.deep[number])


def _moved(lives: LayerHistories, number: int) -> Hashable | None:
    return None if lives.is_plain(number) else (_key(lives.by_id[number].layer), lives.deep[number])


def _named(lives: LayerHistories, number: int) -> Hashable | None:
    layer = lives.by_id[number].layer
    return None if is_automatic(layer) else layer.name


def _unpaired(lives: LayerHistories, known: dict[int, int]) -> list[int]:
    return [number for number in lives.outer_first if number not in known]


def _key(layer: LayerRef) -> Hashable:
    return ("class", layer.class_name) if is_automatic(layer) else ("name", layer.name)


def paired(
    before: Sequence[T],
    now: Sequence[T],
    signature: Callable[[T], Hashable],
    signature_now: Callable[[T], Hashable] | None = None,
) -> Iterator[tuple[T | None, T | None]]:
    """Pair two lists in order, and leave out where one has more: what is alike stays together.

    Example:
        >>> list(paired("abcd", "abxcd", str))
        [('a', 'a'), ('b', 'b'), (None, 'x'), ('c', 'c'), ('d', 'd')]
    """
    was, is_ = list(map(signature, before)), list(map(signature_now or signature, now))
    shorter = min(len(was), len(is_))
    head = next((n for n in range(shorter) if was[n] != is_[n]), shorter)
    rest = shorter - head
    tail = next((n for n in range(rest) if was[-1 - n] != is_[-1 - n]), rest)
    yield from zip(before[:head], now[:head], strict=True)
    middle, middle_now = slice(head, len(was) - tail), slice(head, len(is_) - tail)
    for one, other in _blocks(was[middle], is_[middle_now]):
        yield from _by_order(before[middle][one], now[middle_now][other])
    yield from zip(before[len(was) - tail :], now[len(is_) - tail :], strict=True)


def _blocks(was: Sequence[Hashable], is_: Sequence[Hashable]) -> Iterator[tuple[slice, slice]]:
    """Cut two lists into parts that belong together; those that cost too much stay whole."""
    if not was or not is_ or len(was) * len(is_) > MOST_COMPARED:
        yield slice(None), slice(None)
        return
    for _, a, b, c, d in SequenceMatcher(None, was, is_, autojunk=False).get_opcodes():
        yield slice(a, b), slice(c, d)


def _by_order(before: Sequence[T], now: Sequence[T]) -> Iterator[tuple[T | None, T | None]]:
    for number in range(max(len(before), len(now))):
        yield (
            before[number] if number < len(before) else None,
            now[number] if number < len(now) else None,
        )
