"""Find what repeats in a row, in linear time."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

__all__ = ["repetitions"]


def repetitions(looks: Sequence[Hashable], fewest: int, longest: int) -> Iterator[tuple[int, int, int]]:
    """Yield the repeated stretches of a row: their start, period and number of repetitions.

    The shortest possible period is chosen. What does not repeat is yielded singly, with period and
    number 1. Each start costs at most a fixed number of comparisons, so the total is linear.

    Args:
        looks: What must be equal for things to repeat.
        fewest: The number of repetitions from which on they count.
        longest: The longest period.

    Example:
        >>> list(repetitions("abababc", fewest=2, longest=4))
        [(0, 2, 3), (6, 1, 1)]
    """
    start, end = 0, len(looks)
    while start < end:
        for period in range(1, longest + 1):
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
