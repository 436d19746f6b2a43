"""Pack columns of numbers: one number where all are equal, only the known ones where most are missing."""

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
    known = [index for index, number in enumerate(numbers) if number != MISSING]
    if len(known) * SPARSE < len(numbers):
        return {"after": deltas(known), "is": [numbers[index] for index in known]}
    return numbers


def deltas(numbers: Sequence[int]) -> list[int]:
    """Return how far each number is from the one before, the first from 0.

    Example:
        >>> deltas([3, 5, 9])
        [3, 2, 4]
    """
    return [after - before for before, after in pairwise([0, *numbers])]
