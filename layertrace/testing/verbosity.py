"""How long the text of a failure may be."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["LONG", "NORMAL", "SHORT", "Room", "make"]


class Room(NamedTuple):
    """Lines of the comparison, and of the tree (0 leaves it out)."""

    rows: int
    lines: int


SHORT, NORMAL, LONG = Room(5, 0), Room(12, 24), Room(200, 400)

now = NORMAL


def make(room: Room) -> None:
    """Choose how long failures are from now on; the pytest plugin does so by `-q` and `-v`."""
    global now
    now = room
