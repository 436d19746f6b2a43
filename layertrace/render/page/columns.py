"""Pack columns of numbers: one number if all are equal, only the present ones if most are missing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Union

__all__ = ["MISSING", "Packed", "deltas", "packed"]

MISSING = -1
SPARSE = 3

Packed = Union[int, Sequence[int], dict[str, list[int]]]


def packed(numbers: Sequence[int]) -> Packed:
    """Return a column in the shortest of three forms.

    Example:
        >>> packed([7, 7, 7]), packed([1, 2])
        (7, [1, 2])
        >>> packed([-1, -1, -1, -1, 5, -1, -1, 6])
        {'after': [4, 3], 'is': [5, 6]}
    """
    if not numbers:
        return MISSING
    if numbers.count(numbers[0]) == len(numbers):
        return numbers[0]
    present = [index for index, number in enumerate(numbers) if number != MISSING]
    if len(present) * SPARSE < len(numbers):
        return {"after": deltas(present), "is": [numbers[index] for index in present]}
    return numbers


def deltas(numbers: Sequence[int]) -> list[int]:
    """Return the difference of each number from the one before, starting at 0.

    Example:
        >>> deltas([3, 5, 9])
        [3, 2, 4]
    """
    return [after - before for before, after in pairwise([0, *numbers])]
