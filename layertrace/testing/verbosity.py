"""How long the text of a failure may be."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["LONG", "NORMAL", "SHORT", "FailureSize", "set_size"]


class FailureSize(NamedTuple):
    """Lines of the comparison, and of the tree (0 leaves it out)."""

    rows: int
    lines: int


SHORT, NORMAL, LONG = FailureSize(5, 0), FailureSize(12, 24), FailureSize(200, 400)

now = NORMAL


def set_size(room: FailureSize) -> None:
    """Choose how long failures are from now on; the pytest plugin does so by `-q` and `-v`."""
    global now
    now = room
