"""Find what repeats in a row, in linear time."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

__all__ = ["repetitions"]

MOST_TRIES = 12
"""The number of periods that are tried at each start: its look occurs that often in a pattern, at most."""


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
    following = _next_equal(looks)
    start, end = 0, len(looks)
    while start < end:
        place, tries = following[start], MOST_TRIES
        while place and place - start <= longest and tries:
            period = place - start
            reach = start + 1
            while reach + period < end and looks[reach] == looks[reach + period]:
                reach += 1
            times = (reach - start) // period + 1
            if times >= fewest:
                yield start, period, times
                start += period * times
                break
            place, tries = following[place], tries - 1
        else:
            yield start, 1, 1
            start += 1


def _next_equal(looks: Sequence[Hashable]) -> list[int]:
    """Return for each position the next one that looks the same; 0 for the last."""
    latest: dict[Hashable, int] = {}
    following = [0] * len(looks)
    for place in range(len(looks) - 1, -1, -1):
        look = looks[place]
        following[place] = latest.get(look, 0)
        latest[look] = place
    return following
