"""Choose which rows of a life chart are open, so that it fits a number of lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layertrace.render.lives.rows import Row

__all__ = ["opened", "shown"]


MOST_ALWAYS_OPEN = 2
"""A model whose layers do not fit is opened, too: a chart of one row shows nothing."""


def opened(top: Sequence[Row], limit: int | None) -> set[Row]:
    """Return the rows to open: level by level, first those with a finding or an error inside.

    Args:
        top: The rows at the top.
        limit: The number of lines; None to open all.
    """
    chosen: set[Row] = set()
    lines = len(top)
    level, depth = list(top), 0
    while level:
        closed = [row for row in level if row.inside]
        in_trouble = [row for row in closed if any(child.troubles or child.errors for child in row.inside)]
        untroubled = set(closed).difference(in_trouble)
        further: list[Row] = []
        for part in (in_trouble, [row for row in closed if row in untroubled]):
            cost = sum(len(row.inside) for row in part)
            if limit is not None and lines + cost > limit and (depth or len(level) > MOST_ALWAYS_OPEN):
                continue
            lines += cost
            chosen.update(part)
        for row in level:
            if row in chosen:
                further += row.inside
        level, depth = further, depth + 1
    return chosen


def shown(top: Sequence[Row], is_open: set[Row]) -> Iterator[tuple[Row, int]]:
    """Yield the visible rows from top to bottom, each with its depth."""
    waiting = [(row, 0) for row in reversed(top)]
    while waiting:
        row, depth = waiting.pop()
        yield row, depth
        if row in is_open:
            waiting += [(child, depth + 1) for child in reversed(row.inside)]
