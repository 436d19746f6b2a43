"""Keep records in one flat list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast, overload

from layertrace.record.spans import Record

__all__ = ["ITEMS", "Records"]

ITEMS = 5
"""The number of items of a record."""


class Records(Sequence[Record]):
    """The records of a recording, in the order they ended.

    A list of tuples would cost more: Python looks at each new tuple for garbage, and through all objects of
    the program whenever their number has grown by a quarter.

    Attributes:
        items: The items of all records, one after another. To add a record, call its `extend`, which other
            threads cannot interrupt.
    """

    def __init__(self) -> None:
        self.items: list[object] = []

    def __len__(self) -> int:
        return len(self.items) // ITEMS

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step != 1:
                return [self[each] for each in range(start, stop, step)]
            return list(_records(iter(self.items[start * ITEMS : stop * ITEMS])))
        start = range(len(self))[index] * ITEMS
        return cast("Record", tuple(self.items[start : start + ITEMS]))

    def __iter__(self) -> Iterator[Record]:
        return _records(iter(self.items))


def _records(items: Iterator[object]) -> Iterator[Record]:
    return cast("Iterator[Record]", zip(*[items] * ITEMS, strict=False))
