"""Set how long the message of a failure may be."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["LONG", "NORMAL", "SHORT", "FailureSize", "set_size"]


class FailureSize(NamedTuple):
    """The number of rows in the comparison, and of lines in the tree; 0 lines omit the tree."""

    rows: int
    lines: int


SHORT, NORMAL, LONG = FailureSize(5, 0), FailureSize(12, 24), FailureSize(200, 400)

current = NORMAL


def set_size(size: FailureSize) -> None:
    """Set how long messages are; the pytest plugin does this according to `-q` and `-v`."""
    global current
    current = size
