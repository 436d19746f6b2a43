"""Find what repeats in a row, in linear time."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

__all__ = ["periodic_end", "repeated", "repetitions"]

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
    reached = 0
    for start, period, times in repeated(looks, fewest, longest):
        yield from ((single, 1, 1) for single in range(reached, start))
        yield start, period, times
        reached = start + period * times
    yield from ((single, 1, 1) for single in range(reached, len(looks)))


def repeated(looks: Sequence[Hashable], fewest: int, longest: int) -> Iterator[tuple[int, int, int]]:
    """Yield what `repetitions` yields, without what does not repeat.

    Example:
        >>> list(repeated("abababc", fewest=2, longest=4))
        [(0, 2, 3)]
    """
    numbers: dict[Hashable, int] = {}
    row = [numbers.setdefault(look, len(numbers)) for look in looks]
    # From three repetitions on, the look after it repeats, too: of pairs, fewer periods have to be tried.
    pairs = [look * len(numbers) + after for look, after in zip(row, row[1:] + row[-1:], strict=True)]
    following = _next_equal(pairs if fewest > 2 else row)
    start, end = 0, len(row)
    while start < end:
        place, tries = following[start], MOST_TRIES
        while place and place - start <= longest and tries:
            period = place - start
            reach = start + 1
            while reach + period < end and row[reach] == row[reach + period]:
                reach += 1
            times = (reach - start) // period + 1
            if times >= fewest:
                yield start, period, times
                start += period * times
                break
            place, tries = following[place], tries - 1
        else:
            start += 1


def periodic_end(looks: Sequence[int], longer: int) -> tuple[int, int] | None:
    """Return where a row begins to repeat until its end, and the shortest period.

    Returns:
        None if less than half of the row repeats, or if the period is not longer than `longer`.

    Example:
        >>> periodic_end([9, 1, 2, 3, 1, 2, 3, 1, 2, 3], longer=2)
        (1, 3)
    """
    last, tries = len(looks) - 1, MOST_TRIES
    for place in range(last - 1, len(looks) // 2 - 1, -1):
        if looks[place] != looks[last]:
            continue
        period = last - place
        differing = (at for at in range(place, -1, -1) if looks[at] != looks[at + period])
        whole = (last - next(differing, -1)) // period * period
        if whole * 2 >= len(looks) and whole >= 3 * period:
            return (len(looks) - whole, period) if period > longer else None
        tries -= 1
        if not tries:
            break
    return None


def _next_equal(looks: Sequence[int]) -> list[int]:
    """Return for each position the next one that looks the same; 0 for the last."""
    latest: dict[int, int] = {}
    following = [0] * len(looks)
    for place in range(len(looks) - 1, -1, -1):
        look = looks[place]
        following[place] = latest.get(look, 0)
        latest[look] = place
    return following
